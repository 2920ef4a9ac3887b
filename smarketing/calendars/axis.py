"""Working time, pure: local windows laid out in UTC once, then every question is a look-up (no Django here).

Windows are built in local time per date and kept in whole microseconds UTC, so both daylight-saving nights are right.
They are half-open: arriving exactly at close waits for the next window, while a deadline may fall exactly at close.
A wall time that occurs twice counts by its first occurrence; one that is skipped counts as the instant of the jump.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import accumulate, pairwise
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
DAY = timedelta(days=1)


class AxisEnds(ValueError):
    """The calendar is not laid out as far as the question reaches."""


def micros(at: datetime) -> int:
    """Whole microseconds since 1970 of an aware instant."""
    return (at.astimezone(UTC) - EPOCH) // MICROSECOND


def instant(us: int) -> datetime:
    """The UTC instant of whole microseconds since 1970."""
    return EPOCH + us * MICROSECOND


@dataclass(frozen=True)
class Window:
    """One stretch of working time of a local day."""

    opens: int
    closes: int
    day: date


@dataclass(frozen=True)
class Axis:
    """Windows in order, with what lies before each. `until`: first local day that is not laid out any more."""

    zone: ZoneInfo
    windows: tuple[Window, ...]
    first: date
    until: date

    @cached_property
    def opens(self) -> list[int]:
        return [window.opens for window in self.windows]

    @cached_property
    def closes(self) -> list[int]:
        return [window.closes for window in self.windows]

    @cached_property
    def before(self) -> list[int]:
        """Working microseconds before each window, and after the last."""
        return list(accumulate((window.closes - window.opens for window in self.windows), initial=0))

    @cached_property
    def days(self) -> list[date]:
        """The business days."""
        return sorted({window.day for window in self.windows})

    @cached_property
    def midnights(self) -> list[int]:
        """The instant at which each business day begins."""
        return [micros(_instant(day, time(), self.zone)) for day in self.days]

    @cached_property
    def day_closes(self) -> list[int]:
        """The close of each business day."""
        last = {window.day: window.closes for window in self.windows}
        return [last[day] for day in self.days]

    def position(self, us: int) -> int:
        """Working microseconds before an instant."""
        i = bisect_right(self.opens, us) - 1
        return self.before[i] + min(us, self.closes[i]) - self.opens[i] if i >= 0 else 0

    def due(self, start: datetime, length: timedelta) -> datetime:
        """The instant at which `length` of working time has passed since `start`. AxisEnds beyond the calendar."""
        wanted = self.position(micros(start)) + length // MICROSECOND
        find = bisect_left if length > timedelta(0) else bisect_right
        j = max(find(self.before, wanted) - 1, 0)
        if j >= len(self.windows):
            raise AxisEnds(f"the calendar ends on {self.until}")
        return instant(self.opens[j] + wanted - self.before[j])

    def due_days(self, start: datetime, n: int) -> datetime:
        """The close of the n-th business day after the local day of `start`, which is not counted itself."""
        k = bisect_right(self.midnights, micros(start)) + n - 1
        if k >= len(self.days):
            raise AxisEnds(f"the calendar ends on {self.until}")
        return instant(self.day_closes[max(k, 0)])

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """Working time between two instants; none where the end comes first."""
        return max(self.position(micros(end)) - self.position(micros(start)), 0) * MICROSECOND

    def opens_next(self, at: datetime) -> datetime:
        """`at` inside a window, else the next opening."""
        return self.due(at, timedelta(0))

    def is_open(self, at: datetime) -> bool:
        return self.opens_next(at) == at

    def business_days(self, first: date, until: date) -> int:
        """How many business days lie in [first, until)."""
        return max(bisect_left(self.days, until) - bisect_left(self.days, first), 0)

    def local_day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def day_starts(self, day: date) -> datetime:
        """The instant at which a local day begins, business day or not."""
        return _instant(day, time(), self.zone)


def build(spec: Mapping) -> Axis:
    """The axis of a calendar's spec (`models.CalendarVersion`): a pure function of it."""
    zone = ZoneInfo(spec["zone"])
    first, until = date.fromisoformat(spec["first"]), date.fromisoformat(spec["until"])
    weekly = {int(day): _times(windows) for day, windows in spec["windows"].items()}
    special = {date.fromisoformat(day): _times(windows) for day, windows in spec.get("special", {}).items()}
    holidays = {date.fromisoformat(day) for day in spec.get("holidays", ())}
    windows = _windows(zone, first, until, lambda day: _of_day(day, weekly, special, holidays))
    return Axis(zone, tuple(windows), first, until)


def _of_day(day: date, weekly: Mapping, special: Mapping, holidays: set[date]) -> Sequence:
    if day in special:
        return special[day]
    return () if day in holidays else weekly.get(day.isoweekday(), ())


def _windows(zone: ZoneInfo, first: date, until: date, of_day: Callable[[date], Sequence]) -> Iterator[Window]:
    day, last = first, None
    while day < until:
        if _exists(day, zone):
            for opens, closes in of_day(day):
                window = Window(micros(_wall(day, opens, zone)), micros(_wall(day, closes, zone)), day)
                if last is not None and window.opens < last:
                    window = Window(last, window.closes, day)
                if window.closes > window.opens:
                    yield window
                    last = window.closes
        day += DAY


def _times(windows: Sequence[Sequence[str]]) -> list[tuple[str, str]]:
    return sorted((opens, closes) for opens, closes in windows)


def _wall(day: date, text: str, zone: ZoneInfo) -> datetime:
    if text == "24:00":
        return _instant(day + DAY, time(), zone)
    return _instant(day, time.fromisoformat(text), zone)


def _exists(day: date, zone: ZoneInfo) -> bool:
    """Whether a local day happened at all (an island may skip one when it changes sides of the date line)."""
    noon = datetime.combine(day, time(12), tzinfo=zone)
    return noon.astimezone(UTC).astimezone(zone).date() == day


def _instant(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """The UTC instant of a wall time: its first occurrence; where it is skipped, the jump itself."""
    local = datetime.combine(day, wall, tzinfo=zone)
    found = local.astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return found
    low, high = local.replace(fold=1).astimezone(UTC), found  # before and after the jump
    before = low.astimezone(zone).utcoffset()
    while high - low > MICROSECOND:
        middle = low + (high - low) // 2
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high


def overlaps(windows: Sequence[Sequence[str]]) -> bool:
    """Whether windows of one day overlap or run backwards ("HH:MM" texts, "24:00" allowed as a close)."""
    ordered = _times(windows)
    return any(opens >= closes for opens, closes in ordered) or any(
        one[1] > other[0] for one, other in pairwise(ordered)
    )
