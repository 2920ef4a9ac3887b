"""Pauses and waivers as they stand at an instant: of handoffs, those recorded by a cut-off."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from .pausing import Pause, merged

# A pause ended where it began never was. `by`: recorded by then; null: by now.
_PAUSES = """
SELECT p.handoff_id, p.occurred_at, least(p.until, e.occurred_at)
FROM sla_pause p LEFT JOIN sla_pause e ON e.ends_id = p.id AND e.occurred_at <= %(at)s
  AND (%(by)s::timestamptz IS NULL OR e.recorded_at <= %(by)s)
WHERE p.ends_id IS NULL AND p.occurred_at <= %(at)s AND (%(by)s::timestamptz IS NULL OR p.recorded_at <= %(by)s){among}
ORDER BY 1, 2
"""
_WAIVERS = """
SELECT w.handoff_id, w.clause_key, min(a.occurred_at) FROM sla_waiver w JOIN sla_waiveranswer a ON a.waiver_id = w.id
WHERE a.kind = 'consent' AND a.occurred_at <= %(at)s AND (%(by)s::timestamptz IS NULL OR a.recorded_at <= %(by)s){among}
GROUP BY 1, 2 ORDER BY 1, 2
"""
# A pause that ran at the cut-off is told rightly by clocks that stand paused since; of the others it is asked again.
_TOUCHED = """
SELECT handoff_id FROM sla_pause WHERE recorded_at > %(cutoff)s
UNION SELECT p.handoff_id FROM sla_pause p WHERE p.until > %(cutoff)s AND p.ends_id IS NULL
  AND NOT EXISTS (SELECT FROM sla_pause e WHERE e.ends_id = p.id AND e.occurred_at <= %(cutoff)s AND e.recorded_at <= %(cutoff)s)
  AND EXISTS (SELECT FROM sla_clock k WHERE k.handoff_id = p.handoff_id AND (k.settled_at > %(cutoff)s
    OR k.settled_at IS NULL AND (k.state <> 'paused' OR k.resumes_at <= %(cutoff)s)))
UNION SELECT w.handoff_id FROM sla_waiveranswer a JOIN sla_waiver w ON w.id = a.waiver_id
  WHERE a.kind = 'consent' AND a.recorded_at > %(cutoff)s
"""
Waived = dict[tuple[int, str], datetime]


def pauses(among: str, params: Mapping[str, Any], at: datetime, by: datetime | None = None) -> dict[int, list[Pause]]:
    """Handoff -> its pauses that began by `at`, merged. `among`: a condition on p.handoff_id that begins with AND."""
    found: dict[int, list[Pause]] = defaultdict(list)
    for handoff, since, until in _rows(_PAUSES.format(among=among), {**params, "at": at, "by": by}):
        found[handoff].append(Pause(since, until))
    held = {handoff: merged(some) for handoff, some in found.items()}
    return {handoff: some for handoff, some in held.items() if some}


def waivers(among: str, params: Mapping[str, Any], at: datetime, by: datetime | None = None) -> Waived:
    """(handoff, clause key) -> when the other side consented. `among`: a condition on w.handoff_id that begins with AND."""
    rows = _rows(_WAIVERS.format(among=among), {**params, "at": at, "by": by})
    return {(handoff, key): consented for handoff, key, consented in rows}


def touched(cutoff: datetime) -> list[int]:
    """Handoffs whose clocks as written say too much or too little of the cut-off, by their pauses and waivers."""
    return [row[0] for row in _rows(_TOUCHED, {"cutoff": cutoff})]


def _rows(sql: str, params: Mapping[str, Any]) -> Sequence[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()
