"""Where a lead stands as of an instant: its stage and the way there, its handoffs, who is in charge, what is promised."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from leads.handoffs import as_of, states
from leads.models import Handoff, HandoffState, Lead, Stage, StageMove

PATH = (Stage.LEAD, Stage.MQL, Stage.SAL, Stage.SQL, Stage.OPPORTUNITY, Stage.CUSTOMER)


@dataclass(frozen=True)
class Step:
    stage: Stage
    is_current: bool
    is_reached: bool


@dataclass(frozen=True)
class Charge:
    """The handoff that counts now: the open one, else the last. `number` of `count`; `rep` and `pool` are names. As of a past
    instant the state is not saved, and holds no promise."""

    number: int
    count: int
    state: HandoffState
    rep: str = ""
    pool: str = ""


def steps(lead: Lead, t: datetime, now: bool) -> list[Step]:
    """The path of stages; a lead off the path (recycled, disqualified, subscriber) stands on a step of its own."""
    moves = StageMove.objects.filter(lead=lead, known_at__lte=t, occurred_at__lte=t).order_by("number")
    gone = list(moves.values_list("to_stage", flat=True))
    current = lead.stage if now else (gone[-1] if gone else Stage.LEAD)
    path = list(PATH) if current in PATH else [*PATH, Stage(current)]
    reached = {Stage.LEAD, *gone, current}
    return [Step(stage, stage == current, stage in reached) for stage in path]


def handed(lead: Lead, t: datetime) -> list[Handoff]:
    """The handoffs of a lead known at t, the first one first, each with its state of now."""
    known = Handoff.objects.filter(lead=lead, known_at__lte=t, occurred_at__lte=t).order_by("occurred_at", "pk")
    return list(known.select_related("rules", "qualification", "state_row__rep", "state_row__pool"))


def charge(lead: Lead, t: datetime, now: bool, handoffs: Sequence[Handoff] | None = None) -> Charge | None:
    """Who has the lead; None while it was never handed over. As of a past instant the state is derived from the log.
    `handoffs`: what `handed` gives, where it was read already."""
    handoffs = handed(lead, t) if handoffs is None else handoffs
    if now:
        return _charge([one.state_row for one in handoffs if hasattr(one, "state_row")])
    columns = as_of.known([one.pk for one in handoffs], states.Known(t))
    rows = [HandoffState(handoff=one, lead=lead, line_id=one.line_id, **columns[one.pk]) for one in handoffs]
    return _charge(rows)


def _charge(rows: Sequence[HandoffState]) -> Charge | None:
    """The open one of these handoffs in their order, else the last."""
    if not rows:
        return None
    at = next((index for index, row in enumerate(rows) if row.is_open), len(rows) - 1)
    row = rows[at]
    return Charge(at + 1, len(rows), row, row.rep.name if row.rep else "", row.pool.name if row.pool else "")
