"""The invitation to a meeting: a mail with a calendar file that mail programs take into their calendar, move and strike out."""

from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from smarketing.accounts import languages
from smarketing.accounts.models import User
from smarketing.notify import kinds, mails
from smarketing.notify.letters import Letter
from smarketing.rows import clock

from ..models import Meeting
from . import belief, ical

KIND = "invitation"
FILE = "meeting.ics"


def register() -> None:
    kinds.register(KIND, gettext_lazy("Invitation to a meeting"))


def send(meeting: Meeting, users: Iterable[User], at: datetime, method: str = ical.REQUEST) -> int:
    """Write to each of them, in their language, with the calendar file. Returns how many mails."""
    sent = 0
    for user in users:
        with translation.override(languages.effective(user.language)):
            calendar = mails.File(FILE, f"text/calendar; method={method}", file(meeting, at, method))
        mails.send(
            kind=KIND, to=user.email, person=user, language=user.language, at=at,
            write=lambda: letter(meeting, method), files=[calendar],
        )  # fmt: skip
        sent += 1
    return sent


def letter(meeting: Meeting, method: str = ical.REQUEST) -> Letter:
    """When, where, about which month, and the question asked before."""
    lines = [
        when(meeting),
        _("The month of %(month)s, contract “%(name)s”.")
        % {"month": date_format(meeting.month, "YEAR_MONTH_FORMAT"), "name": meeting.contract.name},
    ]
    if method == ical.CANCEL:
        return Letter(subject=_("Called off: %(title)s") % {"title": title(meeting)}, lines=lines)
    lines += [one for one in (meeting.place, meeting.link) if one]
    if question := belief.asked(meeting):
        lines.append(_("Before it: %(question)s Answer on the page of the meeting.") % {"question": question})
    return Letter(subject=title(meeting), lines=lines, action=_("Open the agenda"), url=address(meeting))


def file(meeting: Meeting, at: datetime, method: str = ical.PUBLISH) -> str:
    """The calendar file, in the active language."""
    people = [
        ical.Person(one.user.name, one.user.email) for one in meeting.attendees.select_related("user").order_by("pk")
    ]
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    by = meeting.created_by
    return ical.calendar(
        ical.Event(
            uid=f"meeting-{meeting.pk}@{host}", sequence=meeting.sequence, starts=meeting.starts_at, minutes=meeting.minutes,
            title=title(meeting), text=address(meeting), place=meeting.place or meeting.link, url=meeting.link or address(meeting),
            people=people, written=at, organizer=ical.Person(by.name, by.email) if by else None,
        ),
        method,
    )  # fmt: skip


def title(meeting: Meeting) -> str:
    """ "Review meeting: France 2026, October 2026"."""
    said = {"contract": meeting.contract.name, "month": date_format(meeting.month, "YEAR_MONTH_FORMAT")}
    return _("Review meeting: %(contract)s, %(month)s") % said


def when(meeting: Meeting) -> str:
    """The day and hour, in the installation's zone."""
    return date_format(meeting.starts_at.astimezone(clock.zone()), "DATETIME_FORMAT")


def address(meeting: Meeting) -> str:
    return settings.PUBLIC_URL + reverse("reporting:meeting", args=[meeting.pk])
