"""A lead handed over by hand: with a reason that stands in the story, also one that was disqualified; never one that opposes."""

from datetime import timedelta

import pytest

from leads.evidence import story, telling
from leads.handoffs import decisions
from leads.models import Handoff, Lead
from leads.rights import by_hand
from leads.rights.problems import Refusal
from smarketing.rows import clock
from tests.leads import facts
from tests.leads.handoffs.desk import Desk, state
from tests.people import client_of, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def lead():
    return Lead.objects.get(pk=facts.lead(clock.now() - timedelta(days=3), first_name="Ann"))


def told(lead) -> str:
    entries, _more = story.page(lead, clock.now())
    return " ".join(f"{one.text} {one.note}" for one in telling.lines(entries, personal=True, lead=lead.pk))


def test_marketing_hands_a_lead_over_by_hand_and_the_story_says_why(desk, lead):
    page = client_of(person("mia", "marketer"))
    assert f"/leads/{lead.pk}/hand-over/" in page.get(f"/leads/{lead.pk}/").content.decode()
    assert page.post(f"/leads/{lead.pk}/hand-over/", {"line": desk.line.pk, "reason": " "}).status_code == 422
    answer = page.post(
        f"/leads/{lead.pk}/hand-over/", {"line": desk.line.pk, "reason": "Asked at the fair."}, follow=True
    )
    assert "Handed to sales" in answer.content.decode()
    made = Handoff.objects.get()
    assert (made.gate, made.by.name) == ("manual", "mia") and Lead.objects.get(pk=lead.pk).stage == "mql"
    assert "Handed over by hand: Asked at the fair." in told(lead) and "handed to sales (by hand)" in told(lead)
    again = page.post(f"/leads/{lead.pk}/hand-over/", {"line": desk.line.pk, "reason": "Again."})
    assert again.status_code == 422 and "with sales already" in again.content.decode()
    assert "Again." not in told(lead)


def test_a_disqualified_lead_is_opened_again_with_a_reason(desk):
    handoff, at = desk.hand(at=clock.now() - timedelta(hours=2)), clock.now()
    decisions.refuse(handoff=handoff, by=desk.lea, at=at, reason="FIT-IND", evidence="field:company.name")
    lead = Lead.objects.get(pk=handoff.lead_id)
    assert lead.stage == "disqualified"
    assert "opens it again" in client_of(desk.boss).get(f"/leads/{lead.pk}/hand-over/").content.decode()
    made = by_hand.hand_over(lead=lead, line=desk.line, reason="They changed trades.", by=desk.boss, at=clock.now())
    assert state(made).is_open and Lead.objects.get(pk=lead.pk).stage == "mql" and not state(made).first


def test_who_opposes_is_not_handed_over_and_a_rep_hands_nothing_over(desk, lead):
    facts.change("lead", lead.pk, "opted_out", True, clock.now() - timedelta(hours=1))
    with pytest.raises(Refusal, match="asked not to be contacted"):
        by_hand.hand_over(lead=lead, line=desk.line, reason="Please.", by=desk.boss, at=clock.now())
    assert not Handoff.objects.exists() and "Please." not in told(lead)
    assert client_of(desk.lea).get(f"/leads/{lead.pk}/hand-over/").status_code in (403, 404)


def test_a_program_of_a_person_hands_over_too(desk, lead):
    page = client_of(person("mia", "marketer"))
    address = f"/api/v1/leads/{lead.pk}/hand-over/"
    assert (
        page.post(address, {"reason": "Yes.", "definition": 10**6}, content_type="application/json").status_code == 400
    )
    answer = page.post(address, {"reason": "Asked by mail."}, content_type="application/json")
    assert answer.status_code == 201 and answer.json() == {
        "handoff": Handoff.objects.get().pk,
        "state": "pooled",
        "rep": "",
    }
