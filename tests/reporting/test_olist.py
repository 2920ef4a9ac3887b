"""Real input: every figure of the Olist funnel out of the measures API, equal; and the same on a mutated copy.

Counts, sums and integer-day medians exactly; other figures equal after rounding half to even to the digits printed.
"""

from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest
from django.test import Client

from smarketing.accounts import tokens
from smarketing.rows import clock
from tests.olist import import_olist, mutated_copy
from tests.people import person

from . import olist_truth as t

# Names of the importer's columns: the file's own header, behind x_.
LANDING, SDR, SR = "lead.x_landing_page_id", "deal.x_sdr_id", "deal.x_sr_id"
REVENUE = "deal.x_declared_monthly_revenue"
QUANTILES = {"0.05": "p05", "0.1": "p10", "0.25": "p25", "0.5": "p50", "0.75": "p75", "0.9": "p90", "0.95": "p95"}


class Api:
    """The measures API as a program with a token sees it, over a span of whole years that holds every row."""

    def __init__(self, secret: str, first: date, until: date):
        self.client, self.first, self.until = Client(headers={"authorization": f"Bearer {secret}"}), first, until

    @cache  # noqa: B019 - asked twice, for exact and for printed figures
    def ask(self, key: str, **params) -> dict:
        found = self.client.get(f"/api/v1/measures/{key}/", {"from": self.first, "to": self.until, **params})
        assert found.status_code == 200, found.content
        return found.json()

    def total(self, key: str, **params):
        return self.ask(key, **params)["total"]

    def groups(self, key: str, by: str, **params) -> dict[str, dict]:
        return {row["group"][by]: row for row in self.ask(key, by=by, **params)["rows"]}


def same(shown, exact) -> bool:
    """The API's text against an exact figure: after rounding to the digits that the API prints."""
    if shown is None or exact is None:
        return shown is None and exact is None
    places = max(0, -Decimal(str(shown)).as_tuple().exponent)
    return Decimal(str(shown)) == Decimal(round(Fraction(exact) * 10**places)).scaleb(-places)


def printed(shown, text) -> bool:
    """The API's figure against one printed in expected.json, at the digits printed there."""
    if shown is None or text is None:
        return shown is None and text is None
    want = Decimal(str(text))
    return Decimal(str(shown)).quantize(want, rounding=ROUND_HALF_EVEN) == want


def span(folder: Path) -> tuple[date, date]:
    days = [row["first_contact_date"] for row in t.rows(folder / t.LEADS)]
    days += [row["won_date"][:10] for row in t.rows(folder / t.DEALS)]
    return date(int(min(days)[:4]), 1, 1), date(int(max(days)[:4]) + 1, 1, 1)


def api_for(folder: Path) -> Api:
    admin = person("Ada", "administrator")
    _token, secret = tokens.issue(
        kind="api", name="board", by=admin, at=clock.now(), user=admin, scopes=["measures.read"]
    )
    return Api(secret, *span(folder))


def check_summaries(api: Api, by: str, want: dict[str, dict], equal) -> None:
    """Count, won, conversion, median and mean of each group, by creation and by handoff."""
    for dated in ("created", "handed"):
        counted = api.groups("leads" if dated == "created" else "mql", by)
        rate = api.groups("conversion", by, date=dated)
        won = api.groups("won", by, date=dated)
        median = api.groups("days_to_won", by, date=dated, stat="median")
        mean = api.groups("days_to_won", by, date=dated, stat="mean")
        assert set(counted) >= set(want)
        for name, one in want.items():
            assert counted[name]["value"] == rate[name]["of"] == one["mqls"]
            assert rate[name]["n"] == won.get(name, {"value": 0})["value"] == one["won"]
            assert equal(rate[name]["value"], one["conversion"]), (name, rate[name])
            assert equal(median.get(name, {"value": None})["value"], one["median_days_to_won"]), name
            assert equal(mean.get(name, {"value": None})["value"], one["mean_days_to_won"]), name


