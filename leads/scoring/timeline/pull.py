"""Facts of many leads as arrays: instants are whole microseconds since 1970, days are whole numbers since 1970."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from io import BytesIO
from typing import Any

import numpy as np
from django.db import connection

from leads.scoring import company_days, days, filters
from leads.scoring.program import Program
from leads.scoring.sql import Params, fetch, given

from .order import Order

Ints = np.ndarray
Hits = dict[int, tuple[Ints, Ints, Ints]]  # behaviour -> lead, effective, occurred
NONE = np.empty(0, np.int64)
FIRST = "NOT EXISTS (SELECT FROM leads_join f WHERE f.visitor_id = k.visitor_id AND f.id < k.id)"
# What a visitor did while nobody knew who it was: looked up visitor by visitor, for few of them are asked about at once.
VISITED = "JOIN LATERAL (SELECT * FROM leads_event e WHERE e.visitor_id = k.visitor_id AND e.lead_id IS NULL OFFSET 0) e ON true"
_US = "round(date_part('epoch', {0}) * 1000000)::bigint".format


_decoded = json.JSONDecoder(parse_float=Decimal).decode  # made once: most values are short


def us(at: datetime) -> int:
    """An instant in whole microseconds since 1970."""
    return round(at.timestamp() * 1_000_000)


@dataclass
class Changes:
    """Values of one field: `subject` positions (leads or companies), `effective` instants, in the order of the law.

    `spans`: condition (as canonical JSON) -> its first day and the one after the last for each change, where they are known
    already; `links`: of lead.company, positions of the companies. Then nobody asks for the values.
    """

    subject: Ints
    effective: Ints
    values: Sequence[str | None] = ()
    spans: Mapping[str, Ints] | None = None
    links: Ints | None = None

    @cached_property
    def order(self) -> Order:
        """Ready to be asked which one is in force."""
        return Order(self.subject, self.effective)


@dataclass
class Facts:
    """`leads` ids ascending; every `lead` array below holds positions in it. `tangled`: facts were taken back, or others
    were merged into it; such leads hold the moments of everything that counts for them, and are judged by SQL."""

    leads: Ints
    known: Ints
    recorded: Ints
    declared: Ints
    born: Ints  # instants of creation
    hits: Hits = field(default_factory=dict)
    changes: Mapping[str, Changes] = field(default_factory=dict)
    companies: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    resets: tuple[Ints, Ints, Ints] = (NONE, NONE, NONE)  # lead, effective, occurred
    backs: tuple[Ints, Ints] = (NONE, NONE)  # lead, instant at which we learned that a fact was none
    lent: tuple[Ints, Ints] = (NONE, NONE)  # lead, instant from which facts of others count, or a reset of theirs
    tangled: Ints = field(default_factory=lambda: np.empty(0, bool))

    def only(self, some: Ints) -> "Facts":
        """The leads of these positions, before anything else is known of them."""
        return Facts(*(one[some] for one in (self.leads, self.known, self.recorded, self.declared, self.born)))


def known(lead_ids: Sequence[int], until: datetime) -> Facts:
    """The leads themselves, as known by `until`. Merged and erased leads are left out."""
    since = "CASE WHEN l.declared THEN l.created_at ELSE greatest(l.recorded_at, l.created_at) END"
    rows = numbers(
        f"SELECT l.id, {_US(since)}, {_US('l.recorded_at')}, l.declared::int, {_US('l.created_at')} FROM leads_lead l"
        f" WHERE l.id = ANY(%(ids)s) AND l.root_id IS NULL AND NOT l.erased AND {since} <= %(until)s ORDER BY 1",
        Params(ids=list(lead_ids), until=until),
        5,
    )
    return Facts(rows[0], rows[1], rows[2], rows[3].astype(bool), rows[4])


def fill(program: Program, facts: Facts, until: datetime) -> None:
    """Everything a program reads about these leads, as known by `until`, but what they did."""
    params = Params(ids=facts.leads.tolist(), until=until)
    facts.lent = positions(facts, LENT, params)
    facts.resets = resets(facts, params)
    names = {key.partition(".")[2] for key in program.fields if key.startswith("lead.")} - {"created"}
    needed = sorted(names | ({"company"} if any(key.startswith("company.") for key in program.fields) else set()))
    facts.changes = changes("lead", facts.leads, needed, params)
    _pull_companies(program, facts, params)
    pull_backs(facts, params)


def hits(wanted: Mapping[int, Mapping[str, Any]], leads: Ints, params: Params) -> Hits:
    """Behaviour -> (position of the lead, effective, occurred) of each of its events; `params`: ids, until."""
    return by_behaviour(wanted, leads, [happened(wanted, sources(wanted), params)]) if wanted else {}


def by_behaviour(wanted: Iterable[int], leads: Ints, found: Sequence[tuple[Ints, Ints, Ints, Ints]]) -> Hits:
    """The same of rows (lead, behaviour, effective, occurred)."""
    if not found:
        return {}
    lead, behaviour, eff, occurred = (np.concatenate(column) for column in zip(*found, strict=True))
    place, kept = places(leads, lead)
    mine = {pk: kept & (behaviour == pk) for pk in wanted}
    return {pk: (place[one], eff[one], occurred[one]) for pk, one in mine.items()}


def sources(wanted: Mapping[int, Mapping[str, Any]], lent: bool = True) -> list[str]:
    """SELECTs of all that leads (parameter ids) did. Not `lent`: no other lead was ever merged into one of these."""
    effective = "greatest(e.known_at, e.occurred_at{})".format
    found = [
        filters.events(
            wanted.values(),
            f"e.lead_id AS who, {effective('')} AS eff",
            "leads_event e",
            "e.lead_id = ANY(%(ids)s) AND e.kind = ANY(%(kinds)s)",
        ),
        filters.events(
            wanted.values(),
            f"k.lead_id AS who, {effective(', k.known_at')} AS eff",
            f"leads_join k {VISITED}",
            f"k.lead_id = ANY(%(ids)s) AND e.kind = ANY(%(kinds)s) AND {FIRST}",
        ),
    ]
    if filters.has_attempts(wanted.values()):
        who = (f"{filters.ATTEMPTS}", "e.lead_id = ANY(%(ids)s)")
        found.append(filters.events(wanted.values(), f"e.lead_id AS who, {effective('')} AS eff", *who))
    return found + (_lent(wanted) if lent else [])


def happened(
    wanted: Mapping[int, Mapping[str, Any]], sources: Sequence[str], params: Params
) -> tuple[Ints, Ints, Ints, Ints]:
    """(lead, behaviour, effective, occurred) of the events of these sources (SELECTs of `filters.events` with who and eff)."""
    if not wanted:
        return NONE, NONE, NONE, NONE
    params["kinds"] = sorted({one["kind"] for one in wanted.values()})
    lead, behaviour, effective, occurred = numbers(
        f"SELECT x.who, b.id, {_US('x.eff')}, {_US('x.occurred_at')} FROM ({' UNION ALL '.join(sources)}) x,"
        f" unnest({filters.behaviours_hit(wanted, params)}) b(id) WHERE x.eff <= %(until)s",
        params,
        4,
    )
    return lead, behaviour, effective, occurred


def _lent(wanted: Mapping[int, Mapping[str, Any]]) -> list[str]:
    """The same of what leads did that were merged into these."""
    alive = "s.root_id = ANY(%(ids)s) AND e.kind = ANY(%(kinds)s) AND (s.until IS NULL OR {0} < s.until)".format
    since = "greatest(e.known_at, e.occurred_at, s.since)"
    joined = "greatest(e.known_at, e.occurred_at, s.since, k.known_at)"
    each = "JOIN LATERAL (SELECT * FROM leads_event e WHERE e.lead_id = s.lead_id OFFSET 0) e ON true"
    sources = [
        (since, f"leads_mergedspan s {each}", alive(since)),
        (
            joined,
            f"leads_mergedspan s JOIN leads_join k ON k.lead_id = s.lead_id {VISITED}",
            f"{alive(joined)} AND {FIRST}",
        ),
    ]
    if filters.has_attempts(wanted.values()):
        sources.append((since, f"leads_mergedspan s JOIN {filters.ATTEMPTS} ON e.lead_id = s.lead_id", alive(since)))
    return [filters.events(wanted.values(), f"s.root_id AS who, {eff} AS eff", *which) for eff, *which in sources]


def resets(facts: Facts, params: Params) -> tuple[Ints, Ints, Ints]:
    lead, eff, occurred = numbers(
        f"SELECT lead_id, {_US('greatest(known_at, occurred_at)')}, {_US('occurred_at')} FROM leads_engagementreset"
        " WHERE lead_id = ANY(%(ids)s) AND greatest(known_at, occurred_at) <= %(until)s",
        params,
        3,
    )
    place, kept = places(facts.leads, lead)
    return place[kept], eff[kept], occurred[kept]


LENT = f"""
SELECT root_id, {_US("since")} FROM leads_mergedspan WHERE root_id = ANY(%(ids)s) AND since <= %(until)s
UNION ALL
SELECT s.root_id, {_US("greatest(r.known_at, r.occurred_at, s.since)")} FROM leads_mergedspan s
JOIN leads_engagementreset r ON r.lead_id = s.lead_id WHERE s.root_id = ANY(%(ids)s)
  AND greatest(r.known_at, r.occurred_at, s.since) <= %(until)s
