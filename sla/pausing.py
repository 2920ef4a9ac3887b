"""Deadlines of promises that were paused, pure: while a pause runs no business time passes.

A pause is half-open, [from, until). Hours go on after it where they stopped; of business days those do not count whose close
lies in it. A deadline that falls exactly when a pause begins stays where it is; one before it was never moved.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from smarketing.calendars.axis import MICROSECOND, Axis, AxisEnds, instant, micros


@dataclass(frozen=True)
class Pause:
    """From when until when a promise stood still."""

    since: datetime
    until: datetime


@dataclass(frozen=True)
class Moved:
    """When a paused promise falls due, and how much working time lay in its pauses by then."""

    due: datetime
    lost: timedelta


def merged(pauses: Iterable[Pause]) -> list[Pause]:
    """The same stretches in order, without overlaps and without empty ones."""
    out: list[Pause] = []
    for one in sorted((p for p in pauses if p.since < p.until), key=lambda p: (p.since, p.until)):
        if out and one.since <= out[-1].until:
            out[-1] = Pause(out[-1].since, max(out[-1].until, one.until))
        else:
            out.append(one)
    return out


def running(pauses: Sequence[Pause], at: datetime) -> datetime | None:
    """The end of the pause that runs at an instant; None where none does. `pauses` as `merged` gives them."""
    return next((one.until for one in pauses if one.since <= at < one.until), None)


def due(axis: Axis, start: datetime, length: timedelta, pauses: Sequence[Pause]) -> Moved:
    """When `length` of working time has passed since `start`, pauses (as `merged` gives them) left out. AxisEnds beyond the
    calendar."""
    begins = axis.position(micros(start))
    lost = _shift(
        ((axis.position(micros(one.since)), axis.position(micros(one.until))) for one in pauses),
        begins, begins + length // MICROSECOND,
    )  # fmt: skip
    return Moved(axis.due(start, length + lost * MICROSECOND), lost * MICROSECOND)


def due_days(axis: Axis, start: datetime, n: int, pauses: Sequence[Pause]) -> Moved:
    """The close of the n-th business day after that of `start` whose close lies in no pause. AxisEnds beyond the calendar."""
    closes, first = axis.day_closes, bisect_right(axis.midnights, micros(start))
    ends = ((bisect_right(closes, micros(one.since)), bisect_right(closes, micros(one.until))) for one in pauses)
    k = first + n - 1 + _shift(ends, first, first + n)
    if k >= len(closes):
        raise AxisEnds(f"the calendar ends on {axis.until}")
    found = instant(closes[max(k, 0)])
    still = sum((axis.elapsed(max(one.since, start), min(one.until, found)) for one in pauses), timedelta(0))
    return Moved(found, still)


def _shift(spans: Iterable[tuple[int, int]], begins: int, wanted: int) -> int:
    """By how much a goal counted from `begins` moves through the spans that begin before it; each moves it further."""
    lost = 0
    for opens, closes in spans:
        opens = max(opens, begins)
        if opens >= wanted + lost:
            break
        lost += max(closes - opens, 0)
    return lost
