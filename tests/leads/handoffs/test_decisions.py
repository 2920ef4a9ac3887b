"""Decisions: reasons are bound to facts; a mistake is taken back with all that followed from it; nothing is lost."""

from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leads.handoffs import attempts, coming_back, deals, decisions, evidence, problems, reasons
from leads.models import Attempt, Decision, EngagementReset, Handoff, HandoffState, Lead, LeadDirty, MergeSuggestion
from leads.pages.sheet import Sheet
from tests.leads import facts
from tests.leads.handoffs.desk import NOW, Desk, derived, state
from tests.scale import examples

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    return Desk()


def call(handoff, by, at=NOW, outcome="no_answer"):
    return attempts.log(handoff=handoff, by=by, at=at, channel="call", outcome=outcome)


def stage(handoff) -> str:
    return Lead.objects.get(pk=handoff.lead_id).stage


def criterion(handoff) -> str:
    return evidence.choices("criterion", handoff)[0][0]


def test_the_table_of_reasons_holds_together():
    assert len(reasons.FAMILIES) <= 7
    for code, reason in reasons.REASONS.items():
        assert len(code) <= 12 and reason.family in reasons.FAMILIES and reason.acts and str(reason.label)
        assert reason.next in (reasons.RECYCLED, reasons.DISQUALIFIED)
        assert not (reason.excluded and reason.evidence not in (reasons.RECORD, reasons.FIELD))
        assert bool(reason.question) == (reason.evidence in (reasons.CRITERION, reasons.FIELD, reasons.RECORD))
    for act in reasons.BOTH:
        assert len(reasons.by_family(reasons.allowed(act))) <= 7


def test_acceptance_moves_the_stage_and_a_second_click_on_an_old_page_says_so(desk):
    handoff = desk.hand()
    decisions.accept(handoff=handoff, by=desk.lea, at=NOW)
    assert (state(handoff).state, state(handoff).implicit, stage(handoff)) == ("accepted", False, "sal")
    with pytest.raises(problems.Stale, match="lea already accepted this lead at 10:00"):
        decisions.accept(handoff=handoff, by=desk.lea, at=NOW + timedelta(minutes=5))
    with pytest.raises(problems.Refusal, match="give it back"):
        decisions.refuse(handoff=handoff, by=desk.lea, at=NOW, reason="OPP-OUT")


def test_a_refusal_names_what_it_contradicts_and_recycles(desk):
    handoff = desk.hand()
    with pytest.raises(problems.Refusal) as refusal:
        decisions.refuse(handoff=handoff, by=desk.lea, at=NOW, reason="FIT-SIZE", evidence="nothing")
    assert refusal.value.field == "evidence"
    with pytest.raises(problems.Refusal, match="Choose a reason"):
        decisions.refuse(handoff=handoff, by=desk.lea, at=NOW, reason="BUD-NONE")
    assert not Decision.objects.exists()
    decisions.refuse(handoff=handoff, by=desk.lea, at=NOW, reason="FIT-SIZE", evidence=criterion(handoff))
    row = state(handoff)
    assert (row.state, row.is_open, row.first_decision, row.reason) == ("refused", False, "refuse", "FIT-SIZE")
    assert stage(handoff) == "recycled" and EngagementReset.objects.get().handoff == handoff
    assert LeadDirty.objects.filter(pk=handoff.lead_id, since=EngagementReset.objects.get().recorded_at).exists()


def test_no_refusal_after_an_attempt_and_no_return_before_one(desk):
    handoff = desk.hand()
    with pytest.raises(problems.Refusal, match="refuse the lead instead"):
        decisions.give_back(handoff=handoff, by=desk.lea, at=NOW, reason="BUD-NONE")
    call(handoff, desk.lea)
    with pytest.raises(problems.Refusal, match="An attempt was made"):
        decisions.refuse(handoff=handoff, by=desk.lea, at=NOW, reason="OPP-OUT")


