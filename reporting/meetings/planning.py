"""When both sides meet: planned, moved, called off; and the day on which the terms would have the next meeting."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from sla import agreed, follow, hooks
from sla.models import Contract
from sla.sections import defaults
from smarketing.accounts import audit
from smarketing.accounts.models import User
from smarketing.rows import clock

from ..models import Attendee, Meeting
from . import agenda, belief, notices
from .keeping import ahead, both_sides
from .problems import Refused

AT = time(10)  # local time that is proposed
LONGEST = 480
EVERY = {"weekly": 7, "fortnightly": 14}  # days


@dataclass(frozen=True)
class When:
    """What a form says of a meeting."""

    month: date
    starts_at: datetime
    minutes: int
    place: str = ""
    link: str = ""
    question: str = ""


@transaction.atomic
def plan(*, contract: Contract, when: When, people: Sequence[User], by: User | None, at: datetime) -> Meeting:
    """A meeting with its agenda prepared and everybody invited. Refused where one side is missing, or the place."""
    _checked(contract, when, people)
    made = Meeting.objects.create(
        contract=contract, month=when.month, starts_at=when.starts_at, minutes=when.minutes, place=when.place.strip(),
        link=when.link, question=when.question, created_by=by, created_at=at,
    )  # fmt: skip
    _invite(made, people)
    agenda.take_waiting(made)
    agenda.prepare(meeting=made, at=at)
    audit.record(by, "meeting.plan", "meeting", made.pk, at, contract=contract.pk, people=len(people))
    notices.tell_planned(made, by, at)
    return made


@transaction.atomic
def change(*, meeting: Meeting, when: When, people: Sequence[User], by: User, at: datetime) -> Meeting:
    """Move a meeting or invite others; who is invited is told. The question and its month stay once somebody answered."""
    meeting = ahead(meeting)
    _checked(meeting.contract, when, people)
    for name in ("question", "month"):
        if getattr(when, name) != getattr(meeting, name) and belief.has_answers(meeting):
            raise Refused(_("Somebody has answered the question already: it stays as it is."), name)
    if at >= meeting.starts_at and when.starts_at > meeting.starts_at and belief.has_answers(meeting):
        raise Refused(_("It has begun, and what people believed is shown: it cannot be put off."), "day")
    told_anew = (meeting.starts_at, meeting.minutes, meeting.place, meeting.link) != (
        when.starts_at, when.minutes, when.place.strip(), when.link,
    )  # fmt: skip
    before = set(meeting.attendees.values_list("user", flat=True))
    for name in ("month", "starts_at", "minutes", "link", "question"):
        setattr(meeting, name, getattr(when, name))
    meeting.place, meeting.sequence = when.place.strip(), meeting.sequence + 1
    meeting.save()
    meeting.attendees.exclude(user__in=people).delete()
    _invite(meeting, [one for one in people if one.pk not in before])
    agenda.prepare(meeting=meeting, at=at)
    audit.record(by, "meeting.change", "meeting", meeting.pk, at, people=len(people), moved=told_anew)
    notices.tell_changed(meeting, by, at, before=before, moved=told_anew)
    return meeting


@transaction.atomic
def cancel(*, meeting: Meeting, by: User, at: datetime) -> None:
    """Call a meeting off: what people put on its agenda waits for the next one."""
    meeting = ahead(meeting)
    if meeting.resolutions.exists():
        raise Refused(_("This meeting has resolved something: close it instead of calling it off."))
    meeting.cancelled_at, meeting.sequence = at, meeting.sequence + 1
    meeting.save(update_fields=["cancelled_at", "sequence"])
    agenda.give_back(meeting)
    audit.record(by, "meeting.cancel", "meeting", meeting.pk, at)
    notices.tell_cancelled(meeting, by, at)


def _checked(contract: Contract, when: When, people: Sequence[User]) -> None:
    both_sides([one.side for one in people])
    if not when.place.strip() and not when.link:
        raise Refused(_("Say where: a place, or the link of a call."), "place")
    if not 0 < when.minutes <= LONGEST:
        raise Refused(_("A meeting lasts from 1 to %(n)s minutes.") % {"n": LONGEST}, "minutes")
    if when.month.day != 1:
        raise Refused(_("Choose the month that you look at."), "month")
    if when.question and when.question not in dict(belief.questions(contract)):
        raise Refused(_("Choose a promise of this contract."), "question")


def _invite(meeting: Meeting, people: Sequence[User]) -> None:
    once = {one.pk: one for one in people}
    Attendee.objects.bulk_create(
        [Attendee(meeting=meeting, user=one, side=one.side) for _pk, one in sorted(once.items())]
    )


# --- the rhythm that was agreed


def usual_month(contract: Contract, day: date) -> date:
    """The month that a meeting on a day looks at: the newest closed one, else the one before."""
    return hooks.newest_closed(contract) or follow.back(day.replace(day=1), 1)[0]


def next_start(contract: Contract, at: datetime) -> datetime | None:
    """When the terms would have the next meeting: an agreed weekday, moved on over days without work; None without terms."""
    reader = follow.Reader(contract, at, at)
    terms = next((one for one in reversed(reader.terms) if one.span.first <= reader.today), None)
    if terms is None:
        return None
    said = defaults.section(terms, "meetings")
    last = Meeting.objects.filter(contract=contract, cancelled_at=None).order_by("-starts_at").first()
    held = last.starts_at.astimezone(reader.zone).date() if last else None
    day = weekday_from(_earliest(terms, said["rhythm"], held, reader.today), int(said["weekday"]))
    axis = reader.axes[terms.pk]
    for _days in range(14):
        if axis.business_days(day, day + timedelta(days=1)):
            break
        day += timedelta(days=1)
    return datetime.combine(day, AT, tzinfo=reader.zone)


def _earliest(terms, rhythm: str, held: date | None, today: date) -> date:
    """The first day on which a meeting is due after the last one."""
    if rhythm in EVERY:
        return max(today, held + timedelta(days=EVERY[rhythm] - 6)) if held else today
    month = held.replace(day=1) if held else follow.back(today.replace(day=1), 1)[0]
    return max(today, agreed.closes_on(terms, month))


def weekday_from(day: date, weekday: int) -> date:
    """The first day from `day` on that is a weekday (Monday 1)."""
    return day + timedelta(days=(weekday - day.isoweekday()) % 7)


def due(contract: Contract, at: datetime) -> datetime | None:
    """When the terms would have a meeting, where that comes within a week and none is planned; else None."""
    if Meeting.objects.filter(contract=contract).ahead().exists():
        return None
    found = next_start(contract, at)
    near = found is not None and found.astimezone(clock.zone()).date() <= clock.today(at) + timedelta(days=7)
    return found if near else None
