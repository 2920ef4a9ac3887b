"""The triangle of cohorts, pure: months down, months since the handoff across, each cell all that came by then.

A cell is whole once its last month is over by the cut-off, in part while that month runs, and empty after it. The line at the
foot is what the cohorts say together, after Kaplan and Meier: each counts for as long as it was watched.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property

from smarketing.measures import survival
from smarketing.measures.numbers import Exact

from .spans import month, months

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
    """`waits`: of each cohort how many came in which month, and for how many months the others were watched."""

    rows: Sequence[Row]
    waits: Sequence[tuple[int, bool, int]]

    @cached_property
    def steps(self) -> list[survival.Step]:
        """The line at the foot; of people only: money has none."""
        return survival.curve(self.waits)

    def come(self, since: int) -> Fraction:
        """The share that all cohorts together come to by so many months."""
        return survival.by(self.steps, since)


def build(
    cohorts: Sequence[date], sizes: Mapping[date, int], came: Mapping[tuple[date, int], Exact], last_day: date
) -> Triangle:
    """`came`: what each cohort came to in the month that is so many after its own; `last_day` of the cut-off."""
    rows, waits = [], []
    for first in cohorts:
        size, whole = sizes.get(first, 0), watched(first, last_day)
        rows.append(Row(first, size, _squares(first, size, came, last_day, cohorts[-1])))
        events = {since: int(n) for (cohort, since), n in came.items() if cohort == first and since <= whole}
        waits += [(since, True, n) for since, n in events.items()]
        if whole >= 0:
            waits.append((whole, False, size - sum(events.values())))
    return Triangle(rows, waits)


def watched(first: date, last_day: date) -> int:
    """The last month since the handoff that is over by the cut-off; -1: not even the cohort's own."""
    over = month(last_day, 0) if (last_day + timedelta(days=1)).day == 1 else month(last_day, -1)
    return max(months(first, over), -1)


def _squares(
    first: date, size: int, came: Mapping[tuple[date, int], Exact], last_day: date, newest: date
) -> list[Square]:
    whole, running = watched(first, last_day), months(first, last_day)
    squares, total = [], Fraction(0)
    for since in range(months(first, newest) + 1):
        total += Fraction(came.get((first, since), 0))
        state = WHOLE if since <= whole else PART if since <= running else AHEAD
        squares.append(Square(since, state, total, total / size if size else None))
    return squares