def test_unreachable_only_after_the_promised_attempts_that_count(desk):
    handoff = desk.hand()
    for hours in (0, 1, 24):
        with pytest.raises(problems.Refusal):
            decisions.give_back(handoff=handoff, by=desk.lea, at=NOW, reason="REACH-NONE")
        call(handoff, desk.lea, NOW + timedelta(hours=hours))
    later = NOW + timedelta(days=2)
    made = decisions.give_back(handoff=handoff, by=desk.lea, at=later, reason="REACH-NONE")
    assert made.evidence == "attempts:3" and made.return_on == later.date() + timedelta(days=90)
    assert state(handoff).state == "returned" and state(handoff).first_decision == "accept"


def test_a_return_date_is_the_reps_where_asked_and_never_past(desk):
    handoff = desk.hand()
    call(handoff, desk.lea)
    for wrong in (NOW.date(), NOW.date() + timedelta(days=800)):
        with pytest.raises(problems.Refusal) as refusal:
            decisions.give_back(handoff=handoff, by=desk.lea, at=NOW, reason="TIME-LATER", return_on=wrong)
        assert refusal.value.field == "return_on"
    wish = NOW.date() + timedelta(days=20)
    assert decisions.give_back(
        handoff=handoff, by=desk.lea, at=NOW, reason="TIME-LATER", return_on=wish
    ).return_on == wish  # fmt: skip


def test_duplicate_and_customer_link_a_record_that_proves_it(desk):
    handoff = desk.hand(email="marie@acme.test")
    other = facts.lead(NOW - timedelta(days=400), email="Marie@ACME.test")
    for nothing in ("", "999999", "nobody@acme.test", str(handoff.lead_id)):
        with pytest.raises(problems.Refusal):
            decisions.refuse(handoff=handoff, by=desk.lea, at=NOW, reason="REL-DUP", evidence=nothing)
    assert (f"lead:{other}" in dict(evidence.choices("record", handoff))) is True
    with pytest.raises(problems.Refusal, match="proves no customer"):
        decisions.refuse(handoff=handoff, by=desk.lea, at=NOW, reason="REL-CUST", evidence=str(other))
    made = decisions.refuse(handoff=handoff, by=desk.lea, at=NOW, reason="REL-DUP", evidence="marie@acme.test")
    assert made.evidence == f"lead:{other}" and stage(handoff) == "disqualified"
    suggested = MergeSuggestion.objects.get()
    assert {suggested.first_id, suggested.second_id} == {other, handoff.lead_id} and suggested.reasons == ["said"]
    decisions.undo(decision=made, by=desk.lea, at=NOW)
    assert not MergeSuggestion.objects.exists()


def refused_as(handoff, by, value, reason="REL-DUP"):
    return decisions.refuse(handoff=handoff, by=by, at=NOW, reason=reason, evidence=value)


def test_a_foreign_record_and_a_missing_one_are_answered_alike(desk):
    handoff, foreign = desk.hand(email="ann@acme.test"), desk.hand(rep="paul", email="zoe@other.test")
    said = []
    for value in (str(foreign.lead_id), f"lead:{foreign.lead_id}", "zoe@other.test", "999999", "nobody@other.test"):
        with pytest.raises(problems.Refusal) as refusal:
            refused_as(handoff, desk.lea, value)
        said.append(str(refusal.value))
    assert set(said) == {"No other lead has this number or e-mail address."}
    assert not Decision.objects.exists() and not evidence.choices("record", handoff, desk.lea)


def test_a_record_that_does_not_look_like_the_lead_is_to_be_confirmed_by_a_manager(desk):
    handoff = desk.hand(email="ann@acme.test", first_name="Ann", last_name="Lee")
    unlike, alike = desk.hand(email="zoe@other.test").lead_id, desk.hand(email="bob@acme.test").lead_id
    made = refused_as(handoff, desk.lea, str(unlike))
    assert made.evidence == f"lead:{unlike}?"
    assert evidence.words(made.evidence, handoff) == f"lead {unlike} (to be confirmed by a manager)"
    decisions.undo(decision=made, by=desk.lea, at=NOW)
    assert refused_as(handoff, desk.lea, str(alike)).evidence == f"lead:{alike}"


