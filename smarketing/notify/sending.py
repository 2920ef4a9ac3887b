"""Notices by mail: those wanted at once gathered for five minutes, those wanted in the morning in one mail a day.

What was seen in the portal meanwhile is not mailed. A mail is written, and its notices marked, in one transaction.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import Max, Min
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from smarketing.accounts.models import User
from smarketing.rows import clock

from . import choices, digests, hours, mails, registry
from .letters import Letter
from .models import ByMail, Notice
from .registry import Line

GATHERED = timedelta(minutes=5)
MOST = 1_000  # notices of a mail; more follow in the next one
LISTED = 5  # of them with their words; the page of notices has the others
SALT = "notices.off"
MAIL_KINDS = {ByMail.ONCE: "notices", ByMail.MORNING: "morning"}


def send_due(at: datetime) -> int:
    """Write the mails whose time has come. Returns how many."""
    waiting = Notice.objects.to_mail().filter(told_at__lte=at).order_by().values("user", "mail")
    found = list(waiting.annotate(first=Min("told_at"), last=Max("told_at")).order_by("user", "mail"))
    if not found:
        return 0
    axis, zone = choices.company_axis(), clock.zone()
    opened = hours.morning(at, axis, zone)
    people = User.objects.in_bulk({row["user"] for row in found})
    sent = 0
    for row in found:
        user = people[row["user"]]
        if row["mail"] == ByMail.MORNING:
            sent += row["first"] <= opened and _send(user, ByMail.MORNING, opened, at)
        elif row["first"] <= at - GATHERED and choices.hours(user, axis).lets(at):
            sent += _send(user, ByMail.ONCE, at, at)
    return sent


@transaction.atomic
def _send(user: User, mode: str, until: datetime, at: datetime) -> bool:
    """One mail to one person with what was told until then; beside other senders (skip locked). False: nothing to say."""
    mine = Notice.objects.to_mail().filter(user=user, mail=mode, told_at__lte=until).order_by("at", "pk")
    some = list(mine.select_for_update(skip_locked=True)[:MOST])
    Notice.objects.filter(pk__in=[one.pk for one in some]).update(mailed_at=at)
    if not some or not user.is_active or not registry.said(some, user):
        return False
    mail = mails.send(
        kind=MAIL_KINDS[ByMail(mode)], to=user.email, person=user, language=user.language, at=at,
        write=lambda: letter(user, some, mode),
    )  # fmt: skip
    Notice.objects.filter(pk__in=[one.pk for one in some]).update(letter=mail)
    return True


def letter(user: User, some: Sequence[Notice], mode: str) -> Letter:
    """The mail of these notices, oldest first, with a way to switch each of their kinds off."""
    said = registry.said(some, user)
    shown = [(one, said[one.pk]) for one in some if one.pk in said]
    lines, listed = [line for _one, line in shown], _listed(shown)
    kinds = dict.fromkeys(one.kind for one in some if one.pk in said)
    words = {"n": len(lines)}
    only = _link(*shown[0]) if len(shown) == 1 and mode != ByMail.MORNING else ""  # its words are the subject then
    if mode == ByMail.MORNING:
        subject = ngettext("Good morning: %(n)s notice", "Good morning: %(n)s notices", len(lines)) % words
    elif len(lines) == 1:
        subject = lines[0].text
    else:
        subject = ngettext("%(n)s notice", "%(n)s notices", len(lines)) % words
    return Letter(
        subject=subject,
        lines=[lines[0].detail] if only and lines[0].detail else [],
        items=[] if only else [(line.text, line.detail, _link(one, line)) for one, line in listed],
        more=_more(len(shown) - len(listed)),
        action=_("Open") if only else _("All notices"),
        url=only or settings.PUBLIC_URL + reverse("notify:notices"),
        links=[
            (
                _("Stop receiving mails of this kind: %(kind)s") % {"kind": registry.get(key).label},
                off_address(user, key),
            )
            for key in kinds
        ],
        picture=next((line.picture() for line in reversed(lines) if line.picture), None),
        off=off_address(user, *kinds),
    )


def _listed(shown: Sequence[tuple[Notice, Line]]) -> list[tuple[Notice, Line]]:
    """The first few; and those that no page but the mail tells."""
    first = [one.pk for one, _line in shown if one.shown][:LISTED]
    return [(one, line) for one, line in shown if not one.shown or one.pk in first]


def _more(n: int) -> str:
    return ngettext("and %(n)s more", "and %(n)s more", n) % {"n": n} if n else ""


def off_address(user: User, *kinds: str) -> str:
    """The link in a mail by which its reader switches kinds and digests off, signed in or not."""
    return settings.PUBLIC_URL + reverse("notify:off", args=[signing.dumps([user.pk, *kinds], salt=SALT)])


def read_off(token: str) -> tuple[User, list[str]] | None:
    """Whose mails of which kinds a link switches off; None where it is not one of ours, or its reader has left."""
    try:
        user, *kinds = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    found = User.objects.filter(pk=user, is_active=True).first()
    known = [kind for kind in kinds if registry.get(kind) or digests.get(kind)]
    return (found, known) if found and known else None


def _link(one: Notice, line: Line) -> str:
    """Through the centre, where it is seen then; to its page where the centre does not show it."""
    if not line.url:
        return ""
    return settings.PUBLIC_URL + (reverse("notify:open", args=[one.pk]) if one.shown else line.url)
