"""Handing over: one open handoff, fair turns, imports, states that follow the log."""

from datetime import UTC, datetime, timedelta

import pytest

from leads.handoffs import handing, hooks, routing, rules, stages, states
from leads.intake.facts import Origin
from leads.intake.hooks import Handed
from leads.models import (
    Assignment,
    Attempt,
    Correction,
    Deal,
    Decision,
    Handoff,
    HandoffState,
    Lead,
    Pool,
    PoolMember,
    StageMove,
)
from personas.models import DefinitionLine
from smarketing.rows.fence import open_fence
from tests.leads import facts
from tests.people import person

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)


@pytest.fixture
def line():
    return DefinitionLine.objects.create(name="MQL")


def pool_of(*names: str, **weights: int) -> list:
    pool = Pool.objects.create(name="all")
    reps = [person(name, "rep") for name in names]
    for rep in reps:
        PoolMember.objects.create(pool=pool, rep=rep, weight=weights.get(rep.name, 1))
    return reps


def lead(**values) -> Lead:
    return Lead.objects.get(pk=facts.lead(NOW - timedelta(days=1), **values))


def hand(line, at=NOW, **values) -> Handoff:
    return handing.hand_over(lead=lead(**values), line=line, gate="manual", by=None, at=at)


def tried(handoff: Handoff, rep, at: datetime, outcome="no_answer", channel="call") -> Attempt:
    row = Attempt.objects.create(
        handoff=handoff, lead=handoff.lead, rep=rep, channel=channel, outcome=outcome,
        occurred_at=at, recorded_at=at, known_at=at,
    )  # fmt: skip
    states.derive([handoff.pk])
    return row


def decided(handoff: Handoff, kind: str, at: datetime, reason="") -> Decision:
    row = Decision.objects.create(
        handoff=handoff, kind=kind, reason=reason, occurred_at=at, recorded_at=at, known_at=at
    )
    states.derive([handoff.pk])
    return row


def state(handoff: Handoff) -> HandoffState:
    return HandoffState.objects.get(pk=handoff.pk)


def test_a_handoff_makes_its_lead_an_mql_and_names_its_rules_and_rep(line):
    (rep,) = pool_of("Ann")
    told = []
    hooks.changed.append(told.append)
    try:
        one = hand(line)
    finally:
        hooks.changed.remove(told.append)
    row = state(one)
    assert (row.state, row.rep, row.is_open, row.first) == ("assigned", rep, True, True)
    assert one.rules.contract == "" and rules.body_of(one) == rules.STARTER
    assert Lead.objects.get(pk=one.lead_id).stage == "mql"
    assert told == [[one.pk]]


def test_a_lead_that_opposes_or_is_with_sales_is_not_handed_over(line):
    one = hand(line)
    with pytest.raises(handing.CannotHand):
        handing.hand_over(lead=one.lead, line=line, gate="manual", by=None, at=NOW)
    with pytest.raises(handing.CannotHand):
        hand(line, opted_out=True)
    assert Handoff.objects.count() == 1


def test_turns_are_fair_by_weight_and_stop_at_the_cap(line):
    _ann, bob = pool_of("Ann", "Bob", Ann=2)
    got = [state(hand(line)).rep.name for _ in range(9)]
    assert (got.count("Ann"), got.count("Bob")) == (6, 3)
    PoolMember.objects.update(cap=6)
    assert [state(hand(line)).rep for _ in range(3)] == [bob, bob, bob]
    row = state(hand(line))
    assert (row.rep, row.state, row.pool.name) == (None, "pooled", "all")


def test_people_of_one_company_go_to_the_same_rep(line):
    pool_of("Ann", "Bob", "Cy")
    company = facts.company(NOW)
    reps = {state(hand(line, company=company)).rep_id for _ in range(4)}
    assert len(reps) == 1


