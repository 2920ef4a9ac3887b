"""What came since the published cut-off, in the words of the head of a page: live on top of the night's edition."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leads.measures import since
from smarketing.measures import numbers, shown
from smarketing.measures.numbers import Exact
from smarketing.rows.models import Installation
from smarketing.web import money

from .asking import DATED
from .spans import PERIOD, Span


def _money(amount: Exact) -> str:
    currency = Installation.objects.values_list("currency", flat=True).first() or ""
    return money.text(numbers.rounded(amount, 0), currency, 0)


# Number -> how much, and what is said of it.
SAID: dict[str, tuple[Callable[[Exact], str], Callable[[Exact], str]]] = {
    since.HANDED: (shown.number, lambda n: _("%(n)s handed over")),
    since.WON: (shown.number, lambda n: ngettext("%(n)s deal won", "%(n)s deals won", int(abs(n)))),
    since.REVENUE: (_money, lambda n: _("%(n)s of revenue won")),
    since.REFUSED: (
        shown.number,
        lambda n: ngettext("%(n)s refused or given back", "%(n)s refused or given back", int(abs(n))),
    ),
}


def said(then: datetime, span: Span, view: str, user: Any = None) -> list[str]:
    """By how much the numbers of these months differ now from those published: "+3 handed over", "−1 deal won"; none for nothing."""
    dates = {key: DATED[key][view == PERIOD] for key in (since.WON, since.REVENUE, since.REFUSED)}
    moved = since.moved(then, dates, first=span.first, until=span.until, user=user)
    return [
        words(moved[key]) % {"n": f"{'+' if moved[key] > 0 else '−'}{text(abs(moved[key]))}"}
        for key, (text, words) in SAID.items()
        if moved[key]
    ]
