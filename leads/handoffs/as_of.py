"""Handoffs as they were known at a cut-off: which of them the log has touched since, and what their states were then."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from leads.intake.bulk import among
from leads.models import Handoff
from smarketing.rows import clock

from . import states, story

# A fact of the log, or a correction of one, that was recorded after the cut-off, about a handoff known by then.
_TOUCHED = """
SELECT h.id FROM leads_handoff h WHERE h.recorded_at <= %(cutoff)s AND h.id IN (
  SELECT handoff_id FROM leads_attempt WHERE recorded_at > %(cutoff)s
  UNION SELECT handoff_id FROM leads_decision WHERE recorded_at > %(cutoff)s
  UNION SELECT a.handoff_id FROM late k JOIN leads_attempt a ON k.subject = 'attempt' AND a.id = k.subject_id
  UNION SELECT v.handoff_id FROM late k JOIN leads_decision v ON k.subject = 'decision' AND v.id = k.subject_id
  UNION SELECT k.subject_id FROM late k WHERE k.subject = 'handoff'
  UNION SELECT d.handoff_id FROM leads_deal d WHERE d.id IN (SELECT id FROM dealt)
  UNION SELECT i.id FROM leads_deal d JOIN leads_handoff i ON i.lead_id = d.lead_id AND i.gate = 'imported'
    WHERE d.id IN (SELECT id FROM dealt)
  UNION SELECT i.id FROM leads_merge m JOIN leads_handoff i ON i.lead_id = m.loser_id
    WHERE m.recorded_at > %(cutoff)s OR m.id IN (SELECT subject_id FROM late WHERE subject = 'merge'))
ORDER BY h.id
"""
_LATE = """
WITH late AS MATERIALIZED (SELECT subject, subject_id FROM leads_correction WHERE recorded_at > %(cutoff)s),
dealt AS MATERIALIZED (
  SELECT id FROM leads_deal WHERE recorded_at > %(cutoff)s
  UNION SELECT subject_id FROM leads_attributechange WHERE subject = 'deal' AND recorded_at > %(cutoff)s
  UNION SELECT subject_id FROM late WHERE subject = 'deal'
  UNION SELECT c.subject_id FROM late k JOIN leads_attributechange c ON c.id = k.subject_id AND c.subject = 'deal'
    WHERE k.subject = 'attributechange')
"""


def touched(cutoff: datetime) -> list[int]:
    """Handoffs known at the cut-off about which something was recorded later; their current states say too much."""
    with connection.cursor() as cursor:
        cursor.execute(_LATE + _TOUCHED, {"cutoff": cutoff})
        return [row[0] for row in cursor.fetchall()]


def known(handoff_ids: Sequence[int], cutoff: datetime | states.Known) -> dict[int, dict[str, Any]]:
    """Columns of HandoffState (without `first` and the promise) of these handoffs, as known at the cut-off."""
    found = Handoff.objects.filter(among("pk", handoff_ids)).select_related("rules", "qualification").order_by("pk")
    handoffs, zone = list(found), clock.zone()
    stories = states.read(handoffs, cutoff)
    return {one.pk: story.columns(stories[one.pk], zone) for one in handoffs}
