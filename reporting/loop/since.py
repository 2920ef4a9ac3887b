"""What came after an edition: handoffs of its months learned or taken back since, told from those few and not by counting all anew."""

from django.db import connection

from smarketing.measures.question import Question

_TAKEN_BACK = "EXISTS (SELECT FROM leads_correction k WHERE k.subject = 'handoff' AND k.subject_id = h.id AND k.recorded_at <= %({})s)"
_MOVED = f"""
SELECT (SELECT count(*) FROM leads_handoff h WHERE {{within}} AND h.recorded_at > %(edition)s AND h.recorded_at <= %(cutoff)s
    AND NOT {_TAKEN_BACK.format("cutoff")})
  - (SELECT count(*) FROM leads_handoff h WHERE {{within}} AND h.recorded_at <= %(edition)s AND NOT {_TAKEN_BACK.format("edition")}
    AND h.id IN (SELECT k.subject_id FROM leads_correction k
      WHERE k.subject = 'handoff' AND k.recorded_at > %(edition)s AND k.recorded_at <= %(cutoff)s))
"""


def handed(published: Question, now: Question) -> int:
    """How many more handoffs a question about handoffs counts now than at the cut-off of the edition; fewer: negative."""
    day = now.day("h.occurred_at", "h.day_only")
    inside = f"({now.surely('h.occurred_at')} OR ({day} >= %(first)s AND {day} < %(until)s))"
    within = f"{now.around('h.occurred_at')} AND {inside}"
    with connection.cursor() as cursor:
        cursor.execute(_MOVED.format(within=within), now.params() | {"edition": published.cutoff})
        return cursor.fetchone()[0]
