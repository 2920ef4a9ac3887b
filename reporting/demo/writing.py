"""Facts of the demo into the tables, by COPY, as intake would have added them then."""

import json
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

import numpy as np
from django.db import connection

from leads.models import Source
from smarketing.rows import fence

from . import visitors, words
from .bulk import PIECE, copy, hexed, ids, times
from .crowd import SECOND, Crowd, all_functions, all_sources
from .plan import Plan, micros, midnight
from .traffic import Traffic

BLOCK = fence.BLOCK
BORN = {"day_only": False, "declared": False, "imported_by_id": None}


def identities(plan: Plan, crowd: Crowd) -> np.ndarray:
    """Companies, campaigns and leads with their values and columns. Returns the leads' ids."""
    companies = _companies(crowd)
    campaigns = _campaigns(plan)
    return _leads(crowd, companies, campaigns)


def source() -> Source:
    return Source.objects.get_or_create(name="site")[0]


def events(plan: Plan, traffic: Traffic, visits: visitors.Visits, crowd: Crowd, leads: np.ndarray) -> int:
    """Events with their keys, in their partitions, what was sent along, anonymous visits first. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT leads_keep_partitions(%s, %s)", [plan.first, plan.months + 3])
    site = source().pk
    visitor, of_lead = visitors.write(visits, crowd, leads, site)
    seen = _anonymous(visits, visitor, site)
    number = _numbers(traffic.recorded)
    recorded = times(traffic.recorded)
    on_site = np.isin(traffic.kind, (words.KIND["page"], words.KIND["form"]))
    known_as = np.where(on_site, of_lead[traffic.lead], -1)
    pages, names, forms = (np.array(table, object) for table in (("", *words.PAGES), words.NAMES, words.FORMS))
    copy("leads_event", {
        "id": number, "lead_id": leads[traffic.lead], "visitor_id": [n if n >= 0 else None for n in known_as.tolist()], "source_id": site,
        "kind": np.array(words.KINDS, object)[traffic.kind], "name": names[traffic.name],
        "page": pages[traffic.page + 1], "form": forms[traffic.form], "campaign_id": None, "day_only": False,
        "occurred_at": times(traffic.occurred), "recorded_at": recorded, "known_at": recorded,
    })  # fmt: skip
    visitors.payloads(plan, traffic, number)
    number = np.concatenate([seen, number])
    _keys(plan, number, site)
    return len(number)


def _numbers(recorded: np.ndarray) -> np.ndarray:
    """Ids of events recorded at these instants, as intake gives them."""
    count = len(recorded)
    low = ids("rows_event_block", -(-count // BLOCK))[0] + np.arange(count)
    return ((recorded // 1000 - fence._EPOCH_MS) << 22) | (low & 0x3FFFFF)


def _anonymous(visits: visitors.Visits, visitor: np.ndarray, site: int) -> np.ndarray:
    """Visits of people nobody knew yet. Returns the ids of the events."""
    number, recorded = _numbers(visits.occurred + SECOND), times(visits.occurred + SECOND)
    copy("leads_event", {
        "id": number, "lead_id": None, "visitor_id": visitor, "source_id": site, "kind": "page", "name": "",
        "page": np.array(words.PAGES, object)[visits.page], "form": "", "campaign_id": None, "day_only": False,
        "occurred_at": times(visits.occurred), "recorded_at": recorded, "known_at": recorded,
    })  # fmt: skip
    return number


def spend(plan: Plan, campaigns: Sequence[int], by: int) -> int:
    """What each campaign cost, day by day. Returns the rows."""
    dice, rows = plan.dice("spend"), []
    for number, one in enumerate(words.CAMPAIGNS):
        for day in active_days(plan, one):
            amount = (Decimal(one.cost) * Decimal(f"{dice.uniform(0.8, 1.2):.3f}")).quantize(Decimal("0.01"))
            rows.append((campaigns[number], day, str(amount), micros(midnight(day))))
    rows.sort(key=lambda row: (row[3], row[0]))
    at = times(np.minimum(np.array([row[3] for row in rows]) + 30 * 3600 * SECOND, plan.now - SECOND))
    return copy("leads_spend", {
        "campaign_id": [str(row[0]) for row in rows], "spent_on": [row[1].isoformat() for row in rows],
        "amount": [row[2] for row in rows], "label": "media", "by_id": by, "imported_by_id": None,
        "occurred_at": times(np.array([row[3] for row in rows])), "recorded_at": at, "known_at": at,
    })  # fmt: skip


def active_days(plan: Plan, one: words.Campaign) -> list:
    """Days before today on which a campaign runs."""
    days = [plan.first + timedelta(days=n) for n in range(plan.days - 1)]
    return [
        day
        for day in days
        if one.days[0] <= day.day <= one.days[1]
        and (one.months is None or (day.year - plan.first.year) * 12 + day.month - plan.first.month in one.months)
    ]


def campaign_ids() -> list[int]:
    from leads.models import Campaign

    known = dict(Campaign.objects.values_list("key", "pk"))
    return [known[one.key] for one in words.CAMPAIGNS]


# --- one subject each


def _companies(crowd: Crowd) -> np.ndarray:
    made = crowd.companies
    number = ids("leads_company_id_seq", len(made.name))
    born = times(made.born)
    industry, country = np.array(words.INDUSTRIES)[made.industry], np.array(words.COUNTRIES)[made.country]
    copy("leads_company", {
        "id": number, "created_at": born, "recorded_at": born, **BORN, "attributes": "{}", "name": made.name,
        "domain": made.domain, "industry": industry, "country": country, "employees": made.employees,
    })  # fmt: skip
    fields = {"name": made.name, "domain": made.domain, "industry": industry, "country": country, "employees": made.employees.tolist()}  # fmt: skip
    _changes("company", number, made.born, fields)
    return number


def _campaigns(plan: Plan) -> np.ndarray:
    number = ids("leads_campaign_id_seq", len(words.CAMPAIGNS))
    at = np.full(len(number), micros(midnight(plan.first)) - 30 * 86_400 * SECOND)
    days = [active_days(plan, one) or [plan.first] for one in words.CAMPAIGNS]
    fields = {
        "key": [one.key for one in words.CAMPAIGNS],
        "name": [one.name for one in words.CAMPAIGNS],
        "channel": [one.channel for one in words.CAMPAIGNS],
        "starts_on": [min(some).isoformat() for some in days],
    }
    copy("leads_campaign", {
        "id": number, "created_at": times(at), "recorded_at": times(at), **BORN, "attributes": "{}", **fields, "ends_on": None,
    })  # fmt: skip
    _changes("campaign", number, at, fields)
    return number


def _leads(crowd: Crowd, companies: np.ndarray, campaigns: np.ndarray) -> np.ndarray:
    count = len(crowd.born)
    number = ids("leads_lead_id_seq", count)
    first, last = (
        np.array(crowd.first_names, object)[crowd.first_name],
        np.array(crowd.last_names, object)[crowd.last_name],
    )
    domains = np.array([*crowd.companies.domain, "mail.example"], object)[crowd.company]
    country = np.array(words.COUNTRIES, object)[np.append(crowd.companies.country, 0)[crowd.company]]
    fields = {
        "email": [f"{_plain(a)}.{_plain(b)}{n}@{d}" for a, b, n, d in zip(first, last, range(1, count + 1), domains, strict=True)],
        "first_name": first.tolist(),
        "last_name": last.tolist(),
        "phone": [f"+33 6 39 98 {n // 100:02d} {n % 100:02d}" if n >= 0 else None for n in crowd.phone.tolist()],
        "function": np.array(all_functions(), object)[crowd.function].tolist(),
        "country": country.tolist(),
        "source": np.array(all_sources(), object)[crowd.source].tolist(),
        "company": _linked(companies, crowd.company),
        "campaign": _linked(campaigns, crowd.campaign),
        "x_landing_page": [words.LANDING_PAGES[n] if n >= 0 else None for n in crowd.landing.tolist()],
    }  # fmt: skip
    recorded = crowd.born + SECOND // 2
    columns = {name: values for name, values in fields.items() if name not in ("company", "campaign", "x_landing_page")}
    copy("leads_lead", {
        "id": number, "created_at": times(crowd.born), "recorded_at": times(recorded), **BORN,
        "attributes": [json.dumps({"x_landing_page": page}) if page else "{}" for page in fields["x_landing_page"]],
        **columns, "phone": [phone or "" for phone in fields["phone"]],
        "company_id": fields["company"], "campaign_id": fields["campaign"], "birth_date": None,
        "opted_out": crowd.opted_out >= 0, "erased": False, "stage": "lead", "root_id": None,
    })  # fmt: skip
    _changes("lead", number, crowd.born, fields, recorded)
    left = np.flatnonzero(crowd.opted_out >= 0)
    _changes("lead", number[left], crowd.opted_out[left], {"opted_out": [True] * len(left)})
    return number


def _changes(
    subject: str, number: np.ndarray, at: np.ndarray, fields: dict, recorded: np.ndarray | None = None
) -> None:
    """One AttributeChange per value that is there, field after field of each subject; so many subjects at a time as memory bears."""
    recorded = at if recorded is None else recorded
    for start in range(0, len(number), PIECE):
        some = slice(start, start + PIECE)
        values = {name: one[some] for name, one in fields.items()}
        _changes_of(subject, number[some], at[some], values, recorded[some])


def _changes_of(subject: str, number: np.ndarray, at: np.ndarray, fields: dict, recorded: np.ndarray) -> None:
    place, field, value = [], [], []
    for name, values in fields.items():
        there = [n for n, one in enumerate(values) if one is not None]
        place += there
        field += [name] * len(there)
        value += [json.dumps(values[n], ensure_ascii=False) for n in there]
    where = np.array(place, dtype=np.int64)
    order = np.argsort(where, kind="stable")
    fields_there, values_there = np.array(field, object)[order], np.array(value, object)[order]
    where = where[order]
    known = times(recorded[where])
    copy("leads_attributechange", {
        "subject": subject, "subject_id": number[where], "field": fields_there, "value": values_there, "occurred_at": times(at[where]),
        "recorded_at": known, "known_at": known, "day_only": False, "by_id": None, "imported_by_id": None, "source": "site",
    })  # fmt: skip


def _keys(plan: Plan, number: np.ndarray, site: int) -> None:
    """A key per event, in the order of the index that holds them."""
    drawn = np.frombuffer(plan.dice("keys").bytes(32 * len(number)), np.uint8).reshape(-1, 32)
    high, low = (drawn[:, at : at + 8].copy().view(">u8").ravel().astype(np.uint64) for at in (0, 8))
    drawn = drawn[np.lexsort((low, high))]
    copy("leads_eventkey", {
        "source_id": site, "key": hexed(drawn[:, :16]), "body_hash": hexed(drawn[:, 16:]), "event_id": number,
    })  # fmt: skip


def _linked(number: np.ndarray, index: np.ndarray) -> list[int | None]:
    return [None if n < 0 else int(number[n]) for n in index.tolist()]


_FOLD = str.maketrans("éèêëàâçîïôöûüñœ", "eeeeaaciioouuno", "’ ")


def _plain(name: str) -> str:
    return name.lower().translate(_FOLD)