def test_a_pool_takes_only_leads_that_its_rules_hold_for(line):
    (bob,) = pool_of("Bob")
    french = Pool.objects.create(name="fr", order=-1, rules={"field": "lead.country", "op": "is", "value": "FR"})
    ann = person("Ann", "rep")
    PoolMember.objects.create(pool=french, rep=ann)
    assert [state(hand(line, country=c)).rep for c in ("FR", "BE", "FR")] == [ann, bob, ann]


def test_the_next_handoff_is_the_first_when_the_first_is_taken_back(line):
    one = hand(line)
    decided(one, "expire", NOW + timedelta(days=9), "silence")
    again = handing.hand_over(lead=one.lead, line=line, gate="manual", by=None, at=NOW + timedelta(days=60))
    other = hand(line)
    told: list[list[int]] = []
    hooks.changed.append(told.append)
    try:
        Correction.objects.create(subject="handoff", subject_id=one.pk, occurred_at=NOW, recorded_at=NOW, known_at=NOW)
        states.derive([one.pk])
    finally:
        hooks.changed.remove(told.append)
    assert [state(each).first for each in (one, again, other)] == [False, True, True]
    assert told == [[one.pk, again.pk]]


def test_who_refused_a_lead_does_not_get_it_again(line):
    ann, bob = pool_of("Ann", "Bob")
    one = hand(line)
    refuser = state(one).rep
    decided(one, "refuse", NOW + timedelta(hours=1), "FIT-SIZE")
    again = handing.hand_over(lead=one.lead, line=line, gate="manual", by=None, at=NOW + timedelta(days=60))
    assert {refuser, state(again).rep} == {ann, bob}
    assert (state(one).first, state(again).first) == (True, False)


def test_a_take_wins_or_says_who_won(line):
    one = hand(line)
    ann, bob = person("Ann", "rep"), person("Bob", "rep")
    assert routing.take(handoff=one, by=ann, at=NOW).rep == ann
    assert routing.take(handoff=one, by=ann, at=NOW).rep == ann
    with pytest.raises(routing.Taken, match="Ann"):
        routing.take(handoff=one, by=bob, at=NOW)
    decided(one, "refuse", NOW)
    with pytest.raises(routing.Taken, match="closed"):
        routing.take(handoff=one, by=bob, at=NOW)
    assert Assignment.objects.filter(how="taken").count() == 1


def test_the_first_attempt_accepts_implicitly_and_its_undoing_undoes_that(line):
    (ann,) = pool_of("Ann")
    one = hand(line)
    first = tried(one, ann, NOW + timedelta(hours=1))
    tried(one, ann, NOW + timedelta(hours=1, minutes=20))
    row = state(one)
    assert (row.state, row.implicit, row.attempts, row.first_decision) == ("accepted", True, 1, "accept")
    later = tried(one, ann, NOW + timedelta(hours=3), "reached")
    assert (state(one).attempts, state(one).reached_at) == (2, later.occurred_at)
    for attempt in Attempt.objects.all():
        facts.correct("attempt", attempt.pk, NOW + timedelta(hours=4))
    states.derive([one.pk])
    row = state(one)
    assert (row.state, row.accepted_at, row.attempts, row.reached_at) == ("assigned", None, 0, None)
    assert first


def test_a_need_confirmed_converts_and_a_decision_taken_back_opens_again(line):
    pool_of("Ann")
    one = hand(line)
    decided(one, "accept", NOW + timedelta(hours=1))
    back = decided(one, "return", NOW + timedelta(hours=2), "REACH-NONE")
    assert (state(one).state, state(one).reason, state(one).is_open) == ("returned", "REACH-NONE", False)
    Correction.objects.create(subject="decision", subject_id=back.pk, occurred_at=NOW, recorded_at=NOW, known_at=NOW)
    decided(one, "qualify", NOW + timedelta(hours=3))
    row = state(one)
    assert (row.state, row.implicit, row.sql_at) == ("converted", False, NOW + timedelta(hours=3))


