"""When a backlog will be done: so many wait, so many pass on each business day (pure)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

FAR = 3660  # days looked ahead at most


@dataclass(frozen=True)
class Release:
    """`waiting` leads at `pace` a business day: the first pass on `first`, the last on `last`. None: never, at this pace."""

    waiting: int
    pace: int
    first: date | None
    last: date | None


def release(waiting: int, pace: int, start: date, works: Callable[[date], bool]) -> Release:
    """The forecast for leads that may pass from the day `start` on. `works`: whether a day is a business day.

    Days beyond ten years are not looked at.
    """
    left, first = waiting, None
    for day in (start + timedelta(days=n) for n in range(FAR if waiting and pace > 0 else 0)):
        if works(day):
            first, left = first or day, left - pace
            if left <= 0:
                return Release(waiting, pace, first, day)
    return Release(waiting, pace, first, None)
