"""Working time: the worked examples D1 to D21, a walk minute by minute, and what must hold of every calendar."""

import random
import time
from bisect import bisect_left
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from smarketing.calendars import axis as axes

PARIS, MONTREAL = "Europe/Paris", "America/Toronto"
FRANCE = ("01-01", "04-06", "05-01", "05-08", "05-14", "05-25", "07-14", "08-15", "11-01", "11-11", "12-25")
HOLIDAYS = [f"2026-{day}" for day in FRANCE]


def calendar(zone, opens, closes, days=range(1, 6), holidays=(), first="2026-01-01", until="2027-01-01"):
    windows = {str(day): [[opens, closes]] for day in days}
    return axes.build({"zone": zone, "windows": windows, "holidays": list(holidays), "first": first, "until": until})


OFFICE, LONG, TEN = (
    calendar("UTC", "09:00", "17:00"),
    calendar("UTC", "08:00", "17:00"),
    calendar("UTC", "10:00", "18:00"),
)
FR = calendar(PARIS, "09:00", "18:00", holidays=HOLIDAYS)
ALWAYS = calendar(PARIS, "00:00", "24:00", days=range(1, 8))


def local(zone, *parts):
    return datetime(2026, *parts, tzinfo=ZoneInfo(zone))


CASES = {
    "D1": (OFFICE, local("UTC", 11, 20, 16), 4, local("UTC", 11, 23, 12)),
    "D2 evening": (OFFICE, local("UTC", 11, 19, 15), 4, local("UTC", 11, 20, 11)),
    "D2 after close": (OFFICE, local("UTC", 11, 18, 18), 4, local("UTC", 11, 19, 13)),
    "D3": (OFFICE, local("UTC", 11, 17, 11), 8, local("UTC", 11, 18, 11)),
    "D4": (OFFICE, local("UTC", 11, 20, 17), 8, local("UTC", 11, 23, 17)),
    "D5": (LONG, local("UTC", 11, 20, 16), 4, local("UTC", 11, 23, 11)),
    "D6": (TEN, local("UTC", 11, 18, 15), 10, local("UTC", 11, 19, 17)),
    "D7": (TEN, local("UTC", 11, 18, 20), 10, local("UTC", 11, 20, 12)),
    "D8 the hours after one elapsed day": (TEN, local("UTC", 11, 19, 15), 10, local("UTC", 11, 20, 17)),
    "D9 the hours after one elapsed day": (TEN, local("UTC", 11, 19, 20), 10, local("UTC", 11, 23, 12)),
    "D10": (FR, local(PARIS, 11, 10, 17), 4, local(PARIS, 11, 12, 12)),
    "D10 holiday forgotten": (calendar(PARIS, "09:00", "18:00"), local(PARIS, 11, 10, 17), 4, local(PARIS, 11, 11, 12)),
    "D11 Paris": (FR, local("UTC", 11, 20, 23, 30), 1, local("UTC", 11, 23, 9)),
    "D11 Montréal": (calendar(MONTREAL, "09:00", "17:00"), local("UTC", 11, 20, 23, 30), 1, local("UTC", 11, 23, 15)),
    "D12 autumn": (ALWAYS, local(PARIS, 10, 24, 12), 24, local(PARIS, 10, 25, 11)),
    "D12 spring": (ALWAYS, local(PARIS, 3, 28, 12), 24, local(PARIS, 3, 29, 13)),
    "D14 after the pause": (FR, local(PARIS, 11, 18, 14), 6, local(PARIS, 11, 19, 11)),
    "D17": (FR, local(PARIS, 11, 21, 10), 0, local(PARIS, 11, 23, 9)),
    "D18": (FR, local(PARIS, 11, 20, 17, 59), 0.25, local(PARIS, 11, 23, 9, 14)),
    "D20": (FR, local(PARIS, 5, 7, 17), 8, local(PARIS, 5, 11, 16)),
    "D21": (FR, local(PARIS, 5, 13, 16), 8, local(PARIS, 5, 15, 15)),
    "arriving exactly at close waits": (FR, local(PARIS, 11, 20, 18), 0, local(PARIS, 11, 23, 9)),
    "a deadline may fall exactly at close": (FR, local(PARIS, 11, 20, 9), 9, local(PARIS, 11, 20, 18)),
    "no time inside a window is now": (FR, local(PARIS, 11, 20, 10), 0, local(PARIS, 11, 20, 10)),
}


