"""The rail: one table. An entry shows where its page exists and the person may open it."""

from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Entry:
    """`key`: the letter after `g` that goes there; `phone`: rank in the bottom bar of four, 0 for the "more" sheet."""

    verb: str
    url_name: str
    label: str
    icon: str
    key: str
    phone: int = 0


ENTRIES = (
    Entry("today.view", "reporting:today", _("Today"), "sun", "t", 3),
    Entry("queue.view", "leads:queue", _("Queue"), "telephone-outbound", "q", 1),
    Entry("leads.view", "leads:list", _("Leads"), "people", "l", 2),
    Entry("definition.view", "personas:home", _("Common language"), "chat-square-text", "d"),
    Entry("contract.view", "sla:follow_up", _("Contract"), "file-earmark-check", "c", 4),
    Entry("loop.view", "reporting:loop", _("Closed loop"), "arrow-repeat", "b", 5),
    Entry("meetings.view", "reporting:meetings", _("Meetings"), "calendar3", "m"),
    Entry("campaigns.view", "leads:campaigns", _("Campaigns"), "megaphone", "k"),
    Entry("leads.import", "leads:imports", _("Imports"), "box-arrow-in-down", "i"),
    Entry("runs.view", "jobs:runs", _("Runs"), "moon-stars", "r"),
    Entry("settings.view", "accounts:settings", _("Settings"), "gear", "s"),
    Entry("help.view", "help", _("Help"), "question-circle", "h"),
)
# Where a person lands: the page that answers the first question of their morning.
LANDINGS = {
    "rep": ("leads:queue",),
    "marketer": ("reporting:today",),
    "manager": ("sla:follow_up", "reporting:today"),
    "viewer": ("reporting:today", "reporting:loop"),
    "administrator": ("reporting:today",),
}


@dataclass(frozen=True)
class Link:
    """`label`: the entry's in the language of the page, said once for all the places in which it stands."""

    entry: Entry
    url: str
    active: bool
    label: str = ""


def address(url_name: str) -> str | None:
    """Address of a page without arguments, or None where it does not exist."""
    return _address(settings.ROOT_URLCONF, url_name)


@lru_cache(maxsize=512)
def _address(_routes: str, url_name: str) -> str | None:
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return None


@dataclass(frozen=True)
class Standing:
    """All on which the rail depends besides the language: as what somebody stands in the table of rights, and where."""

    roles: frozenset[str] = frozenset()
    here: str = ""
    routes: str = ""

    @property
    def links(self) -> list[Link]:
        """The rail in the language of the page."""
        shown = _open_to(self.routes, self.roles)
        return [Link(entry, url, url == self.here, str(entry.label)) for entry, url in shown]


def standing(user, path: str) -> Standing:
    """Where somebody stands on the page at `path`: the entry with the longest matching address is active."""
    from smarketing.accounts.policy import roles_of

    roles, routes = roles_of(user), settings.ROOT_URLCONF
    under = (url for _entry, url in _open_to(routes, roles) if url != "/" and path.startswith(url))
    return Standing(roles, max(under, key=len, default=""), routes)


@lru_cache(maxsize=64)
def _open_to(_routes: str, roles: frozenset[str]) -> tuple[tuple[Entry, str], ...]:
    from smarketing.accounts.policy import VERBS

    found = [(entry, address(entry.url_name)) for entry in ENTRIES if not VERBS[entry.verb].isdisjoint(roles)]
    return tuple((entry, url) for entry, url in found if url)


def rail(user, path: str) -> list[Link]:
    """What the rail shows to `user` on the page at `path`."""
    return standing(user, path).links


def bottom_bar(links: list[Link]) -> list[Link]:
    """The first four for a phone, by rank."""
    return sorted((link for link in links if link.entry.phone), key=lambda link: link.entry.phone)[:4]


def landing(user) -> str:
    """Address of the page a person lands on: theirs if it exists, else the first of the rail, else the profile."""
    for name in LANDINGS.get(user.role, ()):
        if url := address(name):
            return url
    links = rail(user, "")
    return links[0].url if links else reverse("accounts:profile")
