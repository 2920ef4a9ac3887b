"""Clocks against a table of every minute of a zone: deadlines in hours and days with pauses, and elapsed time, from 2010 to 2040."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

import numpy as np
import pytest

from sla import pausing
from sla.pausing import Pause, merged
from smarketing.calendars import axis as axes

MINUTE, DAY = timedelta(minutes=1), 1440
WINDOWS = ([(540, 1080)], [(0, 1440)], [(360, 1320)], [(540, 720), (840, 1080)])
SLICE = 100 * DAY  # minutes looked at for one case


@dataclass
class Minutes:
    """One zone: for every UTC minute from `first` on, its local day (since 1970) and whether it is worked."""

    first: datetime
    day: np.ndarray
    works: np.ndarray

    def at(self, moment: datetime) -> int:
        return (moment - self.first) // MINUTE


@cache
def room(name: str, count: int, kind: type) -> np.ndarray:
    """An array that the tables of all zones of one length are laid out in, one after the other: fresh memory costs more than they do."""
    return np.empty(count, dtype=kind)


@cache
def minutes(count: int) -> np.ndarray:
    return np.arange(2 * DAY, (2 + count) * DAY, dtype=np.int32)


def offsets(zone: ZoneInfo, first: datetime, days: int) -> np.ndarray:
    """Minutes east of Greenwich of every minute: asked each day; where it changes each hour, and there minute by minute."""

    def ask(minute: int) -> int:
        return int((first + minute * MINUTE).astimezone(zone).utcoffset().total_seconds()) // 60

    def fill(found: np.ndarray, low: int, step: int, count: int, finer: Sequence[int]) -> None:
        each = [ask(low + step * n) for n in range(count + 1)]
        found[low : low + step * count] = np.repeat(np.array(each[:-1], dtype=np.int32), step)
        for n in range(count) if finer else ():
            if each[n] != each[n + 1]:
                fill(found, low + step * n, finer[0], step // finer[0], finer[1:])

    found = room("east", days * DAY, np.int32)
    fill(found, 0, DAY, days, (60, 1))
    return found


def table(zone: ZoneInfo, windows, days, holidays: set[date], first: datetime, until: datetime) -> Minutes:
    count, start = (until - first).days, (first - datetime(1970, 1, 1, tzinfo=UTC)).days
    week = np.zeros((8, DAY), dtype=bool)
    for weekday in days:
        for opens, closes in windows:
            week[weekday, opens:closes] = True
    low = start - 2
    every = np.arange(low, start + count + 2)
    worked = week[(every + 3) % 7 + 1]  # 1 January 1970 was a Thursday
    for one in holidays:
        worked[(one - date(1970, 1, 1)).days - low] = False
    east = offsets(zone, first, count)
    local = np.add(east, minutes(count), out=room("local", count * DAY, np.int32))
    works = np.take(worked.ravel(), local, out=room("works", count * DAY, bool), mode="clip")
    day = np.floor_divide(local, DAY, out=local)
    day += low
    for back in np.flatnonzero(np.diff(east) < 0) + 1:  # what occurs a second time is as the first time left it
        again = slice(back, back + int(east[back - 1] - east[back]))
        day[again], works[again] = day[back - 1], works[back - 1]
    return Minutes(first, day, works)


def text(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def case(dice: random.Random, laid: Minutes, axis, days) -> None:
    """One deadline in hours, one in days and one stretch, each with the pauses of a handoff, against the minutes."""
    low = dice.randrange(DAY * 3, len(laid.works) - SLICE)
    start = laid.first + low * MINUTE
    pauses = merged(
        Pause(since, since + dice.choice([0, 1, 30, 700, 4000, 12_000]) * MINUTE)
        for since in (start + dice.randrange(-DAY, 9000) * MINUTE for _n in range(dice.choice([0, 0, 1, 3])))
    )
    works = laid.works[low : low + SLICE].copy()
    paused = works.copy()
    for one in pauses:
        paused[max(laid.at(one.since) - low, 0) : max(laid.at(one.until) - low, 0)] = False
    length = dice.randint(1, 2400)
    counted = np.cumsum(paused)
    ends = int(np.searchsorted(counted, length)) + 1
    assert pausing.due(axis, start, length * MINUTE, pauses).due == start + ends * MINUTE, (start, length, pauses)
    until = dice.randrange(60 * DAY)
    assert axis.elapsed(start, start + until * MINUTE) == int(works[:until].sum()) * MINUTE
    n, local = dice.randint(1, 12), laid.day[low : low + SLICE]
    last = np.flatnonzero(works & np.append(local[1:] != local[:-1], True) | works & ~np.append(works[1:], True))
    closes = {int(local[at]): at + 1 for at in last}  # the last one of each day
    edges = [(laid.at(one.since) - low, laid.at(one.until) - low) for one in pauses]
    kept = [at for day, at in sorted(closes.items()) if day > local[0] and not any(a < at <= b for a, b in edges)]
    assert pausing.due_days(axis, start, n, pauses).due == start + kept[n - 1] * MINUTE, (start, n, pauses)


def zone_holds(name: str, dice: random.Random, cases: int, first: int, until: int) -> int:
    """So many cases of a zone, years [first, until). Returns how many were looked at."""
    zone, windows, days = ZoneInfo(name), dice.choice(WINDOWS), dice.sample(range(1, 8), dice.randint(4, 7))
    begins, ends = datetime(first, 1, 2, tzinfo=UTC), datetime(until, 1, 1, tzinfo=UTC)
    holidays = {
        (begins + timedelta(days=dice.randrange(365 * (until - first)))).date() for _n in range(9 * (until - first))
    }
    axis = axes.build(
        {
            "zone": name, "windows": {str(day): [[text(a), text(b)] for a, b in windows] for day in days},
            "holidays": [one.isoformat() for one in holidays], "first": f"{first}-01-01", "until": f"{until + 1}-01-01",
        }
    )  # fmt: skip
    laid = table(zone, windows, days, holidays, begins, ends)
    for _n in range(cases):
        case(dice, laid, axis, days)
    return cases


@pytest.mark.invariant("I12")
@pytest.mark.parametrize("name", ["Europe/Paris", "Australia/Lord_Howe", "America/Sao_Paulo"])
def test_clocks_equal_a_table_of_every_minute(name):
    assert zone_holds(name, random.Random(name), 100, 2017, 2019) == 100


@pytest.mark.invariant("I12", mutant="a pause stops the clock but not the nights and weekends in it")
def test_the_table_catches_pauses_counted_with_their_nights(monkeypatch):
    def all_of_it(axis, start, length, pauses):
        held = [one for one in pauses if one.until > start and one.since < axis.due(start, length)]
        return pausing.Moved(
            axis.due(start, length + sum((p.until - p.since for p in held), timedelta(0))), timedelta(0)
        )

    monkeypatch.setattr(pausing, "due", all_of_it)
    with pytest.raises(AssertionError):
        zone_holds("Europe/Paris", random.Random(5), 60, 2017, 2019)


@pytest.mark.invariant("I12")
@pytest.mark.trust
def test_a_hundred_thousand_clocks_over_all_zones_from_2010_to_2040_equal_their_minutes():
    dice, zones = random.Random(100_000), sorted(available_timezones())
    each = -(-100_000 // len(zones))
    # An island that skipped a day has no minutes of it: its table begins after.
    seen = sum(zone_holds(name, dice, each, 2012 if name in SKIPPED else 2010, 2040) for name in zones)
    assert seen >= 100_000


SKIPPED = {"Pacific/Apia", "Pacific/Fakaofo"}