@pytest.mark.parametrize("name", CASES)
def test_deadlines_of_the_worked_examples(name):
    axis, start, hours, due = CASES[name]
    assert axis.due(start, timedelta(hours=hours)) == due


def test_a_reassignment_does_not_launder_a_breach():  # D15
    nine, noon, three = (local(PARIS, 11, 16, hour) for hour in (9, 12, 15))
    assert FR.elapsed(nine, three) == timedelta(hours=6)
    assert FR.elapsed(noon, three) == timedelta(hours=3)


def test_a_pause_keeps_what_was_used():  # D14
    assert FR.elapsed(local(PARIS, 11, 16, 9), local(PARIS, 11, 16, 11)) == timedelta(hours=2)


def test_paris_and_montreal_are_five_hours_apart_for_one_week():  # D13
    hours = [local(PARIS, *day, 15).astimezone(ZoneInfo(MONTREAL)).hour for day in ((10, 23), (10, 27), (11, 3))]
    assert hours == [9, 10, 9]


def test_business_days_of_2026_in_france():  # B
    months = [date(2026, month, 1) for month in range(1, 13)] + [date(2027, 1, 1)]
    counted = [FR.business_days(a, b) for a, b in pairwise(months)]
    assert counted == [21, 20, 22, 21, 17, 22, 22, 21, 22, 22, 20, 22]
    assert FR.business_days(date(2026, 11, 1), date(2026, 11, 24)) == 15


def test_days_end_at_the_close_of_the_nth_day_after_arrival():
    friday, saturday = local(PARIS, 11, 20, 10), local(PARIS, 11, 21, 10)
    assert FR.due_days(friday, 1) == local(PARIS, 11, 23, 18)
    assert FR.due_days(saturday, 1) == local(PARIS, 11, 23, 18)
    assert FR.due_days(local(PARIS, 11, 23, 7), 1) == local(PARIS, 11, 24, 18)  # before opening is the day itself
    assert FR.due_days(local(PARIS, 11, 9, 17), 2) == local(PARIS, 11, 12, 18)  # the 11th is a holiday
    assert FR.due_days(friday, 10) == local(PARIS, 12, 4, 18)


def test_two_windows_a_day_and_a_short_day():
    axis = axes.build(
        {
            "zone": PARIS, "windows": {str(day): [["14:00", "18:00"], ["09:00", "12:00"]] for day in range(1, 6)},
            "special": {"2026-12-24": [["09:00", "12:00"]]}, "first": "2026-01-01", "until": "2027-01-01",
        }
    )  # fmt: skip
    assert axis.due(local(PARIS, 11, 20, 11), timedelta(hours=2)) == local(PARIS, 11, 20, 15)
    assert axis.due(local(PARIS, 11, 20, 12), timedelta(0)) == local(PARIS, 11, 20, 14)
    assert axis.due_days(local(PARIS, 12, 23, 11), 1) == local(PARIS, 12, 24, 12)


def test_beyond_its_last_day_a_calendar_says_so():
    with pytest.raises(axes.AxisEnds, match="2027-01-01"):
        FR.due(local(PARIS, 12, 31, 17), timedelta(hours=20))
    with pytest.raises(axes.AxisEnds):
        FR.due_days(local(PARIS, 12, 31, 17), 5)


def test_an_island_that_skips_a_day_skips_its_work():
    apia = calendar("Pacific/Apia", "09:00", "17:00", first="2011-12-26", until="2012-01-07")
    assert date(2011, 12, 30) not in apia.days
    assert apia.before[-1] == 9 * 8 * 3_600_000_000


# A walk minute by minute, written without the axis.


