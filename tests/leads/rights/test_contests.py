"""Contests: in time, with words and evidence; a manager rules; upheld, the lead is with sales again, and never with who refused it."""

from datetime import timedelta

import pytest

from leads.handoffs import capacity, decisions, evidence, freed, problems, rules
from leads.models import Correction, Handoff, HandoffState, Lead, PoolMember, Routing
from leads.rights import contests, notes
from smarketing.measures import engine
from smarketing.rows import clock
from tests.leads.handoffs.desk import Desk, derived, state
from tests.people import client_of, person

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


class Court(Desk):
    """Léa refused a lead just now; Inès contests; Bo rules."""

    def __init__(self):
        super().__init__()
        self.now = clock.now()
        self.ines, self.mara = person("ines", "marketer"), person("mara", "manager", "marketing")
        self.handoff = self.hand("lea", at=self.now - timedelta(hours=2))
        self.refusal = self.refuse()

    def refuse(self):
        proof = evidence.choices("criterion", self.handoff)[0][0]
        return decisions.refuse(handoff=self.handoff, by=self.lea, at=self.now, reason="FIT-SIZE", evidence=proof)

    def contest(self, **more):
        given = {
            "decision": self.refusal,
            "text": "120 people work there.",
            "proof": "story",
            "by": self.ines,
            "at": self.now,
        }
        return contests.contest(**given | more)

    def rule(self, to, kind="upheld", **more):
        return contests.rule(**{"to": to, "kind": kind, "text": "They fit.", "by": self.boss, "at": self.now} | more)


@pytest.fixture
def court():
    return Court()


def stage(handoff: Handoff) -> str:
    return Lead.objects.get(pk=handoff.lead_id).stage


def test_a_contest_has_words_evidence_and_a_day_for_its_ruling(court):
    for wrong, field in (({"text": " "}, "text"), ({"proof": "nothing"}, "proof")):
        with pytest.raises(problems.Refusal) as refusal:
            court.contest(**wrong)
        assert refusal.value.field == field
    made = court.contest()
    assert made.due_on == contests.after(clock.today(court.now), 5) and list(contests.standing().unruled()) == [made]
    with pytest.raises(problems.Refusal, match="before"):
        court.contest()


def test_after_the_days_of_the_contract_it_is_too_late_and_an_opposition_is_never_contested(court):
    late = court.now + timedelta(days=9)
    with pytest.raises(problems.Refusal, match="5 business days"):
        court.contest(at=late)
    other = court.hand("lea", at=court.now - DAY)
    opposed = decisions.refuse(handoff=other, by=court.lea, at=court.now, reason="OPP-OUT")
    with pytest.raises(problems.Refusal, match="asked not to be contacted"):
        court.contest(decision=opposed)
    assert contests.may_still(court.handoff.lead_id, court.now) == [court.refusal]
    assert contests.may_still(other.lead_id, court.now) == []


def test_upheld_the_lead_is_with_sales_again_with_another_rep_and_counts_as_never_refused(court):
    PoolMember.objects.update(weight=1)
    made = court.contest()
    court.rule(made)
    row = state(court.handoff)
    assert (row.state, row.rep, row.first_decision, stage(court.handoff)) == ("assigned", court.paul, "", "mql")
    assert Correction.objects.filter(subject="decision", subject_id=court.refusal.pk).exists()
    assert Routing.objects.filter(handoff=court.handoff, cause="contested", rep=court.paul).exists()
    assert derived(court.handoff) == HandoffState.objects.filter(pk=court.handoff.pk).values().get()
    with pytest.raises(problems.Refusal, match="has been ruled on"):
        court.rule(made)


def test_where_nobody_else_is_free_it_waits_and_never_goes_back_to_who_refused_it(court):
    PoolMember.objects.filter(rep=court.lea).update(weight=1)
    court.rule(court.contest())
    assert (state(court.handoff).state, state(court.handoff).rep) == ("pooled", None)
    assert freed.look(court.now + DAY) == 0
    assert capacity.refused([court.handoff]) == {court.handoff.lead_id: {court.lea.pk}}
    PoolMember.objects.update(weight=1)
    assert freed.look(court.now + DAY) == 1 and state(court.handoff).rep == court.paul


def test_whoever_left_does_not_get_it_back_though_the_contract_lets_them(court):
    PoolMember.objects.filter(rep=court.paul).update(weight=1)
    kind = {"contract": "c", "line": court.line, "return_to_same_rep": True}
    rules.adopt_rules(**kind, effective_at=court.now - 9 * DAY, at=court.now)
    court.handoff = court.hand("lea", at=court.now - timedelta(hours=1))
    court.refusal = court.refuse()
    made = court.contest()
    court.lea.is_active = False
    court.lea.save(update_fields=["is_active"])
    court.rule(made)
    assert state(court.handoff).rep == court.paul


def test_rejected_the_decision_stays_and_nobody_rules_on_their_own_contest(court):
    made = court.contest(by=court.mara)
    with pytest.raises(problems.Refusal, match="another manager"):
        court.rule(made, by=court.mara)
    court.rule(made, "stays")
    assert state(court.handoff).state == "refused" and stage(court.handoff) == "recycled"
    assert not contests.standing().unruled().exists()


def test_a_contest_taken_back_is_none_and_a_lead_with_sales_again_does_not_come_twice(court):
    made = court.contest()
    notes.take_back(note=made.note, by=court.ines, at=court.now, reason="a mistake")
    with pytest.raises(problems.Refusal, match="taken back"):
        court.rule(made)
    again = court.contest()
    from leads.handoffs import handing

    handing.hand_over(lead=court.handoff.lead, line=court.line, gate="manual", by=None, at=court.now)
    with pytest.raises(problems.Refusal, match="handed over again"):
        court.rule(again)
    assert not contests.rulings([again.pk])


def test_contests_are_counted_and_what_was_upheld_is_a_share_of_what_was_ruled(court):
    court.rule(court.contest(), "stays")
    day = clock.today(court.now)
    asked = {"first": day.replace(day=1), "until": day + DAY, "cutoff": clock.now() + timedelta(minutes=1)}
    assert engine.answer("contested", **asked).total.value == 1
    found = engine.answer("upheld", **asked).total
    assert (found.value, found.n, found.of) == (0, 0, 1)


def test_the_pages_say_contest_and_rule_once(court):
    page = client_of(court.ines).get(f"/leads/{court.handoff.lead_id}/").content.decode()
    assert f"/leads/decisions/{court.refusal.pk}/contest/" in page
    browser = client_of(court.ines)
    assert (
        browser.post(f"/leads/decisions/{court.refusal.pk}/contest/", {"text": "No.", "proof": ""}).status_code == 422
    )
    browser.post(f"/leads/decisions/{court.refusal.pk}/contest/", {"text": "They are 120.", "proof": "story"})
    made = contests.standing().get()
    boss = client_of(court.boss)
    assert "They are 120." in boss.get("/leads/contests/?ruling=no").content.decode()
    assert "They are 120." in boss.get(f"/leads/contests/{made.pk}/rule/").content.decode()
    boss.post(f"/leads/contests/{made.pk}/rule/", {"kind": "stays", "text": "Too small."})
    page = client_of(court.ines).get(f"/leads/{court.handoff.lead_id}/").content.decode()
    assert "Too small." in page and "rejected: the decision stays" in page
    assert client_of(court.lea).get(f"/leads/contests/{made.pk}/rule/").status_code == 403
    assert boss.get("/api/v1/contests/?ruling=stays").json()[0]["note"] == "They are 120."
