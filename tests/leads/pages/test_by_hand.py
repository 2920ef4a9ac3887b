"""What people write by hand, and take back: companies, values, deals."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from leads.handoffs import attempts, deals, deals_back, problems, routing
from leads.intake import by_hand
from leads.models import AttributeChange, Company, Correction, Deal, Lead
from smarketing.accounts.models import AuditEntry
from smarketing.rows import clock
from tests.leads import facts
from tests.leads.handoffs.desk import Desk, state
from tests.leads.pages.test_pages import client_of
from tests.people import person

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
LATER = timedelta(hours=1)


def test_a_company_is_added_and_edited_once_per_domain_and_name():
    anna, rep = person("anna", "marketer"), client_of(person("rep", "rep"))
    client = client_of(anna)
    assert "Write a name or a domain" in client.post("/companies/add/", {"country": "FR"}).text
    assert "is not a domain" in client.post("/companies/add/", {"domain": "acme"}).text
    sent = {"name": "  L’Œuvre   SAS ", "domain": "https://www.oeuvre.example/a", "employees": "120"}
    assert client.post("/companies/add/", sent).status_code == 302
    one = Company.objects.get()
    assert (one.name, one.domain, one.employees) == ("L’Œuvre SAS", "oeuvre.example", 120)
    assert "has this domain" in client.post("/companies/add/", {"domain": "OEUVRE.example"}).text
    assert "has this name" in client.post("/companies/add/", {"name": "l’œuvre sas"}).text
    lead = facts.lead(AT, company=one.pk)
    edited = {"name": one.name, "domain": one.domain, "employees": "130", "industry": "SaaS"}
    assert client.post(f"/companies/{one.pk}/edit/", edited).status_code == 302
    assert "Nothing has changed" in client.post(f"/companies/{one.pk}/edit/", edited, follow=True).text
    one.refresh_from_db()
    assert (one.employees, one.industry) == (130, "SaaS") and lead
    assert AuditEntry.objects.get(verb="company.edit").detail == {"fields": ["employees", "industry"]}
    for address in ("/companies/add/", f"/companies/{one.pk}/edit/"):
        assert rep.get(address).status_code == 403


def test_values_written_by_mistake_are_taken_back_and_what_held_before_holds_again():
    desk, anna = Desk(), person("anna", "marketer")
    lead = Lead.objects.get(pk=facts.lead(AT, email="a@x.example", phone="1", function="CEO"))
    by_hand.edit_lead(lead=lead, values={"phone": "2", "function": "CTO"}, company={}, by=anna, at=clock.now())
    change = AttributeChange.objects.filter(by=anna).latest("pk")
    client, boss = client_of(anna), client_of(desk.boss)
    there = f"/leads/changes/{change.pk}/back/"
    assert there in client.get(f"/leads/{lead.pk}/").text
    page = client.get(there).text
    assert "CTO" in page and ">2<" in page
    with pytest.raises(by_hand.ByHandError, match="reason"):
        by_hand.take_back_values(change=change, by=anna, at=clock.now() + LATER, reason=" ")
    with pytest.raises(by_hand.ByHandError, match="not_yours"):
        by_hand.take_back_values(change=change, by=person("otto", "marketer"), at=clock.now(), reason="x")
    assert boss.post(there, {"reason": "another lead"}).status_code == 302
    lead.refresh_from_db()
    assert (lead.phone, lead.function) == ("1", "CEO") and Correction.objects.count() == 2
    assert "taken back before" in boss.get(there).text
    assert there not in client.get(f"/leads/{lead.pk}/").text
    born = by_hand.add_lead(values={"last_name": "New"}, company={}, by=anna, at=clock.now())
    first = AttributeChange.objects.get(subject_id=born, field="last_name")
    assert "first values" in client.post(f"/leads/changes/{first.pk}/back/", {"reason": "x"}).text
    foreign = client_of(desk.paul).get(f"/leads/changes/{first.pk}/back/")
    assert foreign.status_code == 404


def test_a_deal_opened_by_mistake_is_as_if_it_had_not_been():
    desk = Desk()
    handoff = desk.hand(at=clock.now() - LATER)
    before = (state(handoff).state, Lead.objects.get(pk=handoff.lead_id).stage)
    deal = deals.open_deal(
        lead=handoff.lead,
        handoff=handoff,
        by=desk.lea,
        at=clock.now(),
        title="Acme",
        contacts={handoff.lead_id: "decides"},
    )
    assert state(handoff).state == "converted" and Lead.objects.get(pk=handoff.lead_id).stage == "opportunity"
    with pytest.raises(problems.Refusal, match="Say why"):
        deals_back.take_back(deal=deal, by=desk.lea, at=clock.now() + LATER, reason="")
    with pytest.raises(problems.NotYours):
        deals_back.take_back(deal=deal, by=desk.paul, at=clock.now(), reason="x")
    deals.win(deal=deal, by=desk.lea, at=clock.now(), amount=Decimal(9))
    with pytest.raises(problems.Refusal, match="open it again first"):
        deals_back.take_back(deal=deal, by=desk.lea, at=clock.now(), reason="x")
    deals_back.reopen(deal=deal, by=desk.lea, at=clock.now())
    lea = client_of(desk.lea)
    assert f"/deals/{deal.pk}/back/" in lea.get(f"/deals/{deal.pk}/").text
    assert lea.post(f"/deals/{deal.pk}/back/", {"reason": "wrong lead"}).status_code == 302
    assert (state(handoff).state, Lead.objects.get(pk=handoff.lead_id).stage) == before
    assert not Deal.objects.standing().exists() and deals.contacts_of(deal) == {}
    page = lea.get(f"/deals/{deal.pk}/").text
    assert "Taken back on" in page and "Mark as won" not in page
    assert "Acme</a>" not in lea.get(f"/leads/{handoff.lead_id}/").text
    with pytest.raises(problems.Refusal, match="taken back before"):
        deals_back.take_back(deal=deal, by=desk.lea, at=clock.now(), reason="x")


def test_the_stage_goes_back_with_the_deal_that_alone_made_it():
    desk = Desk()
    handoff = desk.hand(at=clock.now() - LATER)
    before = Lead.objects.get(pk=handoff.lead_id).stage
    one = deals.open_deal(lead=handoff.lead, handoff=handoff, by=desk.lea, at=clock.now(), title="A")
    other = deals.open_deal(lead=handoff.lead, handoff=handoff, by=desk.lea, at=clock.now(), title="B")
    deals_back.take_back(deal=one, by=desk.lea, at=clock.now(), reason="")
    assert Lead.objects.get(pk=handoff.lead_id).stage == "opportunity" and state(handoff).state == "converted"
    deals_back.take_back(deal=other, by=desk.lea, at=clock.now(), reason="")
    assert Lead.objects.get(pk=handoff.lead_id).stage == before and state(handoff).is_open


def test_a_sales_manager_opens_a_deal_on_any_lead_and_a_rep_on_the_one_they_had():
    desk = Desk()
    lead, mine = facts.lead(AT, last_name="Roe"), desk.hand(at=clock.now() - LATER)
    boss, lea, paul = client_of(desk.boss), client_of(desk.lea), client_of(desk.paul)
    there = f"/leads/{lead}/deal/"
    assert there in boss.get(f"/leads/{lead}/").text and boss.get(there).status_code == 200
    assert boss.post(there, {"title": "", "amount": "x"}).status_code == 422
    assert boss.post(there, {"title": "Renewal", "amount": "1200"}).status_code == 302
    made = Deal.objects.get()
    assert (made.title, made.amount, made.handoff, made.lead_id) == ("Renewal", 1200, None, lead)
    assert Lead.objects.get(pk=lead).stage == "opportunity"
    assert lea.get(f"/leads/{mine.lead_id}/deal/").status_code == 200
    assert [lea.get(there).status_code, paul.get(f"/leads/{mine.lead_id}/deal/").status_code] == [404, 404]
    assert client_of(person("anna", "marketer")).get(there).status_code == 403


def test_a_rep_named_by_mistake_or_a_lead_taken_by_mistake_goes_back():
    desk = Desk()
    handoff = desk.hand("lea", at=clock.now() - LATER)
    routing.reassign(handoff=handoff, rep=desk.paul, by=desk.boss, at=clock.now())
    named = handoff.assignments.latest("pk")
    there = f"/queue/undo/assignment/{named.pk}/"
    boss, paul = client_of(desk.boss), client_of(desk.paul)
    assert there in boss.get(f"/leads/{handoff.lead_id}/").text and "paul is in charge" in boss.get(there).text
    assert paul.post(there, {"reason": "not mine"}).status_code == 404
    with pytest.raises(problems.Refusal, match="Say why"):
        routing.take_back(assignment=named, by=desk.boss, at=clock.now() + LATER, reason="")
    assert boss.post(there, {"reason": "wrong Paul"}).status_code == 302
    assert state(handoff).rep == desk.lea
    with pytest.raises(problems.Refusal, match="taken back before"):
        routing.take_back(assignment=named, by=desk.boss, at=clock.now(), reason="x")
    pooled = desk.hand(None, at=clock.now() - LATER)
    routing.take(handoff=pooled, by=desk.paul, at=clock.now())
    taken = pooled.assignments.latest("pk")
    attempt = attempts.log(handoff=pooled, by=desk.paul, at=clock.now(), channel="call", outcome="no_answer")
    assert "Work depends on it" in paul.post(f"/queue/undo/assignment/{taken.pk}/", {"reason": "x"}).text
    attempts.undo(attempt=attempt, by=desk.paul, at=clock.now())
    assert paul.post(f"/queue/undo/assignment/{taken.pk}/", {"reason": ""}).status_code == 302
    assert (state(pooled).state, state(pooled).rep) == ("pooled", None)
    turn = handoff.assignments.order_by("pk").first()
    with pytest.raises(problems.Refusal, match=r"by hand|since"):
        routing.take_back(assignment=turn, by=desk.boss, at=clock.now(), reason="x")
