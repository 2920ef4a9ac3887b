"""Quiet hours and working hours hold on the wall clock of every zone, both nights on which it jumps included."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smarketing.calendars import axis as axes
from smarketing.notify.hours import Hours, morning
from tests.scale import examples

ZONES = (
    "Europe/Paris",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "America/St_Johns",
    "Pacific/Apia",
    "UTC",
)
START, MINUTE = datetime(2024, 1, 1, tzinfo=UTC), timedelta(minutes=1)
instants = st.integers(0, 4 * 366 * 24 * 60).map(lambda n: START + n * MINUTE)
walls = st.integers(0, 24 * 60 - 1).map(lambda n: time(n // 60, n % 60))
WEEK = {str(day): [["09:00", "12:00"], ["14:00", "18:00"]] for day in range(1, 6)}
SPEC = {"windows": WEEK, "first": "2023-12-01", "until": "2028-02-01", "holidays": ["2024-05-01", "2025-12-25"]}
AXES = {zone: axes.build(SPEC | {"zone": zone}) for zone in ZONES}


def minute(wall: time) -> int:
    return wall.hour * 60 + wall.minute


@pytest.mark.sized
@given(st.sampled_from(ZONES), instants, walls, walls)
@settings(max_examples=examples(400), deadline=None)
def test_quiet_is_every_minute_from_the_first_to_before_the_last_whatever_the_zone(zone, at, begins, ends):
    if begins == ends:
        return
    length = (minute(ends) - minute(begins)) % 1440
    quiet = {(minute(begins) + n) % 1440 for n in range(length)}
    assert Hours(ZoneInfo(zone), (begins, ends)).lets(at) == (minute(at.astimezone(ZoneInfo(zone)).time()) not in quiet)


@pytest.mark.sized
@given(st.sampled_from(ZONES), instants, st.booleans(), walls, walls)
@settings(max_examples=examples(200), deadline=None)
def test_a_mail_waits_for_the_first_minute_that_is_working_time_and_not_quiet_and_comes_then(
    zone, at, some, begins, ends
):
    here, axis = ZoneInfo(zone), AXES[zone]
    hours = Hours(here, (begins, ends) if some and begins != ends else None, axis)
    if not hours.leaves_time(at):
        return
    came = next(at + n * MINUTE for n in range(15 * 24 * 60) if hours.lets(at + n * MINUTE))
    local = came.astimezone(here)
    assert local.isoweekday() <= 5 and (9 <= local.hour < 12 or 14 <= local.hour < 18)
    assert local.date().isoformat() not in SPEC["holidays"]
    assert Hours(here, hours.quiet).lets(came) and (came == at or not hours.lets(came - MINUTE))


@pytest.mark.sized
@given(st.sampled_from(ZONES), instants)
@settings(max_examples=examples(200), deadline=None)
def test_the_morning_is_when_the_last_business_day_opened(zone, at):
    here, axis = ZoneInfo(zone), AXES[zone]
    found = morning(at, axis, here).astimezone(here)
    assert found <= at < found + timedelta(days=6) and found.time() == time(9) and axis.is_open(found)
    days = {found.date() + timedelta(days=n) for n in range(1, 6)}
    assert not any(day in axis.days and datetime.combine(day, time(9), here) <= at for day in days)


def test_without_a_calendar_the_morning_is_eight_o_clock_and_every_hour_is_a_working_one():
    paris, at = ZoneInfo("Europe/Paris"), datetime(2026, 3, 29, 5, tzinfo=UTC)  # 7:00, the clock has just jumped
    assert morning(at, None, paris).astimezone(paris).isoformat() == "2026-03-28T08:00:00+01:00"
    assert morning(at + timedelta(hours=1), None, paris) == at + timedelta(hours=1)
    assert Hours(paris).lets(at)


def test_quiet_hours_over_all_working_hours_leave_no_time():
    hours = Hours(ZoneInfo("UTC"), (time(8), time(19)), AXES["UTC"])
    assert not hours.leaves_time(START) and Hours(hours.zone, (time(8), time(17)), hours.axis).leaves_time(START)
