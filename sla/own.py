"""The rep's own clock of a first attempt: it starts when the lead became theirs, and stands beside the clock of the lead, which
never starts anew. The contract is judged by the lead's; the rep's says what they could do about it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from leads.handoffs import story
from leads.handoffs.rules import body_of
from leads.models import Attempt, Correction, HandoffState
from smarketing.accounts.models import User
from smarketing.calendars.axis import MICROSECOND, AxisEnds
from smarketing.rows import clock

from . import standing
from .clocks import MET, MISSED, PENDING
from .models import Clause, Clock
from .oracle import axis_of, due_instant

KIND = "first_attempt"


@dataclass(frozen=True)
class Own:
    """`since`: when the lead became the rep's; `tried`: their first attempt from then on; `took`: its working microseconds."""

    rep: User
    since: datetime
    due: datetime
    tried: datetime | None
    took: int | None
    state: str


def of(clocks: Iterable[Clock], at: datetime) -> dict[tuple[int, str], Own]:
    """(handoff, clause key) -> the own clock of whoever has the lead, of the clocks of a first attempt among these. Leads that
    were theirs from the start have none: both clocks would say the same."""
    rows = list(clocks)
    clauses = {
        (one.terms_id, one.key): one
        for one in Clause.objects.filter(terms__in={row.terms_id for row in rows}, kind=KIND).select_related(
            "terms__calendar"
        )
    }
    asked = [row for row in rows if (row.terms_id, row.clause_key) in clauses]
    if not asked:
        return {}
    ids = sorted({row.handoff_id for row in asked})
    states = HandoffState.objects.filter(handoff__in=ids, rep__isnull=False).select_related("rep", "handoff__rules")
    held = {one.pk: one for one in states}
    asked = [row for row in asked if row.handoff_id in held and _later(held[row.handoff_id], row)]
    if not asked:
        return {}
    tried = _tried(held)
    paused = standing.pauses(" AND p.handoff_id = ANY(%(ids)s)", {"ids": ids}, at)
    out = {}
    for row in asked:
        state, clause = held[row.handoff_id], clauses[row.terms_id, row.clause_key]
        axis, since = axis_of(clause, clause.terms), state.assigned_at
        try:
            moved = due_instant(axis, clause, since, state.handoff.grade, paused.get(state.pk, ()))
        except AxisEnds:
            continue
        if moved is not None and state.rep is not None:
            first = tried.get(state.pk)
            took = axis.elapsed(since, first) // MICROSECOND if first else None
            kept = first is not None and first <= min(moved.due, at)
            judged = MET if kept else MISSED if at > moved.due else PENDING
            out[row.handoff_id, row.clause_key] = Own(state.rep, since, moved.due, first, took, judged)
    return out


def _later(state: HandoffState, row: Clock) -> bool:
    """Whether the lead became theirs after its own clock had begun."""
    return state.assigned_at is not None and state.assigned_at > row.starts_at


def _tried(held: Mapping[int, HandoffState]) -> dict[int, datetime]:
    """Handoff -> from when whoever has it kept the promise: their first attempt that counts, made since it was theirs, or their
    first word with the person, as of the lead's clock."""
    back = Correction.objects.filter(subject="attempt").values("subject_id")
    mine: dict[int, list[Attempt]] = defaultdict(list)
    for made in Attempt.objects.filter(handoff__in=held).exclude(pk__in=back).order_by("occurred_at", "pk"):
        state = held[made.handoff_id]
        if made.rep_id == state.rep_id and state.assigned_at and made.occurred_at >= state.assigned_at:
            mine[made.handoff_id].append(made)
    zone = clock.zone()
    kept = {
        pk: story.counted(some, body_of(held[pk].handoff), zone)[:1]
        + [one.occurred_at for one in some if one.outcome in story.SPOKEN][:1]
        for pk, some in mine.items()
    }
    return {pk: min(found) for pk, found in kept.items() if found}


OWN, BEFORE, STILL = "own", "before", "still"


@dataclass(frozen=True)
class Why:
    """Why a handoff is late with whoever has it. `why`: OWN, by their own doing; BEFORE, it was late before it was theirs; STILL,
    inherited too, and their own time of a first attempt still runs. `clock`: their own one, of a first attempt."""

    why: str
    clock: Own | None = None

    @property
    def inherited(self) -> bool:
        return self.why != OWN


def late(some: Iterable[HandoffState], at: datetime) -> dict[int, Why]:
    """Handoff -> why it is late, of those whose promise broke by `at` and that somebody has."""
    rows = {one.pk: one for one in some if one.rep_id and one.due_at is not None and one.due_at < at}
    clocks = [
        one
        for one in Clock.objects.filter(handoff__in=rows).order_by("clause_key")
        if one.due_at == rows[one.handoff_id].due_at
    ]
    theirs: dict[int, Own] = {}
    for (handoff, _key), found in of(clocks, at).items():
        theirs.setdefault(handoff, found)
    out = {}
    for pk, state in rows.items():
        clock_of = theirs.get(pk)
        if clock_of and clock_of.state != MISSED:
            out[pk] = Why(STILL, clock_of)
        elif state.assigned_at and state.due_at and state.due_at < state.assigned_at and not clock_of:
            out[pk] = Why(BEFORE)
        else:
            out[pk] = Why(OWN, clock_of)
    return out
