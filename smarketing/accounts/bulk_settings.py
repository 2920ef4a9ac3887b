"""Deeds on many invitations, tokens and keys, and sessions at once (`web/bulk`)."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from allauth.usersessions.models import UserSession
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from smarketing.web import bulk
from smarketing.web.bulk import Bulk, Done, Refusals
from smarketing.web.once import once

from . import invitations, sessions, tokens
from .lists import KeyFilters
from .models import Invitation, Token, User
from .people import PeopleError
from .policy import needs


def _invitations(n: int) -> str:
    return ngettext("%(n)s invitation", "%(n)s invitations", n) % {"n": n}


def _keys(n: int) -> str:
    return ngettext("%(n)s token or key", "%(n)s tokens and keys", n) % {"n": n}


def _sessions(n: int) -> str:
    return ngettext("%(n)s session", "%(n)s sessions", n) % {"n": n}


def _renew(_form: Any, rows: list[Invitation], by: User, at: datetime) -> Done:
    return bulk.each(
        rows, lambda one: bool(invitations.renew(invitation=one, by=by, at=at)), lambda one: one.email, PeopleError
    )


def _withdraw(_form: Any, rows: list[Invitation], by: User, at: datetime) -> Done:
    return bulk.each(rows, lambda one: invitations.revoke(invitation=one, by=by, at=at), lambda one: one.email)


def _revoke(_form: Any, rows: list[Token], by: User, at: datetime) -> Done:
    return bulk.each(rows, lambda one: tokens.revoke(token=one, by=by, at=at), lambda one: one.name)


def _end(_form: Any, rows: list[UserSession], by: User, at: datetime) -> Done:
    return bulk.each(rows, lambda one: one.end(), _called)


def _called(one: UserSession) -> str:
    return f"{sessions.agent(one.user_agent)} ({one.ip})"


def _waiting(_user: User, _params: QueryDict) -> Any:
    return Invitation.objects.waiting()


def _asked(_user: User, params: QueryDict) -> Any:
    return KeyFilters(params).rows(Token.objects.all())


def _working(rows: list[Token], _user: User) -> tuple[list[Token], Refusals]:
    left = [(one.name, _("revoked already")) for one in rows if one.revoked_at]
    return [one for one in rows if not one.revoked_at], left


def _elsewhere(here: str) -> Any:
    """Those but the session in which this is asked."""

    def keep(rows: list[UserSession], _user: User) -> tuple[list[UserSession], Refusals]:
        left = [(_called(one), _("you are signed in here: use “Sign out”")) for one in rows if one.session_key == here]
        return [one for one in rows if one.session_key != here], left

    return keep


RENEW = Bulk(
    title=gettext_lazy("Invite again"),
    text=gettext_lazy(
        "Each gets a mail with a new link that works for a week; the link of before opens nothing any more. Without a mail server the mails are kept under Settings, Mails sent."
    ),
    page="accounts:invitations",
    rows=_waiting,
    counted=_invitations,
    does=_renew,
    said=lambda n: ngettext("%(n)s person is invited again.", "%(n)s people are invited again.", n) % {"n": n},
    named=lambda one, _user: one.email,
)
WITHDRAW = Bulk(
    title=gettext_lazy("Take invitations back"),
    text=gettext_lazy("Their links open nothing any more. Whoever is to come after all is invited anew."),
    page="accounts:invitations",
    rows=_waiting,
    counted=_invitations,
    does=_withdraw,
    said=lambda n: ngettext("%(n)s invitation taken back.", "%(n)s invitations taken back.", n) % {"n": n},
    named=lambda one, _user: one.email,
    danger=True,
)
REVOKE = Bulk(
    title=gettext_lazy("Revoke tokens and keys"),
    text=gettext_lazy("Each opens nothing any more, for good: what uses it stops at once."),
    page="accounts:keys",
    rows=_asked,
    counted=_keys,
    does=_revoke,
    said=lambda n: ngettext("%(n)s token or key revoked.", "%(n)s tokens and keys revoked.", n) % {"n": n},
    named=lambda one, _user: one.name,
    keep=_working,
    none=gettext_lazy("All of these are revoked already."),
    danger=True,
)
END = Bulk(
    title=gettext_lazy("End sessions"),
    text=gettext_lazy("You are signed out there at once."),
    page="accounts:sessions",
    rows=lambda user, _params: sessions.standing(user),
    counted=_sessions,
    does=_end,
    said=lambda n: ngettext("%(n)s session ended.", "%(n)s sessions ended.", n) % {"n": n},
    named=lambda one, _user: _called(one),
    none=gettext_lazy("The session in which you work is ended by “Sign out”."),
)


@needs("profile.edit")
@once
def end_sessions(request: HttpRequest) -> HttpResponse:
    """Sign out in those sessions, but not in this one."""
    return bulk.answer(request, replace(END, keep=_elsewhere(request.session.session_key or "")))


renew, _no_way_back = bulk.pages("settings.people", RENEW)
withdraw, _no_way_back = bulk.pages("settings.people", WITHDRAW)
revoke, _no_way_back = bulk.pages("settings.keys", REVOKE)
