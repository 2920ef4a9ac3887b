"""Attempts: logged by the rep in charge only, taken back without a trace in any count."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leads.handoffs import attempts, decisions, problems, routing
from leads.intake import hooks as intake_hooks
from leads.models import Attempt, AttemptNote, Correction, HandoffState
from smarketing.accounts.models import AuditEntry
from tests.leads.handoffs.desk import NOW, Desk, derived, state
from tests.scale import examples

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    return Desk()


def call(handoff, by, at=NOW, outcome="no_answer", **more):
    return attempts.log(handoff=handoff, by=by, at=at, channel="call", outcome=outcome, **more)


def test_the_first_attempt_is_an_implicit_acceptance_with_note_and_audit_line(desk):
    handoff = desk.hand()
    attempt = call(handoff, desk.lea, NOW + timedelta(minutes=5), note="  rang ten times ")
    row = state(handoff)
    assert (row.state, row.implicit, row.attempts, row.first_attempt_at) == (
        "accepted", True, 1, NOW + timedelta(minutes=5),
    )  # fmt: skip
    assert AttemptNote.objects.get(pk=attempt).text == "rang ten times"
    assert AuditEntry.objects.get(verb="attempts.log").detail["attempt"] == attempt.pk


def test_an_attempt_on_a_foreign_or_pooled_handoff_is_refused_as_missing(desk):
    foreign, pooled = desk.hand(), desk.hand(rep=None)
    for handoff in (foreign, pooled):
        with pytest.raises(problems.NotYours):
            call(handoff, desk.paul)
    assert not Attempt.objects.exists()
    call(foreign, desk.boss)
    with pytest.raises(problems.NotYours):
        call(pooled, desk.boss)


def test_a_date_in_the_future_or_before_the_handoff_is_refused_and_an_earlier_one_kept(desk):
    handoff = desk.hand(at=NOW - timedelta(hours=5))
    for wrong in (NOW + timedelta(minutes=1), NOW - timedelta(hours=6)):
        with pytest.raises(problems.Refusal) as refusal:
            call(handoff, desk.lea, occurred_at=wrong)
        assert refusal.value.field == "occurred_at"
    with pytest.raises(problems.Refusal):
        call(handoff, desk.lea, next_step_on=(NOW - timedelta(days=1)).date())
    assert not Attempt.objects.exists()
    attempt = call(handoff, desk.lea, occurred_at=NOW - timedelta(hours=2))
    assert attempt.occurred_at == NOW - timedelta(hours=2) < attempt.recorded_at


def test_a_closed_lead_says_who_closed_it_and_when(desk):
    handoff = desk.hand()
    call(handoff, desk.lea)
    decisions.give_back(handoff=handoff, by=desk.lea, at=NOW + timedelta(minutes=50), reason="BUD-NONE")
    with pytest.raises(problems.Stale, match="lea already gave this lead back at 10:50"):
        call(handoff, desk.lea, NOW + timedelta(hours=1))


def test_undo_within_thirty_seconds_needs_no_reason_then_one_then_a_manager(desk, monkeypatch):
    handoff = desk.hand()
    first, second = call(handoff, desk.lea), call(handoff, desk.lea, NOW + timedelta(hours=1))
    with pytest.raises(problems.NotYours):
        attempts.undo(attempt=first, by=desk.paul, at=first.recorded_at)
    attempts.undo(attempt=first, by=desk.lea, at=first.recorded_at + timedelta(seconds=30))
    late = second.recorded_at + timedelta(seconds=40)
    with pytest.raises(problems.Refusal) as refusal:
        attempts.undo(attempt=second, by=desk.lea, at=late)
    assert refusal.value.field == "reason"
    monkeypatch.setattr(intake_hooks, "closed_months", [lambda first, last: {NOW.date().replace(day=1)}])
    with pytest.raises(problems.Refusal, match="month is closed"):
        attempts.undo(attempt=second, by=desk.lea, at=late, reason="wrong lead")
    attempts.undo(attempt=second, by=desk.boss, at=late, reason="wrong lead")
    row = state(handoff)
    assert (row.state, row.attempts, row.accepted_at) == ("assigned", 0, None)
    assert Correction.objects.filter(subject="attempt").count() == 2


def test_an_attempt_under_a_decision_is_not_taken_back_before_the_decision(desk):
    handoff = desk.hand()
    attempt = call(handoff, desk.lea)
    decisions.give_back(handoff=handoff, by=desk.lea, at=NOW, reason="INT-NONE")
    with pytest.raises(problems.Refusal, match="decision back first"):
        attempts.undo(attempt=attempt, by=desk.lea, at=NOW)


steps = st.lists(
    st.tuples(st.integers(0, 4), st.sampled_from(["reached", "no_answer", "voicemail"]), st.booleans()), max_size=8
)


@pytest.mark.invariant("I20")
@given(steps=steps, accepted=st.booleans())
@settings(max_examples=examples(40), deadline=None)
def test_log_undo_log_equals_never_having_happened(steps, accepted):
    from django.db import transaction

    with transaction.atomic():
        desk = Desk()
        undone, plain = desk.hand(), desk.hand()
        for number, (hours, outcome, back) in enumerate(steps):
            at = NOW + timedelta(hours=hours, minutes=number)
            made = call(undone, desk.lea, at, outcome)
            if back:
                attempts.undo(attempt=made, by=desk.lea, at=at)
            else:
                call(plain, desk.lea, at, outcome)
            if number == 1 and accepted and not state(plain).accepted_at:
                for handoff in (undone, plain):
                    decisions.accept(handoff=handoff, by=desk.lea, at=at)
        own = ("handoff_id", "lead_id")
        one, other = ({k: v for k, v in derived(h).items() if k not in own} for h in (undone, plain))
        assert one == other
        transaction.set_rollback(True)


@pytest.mark.invariant("I20", mutant="a count that forgets corrections")
def test_planted_fault_a_count_that_forgets_corrections_breaks_the_property(desk, monkeypatch):
    from leads.handoffs import states

    handoff = desk.hand()
    attempts.undo(attempt=call(handoff, desk.lea), by=desk.lea, at=NOW)
    assert derived(handoff)["attempts"] == 0
    monkeypatch.setattr(
        states, "_kept", lambda model, ids, cutoff: model.objects.filter(handoff__in=ids).order_by("occurred_at", "pk")
    )
    assert derived(handoff)["attempts"] == 1


def test_two_reps_on_one_lead_one_takes_it_and_the_other_learns_who(desk):
    handoff = desk.hand(rep=None)
    routing.take(handoff=handoff, by=desk.lea, at=NOW)
    with pytest.raises(routing.Taken, match="lea"):
        routing.take(handoff=handoff, by=desk.paul, at=NOW)
    assert HandoffState.objects.get(pk=handoff.pk).rep == desk.lea
