"""What leads did, for walks that begin at a moment of theirs: earlier days from the ledger, only what came since from the facts.

At its first row a walk sums up all there was before. Of a day before that row's the ledger says how often something was done and
on which day we knew of it, which is all that counts there. Whoever has a row that takes something away, or that was known before it
occurred, is read from the facts alone; so are leads that others were merged into, and those never judged before.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np

from leads.scoring import filters, ledger
from leads.scoring.days import Days
from leads.scoring.program import Program
from leads.scoring.sql import Params
from personas.criteria.behaviours import behaviours
from smarketing.rows import fence

from . import pull
from .pull import Facts, Hits, Ints
from .rows import Zone

DAY, SECOND = np.int64(86_400_000_000), 1_000_000
EVER = 40_000  # days: further back than any fact
Filters = Mapping[int, Mapping[str, Any]]
Rows = tuple[Ints, Ints, Ints, Ints]  # lead ids, behaviours, effective, occurred

# Looked up by lead alone: bounded by days, too, the planner reads all leads of these days for each of them.
_LEDGER = """
SELECT b.lead_id, b.behaviour_id, b.occurred_day - date '1970-01-01', b.known_day - date '1970-01-01', b.n
FROM unnest(%(ids)s::bigint[], %(days)s::int[]) f(id, day)
JOIN LATERAL (SELECT * FROM leads_behaviourday b WHERE b.lead_id = f.id OFFSET 0) b ON b.behaviour_id = ANY(%(behaviours)s)
  AND b.known_day < date '1970-01-01' + f.day AND b.occurred_day > date '1970-01-01' + f.day - %(horizon)s
"""
_WHO = "unnest(%(ids)s::bigint[], %(first_ids)s::bigint[], %(midnights)s::bigint[]) f(id, first_id, midnight)"
_OWN = (
    f"{_WHO} JOIN LATERAL (SELECT * FROM leads_event e WHERE e.lead_id = f.id AND e.id >= f.first_id"
    " AND e.known_at >= to_timestamp(f.midnight) AND e.kind = ANY(%(kinds)s) OFFSET 0) e ON true"
)
# Of a visitor joined since all that it did, of others what came since.
_JOINED = (
    f"{_WHO} JOIN leads_join k ON k.lead_id = f.id JOIN LATERAL (SELECT * FROM leads_event e WHERE e.visitor_id = k.visitor_id"
    " AND e.lead_id IS NULL AND e.id >= CASE WHEN k.known_at >= to_timestamp(f.midnight) THEN 0 ELSE f.first_id END OFFSET 0) e ON true"
)
_TRIED = f"{_WHO} JOIN {filters.ATTEMPTS} ON e.lead_id = f.id"


def hits(program: Program, facts: Facts, base: Ints, judged: Ints, here: Days, until: datetime) -> Hits:
    """What leads did that counts at their `base` (instants) or later, as known by `until`; whether each was `judged` before."""
    wanted = {program.behaviours[one.key]: one.filter for one in behaviours(program.body)}
    told = judged & bool(wanted)
    told[facts.lent[0]] = False
    if told.any() and not ledger.counted(program.behaviours):
        told[:] = False
    found: list[Rows] = []
    if told.any():
        before, odd = _before(wanted, facts.leads[told], base[told], here, program.horizon())
        told &= ~np.isin(facts.leads, odd)
        found = [before, _after(wanted, facts.leads[told], base[told], here, until)]
    if not told.all():
        params = Params(ids=facts.leads[~told].tolist(), until=until)
        found.append(pull.happened(wanted, pull.sources(wanted, lent=bool(len(facts.lent[0]))), params))
    return pull.by_behaviour(wanted, facts.leads, found)


def _before(wanted: Filters, leads: Ints, base: Ints, here: Days, horizon: int | None) -> tuple[Rows, Ints]:
    """What the ledger says of the days before that of each lead's base; and the leads of which it does not say all."""
    today = Zone(here, int(base.min()), int(base.max())).day(base)
    params = Params(ids=leads.tolist(), days=today.tolist(), behaviours=sorted(wanted))
    params["horizon"] = EVER if horizon is None else horizon
    lead, behaviour, occurred, known, times = pull.numbers(_LEDGER, params, 5)
    ahead = occurred >= today[np.searchsorted(leads, lead)]
    odd = np.unique(lead[ahead | (times <= 0)])
    kept = ~np.isin(lead, odd)
    lead, behaviour, occurred, known = (np.repeat(one[kept], times[kept]) for one in (lead, behaviour, occurred, known))
    if not len(lead):
        return (lead, behaviour, occurred, known), odd
    zone = Zone(here, int(occurred.min() * DAY), int(base.max()))
    return (lead, behaviour, zone.midnight(np.maximum(occurred, known)), zone.midnight(occurred)), odd


def _after(wanted: Filters, leads: Ints, base: Ints, here: Days, until: datetime) -> Rows:
    """What we learned of each lead since the day of its base began."""
    if not len(leads):
        return pull.NONE, pull.NONE, pull.NONE, pull.NONE
    zone = Zone(here, int(base.min()), int(base.max()))
    seconds = (zone.midnight(zone.day(base)) // SECOND).tolist()
    floors = {one: fence.id_floor(datetime.fromtimestamp(one, UTC)) for one in set(seconds)}
    params = Params(ids=leads.tolist(), midnights=seconds, first_ids=[floors[one] for one in seconds], until=until)
    return pull.happened(wanted, _sources(list(wanted.values())), params)


def _sources(of: Sequence[Mapping[str, Any]]) -> list[str]:
    own, joined = "greatest(e.known_at, e.occurred_at)", "greatest(e.known_at, e.occurred_at, k.known_at)"
    since = "greatest(e.known_at, k.known_at) >= to_timestamp(f.midnight)"
    visits = f"e.kind = ANY(%(kinds)s) AND {since} AND {pull.FIRST}"
    found = [
        filters.events(of, f"e.lead_id AS who, {own} AS eff", _OWN, "true"),
        filters.events(of, f"k.lead_id AS who, {joined} AS eff", _JOINED, visits),
    ]
    if filters.has_attempts(of):
        tried = "e.known_at >= to_timestamp(f.midnight)"
        found.append(filters.events(of, f"e.lead_id AS who, {own} AS eff", _TRIED, tried))
    return found
