"""The rep's queue: what is owed in which order, why now, and what is next. Reads only."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from leads.models import HandoffState
from leads.models.queues import PROMISE, Key, key_of
from smarketing.accounts.models import User
from smarketing.calendars import services as calendars
from smarketing.rows import clock, fence
from smarketing.rows.prepared import Prepared

from . import whose_turn

PAGE = 50
AROUND = 10  # rows above the one to which somebody comes back
HOT = timedelta(hours=24)
HANDFUL = 12  # leads for which looking through all months by a plan that was kept is less work than planning it
LATELY = timedelta(days=60)
NOON = time(12)
SHOWN_KINDS = ("page", "form", "track", "mail_click", "webinar", "download", "demo")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_EVENTS = Prepared(
    """
SELECT l.id, e.id, e.kind, e.name, e.page, e.form, e.occurred_at FROM unnest(%(leads)s::bigint[]) AS l(id)
CROSS JOIN LATERAL (
  SELECT * FROM (
    (SELECT id, kind, name, page, form, occurred_at FROM leads_event
      WHERE lead_id = l.id AND kind = ANY(%(kinds)s) AND occurred_at BETWEEN %(since)s AND %(at)s AND id >= %(first)s
      ORDER BY occurred_at DESC LIMIT 3)
    UNION ALL
    (SELECT v.id, v.kind, v.name, v.page, v.form, v.occurred_at FROM leads_join j
      JOIN leads_event v ON v.visitor_id = j.visitor_id AND v.lead_id IS NULL
      WHERE j.lead_id = l.id AND v.kind = ANY(%(kinds)s) AND v.occurred_at BETWEEN %(since)s AND %(at)s AND v.id >= %(first)s
      ORDER BY v.occurred_at DESC LIMIT 3)) x
  WHERE NOT EXISTS (SELECT FROM leads_correction c WHERE c.subject = 'event' AND c.subject_id = x.id)
  ORDER BY occurred_at DESC LIMIT 1) e
""",
    {"kinds": list(SHOWN_KINDS)},
)
_LAST_ATTEMPTS = Prepared("""
SELECT h.id, a.outcome, a.occurred_at, a.next_step_on, a.next_step, a.rep_id FROM unnest(%(handoffs)s::bigint[]) AS h(id)
CROSS JOIN LATERAL (
  SELECT outcome, occurred_at, next_step_on, next_step, rep_id FROM leads_attempt t WHERE t.handoff_id = h.id AND NOT EXISTS (
    SELECT FROM leads_correction c WHERE c.subject = 'attempt' AND c.subject_id = t.id)
  ORDER BY occurred_at DESC, id DESC LIMIT 1) a
