"""What becomes of a handoff that nobody decided within the silence of its rules: the switch of the contract, once for each rep.

escalate: the managers of sales are told. accept: it counts as accepted, by nobody. reassign: it goes on to whose turn it is.
expire: it ends. An imported one always expires: it is history.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.models import Decision, Handoff, HandoffState, Routing, Stage
from smarketing.accounts.audit import record
from smarketing.accounts.models import Role, Side, User
from smarketing.notify import notices as told
from smarketing.notify import registry
from smarketing.notify.models import Notice
from smarketing.notify.registry import Line
from smarketing.rows.fence import Fence

from . import notices, routing, rules, stages, states

SILENCE = "silence"  # the reason of what was decided by nobody
ESCALATE, ACCEPT, REASSIGN, EXPIRE = "escalate", "accept", "reassign", "expire"
SWITCHES = (ESCALATE, ACCEPT, REASSIGN, EXPIRE)


def register() -> None:
    registry.register(
        registry.Kind(
            SILENCE, gettext_lazy("Nobody decided on a lead for as long as the contract allows"), "hourglass", say,
            whom=lambda user: user.side == Side.SALES and user.role == Role.MANAGER,
        )
    )  # fmt: skip


@transaction.atomic
def settle(handoff_ids: Sequence[int], *, at: datetime, fence: Fence) -> int:
    """Do with those of these handoffs that nobody touched in time what their rules say. Returns how many changed."""
    untouched = HandoffState.objects.filter(handoff__in=handoff_ids, is_open=True, attempts=0, accepted_at=None)
    due: dict[str, list[tuple[Handoff, datetime]]] = {one: [] for one in SWITCHES}
    found = Handoff.objects.filter(state_row__in=untouched).select_related("rules", "state_row").order_by("pk")
    for one in found:
        body = rules.body_of(one)
        switch = EXPIRE if one.gate == Handoff.Gate.IMPORTED else body["on_silence"]
        begun = (one.state_row.assigned_at or one.occurred_at) if switch == REASSIGN else one.occurred_at
        end = begun + timedelta(days=body["silence_days"])
        if end <= at and switch in due and (switch != REASSIGN or one.state_row.rep_id):
            due[switch].append((one, end))
    for one, end in due[ESCALATE]:
        _escalate(one, end, at)
    _decide(due[EXPIRE], Decision.Kind.EXPIRE, fence)
    _accept(due[ACCEPT], fence)
    return len(due[EXPIRE]) + len(due[ACCEPT]) + _reassign([one for one, _end in due[REASSIGN]], at, fence)


def _decide(due: Sequence[tuple[Handoff, datetime]], kind: str, fence: Fence) -> None:
    rows = []
    for one, end in due:
        declared = one.gate == Handoff.Gate.IMPORTED and one.known_at != one.recorded_at
        rows.append(
            Decision(
                handoff=one, kind=kind, reason=SILENCE, occurred_at=end, version_id=one.version_id,
                recorded_at=fence.recorded_at, known_at=end if declared else fence.recorded_at,
            )
        )  # fmt: skip
    Decision.objects.bulk_create(rows, batch_size=2000)
    states.derive([one.handoff_id for one in rows], fence)


def _accept(due: Sequence[tuple[Handoff, datetime]], fence: Fence) -> None:
    """The contract says so: sales said nothing, so the lead counts as accepted."""
    _decide(due, Decision.Kind.ACCEPT, fence)
    moves = [stages.Move(one.lead_id, Stage.SAL, SILENCE, end, None, one.pk) for one, end in due]
    stages.move_all(moves, fence, strict=False)
    for one, end in due:
        record(None, "handoffs.accept", "handoff", one.pk, end, reason=SILENCE)


def _reassign(due: Sequence[Handoff], at: datetime, fence: Fence) -> int:
    """To whose turn it is, never the one who said nothing; where nobody else is free it stays."""
    avoid = {one.pk: {one.state_row.rep_id} for one in due}
    chosen = routing.move(list(due), by=None, fence=fence, at=at, avoid=avoid, cause=Routing.Cause.GIVEN_ON)
    for pk, rep in chosen.items():
        record(None, "handoff.reassign", "handoff", pk, at, rep=rep, reason=SILENCE)
    return len(chosen)


def _escalate(one: Handoff, end: datetime, at: datetime) -> None:
    """Tell the managers once."""
    rep = one.state_row.rep
    users = [manager.pk for manager in notices.managers_of(rep)]
    about = f"handoff:{one.pk}:silence"
    told.tell_all(SILENCE, [told.Told(user, about, at, {"handoff": one.pk}) for user in users])


def say(some: Sequence[Notice], reader: User) -> Mapping[int, Line]:
    """ "Nobody decided on Zoé Martin", with who is in charge."""
    seen = notices.visible([one.params["handoff"] for one in some], reader)
    return {
        one.pk: Line(
            _("Nobody decided on %(lead)s") % {"lead": state.lead},
            notices.page_of(state, reader),
            str(state.rep or _("waits in the pool")),
        )
        for one in some
        if (state := seen.get(one.params["handoff"]))
    }
