"""Every figure of the Olist funnel recomputed in plain Python from the two files: no database, no code of ours."""

import csv
import json
from collections import Counter, defaultdict
from datetime import date
from fractions import Fraction
from pathlib import Path

LEADS, DEALS = "olist_marketing_qualified_leads_dataset.csv", "olist_closed_deals_dataset.csv"
SHARES = ("0.05", "0.1", "0.25", "0.5", "0.75", "0.9", "0.95")
WINDOWS = (30, 60, 90)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as handle:
        return list(csv.DictReader(handle))


def quantile(values: list[int], share: Fraction) -> Fraction | None:
    if not values:
        return None
    values = sorted(values)
    place = share * (len(values) - 1)
    low = place.numerator // place.denominator
    high = min(low + 1, len(values) - 1)
    return values[low] + (place - low) * (values[high] - values[low])


def summary(leads: list[dict], lags: dict[str, int]) -> dict:
    won = [lags[lead["mql_id"]] for lead in leads if lead["mql_id"] in lags]
    return {
        "mqls": len(leads),
        "won": len(won),
        "conversion": Fraction(len(won), len(leads)),
        "median_days_to_won": quantile(won, Fraction(1, 2)),
        "mean_days_to_won": Fraction(sum(won), len(won)) if won else None,
    }


def by(leads: list[dict], lags: dict[str, int], key) -> dict[str, dict]:
    groups = defaultdict(list)
    for lead in leads:
        groups[key(lead)].append(lead)
    return {name: summary(some, lags) for name, some in groups.items()}


def truth(folder: Path) -> dict:
    """The figures of expected.json that measures answer, exact, from the files of a folder."""
    leads, deals = rows(folder / LEADS), rows(folder / DEALS)
    contact = {lead["mql_id"]: date.fromisoformat(lead["first_contact_date"]) for lead in leads}
    won_on = {deal["mql_id"]: date.fromisoformat(deal["won_date"][:10]) for deal in deals}
    lags = {one: (day - contact[one]).days for one, day in won_on.items()}
    every = list(lags.values())
    months = by(leads, lags, lambda lead: lead["first_contact_date"][:7])
    revenue = [Fraction(deal["declared_monthly_revenue"]) for deal in deals]
    per_sr = defaultdict(list)
    for deal in deals:
        per_sr[deal["sr_id"]].append(lags[deal["mql_id"]])
    within = {
        month: {
            str(days): sum(
                lags.get(one, days + 1) <= days for one, day in contact.items() if day.isoformat()[:7] == month
            )
            for days in WINDOWS
        }
        for month in months
    }
    overall = summary(leads, lags)
    return {
        "overall": overall,
        "days_to_won_quantiles": {share: quantile(every, Fraction(share)) for share in SHARES},
        "days_to_won_min": min(every),
        "days_to_won_max": max(every),
        "won_same_day": every.count(0),
        "won_before_first_contact": {
            "count": sum(lag < 0 for lag in every),
            "mql_id": sorted(one for one, lag in lags.items() if lag < 0),
        },
        "mqls_per_month": months,
        "won_per_month_of_won_date": dict(Counter(day.isoformat()[:7] for day in won_on.values())),
        "by_origin": by(leads, lags, lambda lead: lead["origin"]),
        "by_landing_page": by(leads, lags, lambda lead: lead["landing_page_id"]),
        "cohort_conversion_within_days": within,
        "deals_per_sdr": dict(Counter(deal["sdr_id"] for deal in deals)),
        "deals_per_sr": dict(Counter(deal["sr_id"] for deal in deals)),
        "persons_who_are_both_sdr_and_sr": len({d["sdr_id"] for d in deals} & {d["sr_id"] for d in deals}),
        "median_days_to_won_per_sr": {one: quantile(some, Fraction(1, 2)) for one, some in per_sr.items()},
        "by_lead_type": dict(Counter(deal["lead_type"] for deal in deals)),
        "by_business_segment": dict(Counter(deal["business_segment"] for deal in deals)),
        "by_behaviour_profile": dict(Counter(deal["lead_behaviour_profile"] for deal in deals)),
        "declared_monthly_revenue": {"sum": sum(revenue), "zero_count": revenue.count(0), "max": max(revenue)},
    }


def expected(folder: Path) -> dict:
    return json.loads((folder / "expected.json").read_text())


def contents(folder: Path) -> dict:
    """The figures of expected.json that are about the files themselves: blanks, ranges, persons in both roles."""
    leads, deals = rows(folder / LEADS), rows(folder / DEALS)
    ends = {"first_contact_range": (leads, "first_contact_date"), "won_range": (deals, "won_date")}
    return {
        "blank_counts_closed_deals": {name: sum(not deal[name] for deal in deals) for name in deals[0]},
        "persons_who_are_both_sdr_and_sr": len({d["sdr_id"] for d in deals} & {d["sr_id"] for d in deals}),
    } | {name: [end(row[column] for row in some) for end in (min, max)] for name, (some, column) in ends.items()}


def kept(truth: dict, target: int = 200) -> dict[str, dict]:
    """Each month under a promise of so many MQL."""
    return {name: {"mqls": one["mqls"], "met": one["mqls"] >= target} for name, one in truth["mqls_per_month"].items()}
