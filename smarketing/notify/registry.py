"""Kinds of notices: the key is here, the words are registered from above (`AppConfig.ready()`).

`CHANNELS` is the one table of where each kind goes by itself, by role (a role that is missing never gets the kind); each
person may change it for themselves.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from smarketing.accounts.models import Role, User

from .letters import Picture
from .models import ByMail, Notice


@dataclass(frozen=True)
class Channels:
    """Where a notice goes: into the portal, by mail."""

    portal: bool
    mail: str = ByMail.NEVER


@dataclass(frozen=True)
class Line:
    """A notice in words: what happened, the page it leads to ("": none), what is worth adding."""

    text: str
    url: str = ""
    detail: str = ""
    picture: Callable[[], Picture | None] | None = None  # drawn where the notice goes out by mail


Say = Callable[[Sequence[Notice], User], Mapping[int, Line]]


@dataclass(frozen=True)
class Kind:
    """`label`: lazy text. `say(notices, reader)` → words by notice, of those that its reader may still see. `whom(user)`:
    whether somebody of a role in the table is told at all."""

    key: str
    label: Any
    icon: str
    say: Say
    whom: Callable[[User], bool] = lambda user: True


PORTAL, AT_ONCE, MORNING = Channels(True), Channels(True, ByMail.ONCE), Channels(True, ByMail.MORNING)
MAIL_ONLY, NOT_BY_ITSELF = Channels(False, ByMail.ONCE), Channels(False)
CHANNELS: dict[str, dict[str, Channels]] = {
    "assigned": {Role.REP: AT_ONCE},
    "hot_signal": {Role.REP: PORTAL},
    "promise_half": {Role.REP: NOT_BY_ITSELF},
    "promise_soon": {Role.REP: PORTAL, Role.MANAGER: PORTAL},
    "promise_missed": {Role.REP: PORTAL, Role.MANAGER: MORNING},
    "hand_over_half": {Role.MARKETER: NOT_BY_ITSELF, Role.MANAGER: NOT_BY_ITSELF},
    "hand_over_soon": {Role.MARKETER: PORTAL, Role.MANAGER: PORTAL},
    "hand_over_missed": {Role.MARKETER: PORTAL, Role.MANAGER: MORNING},
    "contract_ends": {Role.MANAGER: AT_ONCE},
    "given_on": {Role.REP: PORTAL, Role.MANAGER: MORNING},
    "waiver": {Role.MANAGER: AT_ONCE},
    "sent_back": {Role.MARKETER: MORNING},
    "contested": {Role.REP: PORTAL, Role.MANAGER: MORNING},
    "ruled": {Role.REP: PORTAL, Role.MANAGER: PORTAL, Role.MARKETER: PORTAL},
    "ruling_late": {Role.MANAGER: PORTAL},
    "arbitrate": dict.fromkeys(Role, AT_ONCE),  # the sponsor whom terms name
    "silence": {Role.MANAGER: MORNING},
    "praise": {Role.REP: PORTAL, Role.MANAGER: PORTAL, Role.MARKETER: PORTAL},
    "disagreement": {Role.MARKETER: PORTAL, Role.MANAGER: PORTAL},
    "answered": {Role.REP: PORTAL, Role.MANAGER: PORTAL},
    "paper": {Role.MANAGER: AT_ONCE, Role.MARKETER: AT_ONCE, Role.REP: AT_ONCE},
    "comment": {Role.MANAGER: PORTAL, Role.MARKETER: PORTAL, Role.REP: PORTAL},
    "pace": {Role.MANAGER: MAIL_ONLY, Role.MARKETER: MAIL_ONLY},
    "month": {Role.MANAGER: MAIL_ONLY, Role.MARKETER: MAIL_ONLY, Role.REP: MAIL_ONLY},  # reps who sign
    "contract_review": {Role.MANAGER: MORNING},
    "meeting": dict.fromkeys(Role, PORTAL),  # whoever is invited; the invitation is a mail of its own
    "resolution": dict.fromkeys(Role, MORNING),  # whoever is in charge, and whoever called the meeting
    "remark": {Role.MANAGER: PORTAL, Role.MARKETER: PORTAL, Role.REP: PORTAL},
    "definition_effect": {Role.MANAGER: AT_ONCE, Role.MARKETER: AT_ONCE, Role.REP: AT_ONCE},  # reps who sign
    "persona_review": {Role.MANAGER: MORNING, Role.MARKETER: MORNING},
    "export": dict.fromkeys(Role, PORTAL),  # whoever asked for it, nobody else
    "night_failed": {Role.ADMINISTRATOR: AT_ONCE},
}
_KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Give a key of the table its words. KeyError for a key that the table does not hold."""
    CHANNELS[kind.key]
    _KINDS[kind.key] = kind


def get(key: str) -> Kind | None:
    return _KINDS.get(key)


def of(user: User) -> list[tuple[Kind, Channels]]:
    """The kinds that may reach a person, in the order of the table, with where they go by themselves."""
    found = [(_KINDS[key], roles[user.role]) for key, roles in CHANNELS.items() if key in _KINDS and user.role in roles]
    return [(kind, channels) for kind, channels in found if kind.whom(user)]


def said(notices: Iterable[Notice], reader: User) -> dict[int, Line]:
    """Notice → its words, in the active language; those that their reader may not see any more are left out."""
    by_kind: dict[str, list[Notice]] = {}
    for one in notices:
        by_kind.setdefault(one.kind, []).append(one)
    out: dict[int, Line] = {}
    for key, some in by_kind.items():
        if key in _KINDS:
            out |= _KINDS[key].say(some, reader)
    return out
