"""What terms agree about reports, closing and review; bodies older than these sections read as what is usual."""

from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from .models import Terms
from .terms import next_month

MONTHLY, QUARTERLY = "monthly", "quarterly"
USUAL: dict[str, dict[str, Any]] = {
    "reporting": {"grace_days": 3, "close_day": None, "monthly": ("managers", "signers")},
    "review": {"rhythm": MONTHLY, "day": 5},
}


def section(terms: Terms, name: str) -> Mapping[str, Any]:
    """A section of the body over what is usual; what is empty there is usual, too."""
    found = terms.body.get(name)
    return USUAL[name] | (
        {key: value for key, value in found.items() if value is not None} if isinstance(found, dict) else {}
    )


def closes_on(terms: Terms, month: date) -> date:
    """The local day on which the book of a month closes by itself: once its grace days are over, and not before the day
    of the following month that was agreed."""
    reporting, following = section(terms, "reporting"), next_month(month)
    after = following + timedelta(days=int(reporting["grace_days"]))
    return max(after, _day_of(following, reporting["close_day"])) if reporting["close_day"] else after


def recipients(terms: Terms) -> tuple[str, ...]:
    """Groups of people who get the report of a month."""
    return tuple(section(terms, "reporting")["monthly"])


def quarterly(terms: Terms) -> bool:
    return section(terms, "review")["rhythm"] == QUARTERLY


def review_on(terms: Terms, month: date) -> date | None:
    """The local day of a month on which the review of the terms is due; None in a month without one."""
    if quarterly(terms) and month.month % 3 != 1:
        return None
    return _day_of(month.replace(day=1), section(terms, "review")["day"])


def _day_of(month: date, day: Any) -> date:
    """A day of a month, its last one where it has none of that number."""
    return month.replace(day=max(1, min(int(day), monthrange(month.year, month.month)[1])))
