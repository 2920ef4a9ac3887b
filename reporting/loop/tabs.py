"""The pages of the closed loop, side by side; other rooms of the house add theirs."""

from django.utils.translation import gettext_lazy as _

from smarketing.web import navigation

TABS: list[tuple[int, str, object]] = [  # order, name of the address, word
    (10, "reporting:loop", _("Overview")),
    (20, "reporting:funnel", _("Funnel and time")),
    (30, "reporting:attribution", _("Attribution")),
    (40, "reporting:quality", _("What sales said")),
    (50, "reporting:explore", _("Explore")),
    (60, "reporting:changed", _("What changed")),
    (70, "reporting:personas", _("By persona")),
]


def add(order: int, url_name: str, word: object) -> None:
    """Another page of the loop, in its place; registered again it replaces itself."""
    TABS[:] = sorted([one for one in TABS if one[1] != url_name] + [(order, url_name, word)], key=lambda one: one[:2])


def shown(here: str) -> list[tuple[str, str, bool]]:
    """(word, address, whether it is open) of the pages that exist."""
    found = [(word, navigation.address(name), name == here) for _order, name, word in TABS]
    return [(str(word), url, on) for word, url, on in found if url]
