"""When digests go out: as the company opens, within their reader's hours, once a day whatever runs beside or twice.

A digest that has nothing to say is noted and not sent. One that cannot be written holds up no other.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from smarketing.accounts import languages
from smarketing.accounts.models import User
from smarketing.calendars.axis import Axis
from smarketing.rows import clock

from . import choices, digests, hours, mails, sending
from .digests import Digest, Span
from .letters import Letter
from .models import DigestSent

DAY = timedelta(days=1)
AHEAD = 21  # days looked ahead for the next one
log = structlog.get_logger(__name__)


def send_due(at: datetime) -> int:
    """Write the digests whose time has come. Returns how many went out."""
    axis, zone = choices.company_axis(), clock.zone()
    day = at.astimezone(zone).date()
    opens, sent = hours.opening(day, axis, zone), 0
    if opens is None or at < opens:
        return 0
    had = set(DigestSent.objects.filter(day=day).values_list("user", "kind"))
    for digest in digests.every():
        if span := span_of(digest, day, at, axis, zone):
            for user in _readers(digest, had):
                if choices.hours(user, axis).lets(at):
                    sent += _send(user, digest, day, span)
    return sent


def _readers(digest: Digest, had: set[tuple[int, str]]) -> Iterator[User]:
    off = digests.switched_off(digest.key)
    for user in digest.readers().order_by("pk"):
        if user.pk not in off and (user.pk, digest.key) not in had:
            yield user


def _send(user: User, digest: Digest, day: date, span: Span) -> bool:
    try:
        return _write(user, digest, day, span)
    except Exception:
        log.exception("digest not written", digest=digest.key, person=user.pk)
        return False


@transaction.atomic
def _write(user: User, digest: Digest, day: date, span: Span) -> bool:
    """One digest of a day to one person: who writes it beside waits for the row, and finds it. False: nothing to say."""
    row, new = DigestSent.objects.get_or_create(user=user, kind=digest.key, day=day, defaults={"at": span.at})
    letter = _letter(user, digest, span) if new else None
    if letter is None:
        return False
    row.letter = mails.send(
        kind=digest.key, to=user.email, person=user, language=user.language, at=span.at, write=lambda: letter
    )
    row.save(update_fields=["letter"])
    return True


def _letter(user: User, digest: Digest, span: Span) -> Letter | None:
    """The digest in its reader's language, with the way to switch it off."""
    with translation.override(languages.effective(user.language)):
        letter = digest.write(user, span)
        if letter is None:
            return None
        off = sending.off_address(user, digest.key)
        links = [
            (_("Stop receiving this mail: %(kind)s") % {"kind": digest.label}, off),
            (_("All preferences"), settings.PUBLIC_URL + reverse("notify:choices")),
        ]
        return replace(letter, off=off, links=links)


def span_of(digest: Digest, day: date, at: datetime, axis: Axis | None, zone: ZoneInfo) -> Span | None:
    """What a digest of a day that the company opens on tells of; None on a day without it."""
    before = next((day - n * DAY for n in range(1, 31) if hours.opening(day - n * DAY, axis, zone)), day - DAY)
    if not digest.weekly:
        return Span(before, day, at)
    monday = day - day.weekday() * DAY
    return Span(monday - 7 * DAY, monday, at) if before < monday else None


def following(user: User, digest: Digest, at: datetime) -> datetime | None:
    """When a person's next digest comes; None where no time in three weeks fits their hours."""
    axis, zone = choices.company_axis(), clock.zone()
    mine, today = choices.hours(user, axis), at.astimezone(zone).date()
    had = DigestSent.objects.filter(user=user, kind=digest.key, day=today).exists()
    for day in (today + n * DAY for n in range(had, AHEAD)):
        opens = hours.opening(day, axis, zone)
        if opens is None or span_of(digest, day, at, axis, zone) is None:
            continue
        begins, end = max(opens, at), datetime.combine(day + DAY, time(), tzinfo=zone)
        with contextlib.suppress(StopIteration):
            quarters = range(int((end - begins) / timedelta(minutes=15)) + 1)
            return next(t for n in quarters if (t := begins + n * timedelta(minutes=15)) < end and mine.lets(t))
    return None
