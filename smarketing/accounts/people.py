"""Add, change and switch off people and teams; each deed with its audit line."""

import hashlib
import secrets
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import duties, factors
from .audit import record
from .models import AuditEntry, Role, Side, Team, Token, User

# A position is a role with the side it belongs to: what a form offers in one list.
POSITIONS = {
    "marketer": (Role.MARKETER, Side.MARKETING, gettext_lazy("Marketer")),
    "rep": (Role.REP, Side.SALES, gettext_lazy("Sales rep")),
    "manager-marketing": (Role.MANAGER, Side.MARKETING, gettext_lazy("Marketing manager")),
    "manager-sales": (Role.MANAGER, Side.SALES, gettext_lazy("Sales manager")),
    "administrator": (Role.ADMINISTRATOR, "", gettext_lazy("Administrator")),
    "viewer": (Role.VIEWER, "", gettext_lazy("Viewer")),
}
CHANGEABLE = ("email", "name", "role", "side", "team_id", "signs", "is_active", "language")
OWN = ("name", "language", "theme", "single_keys")


class PeopleError(ValueError):
    """A change that is refused; the message is translated and meant for the screen."""


class Stale(PeopleError):
    """Somebody else changed the person meanwhile."""


class Owing(PeopleError):
    """The person still owes something; the message says what."""


def position_of(user: User) -> str:
    """Key of POSITIONS under which a person stands."""
    return f"manager-{user.side}" if user.role == Role.MANAGER else user.role


@transaction.atomic
def add_person(*, by: User | None, at: datetime, password: str | None = None, **fields) -> tuple[User, str]:
    """A new person with `fields` of CHANGEABLE. Returns (User, password): made up when none is given, shown once."""
    password = password or secrets.token_urlsafe(12)
    check(User(**fields))
    if User.objects.filter(email__iexact=fields["email"]).exists():
        raise PeopleError(_("Somebody with this e-mail address is here already."))
    user = User.objects.create_user(password=password, **fields)
    record(by, "settings.people", "user", user.pk, at, done="added", role=user.role, side=user.side)
    return user, password


@transaction.atomic
def change_person(*, user: User, by: User, at: datetime, seen: str = "", **fields) -> list[str]:
    """Set `fields` of CHANGEABLE. Returns the names of those that changed; none: no audit line.

    `seen`: what `as_seen` said when the form was opened. PeopleError: Stale when somebody changed the person since,
    Owing when they leave duties behind, and for the last administrator.
    """
    if {"is_active", "role", "side"} & set(fields):
        duties.hold()  # before any person is locked, as those who give duties do
    user = _locked(user)
    if seen and seen != as_seen(user):
        raise Stale(_meanwhile(user))
    was_administrator, was_active = user.role == Role.ADMINISTRATOR and user.is_active, user.is_active
    changed = _set(user, fields, CHANGEABLE)
    if not changed:
        return []
    check(user)
    if was_administrator and not (user.role == Role.ADMINISTRATOR and user.is_active):
        _keep_an_administrator(user)
    if "email" in changed and User.objects.filter(email__iexact=user.email).exclude(pk=user.pk).exists():
        raise PeopleError(_("Somebody with this e-mail address is here already."))
    if {"is_active", "role", "side"} & set(changed) and was_active and (owed := duties.owed(user)):
        raise Owing(", ".join(duty.said(count) for duty, count in owed))
    user.save(update_fields=changed)
    if "email" in changed:
        factors.forget_addresses(user)
    ended = end_sign_ins(user, at) if "is_active" in changed and not user.is_active else {}
    codes = {name: getattr(user, name) for name in changed if name not in ("email", "name")}
    record(by, "settings.people", "user", user.pk, at, done="changed", fields=sorted(changed), **codes, **ended)
    return changed


def end_sign_ins(user: User, at: datetime) -> dict[str, int]:
    """End every session of a person and, for good, every token. Returns {"tokens": how many}, for the audit."""
    User.objects.filter(pk=user.pk).update(sign_in_round=F("sign_in_round") + 1)
    for session in UserSession.objects.filter(user=user):
        session.end()
    return {"tokens": Token.objects.filter(user=user, revoked_at=None).update(revoked_at=at)}


def as_seen(user: User) -> str:
    """A digest of what a form of this person shows; another one later: somebody changed it meanwhile."""
    shown = "\0".join(f"{name}={getattr(user, name)}" for name in CHANGEABLE)
    return hashlib.sha256(shown.encode()).hexdigest()[:20]


def _meanwhile(user: User) -> str:
    """Who changed a person last, and what is there now."""
    last = AuditEntry.objects.filter(subject="user", subject_id=user.pk).select_related("user").order_by("-pk").first()
    team = user.team.name if user.team else "–"
    words = {
        "who": last.user if last and last.user else _("Somebody"),
        "now": f"{user.name}, {user.email}, {POSITIONS[position_of(user)][2]}, {team}",
    }
    return (
        _(
            "%(who)s changed this person since you opened the page. It says now: %(now)s."
            " Nothing was saved; save again to put what you typed in its place."
        )
        % words
    )


@transaction.atomic
def change_own(*, user: User, at: datetime, **fields) -> list[str]:
    """A person's own settings (OWN). Returns the names of those that changed."""
    changed = _set(user, fields, OWN)
    if changed:
        user.save(update_fields=changed)
        record(user, "profile.edit", "user", user.pk, at, fields=sorted(changed))
    return changed


@transaction.atomic
def save_team(*, by: User, at: datetime, name: str, side: str, team: Team | None = None) -> Team:
    """Add or rename a team. A team with people stays on its side."""
    if Team.objects.filter(name__iexact=name).exclude(pk=team and team.pk).exists():
        raise PeopleError(_("A team of this name is here already."))
    if team and team.side != side and User.objects.filter(team=team).exists():
        raise PeopleError(_("People belong to this team: it stays on its side."))
    done = "changed" if team else "added"
    team = team or Team()
    team.name, team.side = name, side
    team.save()
    record(by, "settings.people", "team", team.pk, at, done=done, side=side)
    return team


def _set(user: User, fields: dict, allowed: tuple[str, ...]) -> list[str]:
    if unknown := set(fields) - set(allowed):
        raise ValueError(f"not changed here: {', '.join(sorted(unknown))}")
    changed = [name for name, value in fields.items() if getattr(user, name) != value]
    for name in changed:
        setattr(user, name, fields[name])
    return changed


def check(user: User) -> None:
    """PeopleError unless role, side, team and signing fit each other."""
    if (user.role, user.side) not in {(role.value, str(side)) for role, side, _label in POSITIONS.values()}:
        raise PeopleError(_("This role does not exist on this side."))
    if user.team_id and user.team.side != user.side:
        raise PeopleError(_("The team belongs to the other side."))
    if user.signs and not user.side:
        raise PeopleError(_("Only marketing and sales sign: this person belongs to neither side."))


def _locked(user: User) -> User:
    """The person and every administrator, locked in one order, so that of two who leave at once one stays."""
    among = Q(pk=user.pk) | Q(role=Role.ADMINISTRATOR, is_active=True)
    found = {one.pk: one for one in User.objects.filter(among).order_by("pk").select_for_update(of=("self",))}
    return found[user.pk]


def _keep_an_administrator(user: User) -> None:
    """Called with every administrator locked (`_locked`)."""
    if not User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).exclude(pk=user.pk).exists():
        raise PeopleError(_("This is the last administrator: name another one first."))