def test_a_number_that_is_a_companys_shows_no_foreign_lead(desk):
    """As the night has it: a number alone tells nobody apart who has another name and another company."""
    board = {"phone": "+33 1 02 03 04 05"}
    handoff = desk.hand(first_name="Ann", last_name="Lee", **board)
    foreign = desk.hand(rep="paul", first_name="Zoe", last_name="Martin", **board).lead_id
    assert evidence.choices("record", handoff, desk.lea) == []
    with pytest.raises(problems.Refusal, match="No other lead"):
        refused_as(handoff, desk.lea, str(foreign))
    namesake = desk.hand(rep="paul", first_name="Anne", last_name="Lee", **board).lead_id
    assert [value for value, _words in evidence.choices("record", handoff, desk.lea)] == [f"lead:{namesake}"]


def test_to_share_the_domain_of_everybodys_mail_is_no_likeness(desk):
    handoff, other = desk.hand(email="ann@gmail.com"), desk.hand(email="zoe@gmail.com").lead_id
    assert refused_as(handoff, desk.lea, str(other)).evidence == f"lead:{other}?"


def test_a_customer_may_be_a_company_with_which_something_was_won(desk):
    then = NOW - timedelta(days=400)
    acme, lone = facts.company(then, name="Acme", domain="acme.test"), facts.company(then, name="Lone")
    handoff = desk.hand(email="ann@acme.test")
    for value, why in ((f"company:{acme}", "proves no customer"), ("company:999999", "No company"), (f"company:{lone}", "proves")):  # fmt: skip
        with pytest.raises(problems.Refusal, match=why):
            refused_as(handoff, desk.lea, value, "REL-CUST")
    facts.lead(then, company=acme)
    with pytest.raises(problems.Refusal, match="not a company"):
        refused_as(handoff, desk.lea, f"company:{acme}")
    Lead.objects.filter(company=acme).update(stage="customer")
    made = refused_as(handoff, desk.lea, f"company:{acme}", "REL-CUST")
    assert made.evidence == f"company:{acme}" and not MergeSuggestion.objects.exists()
    assert evidence.words(made.evidence, handoff) == "company Acme"


def test_nobody_who_was_reached_is_unreachable(desk):
    handoff = desk.hand()
    call(handoff, desk.lea, outcome="reached")
    for days in (1, 2, 3):
        call(handoff, desk.lea, NOW + timedelta(days=days))
    later = NOW + timedelta(days=4)
    with pytest.raises(problems.Refusal, match="they were reached on 10 Mar 2026 10:00") as refusal:
        decisions.give_back(handoff=handoff, by=desk.lea, at=later, reason="REACH-NONE")
    assert refusal.value.field == "reason"
    part = next(one for one in Sheet.of("return", state(handoff), desk.lea, later).parts if one.family.key == "reach")
    assert "they were reached on" in part.shut


def test_without_a_date_of_its_own_a_return_comes_back_after_the_days_of_the_terms(desk):
    handoff = desk.hand()
    body = {"recycle_days": 40, "max_recycles": None}

    def day(code: str, act: str = reasons.RETURN):
        return coming_back.after(reasons.known()[code], act, body=body, times=9, at=NOW).on

    assert day("FIT-SIZE") == NOW.date() + timedelta(days=40)
    assert day("FIT-SIZE", reasons.REFUSE) is None and day("FIT-IND") is None
    assert day("BUD-NONE") == NOW.date() + timedelta(days=90)
    assert day("price", reasons.LOSE) == NOW.date() + timedelta(days=40)
    call(handoff, desk.lea)
    made = decisions.give_back(handoff=Handoff.objects.get(pk=handoff.pk), by=desk.lea, at=NOW, reason="FIT-SIZE", evidence=criterion(handoff))  # fmt: skip
    assert made.return_on == NOW.date() + timedelta(days=90)
    fit = next(one for one in Sheet.of("return", state(handoff), desk.lea, NOW).parts if one.family.key == "fit")
    assert {one.code: one.back for one in fit.reasons}["FIT-SIZE"] == NOW.date() + timedelta(days=90)


