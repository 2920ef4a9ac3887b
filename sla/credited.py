"""Revenue of a clause by campaign: credited by the model that the contract names ahead, and which that is, in words."""

from typing import Any

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from . import hooks
from .follow import Month, Row
from .kinds import MONEY
from .models import Terms
from .sections import defaults

BY = "campaign"


def models() -> dict[str, Any]:
    """Model → its name, of those that terms may name; "" leaves it to the settings of attribution."""
    found: dict[str, Any] = {"": _("the one of the settings of attribution")}
    for hook in hooks.models:
        found |= hook()
    return found


def of(month: Month, row: Row, by: str) -> hooks.Credited | None:
    """By which measure an amount is divided by campaign, and the model in words; None for anything else, and where nothing
    credits."""
    if by != BY or row.kind.unit != MONEY:
        return None
    terms = _begun(month)
    named = (defaults.section(terms, "reporting")["model"] or "") if terms else ""
    found = next(filter(None, (hook(named, month.first, month.cutoff) for hook in hooks.credited)), None)
    if found is None or terms is None or not named:
        return found
    return hooks.Credited(found.measure, f"{_named(month, terms)} {found.words}", found.url)


def _begun(month: Month) -> Terms | None:
    """The terms in force on the first day of a month, else the first ones in it."""
    spans = Q(span__first__lt=month.until) & (Q(span__until=None) | Q(span__until__gt=month.first))
    return month.contract.terms.filter(spans, published_at__lte=month.cutoff).order_by("span__first").first()


def _named(month: Month, terms: Terms) -> str:
    signed = terms.published_at.astimezone(month.zone).date()
    said = {"n": terms.number, "day": date_format(signed, "SHORT_DATE_FORMAT")}
    if signed < month.first:
        return _("Named by version %(n)s of the terms, signed on %(day)s, before the month.") % said
    return _("Named by version %(n)s of the terms, signed on %(day)s, when the month had begun.") % said
