"""When the law lets somebody be called, pure: windows in the zones of the person's country, how often in so many days, and a
rest after a no. Instants are UTC; windows are local and half-open: a call may begin as one opens, not as it closes."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ALLOWED, HOURS, HOLIDAY, MOST, REST, CONSENT = "", "hours", "holiday", "most", "rest", "consent"
AHEAD = 60  # days in which the next window is looked for
DAY = timedelta(days=1)
Windows = Mapping[int, Sequence[tuple[time, time]]]


@dataclass(frozen=True)
class Law:
    """Of a country: `zones`, in each of which a window must be open; `windows`: ISO weekday → (opens, closes), closing at 00:00
    is the end of the day; `holiday`: whether a day has none. At most `most` calls within `within` days, none for `rest` days
    after a no (None: no such limit)."""

    zones: Sequence[ZoneInfo]
    windows: Windows
    holiday: Callable[[date], bool] = lambda day: False
    most: int | None = None
    within: int = 30
    rest: int | None = None


@dataclass(frozen=True)
class Verdict:
    """`why`: ALLOWED, or what forbids a call; `opens`: from when one is lawful (the instant asked about where it is), None where
    no such instant is in sight."""

    why: str
    opens: datetime | None

    @property
    def allowed(self) -> bool:
        return self.why == ALLOWED


def judge(law: Law, at: datetime, calls: Sequence[datetime] = (), refused: datetime | None = None) -> Verdict:
    """Whether somebody may be called at `at`, after these calls (ascending, before `at`) and their last no."""
    limits = ((at, ALLOWED), (_rested(law, refused), REST), (_fewer(law, calls), MOST))
    since, why = max(((until, key) for until, key in limits if until is not None), key=lambda one: one[0])
    first = opens(law, since)
    if why == ALLOWED and first != at:
        why = HOLIDAY if any(law.holiday(at.astimezone(zone).date()) for zone in law.zones) else HOURS
    return Verdict(why, first)


def is_open(law: Law, at: datetime) -> bool:
    """Whether a window is open in every zone."""
    return all(_open_there(law, at.astimezone(zone)) for zone in law.zones)


def opens(law: Law, at: datetime) -> datetime | None:
    """The first instant from `at` on at which a window is open in every zone; None within AHEAD days."""
    if is_open(law, at):
        return at
    return next((one for one in _starts(law, at) if one >= at and is_open(law, one)), None)


def _starts(law: Law, at: datetime) -> Iterator[datetime]:
    """Instants at which a window opens somewhere, ascending, from the day of `at` on."""
    first = at.date() - DAY
    for ahead in range(AHEAD + 2):
        day = first + ahead * DAY
        yield from sorted(
            datetime.combine(day, opening, zone).astimezone(UTC)
            for zone in law.zones
            for opening, _closing in law.windows.get(day.isoweekday(), ())
        )


def _open_there(law: Law, local: datetime) -> bool:
    now = local.time()
    return not law.holiday(local.date()) and any(
        opening <= now and (now < closing or closing == time.min)
        for opening, closing in law.windows.get(local.isoweekday(), ())
    )


def _rested(law: Law, refused: datetime | None) -> datetime | None:
    """The local midnight that ends the days of rest after a no, by the zone in which that comes last."""
    if refused is None or not law.rest:
        return None
    days = (1 + law.rest) * DAY
    return max(
        datetime.combine(refused.astimezone(zone).date() + days, time(), zone).astimezone(UTC) for zone in law.zones
    )


def _fewer(law: Law, calls: Sequence[datetime]) -> datetime | None:
    """From when on fewer than the most calls lie within the days before."""
    if not law.most or len(calls) < law.most:
        return None
    return calls[-law.most] + law.within * DAY
