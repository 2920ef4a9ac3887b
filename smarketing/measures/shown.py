"""Figures as people read them: in the language of whoever looks; a share never shows 100 % when something is missing."""

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from . import numbers
from .numbers import Exact

NOTHING = "–"
DIGITS = {numbers.COUNT: 0, numbers.RATIO: 1, numbers.DAYS: 1, numbers.MONEY: 2, numbers.NUMBER: 2}


def figure(value: Exact | None, unit: str, digits: int | None = None) -> str:
    """A figure as read: 11.8 %, 40,000.00, 14; "–" for nothing."""
    if value is None:
        return NOTHING
    places = DIGITS[unit] if digits is None else digits
    if unit == numbers.RATIO:
        return percent(Fraction(value), places)
    exact = numbers.rounded(value, places)
    return number(exact if unit == numbers.MONEY else _trimmed(exact))


def percent(share: Fraction, places: int = 1) -> str:
    """A share in percent, with more digits where fewer would say all or nothing and it is not."""
    shown = numbers.rounded(share * 100, places)
    while places < 6 and shown in (0, 100) and share not in (0, 1):
        places += 1
        shown = numbers.rounded(share * 100, places)
    return _("%(number)s%%") % {"number": number(shown)}


def exactly(value: Exact | None, unit: str) -> str:
    """The figure with every digit that the API gives, trailing zeros apart; "" where `figure` shows them all."""
    if value is None or unit == numbers.MONEY:
        return ""
    scale, places = (100, numbers.PLACES[unit] - 2) if unit == numbers.RATIO else (1, numbers.PLACES[unit])
    full = numbers.rounded(Fraction(value) * scale, places)
    if full == numbers.rounded(Fraction(value) * scale, DIGITS[unit]):
        return ""
    text = number(_trimmed(full))
    return _("%(number)s%%") % {"number": text} if unit == numbers.RATIO else text


def number(value: Any) -> str:
    """A number in the reader's format, with a real minus."""
    return number_format(value, use_l10n=True, force_grouping=True).replace("-", "−")


def cell(value: Any, kind: str) -> str:
    """A value of a listed row by the kind of its column."""
    if value is None or value == "":
        return NOTHING
    if kind == "money":
        return figure(value, numbers.MONEY)
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value), "SHORT_DATETIME_FORMAT")
    if isinstance(value, date):
        return date_format(value, "SHORT_DATE_FORMAT")
    return number(value) if kind == "number" else str(value)


def interval(edges: tuple[Decimal, Decimal] | None, unit: str = numbers.RATIO) -> str:
    """ "10.5–13.2 %", or 1.5–3.25 of another unit; "" for none."""
    if edges is None:
        return ""
    if unit != numbers.RATIO:
        return "–".join(figure(edge, unit) for edge in edges)
    low, high = (number(numbers.rounded(edge * 100, 1)) for edge in edges)
    return _("%(number)s%%") % {"number": f"{low}–{high}"}


def _trimmed(value: Decimal) -> Decimal:
    whole = value.to_integral_value()
    return whole if whole == value else value.normalize()
