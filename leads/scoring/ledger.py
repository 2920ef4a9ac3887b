"""The behaviour ledger: how often each lead did each behaviour on each local day, and since which day we know it.

Rows are signed and added up: an event adds one; its correction takes one away on the day we learned of it; a join adds
the visitor's events on the day of the join. A merge adds what the merged lead did, known on the day of the merge, and
taking it back takes that away on its own day. Rows are sorted by their key before every write, so that writers never
deadlock. `backfill.py` counts a new behaviour once from the raw events.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from django.db import connection, transaction

from leads.intake import bulk, locks, spans
from leads.intake.bulk import among
from leads.models import Attempt, Behaviour, Event, Join
from personas.criteria.behaviours import behaviours
from smarketing.rows.fence import Fence

from . import days, filters
from .sql import Params, execute

Filters = Mapping[int, Mapping[str, Any]]

# What changes the ledger: (who, instant learned, sign, source of events e, condition). `{0}` is which of them.
EVENTS = ("e.lead_id", "e.known_at", 1, "leads_event e", "e.lead_id IS NOT NULL AND {0}")
JOINS = (
    "k.lead_id",
    "greatest(k.known_at, e.known_at)",
    1,
    "leads_join k JOIN leads_event e ON e.visitor_id = k.visitor_id",
    "e.lead_id IS NULL AND {0} AND NOT EXISTS (SELECT FROM leads_join f WHERE f.visitor_id = k.visitor_id AND f.id < k.id)"
    " AND NOT EXISTS (SELECT FROM leads_correction c WHERE c.subject = 'event' AND c.subject_id = e.id"
    " AND c.known_at <= k.known_at)",
)
BACK = (
    "coalesce(e.lead_id, k.lead_id)",
    "c.known_at",
    -1,
    "leads_correction c JOIN leads_event e ON e.id = c.subject_id LEFT JOIN LATERAL (SELECT f.lead_id, f.known_at"
    " FROM leads_join f WHERE e.lead_id IS NULL AND f.visitor_id = e.visitor_id ORDER BY f.id LIMIT 1) k ON true",
    "c.subject = 'event' AND {0} AND (e.lead_id IS NOT NULL OR k.known_at < c.known_at)",
)
# An event of a lead merged into another one counts there from the last to the first of: both known, taken back, unmerged.
_FIRST_JOIN = (
    "leads_mergedspan s JOIN leads_join k ON k.lead_id = s.lead_id AND NOT EXISTS (SELECT FROM leads_join f"
    " WHERE f.visitor_id = k.visitor_id AND f.id < k.id) JOIN leads_event e ON e.visitor_id = k.visitor_id AND e.lead_id IS NULL"
)
_CORRECTED = " LEFT JOIN leads_correction c ON c.subject = '{}' AND c.subject_id = e.id"


def _lent(source: str, since: str, fact: str = "event") -> tuple[tuple[str, str, int, str, str], ...]:
    """The two sources of events that are lent: what they add, and what is taken away again."""
    until = "least(c.known_at, s.until)"
    alive = f"{{0}} AND ({until} IS NULL OR {since} < {until})"
    return (
        ("s.root_id", since, 1, source + _CORRECTED.format(fact), alive),
        ("s.root_id", until, -1, source + _CORRECTED.format(fact), f"{alive} AND {until} IS NOT NULL"),
    )


LENT = _lent("leads_mergedspan s JOIN leads_event e ON e.lead_id = s.lead_id", "greatest(e.known_at, s.since)")
LENT_JOINS = _lent(_FIRST_JOIN, "greatest(e.known_at, k.known_at, s.since)")
# Attempts of sales, with those of merged leads, and what was taken back.
TRIED = ("e.lead_id", "e.known_at", 1, filters.ATTEMPTS, "{0}")
TRIED_BACK = (
    "e.lead_id", "c.known_at", -1, f"leads_correction c JOIN {filters.ATTEMPTS} ON e.id = c.subject_id",
    "c.subject = 'attempt' AND {0}",
)  # fmt: skip
TRIED_LENT = _lent(
    f"leads_mergedspan s JOIN {filters.ATTEMPTS} ON e.lead_id = s.lead_id", "greatest(e.known_at, s.since)", "attempt"
)
ATTEMPTS = (TRIED, TRIED_BACK, *TRIED_LENT)
SOURCES = (EVENTS, JOINS, BACK, *LENT, *LENT_JOINS, *ATTEMPTS)  # all there is: what counting anew reads
Source = tuple[str, str, int, str, str]

UPSERT = """
INSERT INTO leads_behaviourday (lead_id, behaviour_id, occurred_day, known_day, n)
SELECT lead_id, behaviour_id, occurred_day, known_day, sum(n)::int FROM ({rows}) r
GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
ON CONFLICT (lead_id, behaviour_id, occurred_day, known_day) DO UPDATE SET n = leads_behaviourday.n + excluded.n
"""


def active() -> dict[int, Mapping[str, Any]]:
    """Every registered behaviour: id -> filter."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, filter FROM leads_behaviour ORDER BY id")
        return {pk: _read(text) for pk, text in cursor.fetchall()}


@lru_cache(maxsize=1000)
def _read(text: str) -> Mapping[str, Any]:
    """A filter from its text; each batch of events asks for all of them."""
    return MappingProxyType(json.loads(text))


