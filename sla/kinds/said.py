"""A clause in words, in the active language."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext

from smarketing.rows.models import Installation
from smarketing.web import money

from . import KINDS, params, periods
from .kind import MONEY, PERCENT, Kind


def sentence(kind: str, target: Decimal, given: dict) -> str:
    """The clause in words. KeyError for a kind that the table does not hold."""
    said = _said(KINDS[kind], KINDS[kind].sentence, target, given)
    for detail in params.details(KINDS[kind], given):
        said = gettext("%(sentence)s; %(detail)s") % {"sentence": said, "detail": detail}
    return said


def short(kind: str, target: Decimal, given: dict) -> str:
    """The clause in few words, for a table; of whom it speaks, where it does not speak of all, and over which time it is
    judged, where that is no month."""
    said = _said(KINDS[kind], KINDS[kind].short, target, given)
    if whom := params.whom(given):
        said = gettext("%(clause)s (%(whom)s)") % {"clause": said, "whom": whom}
    if (period := periods.of(given)) == periods.MONTH:
        return said
    return gettext("%(clause)s, %(by)s") % {"clause": said, "by": periods.BY[period]}


def target_label(row: Kind, given: Mapping[str, Any]) -> str:
    """What the target of a clause counts: "MQL a quarter"."""
    return str(row.target_label % periods.words(given))


def days(kind: str, target: Decimal, given: dict) -> int:
    """How many business days a clock of this kind runs."""
    row = KINDS[kind]
    return int(given[row.param] if row.param else target)


def _said(row: Kind, text: Any, target: Decimal, given: dict) -> str:
    shown = SHOWN.get(row.unit, plain)(target)
    words = {"target": shown, "number": int(target), "param": given.get(row.param, "")}
    return str(text % (words | periods.words(given)))


def plain(value: Decimal | int | str) -> str:
    """A number as text without needless noughts: "0.5", "200"."""
    text = f"{Decimal(str(value)):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _percent(value: Decimal) -> str:
    places = len(plain(value).partition(".")[2])
    return gettext("%(number)s%%") % {"number": number_format(value, places, use_l10n=True)}


def amount(value: Decimal) -> str:
    """An amount in the installation's currency, with as many digits as it has, cents at least."""
    currency = Installation.objects.values_list("currency", flat=True).first() or "EUR"
    places = len(plain(value).partition(".")[2])
    return money.text(value, currency, max(places, 2) if places else 0)


SHOWN: dict[str, Callable[[Decimal], str]] = {PERCENT: _percent, MONEY: amount}