""")


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
    event: int | None = None
    next_on: date | None = None  # of an attempt: the next step that was named with it, and by whom
    next_step: str = ""
    by: int | None = None


@dataclass(frozen=True)
class Place:
    """Where a handoff stands in its queue: 3 of 14, the one that follows (the first again after the last), the one before.

    `back` is the key after which a page of the list begins that shows it; None for the first page.
    """

    position: int
    total: int
    next_id: int | None
    previous_id: int | None = None
    back: Key | None = None


def noon(at: datetime) -> datetime:
    """Noon of the local day of an instant."""
    zone = clock.zone()
    return datetime.combine(at.astimezone(zone).date(), NOON, tzinfo=zone)


def tomorrow(at: datetime) -> datetime:
    """The local midnight after an instant."""
    zone = clock.zone()
    return datetime.combine(at.astimezone(zone).date() + timedelta(days=1), time(), tzinfo=zone)


def page(
    owed, at: datetime, after: Key | None = None, size: int = PAGE, order: str = PROMISE
) -> tuple[list[HandoffState], Key | None]:
    """(rows in order as it is at an instant, key of the following page or None)."""
    rows = list(owed.page_after(after, size + 1, order, at))
    return rows[:size], (key_of(rows[size - 1]) if len(rows) > size else None)


def place(owed, at: datetime, key: Key, handoff_id: int, order: str = PROMISE) -> Place:
    """The place of a key in a queue in an order. The handoff itself need not be owed any more."""
    others = owed.exclude(handoff_id=handoff_id)
    total, behind = owed.count(), others.after(key, order, at).count()
    position = max(total - behind, 1)
    ahead = list(others.before(key, order, at)[:AROUND])
    back = key_of(ahead[-1]) if position > PAGE and len(ahead) == AROUND else None
    before = ahead[0].handoff_id if ahead else None
    return Place(position, total, following(owed, at, key, handoff_id, order), before, back)


def following(owed, at: datetime, key: Key, handoff_id: int, order: str = PROMISE) -> int | None:
    """The handoff after a key, the first one again after the last; None where nothing else is owed."""
    others = owed.exclude(handoff_id=handoff_id)
    for start in (key, None):
        if nearest := next(iter(others.page_after(start, 1, order, at)), None):
            return nearest.handoff_id
    return None


def onward(owed, at: datetime, user: User, key: Key, handoff_id: int, order: str = PROMISE) -> int | None:
    """The handoff that comes after work on one: the first in the order that nobody worked just now; by promise some turns go
    to a broken promise (`whose_turn`). Where all were worked, the one after the key."""
    done, others = whose_turn.did(user, at), owed.exclude(handoff_id=handoff_id)
    if order == PROMISE and (late := whose_turn.of_late(others, at, user, done)):
        return late
    fresh = others.exclude(handoff_id__in=done.lately)
    first = next(iter(fresh.page_after(None, 1, order, at)), None)
    return first.handoff_id if first else following(owed, at, key, handoff_id, order)


def last_events(lead_ids: Iterable[int], at: datetime) -> dict[int, Touch]:
    """Lead → its last visible act: a page, a form, a named event or a click in a mail. Looked for in the last months first:
    the events of each month are a table of their own, by their ids, and most leads that are owed did something lately."""
    found: dict[int, Touch] = {}
    for since in (at - LATELY, _EPOCH):
        if left := sorted(set(lead_ids) - found.keys()):
            found |= _events(left, since, at)
    return found


def _events(leads: list[int], since: datetime, at: datetime) -> dict[int, Touch]:
    asked = {"leads": leads, "since": since, "first": fence.id_floor(since), "at": at}
    look = _LAST_EVENTS.afresh if since == _EPOCH and len(leads) > HANDFUL else _LAST_EVENTS.rows
    return {
        lead: Touch(kind, name or form or page, when, event=event)
        for lead, event, kind, name, page, form, when in look(asked)
    }


def last_attempts(handoff_ids: Iterable[int]) -> dict[int, Touch]:
    """Handoff → its last attempt."""
    asked = {"handoffs": sorted(set(handoff_ids))}
    return {
        handoff: Touch("attempt", outcome, when, next_on=day, next_step=step, by=rep)
        for handoff, outcome, when, day, step, rep in _LAST_ATTEMPTS.rows(asked)
    }


def reps(rows: Sequence[User]) -> list[User]:
    """Reps in the order of their names."""
    return sorted(rows, key=lambda rep: rep.name.casefold())


def axis(calendar: int | None = None):
    """Working hours by which time left is told: those of a calendar's version (of the clause that made the promise), or
    where there is none the newest calendar's; None where there is none yet."""
    return calendars.laid(calendar)


def business_day(axis, at: datetime, n: int, zone) -> date:
    """The n-th business day after the local day of an instant; without a calendar the n-th day from Monday to Friday."""
    if axis is not None:
        ahead = [one for one in axis.days[bisect_right(axis.midnights, _micros(at)) :][:n]]
        if len(ahead) == n:
            return ahead[-1]
    day = at.astimezone(zone).date()
    while n:
        day += timedelta(days=1)
        n -= day.weekday() < 5
    return day


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