def ids_of(keys: Iterable[str]) -> dict[str, int]:
    """Behaviour key -> id, of those registered."""
    return dict(Behaviour.objects.filter(key__in=set(keys)).values_list("key", "pk"))


def counted(keys: Iterable[str]) -> bool:
    """Whether the ledger holds all of these behaviours; where it does not, their raw events must be counted."""
    wanted = set(keys)
    return Behaviour.objects.filter(key__in=wanted, backfilled_at__isnull=False).count() == len(wanted)


@transaction.atomic
def ensure(bodies: Iterable[Mapping[str, Any]]) -> list[Behaviour]:
    """Register the behaviours of definitions' bodies. Returns those that `backfill.run` has not counted yet."""
    wanted = {one.key: one.filter for body in bodies for one in behaviours(body)}
    rows = [Behaviour(key=key, filter=wanted[key]) for key in sorted(wanted)]
    Behaviour.objects.bulk_create(rows, ignore_conflicts=True)
    return list(Behaviour.objects.filter(key__in=wanted, backfilled_at=None).order_by("pk"))


def count_events(events: Sequence[Any], fence: Fence) -> None:
    """Intake's hook: new events (objects with `id` and `lead_id`). What merged leads lend is asked for only where there are
    any: planning those two selects costs ten times what the rest does."""
    if events:
        lent = locks.merges_stand(of=[event.lead_id for event in events if event.lead_id])
        _count((EVENTS, *LENT) if lent else (EVENTS,), "e.id = ANY({})", [event.id for event in events])


def count_joins(pairs: Sequence[tuple[int, int]], fence: Fence) -> None:
    """Intake's hook, after the joins' rows: events of visitors count for the lead they were joined to."""
    _add((JOINS, *LENT_JOINS), "k.visitor_id = ANY({})", [visitor for visitor, _lead in pairs])


def take_back(event_ids: Sequence[int], fence: Fence) -> None:
    """Intake's hook, after the corrections' rows: corrected events count one less from that day on."""
    owners = Event.objects.filter(among("pk", event_ids), lead__isnull=False).values_list("lead_id", flat=True)
    joined = Join.objects.filter(visitor__in=Event.objects.filter(among("pk", event_ids), lead=None).values("visitor"))
    lent_to = spans.ever_roots({*owners, *joined.values_list("lead_id", flat=True)})
    if lent_to:
        locks.merges_change()
    _add((BACK,), "e.id = ANY({})", list(event_ids))
    recount(lent_to)


def count_attempts(ids: Sequence[int], fence: Fence) -> None:
    """Intake's hook: new attempts."""
    _add((TRIED, *TRIED_LENT), "e.id = ANY({})", ids)


def take_back_attempts(ids: Sequence[int], fence: Fence) -> None:
    """Intake's hook, after the corrections' rows: corrected attempts count one less from that day on."""
    lent_to = spans.ever_roots(set(Attempt.objects.filter(among("pk", ids)).values_list("lead_id", flat=True)))
    if lent_to:
        locks.merges_change()
    _add((TRIED_BACK,), "e.id = ANY({})", ids)
    recount(lent_to)


def recount(leads: Iterable[int], fence: Fence | None = None) -> int:
    """Intake's hook, after merges and what took them back: count these leads anew from the raw events, as `backfill` does.

    What was known on earlier days comes out as it was: only rows of today are new. Returns the rows written.
    """
    ids, registered = sorted(set(leads)), active()
    if not ids or not registered:
        return 0
    locks.merges_change()
    params = Params()
    which = f"{{}} = ANY({params.add(ids)})"
    execute("DELETE FROM leads_behaviourday WHERE lead_id = ANY(%(ids)s)", {"ids": ids})
    selected = rows([(one, which.format(one[0])) for one in SOURCES], registered, params)
    return execute(UPSERT.format(rows=selected), params)


def rows(sources: Iterable[tuple[Source, str]], behaviours: Filters, params: Params) -> str:
    """SELECT of ledger rows (lead_id, behaviour_id, occurred_day, known_day, n) of sources, each with its condition."""
    here = days.here()
    params.update(here.params())
    if not filters.has_attempts(behaviours.values()):
        sources = [(source, which) for source, which in sources if source not in ATTEMPTS]
    selects = [
        filters.events(
            behaviours.values(), f"{who} AS who, {learned} AS learned, {sign} AS n", source, where.format(which)
        )
        for (who, learned, sign, source, where), which in sources
    ]
    return (
        f"SELECT x.who AS lead_id, b.behaviour_id, {here.sql('x.occurred_at')} AS occurred_day,"
        f" {here.sql('x.learned')} AS known_day, x.n FROM ({' UNION ALL '.join(selects)}) x,"
        f" unnest({filters.behaviours_hit(behaviours, params)}) AS b(behaviour_id)"
    )


def _add(sources: Iterable[Source], which: str, ids: Sequence[int]) -> None:
    if ids:
        locks.merges_stand()
        _count(sources, which, ids)


def _count(sources: Iterable[Source], which: str, ids: Sequence[int]) -> None:
    registered = active()
    if registered and (filters.has_attempts(registered.values()) or not {*sources} <= {*ATTEMPTS}):
        params = Params()
        wanted = which.format(f"{params.add(bulk.array(ids))}::bigint[]")
        selected = rows([(source, wanted) for source in sources], registered, params)
        execute(UPSERT.format(rows=selected), params)
