"""A deadline stands from the day of its handoff: deeds, corrections, rebuilds and later calendars leave it where it was."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leads.handoffs import states
from leads.models import Attempt
from sla import derive
from sla.models import Clock
from smarketing.calendars import services as calendars
from tests.leads import facts
from tests.sla.contracts import ATTEMPTS, FIRST, attempt, contract, decide, handoff, paris, pause, rep, sign, waive

DEEDS = ("attempt", "accept", "refuse", "return", "correct", "holiday", "rebuild", "wait", "reassign", "waive")
histories = st.lists(st.tuples(st.sampled_from(DEEDS), st.integers(0, 2), st.integers(1, 200)), max_size=12)


@pytest.fixture
def terms(db):
    return sign(contract(), [FIRST, ATTEMPTS], date(2026, 11, 1), at=paris(2026, 10, 28, 10))


def deadlines() -> dict[tuple[int, str], object]:
    return {(row.handoff_id, row.clause_key): row.due_at for row in Clock.objects.all()}


def do(terms, on, deed: str, at, made: list[Attempt]) -> None:
    if deed == "attempt":
        made.append(attempt(on, at))
    elif deed == "correct" and made:
        facts.correct("attempt", made.pop().pk, at)
    elif deed in ("accept", "refuse", "return"):
        decide(on, deed, at, "" if deed == "accept" else "not_target")
    elif deed == "holiday":
        day = at.date().isoformat()
        spec = terms.calendar.spec | {"holidays": sorted({*terms.calendar.spec["holidays"], day})}
        calendars.create_version(calendar=terms.calendar.calendar, spec=spec, by=None, at=at)
    elif deed == "rebuild":
        derive.rebuild(at)
    elif deed == "reassign":
        on.assignments.create(rep=rep(), how="manager", occurred_at=at, recorded_at=at, known_at=at)
        states.derive([on.pk])
    elif deed == "waive":
        waive(on, "6.2", at)


def stand_still(terms, history) -> bool:
    """Whether the deadlines of three handoffs are after each deed what they were when they were made."""
    hands = [handoff(paris(2026, 11, 9 + n, 9 + 3 * n)) for n in range(3)]
    derive.drain(paris(2026, 11, 11, 20))
    before, at, made = deadlines(), paris(2026, 11, 11, 20), []
    assert len(before) == 6
    for deed, which, hours in history:
        at += timedelta(hours=hours)
        do(terms, hands[which], deed, at, made)
        derive.drain(at)
        if deadlines() != before:
            return False
    derive.rebuild(at)
    return deadlines() == before


@pytest.mark.invariant("I13")
@pytest.mark.parametrize("examples", [6, pytest.param(150, marks=pytest.mark.trust)])
def test_no_history_of_deeds_moves_a_deadline(terms, examples):
    @settings(deadline=None, max_examples=examples, suppress_health_check=list(HealthCheck))
    @given(histories)
    def hold(history):
        with transaction.atomic():
            assert stand_still(terms, history), history
            transaction.set_rollback(True)

    hold()


@pytest.mark.invariant("I13", mutant="clocks read the newest calendar")
def test_planted_fault_reading_the_newest_calendar_moves_deadlines(terms, monkeypatch):
    history = [("holiday", 0, 13), ("rebuild", 0, 1)]
    with transaction.atomic():
        assert stand_still(terms, history)
        transaction.set_rollback(True)
    signed = calendars.axis
    monkeypatch.setattr(calendars, "axis", lambda version: signed(version.calendar.versions.order_by("number").last()))
    assert not stand_still(terms, history)


@pytest.mark.invariant("I13")
def test_only_a_recorded_pause_moves_a_deadline_and_by_exactly_that(terms):
    made = [handoff(paris(2026, 11, 12, 9)) for _n in range(2)]
    derive.drain(paris(2026, 11, 12, 10))
    before = deadlines()
    pause(made[0], paris(2026, 11, 12, 10), paris(2026, 11, 12, 12))
    derive.drain(paris(2026, 11, 12, 10))
    after = deadlines()
    assert after[made[0].pk, "6.1"] == before[made[0].pk, "6.1"] + timedelta(hours=2)
    assert {key: due for key, due in after.items() if key[0] == made[1].pk} == {
        key: due for key, due in before.items() if key[0] == made[1].pk
    }
    derive.rebuild(paris(2026, 11, 12, 10))
    assert deadlines() == after


def test_a_reassignment_launders_no_breach(terms):  # D15
    made = handoff(paris(2026, 11, 16, 9), rep=rep())
    do(terms, made, "reassign", paris(2026, 11, 16, 12), [])
    attempt(made, paris(2026, 11, 16, 15))
    derive.drain(paris(2026, 11, 16, 16))
    row = Clock.objects.get(handoff_id=made.pk, clause_key="6.1")
    assert (row.state, row.took) == ("missed", 6 * 3_600_000_000)
