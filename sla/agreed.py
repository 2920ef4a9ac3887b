"""What terms agree about reports, closing and review; bodies older than these sections read as what is usual."""

from calendar import monthrange
from datetime import date, timedelta
from typing import Any

from .models import Terms
from .sections import defaults
from .terms import next_month


def closes_on(terms: Terms, month: date) -> date:
    """The local day on which the book of a month closes by itself: once its grace days are over, and not before the day
    of the following month that was agreed."""
    following, agreed = next_month(month), defaults.close_day(terms)
    after = following + timedelta(days=defaults.grace_days(terms))
    return max(after, _day_of(following, agreed)) if agreed else after


def recipients(terms: Terms) -> tuple[str, ...]:
    """Groups of people who get the report of a month."""
    return defaults.report_recipients(terms, "monthly")


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