def check_months(api: Api) -> None:
    """A month asked alone (whose leads alone are followed then) has what it has among all months."""
    for key, dated in (("mql", "handed"), ("won", "handed"), ("won", "won"), ("revenue", "won"), ("deals", "opened")):
        for month in ("2018-01", "2018-03"):
            among = api.groups(key, "month", date=dated)[month]
            alone = {"from": f"{month}-01", "to": f"{month[:6]}{int(month[6]) + 1}-01"}
            assert api.total(key, date=dated, **alone)["value"] == among["value"], (key, dated, month)


def check(api: Api, want: dict, equal) -> None:
    """Every figure of `want` against the API."""
    assert api.total("leads")["value"] == api.total("mql")["value"] == want["overall"]["mqls"]
    assert api.total("won")["value"] == want["overall"]["won"]
    for dated in ("created", "handed"):
        assert equal(api.total("conversion", date=dated)["value"], want["overall"]["conversion"])
        assert equal(
            api.total("days_to_won", date=dated, stat="median")["value"], want["overall"]["median_days_to_won"]
        )
        assert equal(api.total("days_to_won", date=dated, stat="mean")["value"], want["overall"]["mean_days_to_won"])
    for share, stat in QUANTILES.items():
        assert equal(api.total("days_to_won", stat=stat)["value"], want["days_to_won_quantiles"][share])
    assert equal(api.total("days_to_won", stat="min")["value"], want["days_to_won_min"])
    assert equal(api.total("days_to_won", stat="max")["value"], want["days_to_won_max"])
    assert api.total("won_same_day")["value"] == want["won_same_day"]
    assert api.total("won_before_first_contact")["value"] == want["won_before_first_contact"]["count"]
    check_summaries(api, "month", want["mqls_per_month"], equal)
    check_summaries(api, "source", want["by_origin"], equal)
    check_summaries(api, LANDING, want["by_landing_page"], equal)
    check_months(api)
    won_by = {
        "month": "won_per_month_of_won_date", SDR: "deals_per_sdr", SR: "deals_per_sr",
        "deal.x_lead_type": "by_lead_type", "deal.x_business_segment": "by_business_segment",
        "deal.x_lead_behaviour_profile": "by_behaviour_profile",
    }  # fmt: skip
    for by, name in won_by.items():
        assert {group: row["value"] for group, row in api.groups("won", by).items()} == want[name], name
    both = set(api.groups("won", SDR)) & set(api.groups("won", SR))
    assert len(both) == want["persons_who_are_both_sdr_and_sr"]
    per_sr = api.groups("days_to_won", SR, stat="median")
    assert set(per_sr) == set(want["median_days_to_won_per_sr"])
    assert all(equal(per_sr[one]["value"], median) for one, median in want["median_days_to_won_per_sr"].items())
    for days in t.WINDOWS:
        for dated in ("created", "handed"):
            found = api.groups("conversion", "month", window=days, date=dated)
            assert {month: row["n"] for month, row in found.items()} == {
                month: some[str(days)] for month, some in want["cohort_conversion_within_days"].items()
            }
    revenue = want["declared_monthly_revenue"]
    assert equal(api.total(f"sum:{REVENUE}")["value"], revenue["sum"])
    assert equal(api.total(f"sum:{REVENUE}", stat="max")["value"], revenue["max"])
    assert api.total(f"count:{REVENUE}", **{REVENUE: "0"})["value"] == revenue["zero_count"]


def test_every_figure_of_the_funnel_comes_out_of_the_api_equal(olist_db):
    api, printed_there = api_for(olist_db), t.expected(olist_db)
    exact = t.truth(olist_db)
    check(api, exact, same)
    check(api, printed_there | {"by_landing_page": printed_there["by_landing_page_top10"]}, printed)
    # What no measure answers is in the import's report: blanks, ranges. The 200 of December is the contract's.
    december = api.groups("mql", "month")["2017-12"]
    met = {month: row["value"] >= 200 for month, row in api.groups("mql", "month").items()}
    assert december["value"] == 200
    assert met == {month: one["met"] for month, one in printed_there["sla_demo_200_mql_per_month"].items()}


@pytest.mark.django_db(transaction=True)
@pytest.mark.trust
@pytest.mark.parametrize("seed", [1, 2])
def test_the_same_on_a_mutated_copy(shared_data, tmp_path, seed):
    folder = mutated_copy(shared_data / "olist-funnel", tmp_path, seed)
    import_olist(folder)
    check(api_for(folder), t.truth(folder), same)