def walk(zone, opens, closes, days, holidays, start, minutes):
    """The instant at which so many working minutes have passed, counted one by one."""
    at, left, where = start, minutes, ZoneInfo(zone)

    def working(at):
        wall = at.astimezone(where)
        minute = wall.hour * 60 + wall.minute
        return wall.isoweekday() in days and wall.date().isoformat() not in holidays and opens <= minute < closes

    while left or not working(at):
        left -= working(at) and left > 0
        at += timedelta(minutes=1)
        if not left and minutes:
            return at
    return at


def text(minute):
    return "24:00" if minute == 1440 else f"{minute // 60:02}:{minute % 60:02}"


ZONES = [PARIS, MONTREAL, "UTC", "Australia/Lord_Howe", "Asia/Kolkata", "America/Sao_Paulo", "Africa/Casablanca"]
spans = st.sampled_from([(540, 1080), (0, 1440), (360, 1320), (615, 645)])
weeks = st.sets(st.integers(1, 7), min_size=3)


def moments(first, until, unit=timedelta(microseconds=1)):
    """Instants of [first, until), in whole units."""
    start = datetime(*first, tzinfo=UTC)
    return st.integers(0, (datetime(*until, tzinfo=UTC) - start) // unit - 1).map(lambda n: start + n * unit)


starts = moments((2026, 1, 10), (2026, 12, 1), timedelta(minutes=1))


def compare(zone, span, days, start, minutes, holidays=HOLIDAYS):
    year = start.year
    axis = calendar(zone, text(span[0]), text(span[1]), days, holidays, f"{year}-01-01", f"{year + 2}-01-01")
    assert axis.due(start, timedelta(minutes=minutes)) == walk(zone, *span, days, holidays, start, minutes)


@pytest.mark.invariant("I12")
@settings(max_examples=60, deadline=None)
@given(st.sampled_from(ZONES), spans, weeks, starts, st.integers(0, 900))
def test_deadlines_equal_a_walk_minute_by_minute(zone, span, days, start, minutes):
    compare(zone, span, days, start, minutes)


@pytest.mark.parametrize("night", [(3, 28), (10, 24)])
def test_both_daylight_saving_nights_equal_the_walk(night):
    for hour in range(24):
        compare(PARIS, (0, 1440), range(1, 8), local("UTC", *night, hour), 700, ())


@pytest.mark.invariant("I12", mutant="subtract aware datetimes")
def test_the_walk_catches_wall_clock_arithmetic(monkeypatch):
    """Mutant: subtract aware datetimes of one zone, as if every day had 24 hours."""
    monkeypatch.setattr(
        axes, "micros", lambda at: (at - datetime(1970, 1, 1, tzinfo=at.tzinfo)) // timedelta(microseconds=1)
    )
    with pytest.raises(AssertionError):
        compare(PARIS, (0, 1440), range(1, 8), local(PARIS, 10, 24, 12), 1440, ())


@pytest.mark.invariant("I12")
@pytest.mark.trust
@settings(max_examples=1500, deadline=None)
@given(
    st.sampled_from(sorted(available_timezones())),
    spans, weeks, moments((2010, 1, 10), (2040, 6, 1), timedelta(minutes=1)), st.integers(0, 2000),
)  # fmt: skip
def test_all_zones_from_2010_to_2040_equal_the_walk(zone, span, days, start, minutes):
    assume(axes._exists(start.date(), ZoneInfo(zone)))
    compare(zone, span, days, start, minutes, ())


def minutes_of_work(zone, span, days, start, count):
    """Of `count` minutes from `start`, looked at one by one: the numbers of those in working time."""
    where, found, at, minute = ZoneInfo(zone), [], start, timedelta(minutes=1)
    opens, closes = span
    for number in range(count):
        wall = at.astimezone(where)
        if opens <= wall.hour * 60 + wall.minute < closes and wall.isoweekday() in days:
            found.append(number)
        at += minute
    return found


@pytest.mark.invariant("I12")
@pytest.mark.trust
def test_a_hundred_thousand_deadlines_over_all_zones_equal_the_minutes_counted_one_by_one():
    """Sixty days of each zone, somewhere between 2010 and 2040, half of them around a change of its clock."""
    dice, cases = random.Random(12), 0
    zones = sorted(available_timezones())
    each = -(-100_000 // len(zones)) + 5
    for zone in zones:
        first = datetime(dice.randint(2010, 2039), 1, 10, tzinfo=UTC) + timedelta(days=dice.randrange(330))
        if dice.random() < 0.5:  # last Sundays of March and October, second of March, first of November, April
            first = first.replace(month=dice.choice([3, 10]), day=5)
        span, days = dice.choice([(540, 1080), (0, 1440), (360, 1320)]), set(dice.sample(range(1, 8), 5))
        work = minutes_of_work(zone, span, days, first, 60 * 1440)
        axis = calendar(zone, text(span[0]), text(span[1]), days, (), f"{first.year}-01-01", f"{first.year + 2}-01-01")
        for _case in range(each):
            start = dice.randrange(40 * 1440)
            at = first + timedelta(minutes=start)
            if not axes._exists(at.date(), ZoneInfo(zone)):
                continue
            place = bisect_left(work, start)
            length = dice.randint(0, min(2000, len(work) - place - 1))
            ends = work[place + length - 1] + 1 if length else work[place]
            assert axis.due(at, timedelta(minutes=length)) == first + timedelta(minutes=ends), (zone, at, length)
            cases += 1
    assert cases >= 100_000


any_moment = moments((2026, 1, 2), (2026, 10, 1))
any_axis = st.sampled_from([OFFICE, LONG, TEN, FR, ALWAYS])
lengths = st.integers(0, 200 * 3_600_000_000).map(lambda us: timedelta(microseconds=us))


@settings(deadline=None)
@given(any_axis, any_moment, lengths)
def test_what_elapsed_until_a_deadline_is_its_length(axis, start, length):
    assert axis.elapsed(start, axis.due(start, length)) == length


@settings(deadline=None)
@given(any_axis, any_moment, any_moment, lengths, lengths)
def test_a_later_start_or_a_longer_promise_never_ends_earlier(axis, one, other, short, long):
    one, other = sorted((one, other))
    short, long = sorted((short, long))
    assert axis.due(one, short) <= axis.due(other, short)
    assert axis.due(one, short) <= axis.due(one, long)
    assert axis.due_days(one, 1) <= axis.due_days(other, 1) <= axis.due_days(other, 3)


@settings(deadline=None)
@given(any_axis, st.lists(any_moment, min_size=3, max_size=3).map(sorted))
def test_splitting_an_interval_keeps_its_sum(axis, three):
    a, b, c = three
    assert axis.elapsed(a, b) + axis.elapsed(b, c) == axis.elapsed(a, c)


@settings(deadline=None, max_examples=40)
@given(any_moment, lengths, st.dates(date(2026, 1, 1), date(2026, 12, 1)), st.integers(1, 10))
def test_adding_a_holiday_never_makes_a_deadline_earlier(start, length, holiday, days):
    more = calendar(PARIS, "09:00", "18:00", holidays=[*HOLIDAYS, holiday.isoformat()])
    assert more.due(start, length) >= FR.due(start, length)
    assert more.due_days(start, days) >= FR.due_days(start, days)


def test_the_servers_zone_changes_nothing(monkeypatch):
    before = FR.due(local(PARIS, 11, 10, 17), timedelta(hours=4))
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    time.tzset()
    try:
        again = calendar(PARIS, "09:00", "18:00", holidays=HOLIDAYS)
        assert again.due(local(PARIS, 11, 10, 17), timedelta(hours=4)) == before
    finally:
        monkeypatch.delenv("TZ")
        time.tzset()


def test_windows_of_a_day_neither_overlap_nor_run_backwards():
    assert axes.overlaps([["09:00", "12:00"], ["11:00", "18:00"]])
    assert axes.overlaps([["18:00", "09:00"]])
    assert not axes.overlaps([["14:00", "24:00"], ["09:00", "14:00"]])