"""


def positions(facts: Facts, sql: str, params: Params) -> tuple[Ints, Ints]:
    """(position of the lead, instant) of a query that gives ids and instants."""
    lead, at = numbers(sql, params, 2)
    place, kept = places(facts.leads, lead)
    return place[kept], at[kept]


def changes(subject: str, ids: Ints, names: Sequence[str], params: Mapping[str, Any]) -> dict[str, Changes]:
    if not len(ids) or not names:
        return {}
    what = "x.value::text, x.occurred_at, x.recorded_at, x.id FROM"
    own = f"SELECT x.field, x.subject_id, greatest(x.known_at, x.occurred_at) AS eff, {what} leads_attributechange x"
    own += " WHERE x.subject = %(subject)s AND x.subject_id = ANY(%(which)s) AND x.field = ANY(%(names)s)"
    if subject == "lead":  # values of leads merged into one of these: for their moments
        own += f" UNION ALL SELECT x.field, s.root_id, greatest(x.known_at, x.occurred_at, s.since), {what}"
        own += " leads_mergedspan s JOIN leads_attributechange x ON x.subject = 'lead' AND x.subject_id = s.lead_id"
        own += " WHERE s.root_id = ANY(%(which)s) AND x.field = ANY(%(names)s)"
    rows = fetch(
        f"SELECT field, subject_id, {_US('eff')}, value FROM ({own}) x WHERE eff <= %(until)s"
        " ORDER BY 1, 2, occurred_at, recorded_at, id",
        {"subject": subject, "which": ids.tolist(), "names": list(names), "until": params["until"]},
    )
    by_field: dict[str, list[tuple]] = {}
    for row in rows:
        by_field.setdefault(f"{subject}.{row[0]}", []).append(row)
    found = {}
    for key, mine in by_field.items():
        place, kept = places(ids, np.array([row[1] for row in mine], np.int64))
        assert kept.all()
        found[key] = Changes(place, np.array([row[2] for row in mine], np.int64), [row[3] for row in mine])
    return found


def _pull_companies(program: Program, facts: Facts, params: Params) -> None:
    names = sorted(key.partition(".")[2] for key in program.fields if key.startswith("company."))
    links = facts.changes.get("lead.company")
    if names and links:
        facts.companies = np.unique(np.array([int(one) for one in links.values if is_id(one)], np.int64))
        facts.changes = {**facts.changes, **changes("company", facts.companies, names, params)}
        facts.changes |= sums(facts.companies, [key for key in program.fields if key in company_days.COLUMNS], params)


def sums(companies: Ints, keys: Sequence[str], params: Mapping[str, Any]) -> dict[str, Changes]:
    """Sums over companies' people as values that change at midnights."""
    if not keys or not len(companies):
        return {}
    here = days.here()
    rows = fetch(
        "SELECT company_id, day, people, active, acts, mqls FROM leads_companyday WHERE company_id = ANY(%(which)s)"
        " AND day <= %(last)s ORDER BY 1, 2",
        {"which": companies.tolist(), "last": here.of(params["until"])},
    )
    place, _kept = places(companies, np.array([row[0] for row in rows], np.int64))
    begins = {day: us(here.midnight(day)) for day in {row[1] for row in rows}}
    at = np.array([begins[row[1]] for row in rows], np.int64)
    column = {"people": 2, "active": 3, "acts": 4, "mqls": 5}
    return {
        key: Changes(place, at, [str(row[column[company_days.COLUMNS[key]]]) if row[2] > 0 else None for row in rows])
        for key in keys
    }


