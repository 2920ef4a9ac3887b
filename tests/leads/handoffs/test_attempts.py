"""Attempts: logged by the rep in charge only, taken back without a trace in any count."""

from datetime import UTC, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leads.handoffs import attempts, decisions, problems, routing, states, story
from leads.handoffs.rules import STARTER
from leads.intake import hooks as intake_hooks
from leads.models import Attempt, AttemptNote, Correction, Handoff, HandoffRules, HandoffState
from personas.models import DefinitionLine
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


def test_a_reply_is_no_attempt_accepts_nothing_and_says_that_they_were_spoken_to(desk):
    handoff, at = desk.hand(), NOW + timedelta(hours=2)
    attempts.log(handoff=handoff, by=desk.lea, at=at, channel="mail", outcome="replied", note="call me on Monday")
    row = derived(handoff)
    assert (row["attempts"], row["first_attempt_at"], row["accepted_at"], row["reached_at"]) == (0, None, None, at)
    call(handoff, desk.lea, NOW + timedelta(hours=3))
    assert derived(handoff)["accepted_at"] == NOW + timedelta(hours=3)


def test_an_automatic_mail_counts_only_where_the_rules_list_it_and_accepts_nothing_even_then(desk):
    plain, listed = desk.hand(), desk.hand()
    body = STARTER | {"channels": [*STARTER["channels"], "auto_mail"]}
    rules = HandoffRules.objects.create(contract="x", line=desk.line, body=body, effective_at=NOW, adopted_at=NOW)
    own = Handoff.objects.create(
        lead=listed.lead, line=DefinitionLine.objects.create(name="Other"), rules=rules, gate="manual", occurred_at=NOW,
        recorded_at=NOW, known_at=NOW,
    )  # fmt: skip
    states.derive([own.pk])
    routing.reassign(handoff=own, rep=desk.lea, by=desk.boss, at=NOW)
    for handoff in (plain, own):
        attempts.log(
            handoff=handoff, by=desk.lea, at=NOW + timedelta(hours=1), channel="auto_mail", outcome="mail_sent"
        )
    assert [derived(one)["attempts"] for one in (plain, own)] == [0, 1]
    assert [derived(one)["accepted_at"] for one in (plain, own)] == [None, None]


@pytest.mark.parametrize(
    ("channel", "outcome"), [("mail", "no_answer"), ("call", "mail_sent"), ("fax", "reached"), ("call", "danced")]
)
def test_an_outcome_goes_by_the_channels_of_its_row_only(desk, channel, outcome):
    with pytest.raises(problems.Refusal) as refusal:
        attempts.log(handoff=desk.hand(), by=desk.lea, at=NOW, channel=channel, outcome=outcome)
    assert refusal.value.field == "outcome" and not Attempt.objects.exists()


def test_a_next_step_named_offline_for_a_day_that_has_passed_since_is_kept(desk):
    handoff = desk.hand()
    sent = NOW + timedelta(days=3)
    named = (NOW + timedelta(days=1)).date()
    made = call(handoff, desk.lea, at=sent, occurred_at=NOW + timedelta(hours=1), next_step_on=named)
    assert made.next_step_on == named
    with pytest.raises(problems.Refusal):
        call(handoff, desk.lea, at=sent, next_step_on=named)


def test_minutes_and_the_next_step_are_kept_and_nonsense_is_refused(desk):
    handoff = desk.hand()
    made = call(handoff, desk.lea, minutes=12, next_step="mail", next_step_on=NOW.date() + timedelta(days=2))
    assert (made.minutes, made.next_step) == (12, "mail")
    for wrong, field in (({"minutes": 10_000}, "minutes"), ({"next_step": "fax"}, "next_step")):
        with pytest.raises(problems.Refusal) as refusal:
            call(handoff, desk.lea, **wrong)
        assert refusal.value.field == field


def test_why_an_attempt_does_not_count_is_said_on_it(desk):
    handoff, day = desk.hand(), NOW
    made = [call(handoff, desk.lea, day + timedelta(minutes=minutes)) for minutes in (0, 20, 60, 120)]
    made += [
        attempts.log(
            handoff=handoff, by=desk.lea, at=day + timedelta(minutes=130), channel="auto_mail", outcome="mail_sent"
        )
    ]
    made += [
        attempts.log(handoff=handoff, by=desk.lea, at=day + timedelta(minutes=140), channel="call", outcome="replied")
    ]
    said = attempts.not_counted(handoff)
    assert [said.get(one.pk, "") for one in made] == [
        "", "does not count: within 30 minutes of the one before", "", "does not count: 2 on this day count already",
        "does not count: this channel is not listed", "no attempt of ours: they came back to us",
    ]  # fmt: skip
    assert state(handoff).attempts == 2


times = st.lists(
    st.tuples(
        st.integers(0, 4000), st.sampled_from(["call", "mail", "auto_mail"]), st.sampled_from(["reached", "replied"])
    ),
    max_size=12,
)


@given(times, st.integers(0, 60), st.integers(1, 3))
def test_what_counts_is_what_no_reason_is_given_against(tries, apart, per_day):
    """Against a walk that looks at each attempt with all before it, pure."""
    rules = {"same_within_minutes": apart, "per_day": per_day, "channels": ["call", "mail"]}
    made = [story.Try(NOW + timedelta(minutes=minute), channel, outcome) for minute, channel, outcome in tries]
    kept: list = []
    for one in sorted(made, key=lambda one: one.occurred_at):
        same = any(abs(one.occurred_at - at) <= timedelta(minutes=apart) for at in kept)
        full = sum(at.date() == one.occurred_at.date() for at in kept) >= per_day
        if one.channel != "auto_mail" and one.outcome != "replied" and not same and not full:
            kept.append(one.occurred_at)
    assert story.counted(made, rules, UTC) == kept
    assert len(story.weighed(made, rules, UTC)) == len(made)
