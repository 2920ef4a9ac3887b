"""Pauses: business time stops, exactly; D14, boundaries, and a walk minute by minute over calendars and pauses."""

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sla import pausing
from sla.pausing import Pause, merged
from smarketing.calendars import axis as axes
from tests.smarketing.calendars.test_axis import FR, HOLIDAYS, PARIS, local

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
MONDAY = local(PARIS, 11, 16, 9)


def one(since, until):
    return merged([Pause(since, until)])


def test_eight_hours_from_monday_paused_from_eleven_to_wednesday_fall_due_on_thursday_at_eleven():  # D14
    moved = pausing.due(FR, MONDAY, 8 * HOUR, one(local(PARIS, 11, 16, 11), local(PARIS, 11, 18, 14)))
    assert moved.due == local(PARIS, 11, 19, 11)
    assert moved.lost == 7 * HOUR + 9 * HOUR + 5 * HOUR


def test_a_pause_over_a_holiday_stops_no_time_twice():
    paused = pausing.due(FR, local(PARIS, 11, 10, 17), 4 * HOUR, one(local(PARIS, 11, 10, 18), local(PARIS, 11, 12, 9)))
    assert paused.due == FR.due(local(PARIS, 11, 10, 17), 4 * HOUR) == local(PARIS, 11, 12, 12)
    assert paused.lost == timedelta(0)


def test_a_pause_that_begins_when_the_promise_falls_due_moves_nothing_and_a_minute_before_moves_all():
    due = local(PARIS, 11, 16, 13)
    assert pausing.due(FR, MONDAY, 4 * HOUR, one(due, due + 3 * HOUR)).due == due
    assert pausing.due(FR, MONDAY, 4 * HOUR, one(due - MINUTE, due + 3 * HOUR)).due == due + 3 * HOUR + MINUTE


def test_business_days_whose_close_lies_in_a_pause_do_not_count():
    pauses = one(local(PARIS, 11, 17, 12), local(PARIS, 11, 19, 12))  # the closes of the 17th and the 18th
    assert pausing.due_days(FR, MONDAY, 2, pauses).due == local(PARIS, 11, 20, 18)
    assert pausing.due_days(FR, MONDAY, 2, ()).due == local(PARIS, 11, 18, 18)
    assert pausing.due_days(FR, MONDAY, 2, one(local(PARIS, 11, 17, 9), local(PARIS, 11, 17, 18))).due == local(
        PARIS, 11, 19, 18
    )
    assert pausing.due_days(FR, MONDAY, 2, one(local(PARIS, 11, 18, 18), local(PARIS, 11, 24, 9))).due == local(
        PARIS, 11, 18, 18
    )


def test_pauses_that_overlap_or_touch_count_once_and_empty_ones_not_at_all():
    a, b, c, d = (MONDAY + n * HOUR for n in (1, 2, 3, 4))
    assert merged([Pause(b, d), Pause(a, c), Pause(d, d + HOUR), Pause(a, a)]) == [Pause(a, d + HOUR)]
    assert pausing.running(merged([Pause(a, b)]), a) == b
    assert pausing.running(merged([Pause(a, b)]), b) is None


ZONES = (PARIS, "America/Toronto", "Asia/Kolkata", "Australia/Lord_Howe", "America/Sao_Paulo", "Africa/Cairo")
WINDOWS = ([["09:00", "12:00"], ["14:00", "18:00"]], [["00:00", "24:00"]], [["06:30", "07:15"], ["22:00", "24:00"]])


def a_case(dice: random.Random):
    """(axis, its windows and days, start, minutes, pauses) around a change of the clock, on the minute."""
    zone, windows = dice.choice(ZONES), dice.choice(WINDOWS)
    days = dice.sample(range(1, 8), dice.randint(3, 7))
    month = dice.choice([(2026, 3, 5), (2026, 10, 22), (2026, 4, 20)])
    first = datetime(*month, tzinfo=UTC)
    start = first + dice.randrange(6 * 1440) * MINUTE
    pauses = []
    for _n in range(dice.randint(0, 3)):
        since = start + dice.randrange(-600, 4000) * MINUTE
        pauses.append(Pause(since, since + dice.choice([0, 1, 45, 700, 3000]) * MINUTE))
    axis = axes.build(
        {
            "zone": zone, "windows": {str(day): windows for day in days}, "holidays": HOLIDAYS,
            "first": "2026-01-01", "until": "2027-01-01",
        }
    )  # fmt: skip
    return axis, (ZoneInfo(zone), windows, days), start, dice.randint(1, 1500), merged(pauses)


def walked(laid, start, minutes, pauses):
    """The instant at which so many working minutes outside the pauses have passed, counted one by one."""
    zone, windows, days = laid
    spans = [tuple(int(part[:2]) * 60 + int(part[3:]) for part in window) for window in windows]
    at = start
    while minutes:
        wall = at.astimezone(zone)
        minute = wall.hour * 60 + wall.minute
        works = wall.isoweekday() in days and wall.date().isoformat() not in HOLIDAYS
        stands = any(p.since <= at < p.until for p in pauses)
        minutes -= works and not stands and any(opens <= minute < closes for opens, closes in spans)
        at += MINUTE
    return at


@pytest.mark.invariant("I12")
@pytest.mark.parametrize("examples", [40, pytest.param(1500, marks=pytest.mark.trust)])
def test_paused_deadlines_equal_a_walk_minute_by_minute(examples):
    dice = random.Random(1114)
    for _n in range(examples):
        axis, laid, start, minutes, pauses = a_case(dice)
        assert pausing.due(axis, start, minutes * MINUTE, pauses).due == walked(laid, start, minutes, pauses)


@pytest.mark.invariant("I12", mutant="a pause moves a deadline by the time on the wall")
def test_the_walk_catches_a_pause_counted_by_the_wall(monkeypatch):
    def naive(axis, start, length, pauses):
        due = axis.due(start, length)
        lost = sum((p.until - max(p.since, start) for p in pauses if p.since < due and p.until > start), timedelta(0))
        return pausing.Moved(due + lost, lost)

    monkeypatch.setattr(pausing, "due", naive)
    with pytest.raises(AssertionError):
        test_paused_deadlines_equal_a_walk_minute_by_minute(40)


lengths = st.integers(1, 60 * 60).map(lambda n: n * MINUTE)
spans = st.lists(st.tuples(st.integers(-500, 9000), st.integers(0, 3000)), max_size=4)


@settings(deadline=None, max_examples=60)
@given(lengths, spans)
def test_what_is_worked_until_a_paused_deadline_is_its_length(length, drawn):
    pauses = merged(Pause(MONDAY + a * MINUTE, MONDAY + (a + n) * MINUTE) for a, n in drawn)
    moved = pausing.due(FR, MONDAY, length, pauses)
    still = sum((FR.elapsed(max(p.since, MONDAY), max(min(p.until, moved.due), MONDAY)) for p in pauses), timedelta(0))
    assert FR.elapsed(MONDAY, moved.due) - still == length
    assert moved.lost == still
    assert moved.due >= FR.due(MONDAY, length)
    assert pausing.due_days(FR, MONDAY, 3, pauses).due >= FR.due_days(MONDAY, 3)
