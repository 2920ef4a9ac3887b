"""What undoing an import means for handoffs and stages: withdrawn, and leads back where they stood."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q

from leads.intake.bulk import among
from leads.models import Deal, HandoffState, Import, Stage, StageMove
from smarketing.accounts.models import User
from smarketing.rows.fence import Fence

from . import handing, stages

UNDONE = "undone"


def undone(
    one: Import | None, leads: Sequence[int], handoffs: Sequence[int], by: User | None, at: datetime, fence: Fence
) -> None:
    """Intake's hook: `handoffs` go with the import (None: with one lead); `leads` were there before and get back the stage
    they had."""
    open_ones = HandoffState.objects.filter(among("handoff_id", handoffs), is_open=True)
    taken = list(open_ones.values_list("handoff_id", flat=True))
    if taken:
        handing.withdraw(taken, reason=UNDONE, by=by, at=at, fence=fence)
    if one is None or not leads:
        return
    deals = Deal.objects.filter(among("lead_id", leads), imported_by=one).values("lead_id")
    ours = StageMove.objects.filter(among("lead_id", leads)).filter(
        Q(handoff__imported_by=one) | Q(cause="deal", lead__in=deals, recorded_at__gte=one.report.get("first", at))
    )
    first: dict[int, str] = {}
    for move in ours.order_by("lead_id", "number"):
        first.setdefault(move.lead_id, move.from_stage or Stage.LEAD)
    moves = [
        stages.Move(lead, stage, stages.CORRECTION, at, by.pk if by else None) for lead, stage in sorted(first.items())
    ]
    stages.move_all(moves, fence)