def company_of(links: Changes, companies: Ints) -> Ints:
    """Position of the company that each link names; -1 for none."""
    if links.links is not None:
        return links.links
    ids = np.array([int(one) if is_id(one) else -1 for one in links.values], np.int64)
    place, kept = places(companies, ids)
    return np.where(kept, place, -1)


def read_value(text: str | None, blank: Any = None) -> Any:
    """A stored value as conditions read it; `blank` for none."""
    raw = None if text is None else _decoded(text)
    return blank if raw is None else raw


def is_id(text: str | None) -> bool:
    return text is not None and text.strip('"').isdigit()


def members(leads: Ints, companies: Ints, company: Ints, at: Ints) -> tuple[Ints, Ints]:
    """Instants of companies as instants of every lead ever linked to them (`leads` and `companies`: the links)."""
    order = np.argsort(company, kind="stable")
    company, at = company[order], at[order]
    first, after = np.searchsorted(company, companies), np.searchsorted(company, companies, "right")
    times = after - first
    place = np.arange(times.sum()) - np.repeat(np.cumsum(times) - times, times) + np.repeat(first, times)
    return np.repeat(leads, times), at[place]


_BACKS = f"""
WITH mine AS MATERIALIZED (
  SELECT id AS member, id AS who, NULL::timestamptz AS since, NULL::timestamptz AS until FROM unnest(%(ids)s::bigint[]) id
  UNION ALL SELECT lead_id, root_id, since, until FROM leads_mergedspan WHERE root_id = ANY(%(ids)s))
SELECT s.who, {_US("c.known_at")} FROM leads_correction c JOIN (
  SELECT 'event' AS subject, e.id, m.* FROM mine m JOIN leads_event e ON e.lead_id = m.member
  UNION ALL SELECT 'event', e.id, m.* FROM mine m JOIN leads_join k ON k.lead_id = m.member {VISITED}
  UNION ALL SELECT 'attempt', t.id, m.* FROM mine m JOIN leads_attempt t ON t.lead_id = m.member
  UNION ALL SELECT 'engagementreset', r.id, m.* FROM mine m JOIN leads_engagementreset r ON r.lead_id = m.member
  UNION ALL SELECT 'attributechange', x.id, m.* FROM mine m JOIN leads_attributechange x
   ON x.subject = 'lead' AND x.subject_id = m.member) s
ON s.subject = c.subject AND s.id = c.subject_id WHERE c.known_at <= %(until)s
  AND (s.since IS NULL OR c.known_at >= s.since) AND (s.until IS NULL OR c.known_at < s.until)
UNION ALL
SELECT who, {_US("until")} FROM mine WHERE until <= %(until)s
"""
_BACKS_OF_COMPANIES = f"""
SELECT x.subject_id, {_US("c.known_at")} FROM leads_correction c JOIN leads_attributechange x
ON c.subject = 'attributechange' AND x.id = c.subject_id
WHERE x.subject = 'company' AND x.subject_id = ANY(%(companies)s) AND c.known_at <= %(until)s
"""
_ANY_BACK = "SELECT FROM leads_correction WHERE subject IN ('event', 'attempt', 'engagementreset', 'attributechange')"


