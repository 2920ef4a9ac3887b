"""The work axis in SQL: two look-ups by width_bucket over arrays handed in as constants (docs/architecture.md).

Whole microseconds in float8: exact to the year 2255. `position` and `due` are expressions over microseconds; wrap each
step in a sub-select with OFFSET 0 so that it is computed once.
"""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, datetime

from .axis import Axis, micros

MICROS = "round(date_part('epoch', {0}) * 1e6)"  # of a timestamptz
INSTANT = "to_timestamp({0} / 1e6)"  # of microseconds: exact, a rounding error is an eighth of one
NAMES = ("opens", "closes", "before", "midnights", "day_closes")


def arrays(
    axis: Axis, prefix: str = "", since: datetime | None = None, until: datetime | None = None
) -> dict[str, str]:
    """Parameters named by the expressions below: opens, closes, before, midnights, day_closes, as text of arrays.

    Only the stretch that questions from `since` on, with answers by `until`, can touch; None: to that end of the axis.
    """
    low, high = (None if at is None else micros(at) for at in (since, until))
    i, j = _stretch(axis.opens, low, high)
    k, m = _stretch(axis.midnights, low, high)
    parts = (axis.opens[i:j], axis.closes[i:j], axis.before[i : j + 1], axis.midnights[k:m], axis.day_closes[k:m])
    return {f"{prefix}{name}": array(part) for name, part in zip(NAMES, parts, strict=True)}


def _stretch(starts: Sequence[int], low: int | None, high: int | None) -> tuple[int, int]:
    """Slice of the stretches that begin by `high`, from the one that holds `low` on."""
    first = 0 if low is None else max(bisect_right(starts, low) - 1, 0)
    return first, len(starts) if high is None else bisect_right(starts, high)


def months(axis: Axis, since: datetime, until: datetime) -> dict[str, str]:
    """Parameters month_starts and month_days: the local months from that of `since` to that of `until`."""
    day, days = axis.local_day(since).replace(day=1), []
    while day <= axis.local_day(until):
        days.append(day)
        day = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return {"month_starts": array([micros(axis.day_starts(one)) for one in days]), "month_days": array(days)}


def array(values: Sequence) -> str:
    """Numbers or dates as the text of an array: read much faster than one expression for each."""
    return "{" + ",".join(map(str, values)) + "}"


def constants(prefix: str = "") -> str:
    """A one-row relation with the arrays as columns."""
    return "SELECT " + ", ".join(f"%({prefix}{name})s::float8[] AS {name}" for name in NAMES)


def window(us: str) -> str:
    """Index of the window that holds an instant, or of the last one before it; 0 before the first: beside `constants`."""
    return f"width_bucket({us}, opens)"


def position(us: str, window: str) -> str:
    """Working microseconds before an instant, of which the window is known."""
    return f"coalesce(before[{window}] + least({us}, closes[{window}]) - opens[{window}], 0)"


def due_window(wanted: str, length: str) -> str:
    """Index of the window in which `wanted` = position + length ends. Due exactly at closing time stays there."""
    return f"greatest(width_bucket({wanted} - CASE WHEN {length} > 0 THEN 1 ELSE 0 END, before), 1)"


def due(wanted: str, window: str) -> str:
    """Microseconds of the due instant, of which the window is known; NULL beyond the end of the axis."""
    return f"opens[{window}] + {wanted} - before[{window}]"


def due_days(us: str, days: str) -> str:
    """Microseconds of the close of the n-th business day after the local day of an instant."""
    return f"day_closes[width_bucket({us}, midnights) + {days}]"
