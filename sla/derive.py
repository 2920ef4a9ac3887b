"""Clocks from the log: derived rows, wiped and rebuilt at will. Nothing needs to run for a breach to be true."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection, transaction

from leads.handoffs import rules as handoff_rules
from leads.handoffs import states as handoff_states
from leads.handoffs.story import Try
from leads.intake import bulk
from leads.models import Attempt, Correction, Handoff, HandoffState
from smarketing.calendars import services as calendars
from smarketing.calendars.axis import MICROSECOND, Axis, AxisEnds
from smarketing.rows import clock

from .clocks import JUDGES, MISSED, PENDING, Log
from .kinds import KINDS
from .models import Clause, Clock, Terms

LABELS = {"first_attempt": "first", "min_attempts": "attempts"}
DROPPED = ("refused", "returned", "withdrawn", "merged", "expired")
INLINE = 20
TYPES = {
    "handoff_id": "bigint", "clause_key": "text", "terms_id": "bigint", "starts_at": "timestamptz",
    "due_at": "timestamptz", "month": "date", "state": "text", "settled_at": "timestamptz", "done": "int",
}  # fmt: skip
WAITING = (
    "SELECT EXISTS (SELECT 1 FROM sla_sladirty)"
    " OR EXISTS (SELECT 1 FROM sla_clock WHERE state = 'pending' AND due_at < smarketing_clock())"
)


def mark(handoff_ids: Iterable[int]) -> None:
    """Remember that these handoffs changed: the only thing done inside the transaction of a rep's deed.

    A few are derived inline once it has committed; the sweep drains the rest. A fault here never undoes the deed.
    """
    ids = sorted(set(handoff_ids))
    if ids:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO sla_sladirty (handoff_id, since) SELECT id, smarketing_clock() FROM unnest(%s::bigint[]) id"
                " ORDER BY id ON CONFLICT DO NOTHING; NOTIFY smarketing_bell",
                [ids],
            )
        if len(ids) <= INLINE:
            transaction.on_commit(lambda: _inline(ids), robust=True)


def _inline(ids: list[int]) -> None:
    with transaction.atomic():
        if taken := _take("handoff_id = ANY(%s)", [ids], INLINE):
            derive(taken, clock.now())


def sweep() -> int:
    """Drain in sets; rung by the bell. Returns how many handoffs were derived."""
    return drain(clock.now())


def catch_up(at: datetime, rounds: int = 50) -> None:
    """Before a read: nothing needs to run for what fell due to be true."""
    for _round in range(rounds):
        if not drain(at):
            break


@transaction.atomic
def drain(at: datetime, limit: int = 2000) -> int:
    """Derive the clocks of up to `limit` marked handoffs, and of those whose due instant passed. Returns how many."""
    ids = set(_take("true", [], limit))
    overdue = Clock.objects.filter(state=PENDING, due_at__lt=at).order_by("due_at")
    ids.update(overdue.values_list("handoff_id", flat=True)[: limit - len(ids)])
    derive(sorted(ids), at)
    return len(ids)


def _take(where: str, params: list, limit: int) -> list[int]:
    """Take marks away, beside other sweeps (skip locked); the handoffs that were marked."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM sla_sladirty WHERE handoff_id IN (SELECT handoff_id FROM sla_sladirty WHERE {where}"
            " ORDER BY handoff_id LIMIT %s FOR UPDATE SKIP LOCKED) RETURNING handoff_id",
            [*params, limit],
        )
        return sorted(row[0] for row in cursor.fetchall())


@transaction.atomic
def derive(handoff_ids: Sequence[int], at: datetime) -> int:
    """Write the clocks of these handoffs as they stand at `at`, and push the next promise onto each. Returns clocks."""
    if not handoff_ids:
        return 0
    handoffs = _handoffs(handoff_ids)
    rows = _read(handoffs, at)
    Clock.objects.filter(handoff_id__in=handoff_ids).delete()
    bulk.add("sla_clock", TYPES, [tuple(getattr(row, name) for name in TYPES) for row in rows])
    _push_promises(handoffs, rows)
    return len(rows)


