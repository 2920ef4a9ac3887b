"""The next promise of each handoff, pushed down onto the queue: of its clocks, the one that breaks first and is owed."""

from leads.handoffs import rules

from .clocks import MISSED, PAUSED, PENDING
from .kinds import CLOCK, HANDOFF, KINDS
from .sets import Asked

_NEXT = """
SELECT DISTINCT ON (k.handoff_id) k.handoff_id, k.due_at, CASE WHEN k.state = '{paused}' THEN 'paused' ELSE n.label END AS label,
  coalesce((c.params ->> 'calendar')::bigint, t.calendar_id) AS calendar_id
FROM sla_clock k JOIN sla_terms t ON t.id = k.terms_id
JOIN sla_clause c ON c.terms_id = k.terms_id AND c.key = k.clause_key
JOIN (VALUES {labels}) n(kind, label) ON n.kind = c.kind
WHERE k.state IN ('{pending}', '{paused}', '{missed}') AND NOT (t.retrospective AND k.starts_at < t.published_at)
  AND NOT (k.state = '{missed}' AND CASE c.kind {made_up} ELSE false END){asked}
ORDER BY k.handoff_id, k.due_at, c."order"
"""


def promises(asked: Asked) -> None:
    """Still to be done is what is pending, or missed and not made up for; terms signed for the past promise nothing."""
    clocked = [kind for kind in KINDS.values() if (kind.source, kind.subject) == (CLOCK, HANDOFF)]
    sql = _NEXT.format(
        labels=", ".join(f"('{kind.key}', '{kind.queue}')" for kind in clocked), pending=PENDING, paused=PAUSED, missed=MISSED,
        made_up=" ".join(f"WHEN '{kind.key}' THEN {kind.made_up}" for kind in clocked), asked=asked.among("k.handoff_id"),
    )  # fmt: skip
    rules.set_promises_from(sql, asked.among("s.handoff_id"), asked.params)
