"""The day on which a backlog will be done: the forecast against a walk from day to day, and against the nights themselves."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

from leads.handoffs import forecast, holds
from leads.handoffs.forecast import FAR, Release
from leads.judging import nightly
from leads.models import Handoff, Hold, Qualification
from leads.scoring import days
from smarketing.calendars.models import Calendar, CalendarVersion
from smarketing.jobs.models import Run
from smarketing.rows import clock
from tests.leads import definitions, facts
from tests.scale import examples

DAY = timedelta(days=1)
Works = Callable[[date], bool]


@st.composite
def calendars(draw) -> dict:
    """Days of the week that work and holidays, as a calendar keeps them; the first four weeks are full of feasts at times."""
    week = draw(st.sets(st.integers(1, 7), max_size=7))
    feasts = draw(st.sets(st.integers(0, 27), max_size=12))
    return {"week": sorted(week), "feasts": sorted(feasts)}


cases = st.fixed_dictionaries(
    {
        "waiting": st.integers(0, 40), "pace": st.integers(0, 9), "calendar": calendars(),
        "start": st.dates(date(2026, 1, 1), date(2028, 12, 31)),
    }
)  # fmt: skip


def works(calendar: dict, start: date) -> Works:
    feasts = {start + n * DAY for n in calendar["feasts"]}
    return lambda day: day.isoweekday() in calendar["week"] and day not in feasts


def walked(waiting: int, pace: int, start: date, works: Works) -> list[date]:
    """The day on which each lead passes, one lead after the other; those that never do are left out."""
    passed: list[date] = []
    for day in (start + n * DAY for n in range(FAR)):
        for _turn in range(pace if works(day) else 0):
            if len(passed) < waiting:
                passed.append(day)
        if len(passed) == waiting or (
            day - start > 60 * DAY and not passed
        ):  # a whole week was idle: so is every other
            break
    return passed


# --- the laws, each of (what was asked, which days work, the walk, the forecast)

LAWS: dict[str, Callable[[dict, Works, list[date], Release], bool]] = {
    "says what it was asked": lambda asked, works, walk, found: (found.waiting, found.pace) == (asked["waiting"], asked["pace"]),
    "begins on the day the first lead passes": lambda asked, works, walk, found: [found.first] == (walk[:1] or [None]),
    "ends on the day the last lead passes": lambda asked, works, walk, found: [found.last] == (walk[-1:] or [None]),
    "begins and ends on business days alone": lambda asked, works, walk, found: all(works(day) for day in (found.first, found.last) if day),
    "never begins before its day": lambda asked, works, walk, found: found.first is None or found.first >= asked["start"],
    "needs a business day for each pace of leads, the last one for the rest": lambda asked, works, walk, found: (
        found.last is None or _business(asked["start"], found.last, works) * asked["pace"] - asked["waiting"] in range(asked["pace"])
    ),
    "nobody waits, no pace, no business day: never": lambda asked, works, walk, found: (found.last is None) == (not walk),
}  # fmt: skip


def _business(first: date, last: date, works: Works) -> int:
    return sum(works(first + n * DAY) for n in range((last - first).days + 1))


def broken(asked: dict, release=forecast.release) -> set[str]:
    """The laws that a forecast breaks."""
    real = works(asked["calendar"], asked["start"])
    said = asked["waiting"], asked["pace"], asked["start"], real
    walk, found = walked(*said), release(*said)
    return {name for name, law in LAWS.items() if not law(asked, real, walk, found)}


@pytest.mark.sized
@settings(max_examples=examples(300), deadline=None)
@given(asked=cases)
def test_the_forecast_is_the_walk_from_day_to_day(asked):
    assert broken(asked) == set()


def _moved(name: str, by: int) -> Callable[..., Release]:
    """The forecast with one of its days moved."""

    def release(waiting, pace, start, works):
        found = forecast.release(waiting, pace, start, works)
        day = getattr(found, name)
        return replace(found, **{name: day + by * DAY}) if day else found

    return release


def _says(**parts) -> Callable[..., Release]:
    return lambda waiting, pace, start, works: replace(forecast.release(waiting, pace, start, works), **parts)


# law → forecasts that are wrong in one thing, each of which it must catch
FAULTS: dict[str, list[Callable[..., Release]]] = {
    "says what it was asked": [_says(waiting=-1), _says(pace=-1)],
    "begins on the day the first lead passes": [
        _moved("first", 1),
        lambda waiting, pace, start, works: forecast.release(waiting, pace, start + DAY, works),
        lambda waiting, pace, start, works: replace(forecast.release(waiting, pace, start, works), first=start),
    ],
    "ends on the day the last lead passes": [
        _moved("last", 1),
        lambda waiting, pace, start, works: forecast.release(waiting + 1, pace, start, works),
        lambda waiting, pace, start, works: forecast.release(waiting, pace + 1 if pace else 0, start, works),
    ],
    "begins and ends on business days alone": [
        lambda waiting, pace, start, works: forecast.release(waiting, pace, start, lambda day: True),
        lambda waiting, pace, start, works: forecast.release(waiting, pace, start, lambda day: day.isoweekday() < 6),
    ],
    "never begins before its day": [lambda waiting, pace, start, works: forecast.release(waiting, pace, start - DAY, works)],
    "needs a business day for each pace of leads, the last one for the rest": [
        lambda waiting, pace, start, works: forecast.release(waiting - waiting % max(pace, 1), pace, start, works),
        lambda waiting, pace, start, works: forecast.release(waiting, pace, start, lambda day: True),
    ],
    "nobody waits, no pace, no business day: never": [
        lambda waiting, pace, start, works: forecast.release(max(waiting, 1), pace, start, works),
        lambda waiting, pace, start, works: forecast.release(waiting, max(pace, 1), start, works),
        lambda waiting, pace, start, works: forecast.release(waiting, pace, start, lambda day: True),
        _says(last=None),
    ],
}  # fmt: skip


QUICK = settings(max_examples=400, deadline=None, database=None, derandomize=True, phases=[Phase.generate])


@pytest.mark.parametrize("law", LAWS)
def test_each_law_catches_its_faults(law):
    for fault in FAULTS[law]:
        find(cases, lambda asked, fault=fault: law in broken(asked, fault), settings=QUICK)


def test_a_backlog_of_46_at_15_a_day_is_done_on_the_fourth_business_day():
    friday = date(2026, 11, 20)
    found = forecast.release(46, 15, friday, lambda day: day.isoweekday() < 6)
    assert (found.first, found.last) == (friday, date(2026, 11, 25))


# --- the nights themselves


class Backlog:
    """A line of its own with `waiting` leads held back by the pace, on a calendar of its own."""

    def __init__(self, waiting: int, pace: int, calendar: dict, start: date):
        self.start = start
        first, _new = Calendar.objects.get_or_create(name="House")
        spec = {
            "zone": "Europe/Paris", "windows": {str(day): [["09:00", "18:00"]] for day in calendar["week"]},
            "holidays": [(start + n * DAY).isoformat() for n in calendar["feasts"]],
        }  # fmt: skip
        number = first.versions.count() + 1
        CalendarVersion.objects.create(calendar=first, number=number, spec=spec, created_at=clock.now())
        at = datetime.combine(start - 2 * DAY, time(), UTC)
        line = definitions.line(f"Line {definitions.DefinitionLine.objects.count()}")
        self.version = definitions.version(definitions.simple(pace=pace), at, on=line)
        self.line = line.pk
        for _number in range(waiting):
            one = Qualification.objects.create(
                lead_id=facts.lead(at - DAY), line=line, version=self.version, effective_at=at, recorded_at=at, cause="grade", grade="A1"
            )  # fmt: skip
            Hold.objects.create(qualification=one, reason="pace", occurred_at=at, recorded_at=at)

    def night(self, day: date) -> None:
        at = days.here().midnight(day) + timedelta(hours=1)
        nightly.release(Run(job="night", business_date=day, cutoff=at), self.line, self.line + 1)

    def passed(self, nights: int) -> list[date]:
        """The day on which each lead was handed over, over so many nights."""
        for n in range(nights):
            self.night(self.start + n * DAY)
        handed = Handoff.objects.filter(line=self.line).order_by("occurred_at", "pk")
        return [days.here().of(one.occurred_at) for one in handed]


def foretold(one: Backlog, works: Works | None = None) -> tuple[date | None, date | None]:
    """What is forecast before the first night, of the backlog as it stands."""
    waiting = sum(holds.waiting(one.line).values())
    found = forecast.release(waiting, one.version.body["pace"], one.start, works or holds.business_days())
    return found.first, found.last


small = st.fixed_dictionaries(
    {"waiting": st.integers(0, 5), "pace": st.integers(1, 3), "calendar": calendars(), "start": st.dates(date(2027, 1, 1), date(2027, 12, 31))}
)  # fmt: skip


@pytest.mark.sized
@pytest.mark.django_db
@settings(max_examples=examples(24), deadline=None, suppress_health_check=[*HealthCheck])
@given(asked=small)
def test_the_forecast_is_what_the_nights_do(asked):
    one = Backlog(**asked)
    first, last = foretold(one)
    handed = one.passed((last - one.start).days + 2 if last else 10)
    assert (handed[:1], handed[-1:]) == ([first] * bool(first), [last] * bool(last))
    assert len(handed) == (asked["waiting"] if last else 0)
    assert handed == walked(asked["waiting"], asked["pace"], asked["start"], holds.business_days())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("start", "wrong"),
    [(date(2027, 3, 5), lambda day: True), (date(2027, 3, 1), lambda day: day.isoweekday() < 6)],
    ids=["no weekend", "no holiday"],
)
def test_a_forecast_by_another_calendar_is_not_what_the_nights_do(start, wrong):
    one = Backlog(3, 2, {"week": [1, 2, 3, 4, 5], "feasts": [1]}, start)
    right, told = foretold(one), foretold(one, wrong)
    handed = one.passed(6)
    assert right == (handed[0], handed[-1]) != told
