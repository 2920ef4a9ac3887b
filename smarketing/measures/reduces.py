"""Reduces: what a measure makes of the counted rows. Pure; SQL only gathers rows of equal value.

One table. `columns` are SQL aggregates over the counted rows (`value`, `hit`); a spread reduce gets one line per value
and how often it occurs, the others one line. Each returns a `Figure`, exact.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import Any

from . import numbers, survival
from .numbers import Exact


@dataclass(frozen=True)
class Figure:
    """`value` exact, None when there is nothing to say (0 of 0, median of nothing); `n` hits or rows, of `of`; `around`: 95 %
    interval of a quantile, or of a share that is no plain quotient; `cases`: of how few leads or deals a combination is made."""

    value: Exact | None
    n: int
    of: int | None = None
    around: tuple[Exact, Exact] | None = None
    cases: int | None = None


NOTHING = Figure(None, 0)
Lines = Sequence[tuple[Any, ...]]
PERCENTS = (5, 10, 25, 50, 75, 90, 95)
# Of which share a figure is the quantile.
QUANTILES = {
    "median": Fraction(1, 2),
    "p90_nearest": Fraction(9, 10),
    **{f"p{percent:02}": Fraction(percent, 100) for percent in PERCENTS},
}
# Parameter `stat` of measures that spread: name -> pure function of [(value, times)], for quantiles also in order.
STATS: dict[str, Callable[[Any], Exact | None]] = {
    "median": lambda spread: numbers.quantile(spread, Fraction(1, 2)),
    "mean": numbers.mean,
    "min": lambda spread: min((value for value, _times in spread), default=None),
    "max": lambda spread: max((value for value, _times in spread), default=None),
    "sum": lambda spread: numbers.total(spread) if spread else None,
    **{
        f"p{percent:02}": (lambda spread, share=Fraction(percent, 100): numbers.quantile(spread, share))
        for percent in PERCENTS
    },
    "p90_nearest": lambda spread: numbers.nearest_rank(spread, Fraction(9, 10)),
}


@dataclass(frozen=True)
class Reduce:
    """`spread`: columns by which the counted rows are gathered before `finish`."""

    columns: str
    finish: Callable[[Lines, str], Figure]
    spread: tuple[str, ...] = ()


def _count(lines: Lines, _stat: str) -> Figure:
    n = sum(line[0] for line in lines)
    return Figure(n, n)


def _share(lines: Lines, _stat: str) -> Figure:
    n, of = sum(line[0] for line in lines), sum(line[1] for line in lines)
    return Figure(Fraction(n, of) if of else None, n, of)


def _sum(lines: Lines, _stat: str) -> Figure:
    return Figure(sum((Fraction(line[0] or 0) for line in lines), Fraction(0)), sum(line[1] for line in lines))


def _spread(lines: Lines, stat: str) -> Figure:
    spread = [(value, times) for value, times in lines if value is not None]
    if stat not in QUANTILES:
        return Figure(STATS[stat](spread), sum(times for _value, times in spread))
    some = numbers.ordered(spread)
    return Figure(STATS[stat](some), some.count, around=numbers.around(some, QUANTILES[stat]))


def _waits(lines: Lines) -> tuple[list[survival.Step], int]:
    waits = [(int(value), bool(hit), times) for value, hit, times in lines if value is not None]
    return survival.curve(waits), sum(times for _value, _hit, times in waits)


def _come(lines: Lines, _stat: str) -> Figure:
    """The share that comes, by Kaplan and Meier, with Greenwood's interval."""
    steps, of = _waits(lines)
    value = survival.by(steps) if of else None
    return Figure(value, sum(one.came for one in steps), of, around=survival.interval(steps))


def _wait(lines: Lines, stat: str) -> Figure:
    """The time by which a share of all has come; nothing as long as it has not."""
    steps, of = _waits(lines)
    return Figure(survival.quantile(steps, QUANTILES[stat]), sum(one.came for one in steps), of)


REDUCES: dict[str, Reduce] = {
    "count": Reduce("count(*)", _count),
    "share": Reduce("count(*) FILTER (WHERE hit), count(*)", _share),
    "sum": Reduce("sum(value), count(value)", _sum),
    "spread": Reduce("value, count(*)", _spread, spread=("value",)),
    "come": Reduce("value, hit, count(*)", _come, spread=("value", "hit")),
    "wait": Reduce("value, hit, count(*)", _wait, spread=("value", "hit")),
}


def quotient(parts: Sequence[Figure]) -> Figure:
    """First part ÷ second; null over 0."""
    top, below = (part.value or 0 for part in parts)
    return Figure(Fraction(top) / Fraction(below) if below else None, parts[0].n, parts[1].n)


def returned(parts: Sequence[Figure]) -> Figure:
    """(First part - second) ÷ second; null over 0."""
    top, below = (part.value or 0 for part in parts)
    return Figure((Fraction(top) - Fraction(below)) / Fraction(below) if below else None, parts[0].n)


def product(parts: Sequence[Figure]) -> Figure:
    """All parts but the last, multiplied, ÷ the last; null where one of them says nothing, and over 0."""
    *many, below = [None if part.value is None else Fraction(part.value) for part in parts]
    said = [value for value in many if value is not None]
    if not below or len(said) < len(many):
        return Figure(None, parts[0].n)
    return Figure(prod(said, start=Fraction(1)) / below, parts[0].n)


def total(parts: Sequence[Figure]) -> Figure:
    """The sum of the parts."""
    return Figure(sum((Fraction(part.value or 0) for part in parts), Fraction(0)), sum(part.n for part in parts))
