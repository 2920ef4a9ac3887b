"""The triangle of cohorts, pure: months down, months since the handoff across, each cell all that came by then.

A cell is whole once its last month is over by the cut-off, in part while that month runs, and empty after it. The line at the
foot is what the cohorts say together, after Kaplan and Meier: each counts for as long as it was watched.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from smarketing.measures import survival
from smarketing.measures.numbers import Exact

from .spans import month

WHOLE, PART, AHEAD = "whole", "part", "ahead"


@dataclass(frozen=True)
class Square:
    """What a cohort has come to `since` months after its own; `value` of all that came by then, `share` of the cohort."""

    since: int
    state: str
    value: Exact
    share: Fraction | None


@dataclass(frozen=True)
class Row:
    month: date
    size: int
    squares: Sequence[Square]


@dataclass(frozen=True)
class Triangle:
    rows: Sequence[Row]
    steps: Sequence[survival.Step]
    width: int

    def come(self, since: int) -> Fraction:
        """The share that all cohorts together come to by so many months."""
        return survival.by(list(self.steps), since)


def build(
    months: Sequence[date], sizes: Mapping[date, int], came: Mapping[tuple[date, int], Exact], last_day: date
) -> Triangle:
    """`came`: what each cohort came to in the month that is so many after its own; `last_day` of the cut-off."""
    rows, waits = [], []
    for first in months:
        size, whole = sizes.get(first, 0), watched(first, last_day)
        rows.append(Row(first, size, _squares(first, size, came, last_day, months[-1])))
        events = {since: int(n) for (cohort, since), n in came.items() if cohort == first and since <= whole}
        waits += [(since, True, n) for since, n in events.items()]
        if whole >= 0:
            waits.append((whole, False, size - sum(events.values())))
    return Triangle(rows, survival.curve(waits), len(months))


def watched(first: date, last_day: date) -> int:
    """The last month since the handoff that is over by the cut-off; -1: not even the cohort's own."""
    over = month(last_day, 0) if (last_day + timedelta(days=1)).day == 1 else month(last_day, -1)
    return max((over.year - first.year) * 12 + over.month - first.month, -1)


def _squares(
    first: date, size: int, came: Mapping[tuple[date, int], Exact], last_day: date, newest: date
) -> list[Square]:
    whole, running = watched(first, last_day), (last_day.year - first.year) * 12 + last_day.month - first.month
    squares, total = [], Fraction(0)
    for since in range((newest.year - first.year) * 12 + newest.month - first.month + 1):
        total += Fraction(came.get((first, since), 0))
        state = WHOLE if since <= whole else PART if since <= running else AHEAD
        squares.append(Square(since, state, total, total / size if size else None))
    return squares
