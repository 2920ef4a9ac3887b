"""MQL of a month: first handoffs, by local day, as known at a cut-off."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from leads.models import Handoff
from personas.models import DefinitionLine
from smarketing.measures import engine
from tests.leads import facts

AT = datetime(2026, 3, 10, 9, tzinfo=UTC)
LATER = datetime(2026, 9, 1, tzinfo=UTC)
YEAR = {"first": date(2026, 1, 1), "until": date(2027, 1, 1)}
pytestmark = pytest.mark.django_db


@pytest.fixture
def line():
    return DefinitionLine.objects.create(name="France B2B")


def hand(line, lead, at, known=None, day_only=False, grade="A1"):
    known = known or at
    return Handoff.objects.create(
        lead_id=lead,
        line=line,
        gate="immediate",
        grade=grade,
        occurred_at=at,
        recorded_at=known,
        known_at=known,
        day_only=day_only,
    ).pk


def test_first_and_repeated_handoffs_are_told_apart(line):
    one, two = facts.lead(AT, source="web"), facts.lead(AT, source="fair")
    hand(line, one, AT)
    hand(line, one, AT + timedelta(days=60))
    hand(line, two, AT + timedelta(days=1))
    assert engine.answer("mql", cutoff=LATER, **YEAR).total.value == 2
    assert engine.answer("mql_repeated", cutoff=LATER, **YEAR).total.value == 1
    by = engine.answer("mql", cutoff=LATER, by=("month", "source"), **YEAR)
    assert [(g.group, g.value) for g in by.rows] == [
        ({"month": "2026-03", "source": "fair"}, 1),
        ({"month": "2026-03", "source": "web"}, 1),
    ]


def test_only_what_was_recorded_by_the_cut_off_counts_with_the_values_of_then(line):
    one = facts.lead(AT, source="web")
    hand(line, one, AT)
    hand(line, facts.lead(AT), AT, known=AT + timedelta(days=9))
    facts.change("lead", one, "source", "fair", AT + timedelta(days=5))
    early = engine.answer("mql", cutoff=AT + timedelta(days=1), by=("source",), **YEAR)
    assert [(g.group["source"], g.value) for g in early.rows] == [("web", 1)]
    late = engine.answer("mql", cutoff=LATER, by=("source",), **YEAR)
    assert [(g.group["source"], g.value) for g in late.rows] == [("", 1), ("fair", 1)]


def test_a_stamp_at_a_months_edge_counts_in_the_month_of_the_zone_and_a_date_alone_keeps_its_month(line):
    edge = datetime(2026, 3, 31, 22, 30, tzinfo=UTC)  # 1 April in Paris, 31 March in New York
    hand(line, facts.lead(AT), edge)
    midnight = datetime(2026, 3, 31, 22, tzinfo=UTC)  # the date 1 April, written without a time
    hand(line, facts.lead(AT), midnight, day_only=True)
    for zone, april in (("Europe/Paris", 2), ("America/New_York", 1)):
        found = engine.answer("mql", cutoff=LATER, by=("month",), zone=ZoneInfo(zone), **YEAR)
        assert {g.group["month"]: g.value for g in found.rows}.get("2026-04") == april
