"""Clocks from the log: derived rows, wiped and rebuilt at will. Nothing needs to run for a breach to be true."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import Q

from leads.handoffs import rules as handoff_rules
from leads.handoffs import states as handoff_states
from leads.models import Attempt, Correction, Handoff, HandoffState
from smarketing.calendars import services as calendars
from smarketing.rows.clock import zone as installation_zone

from .clocks import EXCLUDED, JUDGES, MET, MISSED, PENDING, Log
from .kinds import KINDS
from .models import Clause, Clock, Terms

LABELS = {"first_attempt": "first", "min_attempts": "attempts"}
DROPPED = ("refused", "returned", "withdrawn", "merged", "expired")


def mark(handoff_ids: Iterable[int]) -> None:
    """Remember that these handoffs changed: the only thing done inside the transaction of a rep's deed."""
    ids = sorted(set(handoff_ids))
    if ids:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO sla_sladirty (handoff_id, since) SELECT id, smarketing_clock() FROM unnest(%s::bigint[]) id"
                " ORDER BY id ON CONFLICT DO NOTHING",
                [ids],
            )


@transaction.atomic
def drain(at: datetime, limit: int = 2000) -> int:
    """Derive the clocks of up to `limit` marked handoffs, and of those whose due instant passed. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM sla_sladirty WHERE handoff_id IN (SELECT handoff_id FROM sla_sladirty ORDER BY handoff_id"
            " LIMIT %s FOR UPDATE SKIP LOCKED) RETURNING handoff_id",
            [limit],
        )
        ids = {row[0] for row in cursor.fetchall()}
    left = limit - len(ids)
    overdue = Clock.objects.filter(state=PENDING, due_at__lt=at).order_by("due_at")
    ids.update(overdue.values_list("handoff_id", flat=True)[:left])
    derive(sorted(ids), at)
    return len(ids)


@transaction.atomic
def derive(handoff_ids: Sequence[int], at: datetime) -> int:
    """Write the clocks of these handoffs as they stand at `at`, and push the next promise onto each. Returns clocks."""
    handoffs = list(Handoff.objects.filter(pk__in=handoff_ids).select_related("rules").order_by("pk"))
    terms = _Terms({handoff.line_id for handoff in handoffs})
    logs = _logs(handoffs)
    rows: list[Clock] = []
    for handoff in handoffs:
        rows += _clocks(handoff, terms.of(handoff), logs.get(handoff.pk), at)
    Clock.objects.filter(handoff_id__in=handoff_ids).delete()
    Clock.objects.bulk_create(rows, batch_size=5000)
    _push_promises(handoffs, rows)
    return len(rows)


class _Terms:
    """Terms by line and local day, with their clauses and axes, read once per batch."""

    def __init__(self, lines: set[int]):
        self._lines: dict[int, list[Terms]] = defaultdict(list)
        found = Terms.objects.filter(contract__line__in=lines).select_related("contract", "calendar")
        for terms in found.order_by("-starts_on", "-number").prefetch_related("clauses"):
            self._lines[terms.contract.line_id].append(terms)

    def of(self, handoff: Handoff) -> Terms | None:
        for terms in self._lines[handoff.line_id]:
            day = local_day(handoff, terms)
            if terms.starts_on <= day and (terms.ends_on is None or day < terms.ends_on):
                return terms
        return None


def local_day(handoff: Handoff, terms: Terms) -> date:
    """Day of the handoff in the contract's zone; a date without a time keeps its date in every zone."""
    zone = calendars.file_zone() if handoff.day_only else ZoneInfo(terms.calendar.spec["zone"])
    return handoff.occurred_at.astimezone(zone).date()


def _logs(handoffs: list[Handoff]) -> dict[int, tuple[Log, HandoffState]]:
    ids = [handoff.pk for handoff in handoffs]
    taken_back = Correction.objects.filter(subject="attempt").values("subject_id")
    attempts = defaultdict(list)
    for attempt in Attempt.objects.filter(handoff__in=ids).exclude(pk__in=taken_back).order_by("occurred_at", "id"):
        attempts[attempt.handoff_id].append(attempt)
    states = {state.handoff_id: state for state in HandoffState.objects.filter(handoff__in=ids)}
    out, zone = {}, installation_zone()
    for handoff in handoffs:
        if state := states.get(handoff.pk):
            counted = handoff_states.counted(attempts[handoff.pk], handoff_rules.body_of(handoff), zone)
            out[handoff.pk] = (
                Log(
                    handed_at=handoff.occurred_at,
                    attempts=tuple(counted),
                    reached_at=state.reached_at,
                    converted_at=state.sql_at,
                    dropped_at=state.closed_at if state.state in DROPPED else None,
                ),
                state,
            )
    return out


def _clocks(handoff: Handoff, terms: Terms | None, known, at: datetime) -> list[Clock]:
    if terms is None or known is None:
        return []
    log, _state = known
    axis, zone = calendars.axis(terms.calendar), ZoneInfo(terms.calendar.spec["zone"])
    rows = []
    for clause in terms.clauses.all():
        if KINDS[clause.kind].source != "clock":
            continue
        due = due_instant(axis, clause, log.handed_at)
        reading = JUDGES[clause.kind](log, due, int(clause.target), at)
        rows.append(
            Clock(
                handoff_id=handoff.pk, clause_key=clause.key, terms=terms, starts_at=log.handed_at, due_at=due,
                month=due.astimezone(zone).date().replace(day=1), state=reading.state,
                settled_at=reading.settled_at, done=reading.done,
            )
        )  # fmt: skip
    return rows


def due_instant(axis, clause: Clause, handed_at: datetime) -> datetime:
    """When the promise breaks: H business hours, or the close of the D-th business day, after the handoff."""
    if clause.kind == "first_attempt":
        return axis.due(handed_at, timedelta(hours=float(clause.target)))
    return axis.due_days(handed_at, int(clause.params["days"]))


def _push_promises(handoffs: list[Handoff], clocks: list[Clock]) -> None:
    kinds = dict(Clause.objects.filter(terms__in={c.terms_id for c in clocks}).values_list("key", "kind"))
    following: dict[int, Clock] = {}
    for clock in clocks:
        if clock.state in (PENDING, MISSED) and not _settled_for_queue(clock, kinds):
            best = following.get(clock.handoff_id)
            if best is None or clock.due_at < best.due_at:
                following[clock.handoff_id] = clock
    promises = [
        (
            handoff.pk,
            *((clock.due_at, LABELS[kinds[clock.clause_key]]) if (clock := following.get(handoff.pk)) else (None, "")),
        )
        for handoff in handoffs
    ]
    handoff_rules.set_promises(promises)


def _settled_for_queue(clock: Clock, kinds: dict[str, str]) -> bool:
    """A missed first attempt that was made late is owed no more."""
    return clock.state == MISSED and kinds[clock.clause_key] == "first_attempt" and clock.done > 0


def rebuild(at: datetime, batch: int = 5000) -> int:
    """Wipe and derive every clock as of `at`. Returns how many there are."""
    Clock.objects.all().delete()
    made, after = 0, 0
    while ids := list(Handoff.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:batch]):
        made += derive(ids, at)
        after = ids[-1]
    return made


def settled(terms: Terms, month: date) -> dict[str, dict[str, int]]:
    """clause key → {met, missed, pending, excluded} of a month, only clocks of handoffs that count."""
    out: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys((MET, MISSED, PENDING, EXCLUDED), 0))
    found = Clock.objects.filter(Q(terms=terms), month=month).values_list("clause_key", "state")
    for key, state in found:
        out[key][state] += 1
    return out
