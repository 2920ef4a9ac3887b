"""The clocks of a handoff in Python, from its log: what `sets.py` must equal, and how one clock is explained."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from leads.handoffs import rules as handoff_rules
from leads.handoffs import states as handoff_states
from leads.handoffs.story import Try
from leads.models import Attempt, Correction, Handoff, HandoffState
from smarketing.calendars import services as calendars
from smarketing.calendars.axis import MICROSECOND, Axis, AxisEnds, micros
from smarketing.rows import clock

from . import pausing, standing
from .clocks import JUDGES, PAUSED, Log, spaced
from .kinds import CLOCK, HANDOFF, KINDS, days, params
from .models import Clause, Clock, Terms
from .pausing import Moved, Pause
from .sections import defaults
from .standing import Waived

DROPPED = ("refused", "returned", "withdrawn", "merged", "expired")
ENDED = ("refused", "returned")  # by somebody of sales, with a reason


def read(handoff_ids: Sequence[int], at: datetime) -> list[Clock]:
    """The clocks of these handoffs as they stand at `at`, not written."""
    found = Handoff.objects.filter(pk__in=handoff_ids).select_related("rules").order_by("pk")
    handoffs = list(found.only("line_id", "occurred_at", "day_only", "grade", "rules__body"))
    terms = TermsOfLines({handoff.line_id for handoff in handoffs})
    logs, given = _logs(handoffs), {"ids": list(handoff_ids)}
    paused = standing.pauses(" AND p.handoff_id = ANY(%(ids)s)", given, at)
    waived = standing.waivers(" AND w.handoff_id = ANY(%(ids)s)", given, at)
    rows: list[Clock] = []
    for handoff in handoffs:
        own, log = terms.of(handoff), logs.get(handoff.pk)
        if own is not None and log is not None:
            rows += _clocks(handoff, own, log, paused.get(handoff.pk, ()), waived, at)
    return rows


class TermsOfLines:
    """Terms by line and local day, with their clauses and axes, read once per batch."""

    def __init__(self, lines: set[int]):
        self._lines: dict[int, list[Terms]] = defaultdict(list)
        self.files = calendars.file_zone()
        found = Terms.objects.filter(span__line__in=lines).select_related("contract", "calendar", "span")
        for terms in found.order_by("-span__first").prefetch_related("clauses"):
            terms.axis = calendars.axis(terms.calendar)
            self._lines[terms.contract.line_id].append(terms)

    def of(self, handoff: Handoff) -> Terms | None:
        """The terms in force on the local day of the handoff; a date without a time keeps its date in every zone."""
        for terms in self._lines[handoff.line_id]:
            zone = self.files if handoff.day_only else terms.axis.zone
            day = handoff.occurred_at.astimezone(zone).date()
            if terms.span.first <= day and (terms.span.until is None or day < terms.span.until):
                return terms
        return None


def _logs(handoffs: list[Handoff]) -> dict[int, Log]:
    """What the clocks read of each handoff that was not undone."""
    ids, zone = [handoff.pk for handoff in handoffs], clock.zone()
    taken_back = Correction.objects.filter(subject="attempt").values("subject_id")
    tries: dict[int, list[Try]] = defaultdict(list)
    made = Attempt.objects.filter(handoff__in=ids).exclude(pk__in=taken_back).order_by("occurred_at", "id")
    said = ("handoff_id", "occurred_at", "channel", "outcome")
    for pk, *one in made.values_list(*said).iterator(5000):
        tries[pk].append(Try(*one))
    found = HandoffState.objects.filter(handoff__in=ids).exclude(state="withdrawn", reason="undone")
    read = ("handoff_id", "state", "reached_at", "sql_at", "decided_at", "closed_at")
    states = {row[0]: row[1:] for row in found.values_list(*read)}
    out = {}
    for handoff in handoffs:
        if handoff.pk in states:
            state, reached_at, sql_at, decided_at, closed_at = states[handoff.pk]
            tried = tries.get(handoff.pk)
            out[handoff.pk] = Log(
                handed_at=handoff.occurred_at,
                attempts=tuple(handoff_states.counted(tried, handoff_rules.body_of(handoff), zone)) if tried else (),
                reached_at=reached_at,
                converted_at=sql_at,
                decided_at=decided_at,
                dropped_at=closed_at if state in DROPPED else None,
                ended_at=closed_at if state in ENDED else None,
                ended_as=state if state in DROPPED else "",
            )
    return out


def _clocks(
    handoff: Handoff, terms: Terms, log: Log, pauses: Sequence[Pause], waived: Waived, at: datetime
) -> list[Clock]:
    rows = []
    for clause in terms.clauses.all():
        if KINDS[clause.kind].source != CLOCK or KINDS[clause.kind].subject != HANDOFF:
            continue
        axis = axis_of(clause, terms)
        starts = started(handoff.occurred_at, handoff.day_only, axis)
        try:
            due = due_instant(axis, clause, starts, handoff.grade, pauses)
        except AxisEnds:  # due after the last day of its calendar: nothing can break yet
            continue
        if due is None:
            continue
        own = replace(
            _of_clause(log, clause, axis), waived_at=waived.get((handoff.pk, clause.key)),
            resumes_at=pausing.running(pauses, at),
        )  # fmt: skip
        target = params.target_of(clause.params, clause.target, handoff.grade)
        reading = JUDGES[clause.kind](own, due.due, int(target or 0), at)
        counts = starts if defaults.month_switch(terms) == defaults.HANDOFF else due.due
        rows.append(
            Clock(
                handoff_id=handoff.pk, clause_key=clause.key, terms=terms, starts_at=starts, due_at=due.due,
                month=calendars.axis(terms.calendar).local_day(counts).replace(day=1), state=reading.state,
                settled_at=reading.settled_at, done=sum(moment <= at for moment in log.attempts),
                took=_took(axis, clause, starts, log, at), lost=due.lost // MICROSECOND,
                resumes_at=own.resumes_at if reading.state == PAUSED else None,
            )
        )  # fmt: skip
    return rows


def _of_clause(log: Log, clause: Clause, axis: Axis) -> Log:
    """The log as a clause reads it: where attempts must lie apart, those that do."""
    apart = clause.params.get("apart")
    if not apart:
        return log
    return replace(
        log, attempts=spaced(log.attempts, lambda moment: bisect_right(axis.midnights, micros(moment)), apart)
    )


def axis_of(clause: Clause, terms: Terms) -> Axis:
    """The axis by which a clause runs: its own calendar's, else the contract's."""
    own = calendars.version(clause.params["calendar"]) if clause.params.get("calendar") else None
    return calendars.axis(own or terms.calendar)


def started(occurred_at: datetime, day_only: bool, axis: Axis) -> datetime:
    """From when a clock runs: of a date without a time, the start of that date in the calendar's zone."""
    if not day_only:
        return occurred_at
    return axis.day_starts(occurred_at.astimezone(calendars.file_zone()).date())


