"""Invitations: a one-time link for one person, who sets name, password and language and is in.

Only the SHA-256 of the link's secret is kept. A link is used once, ends after seven days, and can be taken back.
"""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from smarketing.notify import mails
from smarketing.notify.letters import Letter
from smarketing.rows import clock
from smarketing.rows.models import Installation

from .audit import record
from .models import Invitation, User
from .people import POSITIONS, PeopleError, add_person, check, position_of
from .tokens import digest

VALID = timedelta(days=7)


class Closed(PeopleError):
    """An invitation that opens nothing: `why` is "used", "revoked" or "expired"."""

    def __init__(self, why: str):
        self.why = why
        super().__init__(why)


@transaction.atomic
def invite(
    *,
    by: User | None,
    at: datetime,
    email: str,
    role: str,
    side: str,
    language: str,
    team_id: int | None = None,
    signs: bool = False,
    mail: bool = True,
) -> tuple[Invitation, str]:
    """Invite somebody to a role. Returns (Invitation, link); the link is never readable again, except in the mail.

    PeopleError: no such role on this side, the address is here or invited already.
    """
    check(User(role=role, side=side, team_id=team_id, signs=signs))
    _check_free(email)
    secret = secrets.token_urlsafe(24)
    try:
        with transaction.atomic():
            made = Invitation.objects.create(
                email=email.lower(),
                role=role,
                side=side,
                team_id=team_id,
                signs=signs,
                language=language,
                by=by,
                created_at=at,
                expires_at=at + VALID,
                sha256=digest(secret),
            )
    except IntegrityError:
        raise PeopleError(_("This address is invited already: make a new link for that invitation.")) from None
    record(by, "settings.people", "invitation", made.pk, at, done="invited", role=role, side=side)
    if mail:
        _send(made, link(secret), at)
    return made, link(secret)


def invite_many(
    *, by: User | None, at: datetime, email: Iterable[str], **given: Any
) -> tuple[list[tuple[Invitation, str]], list[tuple[str, str]]]:
    """Invite each of these addresses to the same place, as `invite` does. (the invitations with their links; (address, why
    not) of those that could not be invited)."""
    made, refused = [], []
    for one in email:
        try:
            made.append(invite(by=by, at=at, email=one, **given))
        except PeopleError as problem:
            refused.append((one, str(problem)))
    return made, refused


@transaction.atomic
def renew(*, invitation: Invitation, by: User, at: datetime, mail: bool = True) -> str:
    """A new link for another seven days; the old one opens nothing any more. Closed when it was used or taken back."""
    invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if (why := invitation.closed(at)) and why != "expired":
        raise Closed(why)
    secret = secrets.token_urlsafe(24)
    invitation.sha256, invitation.expires_at = digest(secret), at + VALID
    invitation.save(update_fields=["sha256", "expires_at"])
    record(by, "settings.people", "invitation", invitation.pk, at, done="renewed")
    if mail:
        _send(invitation, link(secret), at)
    return link(secret)


@transaction.atomic
def revoke(*, invitation: Invitation, by: User, at: datetime) -> None:
    """Take an invitation back. One that was used or taken back before stays as it is."""
    if Invitation.objects.filter(pk=invitation.pk).waiting().update(revoked_at=at):
        record(by, "settings.people", "invitation", invitation.pk, at, done="revoked")


def find(secret: str) -> Invitation | None:
    """The invitation of a link's secret, open or not; None when no link was ever like this."""
    return Invitation.objects.filter(sha256=digest(secret[:200])).select_related("by", "team", "person").first()


@transaction.atomic
def accept(*, invitation: Invitation, at: datetime, name: str, password: str, language: str) -> User:
    """Make the invited person. Of two who use one link at once, one is let in. Closed, or PeopleError, says why not."""
    invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if why := invitation.closed(at):
        raise Closed(why)
    user, _password = add_person(
        by=invitation.by,
        at=at,
        password=password,
        name=name,
        email=invitation.email,
        role=invitation.role,
        side=invitation.side,
        team_id=invitation.team_id,
        signs=invitation.signs,
        language=language,
    )
    invitation.accepted_at, invitation.person = at, user
    invitation.save(update_fields=["accepted_at", "person"])
    record(user, "invitation.accept", "invitation", invitation.pk, at)
    return user


def link(secret: str) -> str:
    """The address that is passed on."""
    return settings.PUBLIC_URL + reverse("accounts:invitation", args=[secret])


def position(invitation: Invitation):
    """The invited person's role in words."""
    return POSITIONS[position_of(invitation)][2]


def _check_free(email: str) -> None:
    if User.objects.filter(email__iexact=email).exists():
        raise PeopleError(_("Somebody with this e-mail address is here already."))


def _send(invitation: Invitation, address: str, at: datetime) -> None:
    mails.send(
        kind="invitation",
        to=invitation.email,
        language=invitation.language,
        at=at,
        write=lambda: _letter(invitation, address),
    )


def _letter(invitation: Invitation, address: str) -> Letter:
    words = {
        "name": invitation.by.name if invitation.by else _("The administrator"),
        "company": Installation.objects.values_list("company", flat=True).first() or "smarketing",
        "role": position(invitation),
        "day": formats.date_format(timezone.localtime(invitation.expires_at, clock.zone()), "DATE_FORMAT"),
    }
    return Letter(
        subject=_("Your access to smarketing at %(company)s") % words,
        lines=[
            _("%(name)s invites you to smarketing, where marketing and sales at %(company)s work from the same facts.")
            % words,
            _("Your role: %(role)s.") % words,
        ],
        action=_("Set my password"),
        url=address,
        after=[_("The link works once, until %(day)s. Do not pass it on: it is your access.") % words],
        secret=True,
    )
