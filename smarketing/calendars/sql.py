"""The work axis in SQL: two look-ups by width_bucket over arrays handed in as constants (docs/architecture.md).

Whole microseconds in float8: exact to the year 2255. `position` and `due` are expressions over microseconds; wrap each
step in a sub-select with OFFSET 0 so that it is computed once.
"""

from .axis import Axis

MICROS = "round(date_part('epoch', {0}) * 1e6)"  # of a timestamptz


def arrays(axis: Axis, prefix: str = "") -> dict[str, list]:
    """Parameters named by the expressions below: opens, closes, before, midnights, day_closes."""
    names = ("opens", "closes", "before", "midnights", "day_closes")
    return {f"{prefix}{name}": [float(us) for us in getattr(axis, name)] for name in names}


def constants(prefix: str = "") -> str:
    """A one-row relation with the arrays as columns."""
    names = ("opens", "closes", "before", "midnights", "day_closes")
    return "SELECT " + ", ".join(f"%({prefix}{name})s::float8[] AS {name}" for name in names)


def position(us: str) -> str:
    """Working microseconds before an instant: of a column of microseconds, beside `constants`."""
    i = f"width_bucket({us}, opens)"
    return f"CASE WHEN {i} = 0 THEN 0 ELSE before[{i}] + least({us}, closes[{i}]) - opens[{i}] END"


def due(wanted: str, length: str) -> str:
    """Microseconds of the due instant; `wanted` = position + length. Due exactly at closing time stays there."""
    j = f"greatest(width_bucket({wanted} - CASE WHEN {length} > 0 THEN 1 ELSE 0 END, before), 1)"
    return f"opens[{j}] + {wanted} - before[{j}]"


def due_days(us: str, days: str) -> str:
    """Microseconds of the close of the n-th business day after the local day of an instant."""
    return f"day_closes[width_bucket({us}, midnights) + {days}]"