def _took(axis: Axis, clause: Clause, handed_at: datetime, log: Log, at: datetime) -> int | None:
    """Working microseconds to the first attempt made by `at`, where the clause promises hours."""
    if KINDS[clause.kind].runs != "hours" or not log.attempts or log.attempts[0] > at:
        return None
    return axis.elapsed(handed_at, log.attempts[0]) // MICROSECOND


def due_instant(
    axis: Axis, clause: Clause, starts: datetime, grade: str = "", pauses: Sequence[Pause] = ()
) -> Moved | None:
    """When the promise breaks: H business hours, or the close of the D-th business day, after it began, pauses left out.
    None where nothing is promised on a lead of this grade. AxisEnds beyond the calendar."""
    target = params.target_of(clause.params, clause.target, grade)
    if target is None:
        return None
    if KINDS[clause.kind].runs != "hours":
        return pausing.due_days(axis, starts, days(clause.kind, clause.target, clause.params), pauses)
    return pausing.due(axis, starts, int(target * 3_600_000_000) * MICROSECOND, pauses)


def unmoved(axis: Axis, clause: Clause, starts: datetime) -> datetime:
    """When the promise breaks at the latest where nothing pauses it, whatever the grade. AxisEnds beyond the calendar."""
    if KINDS[clause.kind].runs != "hours":
        return axis.due_days(starts, days(clause.kind, clause.target, clause.params))
    hours = max([clause.target, *(target for _grades, target in params.tiers(clause.params) if target is not None)])
    return axis.due(starts, int(hours * 3_600_000_000) * MICROSECOND)
