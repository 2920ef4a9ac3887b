"""Local days: SQL and Python agree to the second, in every zone."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leads.scoring.days import Days

ZONES = (
    "Europe/Paris",
    "America/New_York",
    "Pacific/Apia",
    "Asia/Kathmandu",
    "America/Sao_Paulo",
    "UTC",
    "Africa/Casablanca",
)
instants = st.datetimes(datetime(1971, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(ZONES), st.lists(instants, min_size=1, max_size=200))
def test_sql_and_python_give_an_instant_the_same_day(zone, ats):
    days = Days(ZoneInfo(zone))
    ats += [days.midnight(days.of(at)) + timedelta(microseconds=m) for at in ats[:20] for m in (-1, 0, 1)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {days.sql('at')} FROM unnest(%(ats)s) WITH ORDINALITY u(at, i) ORDER BY i",
            {"ats": ats} | days.params(),
        )
        assert [row[0] for row in cursor.fetchall()] == [days.of(at) for at in ats]


def test_midnights_of_the_two_daylight_saving_nights():
    days = Days(ZoneInfo("Europe/Paris"))
    spring = days.midnights(datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 3, 30, 12, tzinfo=UTC))
    assert [at.hour for at in spring] == [23, 22]
    assert days.midnight(date(2026, 10, 26)) - days.midnight(date(2026, 10, 25)) == timedelta(hours=25)
    assert days.midnights(spring[0], spring[1]) == [spring[1]]
