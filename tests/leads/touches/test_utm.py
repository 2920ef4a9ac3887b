"""Rules of links: the first that fits counts; SQL and Python agree on any pattern."""

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leads.intake.tracking import links
from leads.intake.tracking.wire import messages
from leads.touches import utm

RULES = (
    {"source": "linkedin", "campaign": "sla-*", "to": 1},
    {"source": "linkedin", "to": 2},
    {"term": "*crm*", "to": 3},
)


def test_the_first_rule_that_fits_counts_and_none_without_a_pattern():
    assert utm.place_of(RULES, {"source": " LinkedIn", "campaign": "SLA-2026"}) == 0
    assert utm.place_of(RULES, {"source": "linkedin", "campaign": "other"}) == 1
    assert utm.place_of(RULES, {"source": "google", "term": "best CRM ever"}) == 2
    assert utm.place_of(RULES, {"source": "google"}) is None
    assert utm.place_of(({"to": 1},), {"source": "google"}) is None


def test_only_the_star_is_a_sign():
    assert not utm.fits({"source": "a_b%", "to": 1}, {"source": "axbc"})
    assert utm.fits({"source": "a_b%*", "to": 1}, {"source": "a_b%c"})


LETTERS = st.text("aB*%_\\.?[ é", max_size=6)


@pytest.mark.django_db
@given(LETTERS.filter(str.strip), LETTERS)
@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_sql_and_python_agree_on_any_pattern(pattern, value):
    with connection.cursor() as cursor:
        cursor.execute("SELECT lower(btrim(%s)) LIKE %s", [value, utm.like(pattern)])
        assert cursor.fetchone()[0] == utm.fits({"source": pattern, "to": 1}, {"source": value})


def said(**message) -> dict:
    good, bad = messages({"type": "page", "anonymousId": "a", **message}, "page", links_at())
    assert not bad
    return links.values(good[0])


def links_at():
    from datetime import UTC, datetime

    return datetime(2026, 3, 1, tzinfo=UTC)


def test_utm_values_come_from_the_campaign_the_properties_or_the_address():
    assert said(context={"campaign": {"name": "Spring", "source": "mail"}}) == {"campaign": "Spring", "source": "mail"}
    assert said(properties={"utm_source": "x", "utm_campaign": "y"}) == {"source": "x", "campaign": "y"}
    assert said(properties={"url": "https://a.test/p?utm_source=li&utm_campaign=s%20l"}) == {
        "source": "li",
        "campaign": "s l",
    }
    assert said(properties={"search": "?utm_medium=cpc"}) == {"medium": "cpc"}
    assert said(context={"campaign": {"name": "Spring"}}, properties={"utm_campaign": "y", "url": "http://[bad"}) == {
        "campaign": "Spring"
    }
