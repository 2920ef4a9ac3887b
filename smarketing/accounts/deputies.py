"""Who may sign for a side: its named signers, and for some days their deputies of the same side."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from smarketing.rows import clock

from .audit import record
from .models import Deputy, User
from .people import PeopleError
from .policy import may


def may_sign(user: User, verb: str, at: datetime) -> bool:
    """Whether `user` may sign at `at` what needs `verb`: as a named signer, or in the place of one who may."""
    return (user.signs and may(user, verb)) or stands_in_for(user, verb, at) is not None


def stands_in_for(user: User, verb: str, at: datetime) -> User | None:
    """The signer in whose place `user` may sign `verb` at `at`."""
    if not (user.is_active and user.side):
        return None
    found = Deputy.objects.filter(deputy=user).on(clock.today(at)).select_related("signer").order_by("pk")
    return next((one.signer for one in found if _signs_for(one.signer, user.side, verb)), None)


@transaction.atomic
def name_deputy(*, signer: User, deputy: User, first: date, last: date, by: User, at: datetime) -> Deputy:
    """Let `deputy` sign in the place of `signer` from `first` to `last`, both included.

    PeopleError: not a signer, the other side, the same person, days that end before they begin or are over.
    """
    if not (signer.signs and signer.is_active):
        raise PeopleError(_("%(name)s is not a named signer.") % {"name": signer.name})
    if deputy.pk == signer.pk or deputy.side != signer.side or not deputy.is_active:
        raise PeopleError(_("A deputy is another person of the same side."))
    if last < first or last < clock.today(at):
        raise PeopleError(_("The last day lies before the first, or is over."))
    made = Deputy.objects.create(signer=signer, deputy=deputy, first=first, last=last, by=by)
    days = {"first": first.isoformat(), "last": last.isoformat()}
    record(by, "settings.people", "deputy", made.pk, at, done="named", signer=signer.pk, deputy=deputy.pk, **days)
    return made


@transaction.atomic
def end_deputy(*, deputy: Deputy, by: User, at: datetime) -> None:
    """The deputy signs no longer; a second time changes nothing."""
    if Deputy.objects.filter(pk=deputy.pk, ended_at=None).update(ended_at=at):
        record(by, "settings.people", "deputy", deputy.pk, at, done="ended")


def _signs_for(signer: User, side: str, verb: str) -> bool:
    return signer.signs and signer.side == side and may(signer, verb)
