"""How a person wants to be told: kind by kind, and when mails may come."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time

from django.db import transaction
from django.utils.translation import gettext as _

from smarketing.accounts.audit import record
from smarketing.accounts.models import User
from smarketing.calendars import services as calendars
from smarketing.calendars.axis import Axis
from smarketing.rows import clock

from . import digests, registry
from .hours import Hours
from .models import ByMail, Notice, NoticeChoice, NoticeHours
from .registry import Channels, Kind


class ChoiceError(ValueError):
    """A choice that is refused; the message is translated and meant for the screen."""


@dataclass(frozen=True)
class Choice:
    """A kind with where a person wants it, and where it goes by itself."""

    kind: Kind
    now: Channels
    usual: Channels


def of(user: User) -> list[Choice]:
    """The kinds that may reach a person, with their choices."""
    kept = {one.kind: Channels(one.portal, one.mail) for one in NoticeChoice.objects.filter(user=user)}
    return [Choice(kind, kept.get(kind.key, usual), usual) for kind, usual in registry.of(user)]


@transaction.atomic
def choose(*, user: User, at: datetime, wanted: Mapping[str, Channels]) -> list[str]:
    """Set where kinds go; what is told later goes there, and mails that wait go by it, too. Returns the kinds changed."""
    changed = []
    for choice in of(user):
        key, want = choice.kind.key, wanted.get(choice.kind.key, choice.now)
        if want == choice.now:
            continue
        changed.append(key)
        if want == choice.usual:
            NoticeChoice.objects.filter(user=user, kind=key).delete()
        else:
            said = {"portal": want.portal, "mail": want.mail}
            NoticeChoice.objects.update_or_create(user=user, kind=key, defaults=said)
        Notice.objects.filter(user=user, kind=key, mailed_at=None).exclude(mail=ByMail.NEVER).update(mail=want.mail)
    if changed:
        record(user, "notices.choose", "user", user.pk, at, kinds=sorted(changed))
    return changed


@transaction.atomic
def set_hours(*, user: User, at: datetime, quiet: tuple[time, time] | None, working_hours: bool) -> None:
    """Set when mails that come at once may come. ChoiceError when that leaves no time for any."""
    if quiet and quiet[0] == quiet[1]:
        raise ChoiceError(_("Quiet hours must end at a different time than they begin."))
    axis = company_axis() if working_hours else None
    if not Hours(clock.zone(), quiet, axis).leaves_time(at):
        raise ChoiceError(_("These quiet hours leave none of the company's working hours: no mail could ever come."))
    begins, ends = quiet or (None, None)
    said = {"quiet_from": begins, "quiet_until": ends, "working_hours": working_hours}
    if said == {name: getattr(hours_row(user), name) for name in said}:
        return
    NoticeHours.objects.update_or_create(user=user, defaults=said)
    record(user, "notices.choose", "user", user.pk, at, hours=True)


@transaction.atomic
def switch_off(*, user: User, kind: str, at: datetime) -> bool:
    """No mail of a kind, or no digest, any more; the portal goes on as before. False when there was none anyway."""
    if digests.get(kind):
        return bool(choose_digests(user=user, at=at, wanted={kind: False}))
    now = {choice.kind.key: choice.now for choice in of(user)}.get(kind)
    return now is not None and bool(choose(user=user, at=at, wanted={kind: Channels(now.portal, ByMail.NEVER)}))


@transaction.atomic
def choose_digests(*, user: User, at: datetime, wanted: Mapping[str, bool]) -> list[str]:
    """Switch digests on or off. Returns those changed."""
    changed = []
    for one, on in digests.of(user):
        want = wanted.get(one.key, on)
        if want != on:
            changed.append(one.key)
            digests.keep(user, one.key, on=want)
    if changed:
        record(user, "notices.choose", "user", user.pk, at, digests=sorted(changed))
    return changed


def hours_row(user: User) -> NoticeHours:
    """What a person has set, or what holds by itself: the company's working hours, none of them quiet."""
    return NoticeHours.objects.filter(user=user).first() or NoticeHours(user=user)


def hours(user: User, axis: Axis | None) -> Hours:
    """A person's hours, beside the company's axis."""
    row = hours_row(user)
    quiet = (row.quiet_from, row.quiet_until) if row.quiet_from is not None else None
    return Hours(clock.zone(), quiet, axis if row.working_hours else None)


def company_axis() -> Axis | None:
    """Working time of the company: the newest version of its first calendar; None where it has none."""
    found = min(calendars.current(), key=lambda version: version.calendar_id, default=None)
    return calendars.axis(found) if found else None