def pull_backs(facts: Facts, params: Params) -> None:
    """Corrections that touch these leads (directly, by visitors joined to them, by leads merged into them, by their
    companies), and merges taken back."""
    facts.tangled = np.zeros(len(facts.leads), bool)
    facts.tangled[facts.lent[0]] = True
    if not len(facts.lent[0]) and not fetch(f"SELECT EXISTS ({_ANY_BACK})")[0][0]:
        return
    facts.backs = positions(facts, _BACKS, params)
    if len(facts.companies):
        params["companies"] = facts.companies.tolist()
        company, at = numbers(_BACKS_OF_COMPANIES, params, 2)
        links = facts.changes["lead.company"]
        place, kept = places(facts.companies, company)
        more = members(links.subject, company_of(links, facts.companies), place[kept], at[kept])
        facts.backs = np.concatenate((facts.backs[0], more[0])), np.concatenate((facts.backs[1], more[1]))
    facts.tangled[facts.backs[0]] = True


def places(ids: Ints, wanted: Ints) -> tuple[Ints, Ints]:
    """(position of each wanted id in the ascending `ids`, whether it is there)."""
    if not len(ids):
        return np.zeros(len(wanted), np.int64), np.zeros(len(wanted), bool)
    place = np.minimum(np.searchsorted(ids, wanted), len(ids) - 1)
    return place, ids[place] == wanted


def numbers(sql: str, params: Mapping[str, Any], width: int) -> tuple[Ints, ...]:
    """Columns of a query that gives whole numbers only, by COPY."""
    out = BytesIO()
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY ({cursor.mogrify(sql, given(params)).decode()}) TO STDOUT", out)
    flat = np.fromstring(out.getvalue().replace(b"\n", b"\t"), dtype=np.int64, sep="\t")
    return tuple(np.ascontiguousarray(column) for column in flat.reshape(-1, width).T)
