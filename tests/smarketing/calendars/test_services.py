"""Calendars in versions: an edit never moves a past deadline; rows and SQL equal the pure axis."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction

from smarketing.accounts.models import AuditEntry
from smarketing.calendars import axis as axes
from smarketing.calendars import holidays, services, sql
from smarketing.calendars.models import AxisWindow, CalendarVersion
from tests.people import person

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
FRIDAY = datetime(2026, 11, 20, 16, tzinfo=UTC)


@pytest.fixture
def france(db):
    return services.create_version(name="France", spec=services.starter_spec(at=AT), by=None, at=AT)


def test_the_starter_is_nine_to_six_without_the_countrys_holidays(france):
    axis = services.axis(france)
    assert axis.due(datetime(2026, 11, 10, 16, tzinfo=UTC), timedelta(hours=4)) == datetime(
        2026, 11, 12, 11, tzinfo=UTC
    )
    assert "2026-05-25" in france.spec["holidays"]  # Whit Monday, until somebody takes it out
    assert axis.until.year == 2036


@pytest.mark.invariant("I13", mutant="calendar edit rewrites the past")
def test_an_edit_is_a_new_version_and_leaves_the_old_deadlines_alone(france):
    manager = person("Anna", "manager", "marketing")
    before = services.axis(france).due(FRIDAY, timedelta(hours=4))
    spec = france.spec | {"holidays": [*france.spec["holidays"], "2026-11-23"]}
    second = services.create_version(calendar=france.calendar, spec=spec, by=manager, at=AT)
    assert second.number == 2
    assert services.axis(second).due(FRIDAY, timedelta(hours=4)) > before
    assert services.axis(CalendarVersion.objects.get(pk=france.pk)).due(FRIDAY, timedelta(hours=4)) == before
    assert AuditEntry.objects.filter(verb="calendar.version", user=manager).count() == 1
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():  # mutant: rewrite the past
        CalendarVersion.objects.filter(pk=france.pk).update(spec=spec)


def test_saving_the_same_calendar_makes_no_version(france):
    again = services.create_version(calendar=france.calendar, spec=dict(france.spec), by=None, at=AT)
    assert again == france


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"zone": "Europe/Lyon"}, "zone"),
        ({"windows": {}}, "windows"),
        ({"windows": {"1": [["18:00", "09:00"]]}}, "windows"),
        ({"windows": {"1": [["nine", "noon"]]}}, "windows"),
        ({"holidays": ["25/12/2026"]}, "windows"),
    ],
)
def test_what_is_no_calendar_is_refused_at_its_field(db, change, field):
    spec = services.starter_spec(at=AT) | change
    with pytest.raises(ValidationError) as caught:
        services.create_version(name="Broken", spec=spec, by=None, at=AT)
    assert field in caught.value.message_dict
    assert not CalendarVersion.objects.exists()


def test_a_calendar_without_holidays_warns(db):
    bare = services.starter_spec(at=AT, country="")
    version = services.create_version(name="Bare", spec=bare, by=None, at=AT)
    assert any("no holiday" in warning for warning in services.warnings(version, AT))


def test_rows_of_the_axis_come_back_equal_after_a_wipe(france):
    columns = ("i", "opens_us", "closes_us", "before_us", "day", "ordinal")
    before = list(AxisWindow.objects.order_by("i").values_list(*columns))
    AxisWindow.objects.all().delete()
    assert services.ensure_horizon() == 1
    assert list(AxisWindow.objects.order_by("i").values_list(*columns)) == before
    axis = services.axis(france)
    assert [row[1:4] for row in before] == list(zip(axis.opens, axis.closes, axis.before[:-1], strict=True))


def test_sql_and_python_give_the_same_deadlines(france):
    axis = services.axis(france)
    start = datetime(2026, 3, 1, tzinfo=UTC)
    cases = [(start + timedelta(hours=7 * n, seconds=n), timedelta(minutes=(37 * n) % 2400)) for n in range(400)]
    cases += [
        (datetime(2026, 11, 20, 17, tzinfo=UTC), timedelta(0)),
        (datetime(2026, 11, 20, 8, tzinfo=UTC), timedelta(hours=9)),
    ]
    query = f"""
        WITH axis AS ({sql.constants()}), asked AS (
          SELECT n, us, len FROM unnest(%(us)s::float8[], %(len)s::float8[]) WITH ORDINALITY AS t(us, len, n) OFFSET 0
        ), held AS (SELECT n, us, len, {sql.window("us")} AS i FROM asked, axis OFFSET 0
        ), at AS (SELECT n, us, len, {sql.position("us", "i")} + len AS wanted FROM held, axis OFFSET 0
        ), ends AS (SELECT *, {sql.due_window("wanted", "len")} AS j FROM at, axis OFFSET 0)
        SELECT {sql.due("wanted", "j")}, {sql.due_days("us", "3")} FROM ends ORDER BY n"""
    given = {"us": [float(axes.micros(a)) for a, _ in cases], "len": [float(d // axes.MICROSECOND) for _, d in cases]}
    with connection.cursor() as cursor:
        cursor.execute(query, given | sql.arrays(axis))
        found = [(axes.instant(int(due)), axes.instant(int(days))) for due, days in cursor.fetchall()]
    assert found == [(axis.due(a, d), axis.due_days(a, 3)) for a, d in cases]


def test_countries_and_their_holidays_are_known_by_name():
    assert ("FR", "France") in holidays.countries("fr")
    assert "Alsace" not in str(holidays.countries("fr"))
    assert len(holidays.of_country("FR", "", 2026, 2027)) == 11
    assert len(holidays.of_country("FR", "57", 2026, 2027)) == 13  # Moselle has two more
    assert holidays.of_country("ZZ") == {}


def test_the_night_lengthens_a_calendar_whose_end_is_in_sight_and_moves_no_deadline(db):
    whit_monday = holidays.names("FR", "", 2030, "en")[date(2030, 6, 10)]
    spec = services.starter_spec(at=AT) | {"until": "2028-01-01", "open": [whit_monday]}
    spec["holidays"] = [day for day in spec["holidays"] if day < "2028"]
    short = services.create_version(name="Short", spec=spec, by=None, at=AT)
    late = datetime(2027, 12, 31, 16, tzinfo=UTC)
    before = services.axis(short)
    with pytest.raises(axes.AxisEnds):
        before.due(late, timedelta(hours=40))
    assert services.lengthen(AT) == 1
    assert services.lengthen(AT) == 0
    after = services.axis(CalendarVersion.objects.get(pk=short.pk))
    assert after.windows[: len(before.windows)] == before.windows
    assert after.until.year == 2036
    assert after.due(late, timedelta(hours=40)).year == 2028
    newest = services.current()[0]
    assert (newest.number, newest.created_by, newest.spec["lengthens"]) == (2, None, 1)
    assert "2030-07-14" in newest.spec["holidays"]
    assert "2030-06-10" not in newest.spec["holidays"]
    assert AxisWindow.objects.filter(version=short).count() == AxisWindow.objects.filter(version=newest).count()


def test_days_closed_in_a_year_are_those_that_the_week_would_work(france):
    # Of the eleven of 2026, 15 August is a Saturday and 1 November a Sunday.
    assert services.closed_in(france, 2026) == 9
    assert services.closed_in(france, 2020) == sum(
        day.weekday() < 5 for day in holidays.of_country("FR", "", 2020, 2021)
    )