def read(handoff_ids: Sequence[int], at: datetime) -> list[Clock]:
    """The clocks of these handoffs as they stand at `at`, not written."""
    return _read(_handoffs(handoff_ids), at)


def _handoffs(ids: Sequence[int]) -> list[Handoff]:
    found = Handoff.objects.filter(pk__in=ids).select_related("rules").order_by("pk")
    return list(found.only("line_id", "occurred_at", "day_only", "rules__body"))


def _read(handoffs: list[Handoff], at: datetime) -> list[Clock]:
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
    states = {row[0]: row[1:] for row in found.values_list("handoff_id", "state", "reached_at", "sql_at", "closed_at")}
    out = {}
    for handoff in handoffs:
        if handoff.pk in states:
            state, reached_at, sql_at, closed_at = states[handoff.pk]
            tried = tries.get(handoff.pk)
            out[handoff.pk] = Log(
                handed_at=handoff.occurred_at,
                attempts=tuple(handoff_states.counted(tried, handoff_rules.body_of(handoff), zone)) if tried else (),
                reached_at=reached_at,
                converted_at=sql_at,
                dropped_at=closed_at if state in DROPPED else None,
            )
    return out


def _clocks(handoff: Handoff, terms: Terms | None, log: Log | None, at: datetime) -> list[Clock]:
    if terms is None or log is None:
        return []
    rows = []
    for clause in terms.clauses.all():
        if KINDS[clause.kind].source != "clock":
            continue
        try:
            due = due_instant(terms.axis, clause, log.handed_at)
        except AxisEnds:  # due after the last day of its calendar: nothing can break yet
            continue
        reading = JUDGES[clause.kind](log, due, int(clause.target), at)
        rows.append(
            Clock(
                handoff_id=handoff.pk, clause_key=clause.key, terms=terms, starts_at=log.handed_at, due_at=due,
                month=terms.axis.local_day(due).replace(day=1), state=reading.state,
                settled_at=reading.settled_at, done=reading.done,
            )
        )  # fmt: skip
    return rows


def due_instant(axis: Axis, clause: Clause, handed_at: datetime) -> datetime:
    """When the promise breaks: H business hours, or the close of the D-th business day, after the handoff."""
    if clause.kind == "first_attempt":
        return axis.due(handed_at, int(clause.target * 3_600_000_000) * MICROSECOND)
    return axis.due_days(handed_at, int(clause.params["days"]))


def _push_promises(handoffs: list[Handoff], clocks: list[Clock]) -> None:
    """Onto each handoff the promise that breaks first; terms signed for the past promise nothing to the queue."""
    following: dict[int, Clock] = {}
    for clock_ in clocks:
        if _owed(clock_):
            best = following.get(clock_.handoff_id)
            if best is None or clock_.due_at < best.due_at:
                following[clock_.handoff_id] = clock_
    promises = [
        (handoff.pk, *((found.due_at, _label(found)) if (found := following.get(handoff.pk)) else (None, "")))
        for handoff in handoffs
    ]
    handoff_rules.set_promises(promises)


def _owed(clock_: Clock) -> bool:
    """Still to be done: pending, or missed and not made up for. A first attempt made late is owed no more."""
    terms = clock_.terms
    if clock_.state not in (PENDING, MISSED) or (terms.retrospective and clock_.starts_at < terms.published_at):
        return False
    return not (clock_.state == MISSED and _label(clock_) == LABELS["first_attempt"] and clock_.done)


def _label(clock_: Clock) -> str:
    kinds = {clause.key: clause.kind for clause in clock_.terms.clauses.all()}
    return LABELS[kinds[clock_.clause_key]]


def rebuild(at: datetime, batch: int = 5000) -> int:
    """Wipe and derive every clock as of `at`. Returns how many there are."""
    Clock.objects.all().delete()
    made, after = 0, 0
    while ids := list(Handoff.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:batch]):
        made += derive(ids, at)
        after = ids[-1]
    return made
