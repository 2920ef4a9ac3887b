"""Local days of a zone, the same in Python and SQL.

SQL never asks its server for zone rules: it looks an instant up among the zone's changes of offset, taken from the
pinned tzdata and passed as two arrays.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from . import clock

FIRST, LAST = 1970, 2100
_DAY = 86_400
EPOCH = date(1970, 1, 1)


class Days:
    """Days of one zone. `name` keeps the parameters of two zones apart in one statement."""

    def __init__(self, zone: ZoneInfo, name: str = "zone"):
        self.zone, self.name = zone, name

    def of(self, at: datetime) -> date:
        """The local date of an instant."""
        return at.astimezone(self.zone).date()

    def midnight(self, day: date) -> datetime:
        """The instant at which a local day begins (UTC)."""
        return datetime.combine(day, time(), self.zone).astimezone(UTC)

    def midnights(self, after: datetime, until: datetime) -> list[datetime]:
        """The local midnights in (after, until], in order."""
        day, found = self.of(after) + timedelta(days=1), []
        while (at := self.midnight(day)) <= until:
            found.append(at)
            day += timedelta(days=1)
        return found

    def sql(self, instant: str) -> str:
        """SQL of the local date of a timestamptz expression; takes the parameters of `params`."""
        seconds = f"date_part('epoch', {instant})"
        changes, offsets = f"(%({self.name}_changes)s::float8[])", f"(%({self.name}_offsets)s::float8[])"
        offset = f"{offsets}[width_bucket({seconds}, {changes}) + 1]"
        return f"(date '1970-01-01' + floor(({seconds} + {offset}) / {_DAY})::int)"

    def params(self) -> dict[str, str]:
        """`zone_changes` (seconds since 1970) and `zone_offsets` (one more than changes), as array text."""
        changes, offsets = _written(self.zone.key)
        return {f"{self.name}_changes": changes, f"{self.name}_offsets": offsets}


def here() -> Days:
    """Days of the installation."""
    return Days(clock.zone())


@lru_cache
def _written(key: str) -> tuple[str, str]:
    changes, offsets = _changes(key)
    return _array(changes), _array(offsets)


def _array(numbers: tuple[int, ...]) -> str:
    return "{" + ",".join(map(str, numbers)) + "}"


@lru_cache(maxsize=8)
def _changes(key: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    zone = ZoneInfo(key)

    def offset(second: int) -> int:
        delta = datetime.fromtimestamp(second, UTC).astimezone(zone).utcoffset()
        return int(delta.total_seconds()) if delta else 0

    start = int(datetime(FIRST, 1, 1, tzinfo=UTC).timestamp())
    stop = int(datetime(LAST, 1, 1, tzinfo=UTC).timestamp())
    changes, offsets = [], [offset(start)]
    for low in range(start, stop, _DAY):
        high = low + _DAY
        if offset(high) != offsets[-1]:
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if offset(middle) == offsets[-1] else (low, middle)
            changes.append(high)
            offsets.append(offset(high))
    return tuple(changes), tuple(offsets)
