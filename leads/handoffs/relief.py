"""Relief: what a rep owes goes on to whose turn it is, while they are away or because they leave. Seen first, then done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from leads.models import Handoff, HandoffState, Pool, Routing
from smarketing.accounts.audit import record
from smarketing.accounts.models import User
from smarketing.rows.fence import open_fence

from . import capacity, routing

RELATED = ("handoff__rules", "handoff__lead__company", "lead", "pool")


@dataclass(frozen=True)
class Step:
    """What would become of one owed handoff: the rep who would get it (None: nobody is free, it stays), and by which way."""

    state: HandoffState
    rep: User | None
    how: str
    pool: Pool | None


def owed(rep: User, only: Sequence[int] | None = None) -> list[HandoffState]:
    """What a rep owes, the most urgent first; `only`: among these handoffs."""
    rows = HandoffState.objects.owed_by(rep)
    rows = rows if only is None else rows.filter(pk__in=list(only))
    return list(rows.in_order().select_related(*RELATED))


def preview(rep: User, at: datetime) -> list[Step]:
    """Who would get what a rep owes now, if it were given on. Nothing is written."""
    rows = owed(rep)
    handoffs = [one.handoff for one in rows]
    here, _seats = capacity.table(((one.lead_id, one.lead.company_id) for one in handoffs), at, lock=False)
    asked = routing.cases(handoffs, at, {one.pk: {rep.pk} for one in handoffs})
    choices = [here.choose(case) for case in asked]
    people = User.objects.in_bulk({one.rep for one in choices if one.rep})
    pools = Pool.objects.in_bulk({one.pool for one in choices if one.pool})
    return [
        Step(row, people.get(one.rep), one.how, pools.get(one.pool)) for row, one in zip(rows, choices, strict=True)
    ]


@transaction.atomic
def give_on(*, rep: User, by: User, at: datetime, only: Sequence[int] | None = None) -> dict[int, int]:
    """Give what a rep owes (`only`: these of it) to whose turn it is. Returns handoff -> rep; the rest stays."""
    fence = open_fence()
    handoffs: list[Handoff] = [one.handoff for one in owed(rep, only)]
    avoid = {one.pk: {rep.pk} for one in handoffs}
    moved = routing.move(handoffs, by=by, fence=fence, at=at, avoid=avoid, cause=Routing.Cause.RELIEVED)
    if moved:
        record(by, "handoff.relieve", "user", rep.pk, at, handoffs=len(moved))
    return moved
