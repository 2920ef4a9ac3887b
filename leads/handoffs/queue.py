"""The rep's queue: what is owed in which order, why now, and what is next. Reads only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from django.db import connection
from django.db.models import Count, Q

from leads.models import HandoffState
from leads.models.queues import Key, key_of
from smarketing.accounts.models import User
from smarketing.calendars import services as calendars
from smarketing.rows import clock

PAGE = 50
HOT = timedelta(hours=24)
NOON = time(12)
SHOWN_KINDS = ("page", "form", "track", "mail_click", "webinar", "download", "demo")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_EVENTS = """
SELECT l.id, e.kind, e.name, e.page, e.form, e.occurred_at FROM unnest(%s::bigint[]) AS l(id)
CROSS JOIN LATERAL (
  SELECT * FROM (
    (SELECT id, kind, name, page, form, occurred_at FROM leads_event
      WHERE lead_id = l.id AND kind = ANY(%s) AND occurred_at <= %s ORDER BY occurred_at DESC LIMIT 3)
    UNION ALL
    (SELECT v.id, v.kind, v.name, v.page, v.form, v.occurred_at FROM leads_join j
      JOIN leads_event v ON v.visitor_id = j.visitor_id AND v.lead_id IS NULL
      WHERE j.lead_id = l.id AND v.kind = ANY(%s) AND v.occurred_at <= %s ORDER BY v.occurred_at DESC LIMIT 3)) x
  WHERE NOT EXISTS (SELECT FROM leads_correction c WHERE c.subject = 'event' AND c.subject_id = x.id)
  ORDER BY occurred_at DESC LIMIT 1) e
"""
_LAST_ATTEMPTS = """
SELECT h.id, a.outcome, a.occurred_at FROM unnest(%s::bigint[]) AS h(id)
CROSS JOIN LATERAL (
  SELECT outcome, occurred_at FROM leads_attempt t WHERE t.handoff_id = h.id AND NOT EXISTS (
    SELECT FROM leads_correction c WHERE c.subject = 'attempt' AND c.subject_id = t.id)
  ORDER BY occurred_at DESC, id DESC LIMIT 1) a
"""


@dataclass(frozen=True)
class Counts:
    """What the head of the queue says: owed before tomorrow, late already, breaking before noon, and all that is open."""

    today: int
    late: int
    before_noon: int
    all: int


@dataclass(frozen=True)
class Touch:
    """The last thing that happened with a lead: an event (kind, what) or an attempt (kind "attempt", outcome)."""

    kind: str
    what: str
    at: datetime
    hot: bool = False


@dataclass(frozen=True)
class Place:
    """Where a handoff stands in its queue: 3 of 14, and the one that follows (the first again after the last)."""

    position: int
    total: int
    next_id: int | None


def counts(owed, at: datetime) -> Counts:
    """Figures over a queryset of owed handoffs."""
    zone = clock.zone()
    today = at.astimezone(zone).date()
    noon = datetime.combine(today, NOON, tzinfo=zone)
    found = owed.aggregate(
        today=Count("pk", filter=Q(due_at__lt=tomorrow(at))),
        late=Count("pk", filter=Q(due_at__lt=at)),
        before_noon=Count("pk", filter=Q(due_at__gte=at, due_at__lt=noon)),
        all=Count("pk"),
    )
    return Counts(**found)


def tomorrow(at: datetime) -> datetime:
    """The local midnight after an instant."""
    zone = clock.zone()
    return datetime.combine(at.astimezone(zone).date() + timedelta(days=1), time(), tzinfo=zone)


def page(owed, after: Key | None = None, size: int = PAGE) -> tuple[list[HandoffState], Key | None]:
    """(rows in order, key of the following page or None)."""
    rows = list(owed.page_after(after, size + 1))
    return rows[:size], (key_of(rows[size - 1]) if len(rows) > size else None)


def place(owed, key: Key, handoff_id: int) -> Place:
    """The place of a key in a queue. The handoff itself need not be owed any more."""
    total = owed.count()
    following = owed.after(key).exclude(handoff_id=handoff_id)
    behind = following.count()
    nearest = next(iter(owed.exclude(handoff_id=handoff_id).page_after(key, 1)), None)
    if nearest is None:
        nearest = next(iter(owed.exclude(handoff_id=handoff_id).page_after(None, 1)), None)
    return Place(max(total - behind, 1), total, nearest.handoff_id if nearest else None)


def last_events(lead_ids: Iterable[int], at: datetime) -> dict[int, Touch]:
    """Lead → its last visible act: a page, a form, a named event or a click in a mail."""
    kinds = list(SHOWN_KINDS)
    with connection.cursor() as cursor:
        cursor.execute(_LAST_EVENTS, [sorted(set(lead_ids)), kinds, at, kinds, at])
        return {
            lead: Touch(kind, name or form or page, when, at - when <= HOT)
            for lead, kind, name, page, form, when in cursor.fetchall()
        }


def last_attempts(handoff_ids: Iterable[int]) -> dict[int, Touch]:
    """Handoff → its last attempt."""
    with connection.cursor() as cursor:
        cursor.execute(_LAST_ATTEMPTS, [sorted(set(handoff_ids))])
        return {handoff: Touch("attempt", outcome, when) for handoff, outcome, when in cursor.fetchall()}


def reps(rows: Sequence[User]) -> list[User]:
    """Reps in the order of their names."""
    return sorted(rows, key=lambda rep: rep.name.casefold())


def axis(calendar: int | None = None):
    """Working hours by which time left is told: those of a calendar's version (of the clause that made the promise), or
    where there is none the newest calendar's; None where there is none yet."""
    if calendar is not None and (version := calendars.version(calendar)):
        return calendars.axis(version)
    versions = calendars.current()
    return calendars.axis(max(versions, key=lambda version: version.created_at)) if versions else None


def written(key: Key) -> str:
    """A key for an address: "1795683600000000.3.1795597200000000.55"; "-" for no due instant."""
    due, rank, effective, handoff = key
    return f"{'-' if due is None else _micros(due)}.{rank}.{_micros(effective)}.{handoff}"


def parsed(text: str) -> Key | None:
    """The key that `written` wrote; None for anything else."""
    try:
        due, rank, effective, handoff = text.split(".")
        return (None if due == "-" else _instant(due), int(rank), _instant(effective), int(handoff))
    except (ValueError, OverflowError):
        return None


def _micros(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)


def _instant(text: str) -> datetime:
    return _EPOCH + timedelta(microseconds=int(text))