def test_imported_handoffs_expire_unless_their_lead_was_won(line):
    leads = [facts.lead(NOW - timedelta(days=200), declared=True, known=NOW) for _ in range(3)]
    fence = open_fence()
    rows = [Handed(pk, line.pk, NOW - timedelta(days=100), True) for pk in leads[:2]]
    rows.append(Handed(leads[2], line.pk, fence.recorded_at - timedelta(days=3), False))
    made = handing.import_handoffs(rows, Origin(history=True), fence)
    assert handing.import_handoffs(rows, Origin(history=True), fence) == [None] * 3
    deal = Deal.objects.create(
        created_at=NOW, recorded_at=NOW, lead_id=leads[0], state="won", closed_at=NOW - timedelta(days=5), declared=True
    )
    handing.changed_deals([deal.pk], fence)
    assert [state(Handoff(pk=pk)).state for pk in made] == ["converted", "expired", "pooled"]
    assert Lead.objects.get(pk=leads[0]).stage == "customer"
    moves = StageMove.objects.filter(lead=leads[0]).values_list("from_stage", "to_stage", "occurred_at")
    assert list(moves) == [("", "mql", NOW - timedelta(days=100)), ("mql", "customer", NOW - timedelta(days=5))]


def test_states_wiped_and_derived_again_are_the_same_bytes(line):
    ann, _bob = pool_of("Ann", "Bob")
    some = [hand(line) for _ in range(4)]
    tried(some[0], ann, NOW + timedelta(hours=1))
    decided(some[1], "refuse", NOW + timedelta(hours=1), "FIT-IND")
    before = facts.rows("SELECT md5(string_agg(s::text, '|' ORDER BY handoff_id)) FROM leads_handoffstate s")
    HandoffState.objects.all().delete()
    states.rebuild()
    assert facts.rows("SELECT md5(string_agg(s::text, '|' ORDER BY handoff_id)) FROM leads_handoffstate s") == before


def test_a_stage_is_never_invented_and_moves_follow_each_other():
    pk, fence = facts.lead(NOW), open_fence()
    assert stages.move(lead_id=pk, to="opportunity", cause="deal", at=NOW, by=None, fence=fence)
    assert not stages.move(lead_id=pk, to="opportunity", cause="deal", at=NOW, by=None, fence=fence)
    with pytest.raises(stages.NotAllowed):
        stages.move(lead_id=pk, to="mql", cause="manual", at=NOW, by=None, fence=fence)
    assert stages.move(lead_id=pk, to="lead", cause=stages.CORRECTION, at=NOW, by=None, fence=fence)
    assert list(StageMove.objects.values_list("number", "from_stage", "to_stage")) == [
        (1, "", "opportunity"),
        (2, "opportunity", "lead"),
    ]
    assert Lead.objects.get(pk=pk).stage == "lead"


@pytest.mark.parametrize("how", ["alone", "pooled", "merged", "again", "tied"])
def test_what_is_written_of_a_new_handoff_is_what_its_log_says(line, how):
    if how != "pooled":
        pool_of("Ann", "Bob")
    one, other = lead(), lead()
    if how == "again":
        decided(handing.hand_over(lead=one, line=line, gate="manual", by=None, at=NOW), "refuse", NOW, "OPP-OUT")
    if how == "merged":
        facts.merge(one.pk, other.pk, NOW)
    if how == "tied":
        handing.hand_over(lead=other, line=line, gate="manual", by=None, at=NOW - timedelta(hours=1))
        facts.merge(other.pk, one.pk, NOW)
    made = handing.hand_over(lead=one, line=line, gate="manual", by=None, at=NOW + timedelta(hours=1))
    written = HandoffState.objects.filter(pk=made.pk).values().get()
    HandoffState.objects.filter(pk=made.pk).delete()
    states.derive([made.pk])
    assert written == HandoffState.objects.filter(pk=made.pk).values().get()
    assert written["first"] == (how not in ("again", "tied"))
