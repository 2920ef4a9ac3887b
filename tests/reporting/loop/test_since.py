"""What was handed over since an edition: the few that moved say what counting anew says."""

from datetime import date, datetime, timedelta
from itertools import combinations_with_replacement
from zoneinfo import ZoneInfo

import pytest

from leads.models import Handoff
from reporting.loop import since
from smarketing.measures import engine
from tests.leads import facts

from .company import START, Company

pytestmark = pytest.mark.django_db
MONTHS = (
    (date(2026, 1, 1), date(2026, 7, 1)),
    (date(2026, 2, 1), date(2026, 3, 1)),
    (date(2026, 2, 20), date(2026, 2, 22)),
)


@pytest.fixture
def cutoffs():
    """Instants between which handoffs were learned, learned late, taken back and people merged."""
    made = Company(14)
    line = made.line
    midnight = datetime(2026, 2, 20, 23, 30, tzinfo=ZoneInfo("UTC"))
    for n, (at, day_only) in enumerate([(midnight, False), (midnight, True), (START + timedelta(days=60), False)]):
        known = START + timedelta(days=80 + n)
        Handoff.objects.create(
            lead_id=facts.lead(START), line=line, gate="imported", occurred_at=at, recorded_at=known, known_at=known, day_only=day_only
        )  # fmt: skip
    for n, one in enumerate(made.handoffs[3:6]):
        facts.correct("handoff", one.pk, START + timedelta(days=85 + 10 * n))
    return [START + timedelta(days=days) for days in (30, 79, 82, 90, 120, 300)]


def wrong(cutoffs):
    """Where the difference told is not the difference counted; and the differences counted."""
    found, told = [], set()
    for first, until in MONTHS:
        asked = [engine.ask("handoffs", first=first, until=until, cutoff=one) for one in cutoffs]
        counted = [engine.answer("handoffs", first=first, until=until, cutoff=one).total.n for one in cutoffs]
        for earlier, later in combinations_with_replacement(range(len(cutoffs)), 2):
            more = counted[later] - counted[earlier]
            told.add(more)
            if since.handed(asked[earlier], asked[later]) != more:
                found.append((first, until, earlier, later))
    return found, told


@pytest.mark.invariant("I11")
def test_it_is_the_difference_of_two_counts(cutoffs):
    found, told = wrong(cutoffs)
    assert found == [] and min(told) < 0 < max(told)


@pytest.mark.invariant("I11", mutant="handoffs taken back since are not taken off")
def test_planted_fault_forgetting_what_was_taken_back_is_caught(cutoffs, monkeypatch):
    monkeypatch.setattr(since, "_MOVED", since._MOVED.partition("\n  - (")[0])
    assert wrong(cutoffs)[0]
