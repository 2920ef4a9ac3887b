"""Clauses of every kind: volumes of some leads, mandatory fields, hand-over, tiers, spacing, outcomes; and one kind more."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.test import RequestFactory

from leads.handoffs import states as handoff_states
from leads.handoffs.problems import Refusal
from leads.models import Handoff, Hold, Qualification
from sla import clocks, derive, follow, handover, kinds, oracle, slots, soundness, waivers
from sla.kinds import KINDS
from sla.models import Clock
from tests.leads import facts
from tests.leads.definitions import simple, version
from tests.sla.contracts import (
    ATTEMPTS,
    FIELDS,
    FIRST,
    HAND_OVER,
    OUTCOME,
    VOLUME,
    attempt,
    calendar,
    contract,
    decide,
    handoff,
    line,
    paris,
    pause,
    sign,
    signers,
)  # fmt: skip

pytestmark = pytest.mark.django_db
START, SIGNED, CUTOFF = date(2026, 11, 1), paris(2026, 10, 28, 10), paris(2026, 11, 24, 18)
TIERS = {"tiers": [{"grades": ["A1", "A2"], "target": "2"}, {"grades": ["C3"], "target": None}]}


def figures(of, at=CUTOFF):
    return {row.clause.key: row.figure for row in follow.month(of, START, at, at).rows}


def test_volumes_of_a_source_a_tier_and_all_stand_side_by_side():
    of = contract()
    some = [
        VOLUME,
        VOLUME | {"key": "5.1.a", "target": "20", "params": {"where": {"source": ["salon", "fair"]}}},
        VOLUME | {"key": "5.1.b", "target": "5", "params": {"where": {"grade": ["A1", "A2"]}}},
    ]
    sign(of, some, START, at=SIGNED)
    for n, (source, grade) in enumerate((("salon", "A1"), ("fair", "B2"), ("web", "A2"), ("web", "C3"))):
        at = paris(2026, 11, 10 + n, 10)
        made = handoff(at, grade=grade)
        facts.change("lead", made.lead_id, "source", source, at)
    found = figures(of)
    assert {key: figure.count for key, figure in found.items()} == {"5.1": 4, "5.1.a": 2, "5.1.b": 2}
    assert kinds.sentence("mql_volume", Decimal(20), some[1]["params"]) == "20 MQL a month; only source salon, fair"


def test_mandatory_fields_count_as_they_were_known_at_the_handoff():
    of = contract()
    sign(of, [FIELDS], START, at=SIGNED)
    whole, late, never, before = (handoff(paris(2026, 11, day, 10)) for day in (10, 11, 12, 13))
    facts.change("lead", whole.lead_id, "phone", "+33 1", paris(2026, 11, 10, 9))
    facts.change(
        "lead", late.lead_id, "phone", "+33 2", paris(2026, 11, 11, 9), paris(2026, 11, 12, 9)
    )  # learned after
    facts.change("lead", before.lead_id, "phone", "+33 3", paris(2026, 11, 12, 9))
    facts.change("lead", before.lead_id, "phone", "", paris(2026, 11, 13, 9))  # emptied again before
    found = figures(of)["5.4"]
    assert (found.met, found.missed, found.pending) == (1, 3, 0)
    assert never.pk


def page_of(user) -> dict:
    """The context of a page that somebody reads."""
    request = RequestFactory().get("/")
    request.user, request.session = user, {}
    return {"request": request}


def qualified(at, *, handed=None, hold="") -> Qualification:
    """A lead qualified at an instant, handed over at another, held by something at once."""
    signed = version(simple(), SIGNED, on=line())
    made = Qualification.objects.create(
        lead_id=facts.lead(at), line=line(), version=signed, effective_at=at, recorded_at=at, cause="grade", grade="A1"
    )
    if hold:
        Hold.objects.create(qualification=made, reason=hold, occurred_at=at, recorded_at=at)
    if handed:
        one = Handoff.objects.create(
            lead_id=made.lead_id, line=line(), qualification=made, version=signed, gate="released", grade="A1",
            occurred_at=handed, recorded_at=handed, known_at=handed,
        )  # fmt: skip
        handoff_states.derive([one.pk])
    return made


def test_marketing_hands_over_within_two_business_hours():
    of = contract()
    sign(of, [HAND_OVER], START, at=SIGNED)
    qualified(paris(2026, 11, 10, 17), handed=paris(2026, 11, 12, 10))  # at the due instant: the 11th is a holiday
    qualified(paris(2026, 11, 10, 17), handed=paris(2026, 11, 12, 10, 0, 1))
    qualified(paris(2026, 11, 16, 9), hold="pace")  # a backlog is marketing's own
    qualified(paris(2026, 11, 16, 9), hold="cool_down")  # nobody may hand this one over
    qualified(paris(2026, 11, 24, 17))  # due tomorrow
    qualified(paris(2026, 10, 31, 17))  # before the terms
    found = figures(of)["5.5"]
    assert (found.met, found.missed, found.pending, found.excluded) == (1, 2, 1, 1)
    later = figures(of, paris(2026, 11, 25, 18))["5.5"]
    assert (later.met, later.missed, later.pending, later.excluded) == (1, 3, 0, 1)


def test_what_is_learned_later_does_not_change_what_was_known():
    of = contract()
    sign(of, [HAND_OVER], START, at=SIGNED)
    qualified(paris(2026, 11, 16, 9), handed=paris(2026, 11, 20, 9))
    assert figures(of, paris(2026, 11, 16, 10))["5.5"].pending == 1
    assert figures(of, paris(2026, 11, 17, 10))["5.5"].missed == 1


def test_tiers_have_deadlines_of_their_own_and_some_none():
    sign(contract(), [FIRST | {"params": TIERS}], START, at=SIGNED)
    hands = {grade: handoff(paris(2026, 11, 16, 9), grade=grade) for grade in ("A1", "B2", "C3")}
    derive.drain(paris(2026, 11, 16, 10))
    due = dict(Clock.objects.values_list("handoff_id", "due_at"))
    assert due == {hands["A1"].pk: paris(2026, 11, 16, 11), hands["B2"].pk: paris(2026, 11, 16, 13)}
    said = kinds.sentence("first_attempt", Decimal(4), TIERS)
    assert said == "first attempt within 4 business hours; A1, A2: 2 business hours, C3: nothing promised"


TRIES = {
    "days": 10,
    "tiers": [
        {"grades": ["A1"], "target": "1"},
        {"grades": ["B1", "B2"], "target": "5"},
        {"grades": ["C3"], "target": None},
    ],
}


def test_tiers_of_attempts_say_attempts_and_a_dash_runs_no_clock():
    sign(contract(), [ATTEMPTS | {"params": TRIES}], START, at=SIGNED)
    hands = {grade: handoff(paris(2026, 11, 16, 9), grade=grade) for grade in ("A1", "B2", "C3", "A3")}
    for grade in ("A1", "B2"):
        attempt(hands[grade], paris(2026, 11, 16, 10))
    pause(hands["C3"], paris(2026, 11, 16, 10), paris(2026, 11, 18, 10))
    derive.drain(paris(2026, 12, 20, 10))
    stand = dict(Clock.objects.values_list("handoff_id", "state"))
    assert stand == {hands["A1"].pk: "met", hands["B2"].pk: "missed", hands["A3"].pk: "missed"}
    read = oracle.read([one.pk for one in hands.values()], paris(2026, 12, 20, 10))
    assert {one.handoff_id: one.state for one in read} == stand
    said = kinds.sentence("min_attempts", Decimal(3), TRIES)
    assert said.endswith("; A1: 1 attempt, B1, B2: 5 attempts, C3: nothing promised")


def test_attempts_must_lie_apart_and_be_made_on_listed_channels():
    clause = ATTEMPTS | {"params": {"days": 10, "apart": 2}}
    sign(contract(), [clause], START, at=SIGNED, clock_rules={"channels": ["call"]})
    made = handoff(paris(2026, 11, 10, 9))
    assert made.rules.body["channels"] == ["call"]
    for day in (
        10,
        12,
        13,
        16,
    ):  # the 11th is a holiday: the 12th is the next business day, the 13th two after the 10th
        attempt(made, paris(2026, 11, day, 10))
    derive.drain(paris(2026, 11, 16, 12))
    row = Clock.objects.get(handoff_id=made.pk)
    assert (row.state, row.done) == ("pending", 4)
    attempt(made, paris(2026, 11, 17, 10))  # the third that counts: 10, 13, 17
    derive.drain(paris(2026, 11, 17, 12))
    row.refresh_from_db()
    assert (row.state, row.settled_at) == ("met", paris(2026, 11, 17, 10))
    assert [one.state for one in oracle.read([made.pk], paris(2026, 11, 17, 12))] == ["met"]


@pytest.mark.parametrize(
    ("decision", "state"),
    [("refuse", "met"), ("return", "met"), ("qualify", "met"), ("withdraw", "excluded"), ("expire", "missed")],
)
def test_an_outcome_is_a_need_confirmed_a_refusal_or_a_return_and_never_silence(decision, state):
    sign(contract(), [OUTCOME | {"target": "3"}], START, at=SIGNED)
    made = handoff(paris(2026, 11, 10, 9))
    decide(made, decision, paris(2026, 11, 12, 9), "no_project" if decision == "return" else "")
    derive.drain(paris(2026, 11, 20, 9))
    assert Clock.objects.get(handoff_id=made.pk).state == state


def test_a_clause_may_run_by_a_calendar_of_its_own():
    own = calendar("America/Toronto", "CA", at=SIGNED)
    sign(contract(), [FIRST | {"params": {"calendar": own.pk}}, ATTEMPTS], START, at=SIGNED)
    made = handoff(paris(2026, 11, 11, 9))  # a holiday in France, none in Canada
    derive.drain(paris(2026, 11, 11, 10))
    due = dict(Clock.objects.values_list("clause_key", "due_at"))
    assert due["6.1"] == paris(2026, 11, 11, 19)  # 13:00 in Toronto
    assert derive.rebuild(paris(2026, 11, 11, 10)) == 2
    assert dict(Clock.objects.values_list("clause_key", "due_at")) == due
    made.state_row.refresh_from_db()
    assert made.state_row.calendar_id == own.pk


def test_the_month_of_handoff_is_a_switch_of_the_terms():
    sign(contract(), [FIRST], START, at=SIGNED, clock_rules={"month": "handoff"})
    made = handoff(paris(2026, 11, 30, 17))
    derive.drain(paris(2026, 12, 1, 8))
    row = Clock.objects.get(handoff_id=made.pk)
    assert (row.due_at, row.month) == (paris(2026, 12, 1, 12), date(2026, 11, 1))


@pytest.mark.parametrize(
    ("clause", "said"),
    [
        (FIRST | {"params": {"tiers": [{"grades": ["Z9"], "target": "2"}]}}, "names grades"),
        (ATTEMPTS | {"params": {"days": 10, "tiers": [{"grades": ["A1"], "target": "2.5"}]}}, "1 to 20 whole attempts"),
        (ATTEMPTS | {"params": {"days": 10, "tiers": [{"grades": ["A1"], "target": "900"}]}}, "1 to 20 whole attempts"),
        (ATTEMPTS | {"params": {"days": 10, "tiers": [{"grades": ["A1"], "target": "0"}]}}, "1 to 20 whole attempts"),
        (
            FIRST | {"params": {"tiers": [{"grades": ["A1"], "target": "2"}, {"grades": ["A1"], "target": "3"}]}},
            "names grades",
        ),
        (ATTEMPTS | {"params": {"days": 10, "apart": 90}}, "apart"),
        (FIELDS | {"params": {}}, "fields"),
        (FIELDS | {"params": {"fields": ["shoe size"]}}, "fields"),
        (FIRST | {"params": {"calendar": 999_999}}, "calendar"),
        (VOLUME | {"params": {"where": {"shoe": ["42"]}}}, "persona, source or grades"),
    ],
)
def test_what_cannot_be_signed_is_said_in_words(clause, said):
    body = {"calendar": calendar().pk, "starts_on": START.isoformat(), "ends_on": None, "clauses": [clause]}
    assert any(said in sentence for sentence in soundness.problems(body))


def test_every_kind_uses_a_measure_that_is_registered():
    from smarketing.measures import registry

    for kind in KINDS.values():
        assert registry.find(kind.measure) is not None
        for one in (*kind.apart.values(), *([kind.against] if kind.against else [])):
            assert registry.find(one.measure) is not None


def test_adding_a_kind_is_one_row_and_one_case(monkeypatch):
    """A kind that wants the need confirmed within so many days, added while the portal runs."""
    row = replace(KINDS["decision"], key="need", kept="sql_at", queue="need")
    monkeypatch.setitem(KINDS, "need", row)
    monkeypatch.setitem(
        clocks.JUDGES, "need", lambda log, due, target, at: clocks._settle(log, due, at, kept_at=log.converted_at)
    )
    clause = {"key": "6.9", "kind": "need", "target": "3", "share": "90", "params": {}}
    of = contract()
    sign(of, [clause], START, at=SIGNED)
    made, missed = (handoff(paris(2026, 11, 10, 9)) for _n in range(2))
    decide(made, "qualify", paris(2026, 11, 12, 9))
    derive.drain(paris(2026, 11, 20, 9))
    assert dict(Clock.objects.values_list("handoff_id", "state")) == {made.pk: "met", missed.pk: "missed"}
    ids = [made.pk, missed.pk]
    read = [one.state for one in derive.read(ids, CUTOFF)]
    assert read == [one.state for one in oracle.read(ids, CUTOFF)] == ["met", "missed"]
    assert (figures(of)["6.9"].met, figures(of)["6.9"].missed) == (1, 1)


def test_a_hand_over_is_waived_by_the_other_side_and_stands_on_the_page_of_the_lead():
    of = contract()
    sign(of, [HAND_OVER, VOLUME], START, at=SIGNED)
    late = qualified(paris(2026, 11, 16, 9), handed=paris(2026, 11, 20, 9)).handoff
    kept = qualified(paris(2026, 11, 16, 9), handed=paris(2026, 11, 16, 10)).handoff
    qualified(paris(2026, 11, 16, 9))
    marketing, sales = signers()
    assert "not handed over" not in slots.clocks_of_lead(page_of(marketing), late.lead_id)
    assert "handed over within 2 business hours" in slots.clocks_of_lead(page_of(marketing), late.lead_id)
    with pytest.raises(Refusal, match="needs no waiver"):
        waivers.ask(handoff=kept, clause_key="5.5", reason="incident", by=marketing, at=CUTOFF)
    asked = waivers.ask(handoff=late, clause_key="5.5", reason="incident", by=marketing, at=CUTOFF)
    assert figures(of)["5.5"].missed == 2  # asked is not given
    with pytest.raises(Refusal, match="nobody waives their own"):
        waivers.answer(waiver=asked, kind="consent", by=marketing, at=CUTOFF)
    given = waivers.answer(waiver=asked, kind="consent", by=sales, at=CUTOFF)
    found = figures(of, max(CUTOFF, given.recorded_at))["5.5"]
    assert (found.met, found.missed, found.waived) == (1, 1, 1)
    (clock,) = handover.of_lead(late.lead_id, max(CUTOFF, given.recorded_at))
    assert (clock.handoff_id, clock.state, clock.settled_at) == (late.pk, "waived", CUTOFF)
    assert waivers.of(of) == [asked]
    with pytest.raises(Refusal, match="needs no waiver"):
        waivers.ask(handoff=late, clause_key="5.5", reason="incident", by=marketing, at=max(CUTOFF, given.recorded_at))


def test_a_hand_over_that_was_taken_back_is_not_offered_a_waiver_that_would_waive_nothing():
    of = contract()
    sign(of, [HAND_OVER, VOLUME], START, at=SIGNED)
    made = qualified(paris(2026, 11, 16, 9), handed=paris(2026, 11, 20, 9)).handoff
    facts.correct("handoff", made.pk, paris(2026, 11, 21, 9))
    (clock,) = handover.of_lead(made.lead_id, CUTOFF)
    assert (clock.handoff_id, clock.state) == (None, "missed")
    with pytest.raises(Refusal, match="no such promise"):
        waivers.ask(handoff=made, clause_key="5.5", reason="incident", by=signers()[0], at=CUTOFF)
