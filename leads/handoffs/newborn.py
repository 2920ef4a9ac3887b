"""The states of handoffs that were just made: nobody did anything with them yet, so hardly anything of their logs is read.

What `states.derive` would write follows from who was chosen, and from what ties a lead to others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from leads.models import Handoff
from smarketing.rows import clock

from . import states
from .rules import body_of
from .story import Charge, Story
from .turns import Choice

# Leads of new handoffs whose first handoff may be another one.
_TIES = """
SELECT DISTINCT h.lead_id FROM leads_handoff h WHERE h.id = ANY(%s) AND (
  EXISTS (SELECT FROM leads_handoff o WHERE o.lead_id = h.lead_id AND o.id <> h.id)
  OR EXISTS (SELECT FROM leads_merge m WHERE m.loser_id = h.lead_id)
  OR EXISTS (SELECT FROM leads_merge m WHERE m.root_id = h.lead_id))
"""


@dataclass(frozen=True)
class Ties:
    """Of the leads of handoffs just made: those merged into another (lead -> since when), and those that have, or are merged
    with somebody who has, another handoff. Asked before anybody is waited for."""

    merged: Mapping[int, datetime]
    others: set[int]


def ties(handoffs: Sequence[Handoff]) -> Ties:
    """What ties the leads of these handoffs, whose rows are locked, to others."""
    with connection.cursor() as cursor:
        cursor.execute(_TIES, [[one.pk for one in handoffs]])
        return Ties(states.merged_leads(handoffs), {row[0] for row in cursor.fetchall()})


def begin(handoffs: Sequence[Handoff], choices: Mapping[int, Choice], tied: Ties) -> None:
    """Write the states of handoffs made, and routed at once, in the caller's transaction, as `derive` would: nobody did
    anything with them yet, so of their logs there is only who was chosen. `handoffs`: with rules and qualifications."""
    zone = clock.zone()
    for start in range(0, len(handoffs), states.BATCH):
        some = handoffs[start : start + states.BATCH]
        states.settle(some, {one.pk: _begun(one, choices[one.pk], tied) for one in some}, tied.others, zone)


def _begun(one: Handoff, choice: Choice, tied: Ties) -> Story:
    charge = [Charge(one.occurred_at, choice.rep, choice.pool)] if choice.rep or choice.pool else ()
    return Story(
        effective_at=one.qualification.effective_at if one.qualification_id else one.occurred_at,
        grade=one.grade,
        rules=body_of(one),
        charges=charge,
        merged_at=tied.merged.get(one.lead_id),
    )
