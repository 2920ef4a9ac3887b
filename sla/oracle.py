"""The clocks of a handoff in Python, from its log: what `sets.py` must equal, and how one clock is explained."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from leads.handoffs import rules as handoff_rules
from leads.handoffs import states as handoff_states
from leads.handoffs.story import Try
from leads.models import Attempt, Correction, Handoff, HandoffState
from smarketing.calendars import services as calendars
from smarketing.calendars.axis import MICROSECOND, Axis, AxisEnds
from smarketing.rows import clock

from .clocks import JUDGES, Log
from .kinds import CLOCK, KINDS, days
from .models import Clause, Clock, Terms

DROPPED = ("refused", "returned", "withdrawn", "merged", "expired")


def read(handoff_ids: Sequence[int], at: datetime) -> list[Clock]:
    """The clocks of these handoffs as they stand at `at`, not written."""
    found = Handoff.objects.filter(pk__in=handoff_ids).select_related("rules").order_by("pk")
    handoffs = list(found.only("line_id", "occurred_at", "day_only", "rules__body"))
    terms = TermsOfLines({handoff.line_id for handoff in handoffs})
    logs = _logs(handoffs)
    rows: list[Clock] = []
    for handoff in handoffs:
        rows += _clocks(handoff, terms.of(handoff), logs.get(handoff.pk), at)
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
    for pk, occurred_at, channel in made.values_list("handoff_id", "occurred_at", "channel").iterator(5000):
        tries[pk].append(Try(occurred_at, channel))
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
            )
    return out


def _clocks(handoff: Handoff, terms: Terms | None, log: Log | None, at: datetime) -> list[Clock]:
    if terms is None or log is None:
        return []
    rows, handed_at = [], _started(handoff, terms.axis)
    for clause in terms.clauses.all():
        if KINDS[clause.kind].source != CLOCK:
            continue
        try:
            due = due_instant(terms.axis, clause, handed_at)
        except AxisEnds:  # due after the last day of its calendar: nothing can break yet
            continue
        reading = JUDGES[clause.kind](log, due, int(clause.target), at)
        rows.append(
            Clock(
                handoff_id=handoff.pk, clause_key=clause.key, terms=terms, starts_at=handed_at, due_at=due,
                month=terms.axis.local_day(due).replace(day=1), state=reading.state,
                settled_at=reading.settled_at, done=reading.done, took=_took(terms.axis, clause, handed_at, log, at),
            )
        )  # fmt: skip
    return rows


def _started(handoff: Handoff, axis: Axis) -> datetime:
    """From when a clock runs: of a date without a time, the start of that date in the contract's zone."""
    if not handoff.day_only:
        return handoff.occurred_at
    return axis.day_starts(handoff.occurred_at.astimezone(calendars.file_zone()).date())


def _took(axis: Axis, clause: Clause, handed_at: datetime, log: Log, at: datetime) -> int | None:
    """Working microseconds to the first attempt made by `at`, where the clause promises hours."""
    if KINDS[clause.kind].runs != "hours" or not log.attempts or log.attempts[0] > at:
        return None
    return axis.elapsed(handed_at, log.attempts[0]) // MICROSECOND


def due_instant(axis: Axis, clause: Clause, handed_at: datetime) -> datetime:
    """When the promise breaks: H business hours, or the close of the D-th business day, after the handoff."""
    if KINDS[clause.kind].runs == "hours":
        return axis.due(handed_at, int(clause.target * 3_600_000_000) * MICROSECOND)
    return axis.due_days(handed_at, days(clause.kind, clause.target, clause.params))