def test_opposition_closes_every_channel_and_undo_opens_it_again(desk):
    handoff = desk.hand()
    made = decisions.refuse(handoff=handoff, by=desk.lea, at=NOW, reason="OPP-OUT")
    assert Lead.objects.get(pk=handoff.lead_id).opted_out and stage(handoff) == "disqualified"
    before = stage(desk.hand())
    decisions.undo(decision=made, by=desk.lea, at=NOW)
    assert not Lead.objects.get(pk=handoff.lead_id).opted_out
    assert state(handoff).state == "assigned" and stage(handoff) == before


def test_undo_takes_back_recycling_too_and_only_the_last_decision(desk):
    handoff = desk.hand()
    accepted = decisions.accept(handoff=handoff, by=desk.lea, at=NOW)
    returned = decisions.give_back(handoff=handoff, by=desk.lea, at=NOW, reason="BUD-NONE")
    with pytest.raises(problems.Refusal, match="later decision"):
        decisions.undo(decision=accepted, by=desk.lea, at=NOW)
    decisions.undo(decision=returned, by=desk.lea, at=NOW)
    assert (state(handoff).state, stage(handoff)) == ("accepted", "sal")
    with pytest.raises(problems.Refusal, match="taken back before"):
        decisions.undo(decision=returned, by=desk.lea, at=NOW)
    with pytest.raises(problems.NotYours):
        decisions.undo(decision=accepted, by=desk.paul, at=NOW)
    from leads.scoring.oracle import LeadFacts

    assert LeadFacts(handoff.lead_id, returned.recorded_at + timedelta(hours=1)).cycle == 0


def test_a_decision_with_a_deal_or_a_new_handoff_on_it_stays(desk):
    handoff = desk.hand()
    made = decisions.qualify(handoff=handoff, by=desk.lea, at=NOW)
    assert (state(handoff).state, stage(handoff)) == ("converted", "sql")
    deals.open_deal(lead=handoff.lead, handoff=handoff, by=desk.lea, at=NOW, title="First order")
    with pytest.raises(problems.Refusal, match="deal depends"):
        decisions.undo(decision=made, by=desk.lea, at=NOW)


ACTS = {
    "attempt": lambda h, by, at: call(h, by, at),
    "accept": lambda h, by, at: decisions.accept(handoff=h, by=by, at=at),
    "refuse": lambda h, by, at: decisions.refuse(
        handoff=h, by=by, at=at, reason="FIT-IND", evidence=evidence.choices("criterion", h)[0][0]
    ),
    "return": lambda h, by, at: decisions.give_back(handoff=h, by=by, at=at, reason="INT-NONE"),
    "qualify": lambda h, by, at: decisions.qualify(handoff=h, by=by, at=at),
    "undo": lambda h, by, at: _undo_last(h, by, at),
}


def _undo_last(handoff, by, at):
    from leads.handoffs import hands

    last = hands.standing(handoff).last()
    if last:
        decisions.undo(decision=last, by=by, at=at)


