"""Words for pages: dates that a row may have, what is wrong with a question, periods."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext_lazy as _

from .registry import PERIODS, Dimension

DATES = {
    "created": _("day of creation of the lead"),
    "handed": _("day of the handoff"),
    "won": _("day of winning"),
    "opened": _("day of opening of the deal"),
    "contested": _("day of the contest"),
    "decided": _("day of the first decision"),
    "reached": _("day on which the need was confirmed"),
    "entered": _("day on which the step began"),
    "spent": _("day of spending"),
    "due": _("month in which the promise falls due"),
}
PERIOD_WORDS = {"day": _("day"), "month": _("month"), "quarter": _("quarter"), "year": _("year")}
REFUSALS = {
    "unknown_measure": _("There is no such number."),
    "unknown_dimension": _("This number cannot be divided this way."),
    "unknown_date": _("This number cannot be dated this way."),
    "unknown_stat": _("This number has no such figure."),
    "no_window": _("This number has no window when dated this way."),
    "bad_window": _("A window is a number of days from 0 to 3650."),
    "missing_date": _("Both dates of the period are needed."),
    "bad_date": _("A date of the period does not exist."),
    "to_before_from": _("The end of the period is not after its beginning."),
    "bad_zone": _("This time zone does not exist."),
    "bad_cutoff": _("This cut-off does not exist."),
    "not_yours": _("These are the figures of another person."),
    "bad_mark": _("This page of rows does not exist."),
    "too_many_dimensions": _("At most four dimensions at a time."),
}
STATS = {
    "median": _("median"), "mean": _("mean"), "min": _("smallest"), "max": _("greatest"), "sum": _("sum"),
    "p90_nearest": _("9 of 10 are at or below (nearest rank)"),
    **{f"p{percent:02}": _("quantile %(percent)s") for percent in (5, 10, 25, 50, 75, 90, 95)},
}  # fmt: skip


def stat(name: str) -> str:
    """A statistic in words."""
    text = str(STATS[name])
    return text % {"percent": number_format(Decimal(name[1:]) / 100, 2)} if "%(" in text else text


def dimension(name: str, offered: Mapping[str, Dimension]) -> str:
    """A dimension in words."""
    return str(PERIOD_WORDS[name] if name in PERIODS else offered[name].label if name in offered else name)


def value(name: str, text: str, offered: Mapping[str, Dimension]) -> str:
    """A group's value in words: a blank one is said to be blank, a code is named, a month is written out."""
    if not text:
        return str(_("(blank)"))
    if name == "month":
        return date_format(date.fromisoformat(f"{text}-01"), "YEAR_MONTH_FORMAT")
    show = offered[name].show if name in offered else None
    return str(show(text)) if show else text
