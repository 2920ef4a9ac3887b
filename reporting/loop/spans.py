"""Which months the overview looks at: the last six mature cohorts, or the last six months; or what was asked.

A cohort is mature once its last day is ninety days ago. Where no mature one holds a handoff, the young ones are shown.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection

MONTHS, MATURE = 6, 90
COHORT, PERIOD, TRIANGLE = "cohort", "period", "triangle"
YEAR = 12  # cohorts of the triangle


@dataclass(frozen=True)
class Span:
    """`first` ≤ day < `until`, whole months. `usual`: what the page shows when nothing is asked."""

    first: date
    until: date
    usual: bool = False

    @property
    def last_month(self) -> date:
        return month(self.until, -1)


def month(day: date, step: int) -> date:
    """First day of the month `step` months from that of `day`."""
    count = day.year * 12 + day.month - 1 + step
    return date(count // 12, count % 12 + 1, 1)


def months(first: date, later: date) -> int:
    """How many months one day's month is before another's."""
    return (later.year - first.year) * 12 + later.month - first.month


def held(first: date, until: date) -> bool:
    """Whether anything was handed over in these days, roughly."""
    return first_handoff(first, until) is not None


def usual(view: str, today: date, last: date | None, held: Callable[[date, date], bool] = held) -> Span:
    """The six last months that are over (a cohort's: and mature), not beyond the month of the last handoff; where those cohorts
    hold no handoff (`held`), the six months up to the last one, mature or not."""
    until = month(today, 0)
    if view == TRIANGLE:
        last = min(today, last) if last else today
        return Span(month(last, 1 - YEAR), month(last, 1), True)
    if view == COHORT:
        until = month(today - timedelta(days=MATURE - 1), 0)
    if last is None:
        return Span(month(until, -MONTHS), until, True)
    until = min(until, month(last, 1))
    if view == COHORT and not held(month(until, -MONTHS), until):
        until = month(min(last, today), 1)
    return Span(month(until, -MONTHS), until, True)


def asked(view: str, first: str, last: str, today: date, newest: date | None) -> Span:
    """The span of two months "2026-04"; the usual one where they are missing or wrong."""
    try:
        start, end = date.fromisoformat(f"{first}-01"), date.fromisoformat(f"{last}-01")
    except ValueError:
        return usual(view, today, newest)
    if not (1990 <= start.year <= end.year <= today.year + 1 and start <= end):
        return usual(view, today, newest)
    return Span(start, month(end, 1))


def last_handoff() -> date | None:
    """Day of the newest handoff, roughly (in the database's zone); None where there is none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(occurred_at)::date FROM leads_handoff")
        return cursor.fetchone()[0]


def first_handoff(first: date, until: date) -> date | None:
    """Day of the earliest handoff in these days, roughly (in the database's zone); None where there is none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(occurred_at)::date FROM leads_handoff WHERE occurred_at >= %s AND occurred_at < %s",
            [first, until],
        )
        return cursor.fetchone()[0]


def mature_on(until: date) -> date:
    """The day on which a cohort that ends before `until` is mature."""
    return until + timedelta(days=MATURE - 1)
