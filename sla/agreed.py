"""What terms agree about reports, closing and review; bodies older than these sections read as what is usual."""

from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q

from smarketing.accounts.models import Role

from .models import Terms
from .sections import defaults
from .terms import next_month


def closes_on(terms: Terms, month: date) -> date:
    """The local day on which the book of a month closes by itself: once its grace days are over, and not before the day
    of the following month that was agreed."""
    following, agreed = next_month(month), defaults.close_day(terms)
    after = following + timedelta(days=defaults.grace_days(terms))
    return max(after, _day_of(following, agreed)) if agreed else after


def people(terms: Terms, report: str) -> Q:
    """The users who get a report ("nightly" or "monthly"), as the terms name them by groups."""
    found = Q(pk__in=())
    for group in defaults.report_recipients(terms, report):
        if group in GROUPS:
            found |= GROUPS[group](terms.body)
    return found


def every_night(day: date) -> Q:
    """The users who get the month so far every night: of the contracts in force on a day; managers where none is."""
    found = Terms.objects.filter(span__first__lte=day).exclude(span__until__lte=day)
    named = [people(terms, "nightly") for terms in found]
    return reduce(or_, named) if named else Q(role=Role.MANAGER)


def _contacts(body: Mapping[str, Any]) -> Q:
    said = body.get("parties") or {}
    return Q(pk__in=[one for key in ("contact_marketing", "contact_sales") if isinstance(one := said.get(key), int)])


# Group of `sections.defaults.GROUPS` -> the users in it.
GROUPS: dict[str, Callable[[Mapping[str, Any]], Q]] = {
    "managers": lambda body: Q(role=Role.MANAGER),
    "signers": lambda body: Q(signs=True),
    "marketers": lambda body: Q(role=Role.MARKETER),
    "viewers": lambda body: Q(role=Role.VIEWER),
    "contacts": _contacts,
}


def quarterly(terms: Terms) -> bool:
    return defaults.review_rhythm(terms) == defaults.QUARTERLY


def review_on(terms: Terms, month: date) -> date | None:
    """The local day of a month on which the review of the terms is due; None in a month without one."""
    if quarterly(terms) and month.month % 3 != 1:
        return None
    return _day_of(month.replace(day=1), defaults.review_day(terms))


def _day_of(month: date, day: Any) -> date:
    """A day of a month, its last one where it has none of that number."""
    return month.replace(day=max(1, min(int(day), monthrange(month.year, month.month)[1])))
