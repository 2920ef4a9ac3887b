"""Clocks of one handoff: boundaries and the worked examples D15, D16, E2."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.clocks import EXCLUDED, MET, MISSED, PENDING, Log, decision, first_attempt, min_attempts

START = datetime(2026, 11, 16, 8, tzinfo=UTC)
DUE = START + timedelta(hours=4)


def hours(n: float) -> datetime:
    return START + timedelta(hours=n)


def test_an_attempt_at_the_due_instant_is_in_time():
    assert first_attempt(Log(START, (DUE,)), DUE, 1, hours(9)).state == MET


def test_an_attempt_a_second_late_is_missed_and_stays_missed():
    late = Log(START, (DUE + timedelta(seconds=1),))
    assert first_attempt(late, DUE, 1, hours(9)).state == MISSED


def test_nothing_needs_to_run_for_a_breach_to_be_true():
    assert first_attempt(Log(START), DUE, 1, DUE).state == PENDING
    assert first_attempt(Log(START), DUE, 1, DUE + timedelta(microseconds=1)).state == MISSED


def test_a_reasoned_refusal_before_due_excludes_and_after_it_changes_nothing():
    assert first_attempt(Log(START, dropped_at=hours(3)), DUE, 1, hours(9)).state == EXCLUDED
    assert first_attempt(Log(START, dropped_at=hours(5)), DUE, 1, hours(9)).state == MISSED


def test_early_success_satisfies_the_attempts_clause():
    assert min_attempts(Log(START, (hours(1),), reached_at=hours(1)), hours(40), 3, hours(2)).state == MET


def test_three_attempts_keep_the_promise_at_the_third():
    reading = min_attempts(Log(START, (hours(1), hours(2), hours(3))), hours(40), 3, hours(9))
    assert (reading.state, reading.settled_at, reading.done) == (MET, hours(3), 3)


def test_a_lead_reached_then_returned_keeps_its_met_clock():
    log = Log(START, (hours(1),), reached_at=hours(1), dropped_at=hours(2))
    assert min_attempts(log, hours(40), 3, hours(9)).state == MET


moments = st.integers(0, 100).map(hours)


@pytest.mark.invariant("I13")
@given(
    st.lists(moments, max_size=6).map(sorted), st.none() | moments, moments, st.integers(0, 100), st.integers(0, 100)
)
def test_a_settled_clock_never_changes_as_time_passes(attempts, dropped, due, first, later):
    log = Log(START, tuple(attempts), dropped_at=dropped)
    before = min_attempts(log, due, 3, hours(min(first, later)))
    after = min_attempts(log, due, 3, hours(max(first, later)))
    if before.state != PENDING:
        assert (after.state, after.settled_at) == (before.state, before.settled_at)


@pytest.mark.parametrize(("decided", "state"), [(DUE, MET), (DUE + timedelta(microseconds=1), MISSED), (None, MISSED)])
def test_a_decision_is_in_time_up_to_the_due_instant(decided, state):
    assert decision(Log(START, decided_at=decided), DUE, 1, hours(9)).state == state


def test_a_refusal_in_time_is_a_decision_and_keeps_the_promise():
    refused = Log(START, decided_at=hours(1), dropped_at=hours(1))
    assert decision(refused, DUE, 1, hours(9)).state == MET


def test_what_was_withdrawn_undecided_before_its_time_is_left_out():
    assert decision(Log(START, dropped_at=hours(1)), DUE, 1, hours(9)).state == EXCLUDED
    assert decision(Log(START, dropped_at=hours(5)), DUE, 1, hours(9)).state == MISSED


def test_a_reply_closes_the_clauses_of_attempts_the_first_one_included():
    spoken = Log(START, (), reached_at=hours(1))
    assert first_attempt(spoken, DUE, 1, hours(9)).state == MET
    assert min_attempts(spoken, hours(40), 3, hours(9)).state == MET
    assert first_attempt(Log(START, (), reached_at=hours(5)), DUE, 1, hours(9)).state == MISSED
