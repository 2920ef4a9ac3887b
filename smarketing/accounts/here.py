"""The company as its pages ask for it: its card and its rule of sign-in, read once for all who ask inside one page.

Whoever changes either says `forget()`: what is asked later in the same request reads it again. Outside a page, and in other
requests, nothing is kept.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from smarketing.rows import clock
from smarketing.rows.models import Installation

UNNAMED = "smarketing"  # what the portal is called before it holds a company
_SQL = (
    "SELECT r.second_factor AS second_factor, i.* FROM (SELECT 1) AS one(n)"
    " LEFT JOIN rows_installation i ON true LEFT JOIN accounts_signinrule r ON true ORDER BY i.id, r.id LIMIT 1"
)
_page: ContextVar[list[Installation] | None] = ContextVar("here", default=None)


@contextmanager
def kept() -> Iterator[Installation]:
    """What is asked inside is read once: the card, the rule, and the zone of the clock."""
    found = _read()
    mark = _page.set([found])
    try:
        with clock.zone_kept(found.zone):
            yield found
    finally:
        _page.reset(mark)


def card() -> Installation:
    """The installation, an unnamed one where there is none yet; inside a page read once."""
    page = _page.get()
    if page is None:
        return _read()
    if not page:
        page.append(_read())
    return page[0]


def is_read() -> bool:
    """Whether somebody who asks now is answered without a query."""
    return bool(_page.get())


def second_factor() -> str:
    """Of whom a second factor is asked: "" of nobody, or one of `SignInRule.Whom`."""
    return card().second_factor or ""


def forget() -> None:
    """Read again at the next question of this page."""
    if page := _page.get():
        page.clear()


def _read() -> Installation:
    found = next(iter(Installation.objects.raw(_SQL)))
    if found.pk is None:
        unnamed = Installation(company=UNNAMED)
        unnamed.second_factor = found.second_factor
        return unnamed
    return found
