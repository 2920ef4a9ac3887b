"""What came since the published cut-off, in the words of the head of a page: live on top of the night's edition."""

from collections.abc import Callable, Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leads.measures import since
from smarketing.measures import numbers, shown
from smarketing.rows.models import Installation
from smarketing.web import money

from .asking import DATED
from .spans import PERIOD, Span


def _count(n: Fraction) -> str:
    return shown.number(int(n))


def _money(amount: Fraction) -> str:
    currency = Installation.objects.values_list("currency", flat=True).first() or ""
    return money.text(numbers.rounded(amount, 0) or numbers.rounded(amount, 2), currency)


def _won(n: int) -> str:
    return ngettext("%(n)s deal won", "%(n)s deals won", n)


def _refused(n: int) -> str:
    return ngettext("%(n)s refused or given back", "%(n)s refused or given back", n)


# Number -> how much, and what is said of so many.
SAID: Mapping[str, tuple[Callable[[Fraction], str], Callable[[int], str]]] = {
    since.HANDED: (_count, lambda _n: _("%(n)s handed over")),
    since.WON: (_count, _won),
    since.REVENUE: (_money, lambda _n: _("%(n)s of revenue won")),
    since.REFUSED: (_count, _refused),
}


def said(then: datetime, span: Span, view: str, user: Any = None) -> list[str]:
    """By how much the numbers of these months differ now from those published: "+3 handed over", "−1 deal won"; none for nothing."""
    dates = {key: DATED[key][view == PERIOD] for key in (since.WON, since.REVENUE, since.REFUSED)}
    moved = since.moved(then, dates, first=span.first, until=span.until, user=user)
    return [
        words(int(abs(moved[key]))) % {"n": f"{'+' if moved[key] > 0 else '−'}{text(abs(moved[key]))}"}
        for key, (text, words) in SAID.items()
        if moved[key]
    ]
