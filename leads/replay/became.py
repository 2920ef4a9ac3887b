"""What really happened on a definition: who became an MQL when, and what became of them. Decisions and wins are those of the
measures "acceptance" and "conversion", so that no second rule says what accepted or won means.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np

from leads.measures.table import MATURE
from leads.scoring import days
from leads.scoring.sql import fetch
from leads.scoring.timeline.pull import Ints, us
from smarketing.measures import engine, statement

from .lives import LOST_THEN
from .months import ACCEPTED, DECIDED, HANDED, MATURED, WON

_HANDOFFS = """
SELECT h.id, coalesce(l.root_id, l.id), coalesce(q.cycle, 0), h.occurred_at, h.qualification_id, l.root_id IS NULL
FROM leads_handoff h JOIN leads_lead l ON l.id = h.lead_id LEFT JOIN leads_qualification q ON q.id = h.qualification_id
WHERE h.line_id = %(line)s AND h.recorded_at <= %(cutoff)s AND NOT EXISTS (SELECT FROM leads_correction k
  WHERE k.subject = 'handoff' AND k.subject_id = h.id AND k.recorded_at <= %(cutoff)s)
ORDER BY h.occurred_at, h.id
"""
_QUALIFIED = """
SELECT coalesce(l.root_id, l.id), q.cycle, q.effective_at FROM leads_qualification q JOIN leads_lead l ON l.id = q.lead_id
WHERE q.line_id = %(line)s AND q.recorded_at <= %(cutoff)s AND q.effective_at <= %(cutoff)s
"""
# Recyclings that ended a handoff of a lead merged into another one since, with the day named then: as it was given back, or
# as its deal was lost.
_LENT = f"""
SELECT s.root_id, r.at, greatest((SELECT max(d.return_on) FROM leads_decision d WHERE d.handoff_id = h.id AND d.occurred_at <= r.at
    AND NOT EXISTS (SELECT FROM leads_correction k WHERE k.subject = 'decision' AND k.subject_id = d.id)),
  (SELECT max(o.return_on) FROM leads_deal o WHERE o.lead_id = r.lead_id AND o.state = 'lost' AND {LOST_THEN})), s.since
FROM leads_mergedspan s JOIN leads_handoff h ON h.lead_id = s.lead_id AND h.line_id = %(line)s AND h.recorded_at <= %(cutoff)s
JOIN LATERAL (SELECT r.lead_id, r.handoff_id, r.occurred_at, greatest(r.known_at, r.occurred_at) AS at FROM leads_engagementreset r
  WHERE r.lead_id = s.lead_id AND greatest(r.known_at, r.occurred_at) > h.occurred_at AND NOT EXISTS (
    SELECT FROM leads_correction k WHERE k.subject = 'engagementreset' AND k.subject_id = r.id)
  ORDER BY 4, r.id LIMIT 1) r ON r.at <= s.since
WHERE s.until IS NULL AND s.since <= %(cutoff)s AND NOT EXISTS (
  SELECT FROM leads_correction k WHERE k.subject = 'handoff' AND k.subject_id = h.id AND k.recorded_at <= %(cutoff)s)
ORDER BY 1, 2, 4
"""
_ERASED = "SELECT id FROM leads_lead WHERE erased"


@dataclass(frozen=True)
class Became:
    """`codes`: (lead, cycle) -> code of its handoff (bits of `months`); `handed`: when its own was made. `was`: (lead, cycle,
    instant) of each MQL as it was. `erased`: of them, how many belonged to people erased since, who are in neither. `lent`:
    lead -> handoffs that ended of those merged into it (`passing.Life`)."""

    codes: Mapping[tuple[int, int], int]
    handed: Mapping[tuple[int, int], datetime]
    was: list[tuple[int, int, datetime]]
    erased: int
    lent: Mapping[int, list[tuple[int, int, int]]] = field(default_factory=dict)

    def code(self, lead: int, cycle: int) -> int:
        """What became of a lead in a cycle; 0 when it was never handed over."""
        return self.codes.get((lead, cycle), 0)

    def codes_of(self, leads: Ints, cycles: Ints) -> Ints:
        pairs = zip(leads.tolist(), cycles.tolist(), strict=True)
        return np.array([self.code(lead, cycle) for lead, cycle in pairs], np.int64)


def read(line_id: int, cutoff: datetime) -> Became:
    """All of it as known at the cut-off: qualifications, and handoffs without one (imported, by hand), once a lead and cycle."""
    asked = {"line": line_id, "cutoff": cutoff}
    erased = {pk for (pk,) in fetch(_ERASED)}
    accepted, won = _hits("acceptance", line_id, cutoff), _hits("conversion", line_id, cutoff)
    mature = days.here().midnight(days.here().of(cutoff) - timedelta(days=MATURE - 1))
    codes: dict[tuple[int, int], int] = {}
    handed: dict[tuple[int, int], datetime] = {}
    was: dict[tuple[int, int], datetime] = {}
    for handoff, lead, cycle, at, qualified, own in fetch(_HANDOFFS, asked):
        code = HANDED | (MATURED if at < mature else 0)
        code |= (DECIDED | (ACCEPTED if accepted[handoff] else 0)) if handoff in accepted else 0
        code |= WON if won.get(handoff) else 0
        codes.setdefault((lead, cycle), code)
        if own:
            handed.setdefault((lead, cycle), at)
        if qualified is None:
            was.setdefault((lead, cycle), at)
    for lead, cycle, at in fetch(_QUALIFIED, asked):
        was[lead, cycle] = min(at, was.get((lead, cycle), at))
    rows = [(lead, cycle, at) for (lead, cycle), at in sorted(was.items()) if lead not in erased]
    return Became(codes, handed, rows, len(was) - len(rows), _lent(asked))


def _lent(asked: dict[str, Any]) -> dict[int, list[tuple[int, int, int]]]:
    found: dict[int, list[tuple[int, int, int]]] = {}
    for root, end, named, since in fetch(_LENT, asked):
        day = us(days.here().midnight(named)) if named else 0
        found.setdefault(root, []).append((us(end), day, us(since)))
    return found


def _hits(key: str, line_id: int, cutoff: datetime) -> dict[int, bool]:
    """Handoff -> whether it is a hit, of those that a share counts."""
    until = days.here().of(cutoff) + timedelta(days=1)
    question = engine.ask(
        key, first=date(1971, 1, 1), until=until, where={"line_id": str(line_id)}, date="handed", cutoff=cutoff
    )
    built = statement.build(engine.resolve(question), question)
    return dict(statement.run(f"WITH {built.counted} SELECT key, hit FROM counted", built.params))


def microseconds(rows: list[tuple[int, int, datetime]]) -> tuple[Ints, Ints, Ints]:
    """(leads, cycles, instants) as arrays."""
    leads, cycles, at = ([row[0] for row in rows], [row[1] for row in rows], [us(row[2]) for row in rows])
    return np.array(leads, np.int64), np.array(cycles, np.int64), np.array(at, np.int64)
