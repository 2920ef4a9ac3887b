"""Arrays written as one text are read by the database as the values they were."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leads.intake import bulk

pytestmark = pytest.mark.django_db
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)


def read(kind: str, values: list) -> list:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT array(SELECT u FROM unnest(%s::{kind}[]) WITH ORDINALITY u(u, n) ORDER BY n)", [bulk.array(values)]
        )
        return cursor.fetchone()[0]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.none() | TEXT, max_size=6))
def test_texts_come_back_whatever_they_hold(values):
    assert read("text", values) == values


def test_every_kind_of_value_comes_back_and_nothing_stays_nothing():
    at = datetime(2026, 11, 26, 8, 30, 15, 120_001, tzinfo=UTC)
    assert read("text", ["NULL", "", "{a,b}", 'say "x\\y"', "a\nb", None]) == [
        "NULL",
        "",
        "{a,b}",
        'say "x\\y"',
        "a\nb",
        None,
    ]
    assert read("bigint", [-(2**62), 0, None]) == [-(2**62), 0, None]
    assert read("boolean", [True, False, None]) == [True, False, None]
    assert read("timestamptz", [at, None]) == [at, None] and read("date", [date(2026, 2, 3)]) == [date(2026, 2, 3)]
    assert read("numeric", [Decimal("12.50")]) == [Decimal("12.50")] and read("float8", [0.1]) == [0.1]
    assert [bytes(one) for one in read("bytea", [b"\x00\xff\\", b""])] == [b"\x00\xff\\", b""]
    assert read("text", []) == []
