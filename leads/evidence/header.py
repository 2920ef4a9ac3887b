"""Where a lead stands as of an instant: its stage and the way there, its handoffs, who is in charge, what is promised."""

from dataclasses import dataclass
from datetime import datetime

from leads.models import Assignment, Correction, HandoffState, Lead, Stage, StageMove

PATH = (Stage.LEAD, Stage.MQL, Stage.SAL, Stage.SQL, Stage.OPPORTUNITY, Stage.CUSTOMER)


@dataclass(frozen=True)
class Step:
    stage: Stage
    is_current: bool
    is_reached: bool


@dataclass(frozen=True)
class Charge:
    """The handoff that counts now: the open one, else the last. `number` of `count`; `rep` and `pool` are names."""

    number: int
    count: int
    state: HandoffState | None
    rep: str = ""
    pool: str = ""

    @property
    def is_open(self) -> bool:
        return self.state is None or self.state.is_open


def steps(lead: Lead, t: datetime, now: bool) -> list[Step]:
    """The path of stages; a lead off the path (recycled, disqualified, subscriber) stands on a step of its own."""
    moves = StageMove.objects.filter(lead=lead, known_at__lte=t, occurred_at__lte=t).order_by("number")
    gone = list(moves.values_list("to_stage", flat=True))
    current = lead.stage if now else (gone[-1] if gone else Stage.LEAD)
    path = list(PATH) if current in PATH else [*PATH, Stage(current)]
    reached = {Stage.LEAD, *gone, current}
    return [Step(stage, stage == current, stage in reached) for stage in path]


def charge(lead: Lead, t: datetime, now: bool) -> Charge | None:
    """Who has the lead; None while it was never handed over."""
    states = HandoffState.objects.filter(lead=lead, handoff__known_at__lte=t, handoff__occurred_at__lte=t)
    rows = list(states.select_related("rep", "pool", "handoff").order_by("handoff__occurred_at", "handoff_id"))
    if not rows:
        return None
    if now:
        at = next((index for index, row in enumerate(rows) if row.is_open), len(rows) - 1)
        row = rows[at]
        return Charge(at + 1, len(rows), row, row.rep.name if row.rep else "", row.pool.name if row.pool else "")
    back = Correction.objects.filter(subject="assignment", known_at__lte=t).values("subject_id")
    named = Assignment.objects.filter(handoff=rows[-1].handoff_id, known_at__lte=t, occurred_at__lte=t).exclude(
        pk__in=back
    )
    last = named.select_related("rep", "pool").order_by("occurred_at", "pk").last()
    rep = last.rep.name if last and last.rep else ""
    return Charge(len(rows), len(rows), None, rep, last.pool.name if last and last.pool else "")
