"""When a mail may come, pure: quiet hours on a person's clock, working hours of the company's calendar."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from smarketing.calendars.axis import Axis, instant, micros

MORNING = time(8)  # where the company has no calendar
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Hours:
    """`quiet`: (from, until) in local time, past midnight where it ends before it begins; `axis`: working hours, when the
    person wants mails in these only."""

    zone: ZoneInfo
    quiet: tuple[time, time] | None = None
    axis: Axis | None = None

    def lets(self, at: datetime) -> bool:
        """Whether a mail that comes at once may come at `at`. Beyond its end a calendar forbids nothing."""
        return not self._is_quiet(at) and self._is_working(at)

    def _is_quiet(self, at: datetime) -> bool:
        if self.quiet is None:
            return False
        begins, ends = self.quiet
        wall = at.astimezone(self.zone).time()
        return begins <= wall < ends if begins < ends else wall >= begins or wall < ends

    def _is_working(self, at: datetime) -> bool:
        if self.axis is None or self.axis.local_day(at) >= self.axis.until:
            return True
        i = bisect_right(self.axis.opens, micros(at)) - 1
        return i >= 0 and micros(at) < self.axis.closes[i]

    def leaves_time(self, at: datetime) -> bool:
        """Whether a mail may come at all in the fortnight after `at`, looked at every quarter of an hour."""
        return any(self.lets(at + n * timedelta(minutes=15)) for n in range(14 * 96))


def opening(day: date, axis: Axis | None, zone: ZoneInfo) -> datetime | None:
    """When the company opens on a local day; None on a day off. Beyond its calendar: at eight, Monday to Friday."""
    if axis is not None and axis.first <= day < axis.until:
        i = bisect_left(axis.days, day)
        if i == len(axis.days) or axis.days[i] != day:
            return None
        return instant(axis.opens[bisect_left(axis.opens, axis.midnights[i])])
    return datetime.combine(day, MORNING, tzinfo=zone) if day.weekday() < 5 else None


def morning(at: datetime, axis: Axis | None, zone: ZoneInfo) -> datetime:
    """The last morning by `at`: when the company's business day opened; eight o'clock where it has no calendar."""
    if axis is not None and axis.first < axis.local_day(at) < axis.until:
        k = bisect_right(axis.midnights, micros(at)) - 1
        while k >= 0:
            opens = axis.opens[bisect_left(axis.opens, axis.midnights[k])]
            if opens <= micros(at):
                return instant(opens)
            k -= 1
    day = at.astimezone(zone).date()
    found = datetime.combine(day, MORNING, tzinfo=zone)
    return found if found <= at else datetime.combine(day - DAY, MORNING, tzinfo=zone)