@pytest.mark.invariant("I11")
@given(plan=st.lists(st.tuples(st.integers(0, 3), st.sampled_from(sorted(ACTS))), max_size=14))
@settings(max_examples=examples(40), deadline=None)
def test_conservation_every_handoff_is_counted_once_by_its_first_decision(plan):
    """I11: handoffs = undecided + accepted + refused + ended undecided, whatever is done in whatever order."""
    from django.db import transaction

    with transaction.atomic():
        desk = Desk()
        handoffs = [desk.hand() for _ in range(4)]
        for minute, (index, act) in enumerate(plan):
            try:
                ACTS[act](handoffs[index], desk.lea, NOW + timedelta(minutes=minute))
            except problems.Refusal:
                continue
        rows = list(HandoffState.objects.all())
        parts = Counter(part(row) for row in rows)
        assert sum(parts[name] for name in PARTS) == len(rows) == Handoff.objects.count()
        for row in rows:
            assert (row.state == "refused") == (row.first_decision == "refuse")
            assert not (row.state in ("returned", "converted") and row.first_decision != "accept")
            reasoned = Decision.objects.filter(handoff=row.pk, kind__in=("refuse", "return"))
            assert all(one.reason for one in reasoned)
            assert row.is_open == (row.state in HandoffState.OPEN)
            kept = Attempt.objects.filter(handoff=row.pk).exists()
            assert not (kept and row.state == "refused")
            assert HandoffState.objects.filter(pk=row.pk).values().get() == derived(row.handoff)
        transaction.set_rollback(True)


def part(row: HandoffState) -> str:
    """The one part of the conservation law a handoff belongs to."""
    if row.first_decision:
        return row.first_decision
    return "undecided" if row.is_open else row.state


PARTS = ("accept", "refuse", "undecided", "expired", "withdrawn", "merged")


@pytest.mark.invariant("I11", mutant="count by current state")
def test_planted_fault_counting_by_current_state_loses_what_was_returned(desk):
    handoffs = [desk.hand() for _ in range(3)]
    decisions.accept(handoff=handoffs[0], by=desk.lea, at=NOW)
    decisions.give_back(handoff=handoffs[0], by=desk.lea, at=NOW, reason="INT-NONE")
    decisions.refuse(handoff=handoffs[1], by=desk.lea, at=NOW, reason="OPP-OUT")
    rows = list(HandoffState.objects.all())
    by_state = {"accepted": "accept", "refused": "refuse", "pooled": "undecided", "assigned": "undecided"}
    assert sum(part(row) in PARTS for row in rows) == len(rows)
    assert sum(by_state.get(row.state, row.state) in PARTS for row in rows) < len(rows)


def test_a_need_confirmed_without_a_deal_is_no_dead_end(desk):
    """Attempts go on, and the lead ends with a reason; the handoff stays converted, and its acceptance where it was."""
    handoff = desk.hand()
    decisions.qualify(handoff=handoff, by=desk.lea, at=NOW)
    before = state(handoff)
    call(handoff, desk.lea, NOW + timedelta(days=1))
    made = decisions.give_back(handoff=handoff, by=desk.lea, at=NOW + timedelta(days=2), reason="BUD-NONE")
    row = state(handoff)
    assert (row.state, row.attempts, stage(handoff)) == ("converted", 1, "recycled")
    assert (row.accepted_at, row.decided_at, row.closed_at) == (before.accepted_at, before.decided_at, before.closed_at)
    assert made.return_on and EngagementReset.objects.get().handoff == handoff
    with pytest.raises(problems.Stale, match="already gave this lead back"):
        call(handoff, desk.lea, NOW + timedelta(days=3))
    decisions.undo(decision=made, by=desk.lea, at=NOW + timedelta(days=2))
    assert stage(handoff) == "sql" and call(handoff, desk.lea, NOW + timedelta(days=3))


def test_once_a_deal_was_opened_the_deal_is_worked(desk):
    handoff = desk.hand()
    decisions.qualify(handoff=handoff, by=desk.lea, at=NOW)
    deals.open_deal(lead=handoff.lead, handoff=handoff, by=desk.lea, at=NOW, title="First order")
    with pytest.raises(problems.Stale):
        call(handoff, desk.lea, NOW + timedelta(days=1))
    with pytest.raises(problems.Stale):
        decisions.give_back(handoff=handoff, by=desk.lea, at=NOW + timedelta(days=1), reason="BUD-NONE")
