"""What may be taken back, by whom, until when, with which reason: each row of the one table, in open and closed months."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from leads.handoffs import attempts, deals, deals_back, decisions, problems, routing
from leads.intake import by_hand, corrections, hooks, means, unmaking
from leads.models import (
    AttributeChange,
    Campaign,
    Company,
    CompanyMerge,
    CompanyPair,
    Correction,
    Deal,
    DealContact,
    ErasureProposal,
    Lead,
    MergeSuggestion,
)
from leads.rights import consent, notes, retention
from leads.rights.problems import Refusal
from leads.twins import firms, firms_likely, likely, merge
from smarketing.measures import engine
from smarketing.rows import clock
from tests.leads import facts
from tests.leads.handoffs.desk import Desk
from tests.leads.pages.test_pages import client_of
from tests.leads.twins import test_merge
from tests.people import person

pytestmark = pytest.mark.django_db
LATER = timedelta(hours=1)


class Office(Desk):
    """A desk, and beside it two marketers."""

    def __init__(self):
        super().__init__()
        self.anna, self.otto = person("anna", "marketer"), person("otto", "marketer")
        self.root, self.admin = person("root", "administrator"), person("admin", "administrator")


@dataclass(frozen=True)
class Case:
    """How a fact is made by somebody who has no more than that, and taken back; who else would like to."""

    author: str
    other: str
    make: Callable[[Office, Any], Any]
    back: Callable[..., Any]
    boss: str = "boss"


def _handed(office: Office, rep: str | None = "lea"):
    return office.hand(rep, at=clock.now() - LATER)


def _lead(**values: Any) -> Lead:
    return Lead.objects.get(pk=facts.lead(clock.now() - LATER, **values))


def _written(office: Office, by) -> AttributeChange:
    lead = _lead(phone="1")
    by_hand.edit_lead(lead=lead, values={"phone": "2"}, company={}, by=by, at=clock.now())
    return AttributeChange.objects.get(by=by)


def _spent(office: Office, by):
    pk = by_hand.add_campaign(values={"key": "fair", "name": "Fair"}, by=by, at=clock.now())
    campaign = Campaign.objects.get(pk=pk)
    return by_hand.add_spend(
        campaign=campaign, spent_on=clock.today(), amount=Decimal(9), label="", by=by, at=clock.now()
    )


def _campaign(key: str, by) -> Campaign:
    return Campaign.objects.get(pk=by_hand.add_campaign(values={"key": key}, by=by, at=clock.now()))


def _planned(office: Office, by):
    given = {"first_day": clock.today(), "last_day": clock.today(), "amount": Decimal(9), "label": ""}
    return means.plan_cost(campaign=_campaign("fair", by), by=by, at=clock.now(), **given)


def _worked(office: Office, by):
    given = {"side": "marketing", "team": None, "person": None, "hours": Decimal(2), "rate": Decimal(50), "label": ""}
    return means.add_time(campaign=_campaign("fair", by), worked_on=clock.today(), by=by, at=clock.now(), **given)


def _joined(office: Office, by):
    return means.merge_campaigns(loser=_campaign("fair", by), root=_campaign("fair 2", by), by=by, at=clock.now())


def _said(office: Office, by):
    said = {"kind": "given", "purpose": "any", "channel": "any", "basis": "consent", "source": "call", "text": "yes"}
    return consent.say(lead=_lead(), said_on=None, by=by, at=clock.now(), **said)


def _taken(office: Office, by):
    handoff = _handed(office, None)
    routing.take(handoff=handoff, by=by, at=clock.now())
    return handoff.assignments.latest("pk")


def _deal(office: Office, by) -> Deal:
    return deals.open_deal(lead=(handed := _handed(office)).lead, handoff=handed, by=by, at=clock.now(), title="A")


class Closed:
    """A deal that was won, as the closing that may be taken back."""

    def __init__(self, office: Office, by):
        self.deal = deals.win(deal=_deal(office, by), by=by, at=clock.now(), amount=Decimal(9))
        found = deals_back.closing(self.deal)
        self.pk, self.recorded_at = found.ids[0], found.recorded_at


def _retitled(office: Office, by) -> AttributeChange:
    deal = deals.change_deal(deal=_deal(office, by), by=by, at=clock.now(), title="B", amount=None)
    return AttributeChange.objects.get(subject="deal", subject_id=deal.pk, field="title", value="B")


def _retitled_back(change: AttributeChange, **how) -> None:
    deals_back.take_back_values(deal=Deal.objects.get(pk=change.subject_id), change=change, **how)


def _named(office: Office, by) -> DealContact:
    deal = _deal(office, by)
    deals.change_deal(deal=deal, by=by, at=clock.now(), title="A", amount=None, contacts={deal.lead_id: "pays"})
    return deal.contacts.get()


def _added(add: Callable[..., int], model, values: dict, **more: Any) -> Callable[[Office, Any], Any]:
    return lambda office, by: model.objects.get(pk=add(values=values, by=by, at=clock.now(), **more))


def _apart(office: Office, by) -> MergeSuggestion:
    found = MergeSuggestion.objects.create(first=_lead(), second=_lead(), reasons=["email"], weight=1)
    likely.PAIRS.dismiss(pair=found, by=by, at=clock.now())
    return found


def _apart_firms(office: Office, by) -> CompanyPair:
    pair = [Company.objects.get(pk=facts.company(clock.now() - LATER, name=name)) for name in ("Vela", "Vela 2")]
    found = CompanyPair.objects.create(first=pair[0], second=pair[1], reasons=["name"], weight=1)
    firms_likely.PAIRS.dismiss_many(pairs=[found], by=by, at=clock.now())
    return CompanyPair.objects.get(pk=found.pk)


def _joined_firms(office: Office, by) -> CompanyMerge:
    loser, root = (Company.objects.get(pk=facts.company(clock.now() - LATER, name=name)) for name in ("Vela", "Vela 2"))
    return firms.merge(loser=loser, root=root, by=by, at=clock.now())


def _kept(office: Office, by) -> ErasureProposal:
    at = clock.now()
    found = ErasureProposal.objects.create(lead=_lead(), purpose="prospect", last_contact_at=at, proposed_at=at)
    retention.keep(proposals=[found], reason="a client soon", by=by, at=at)
    return ErasureProposal.objects.get(pk=found.pk)


def _unmade(thing, **how):
    return unmaking.take_back(thing=thing, **how)


CASES: dict[str, Case] = {
    "attempt": Case("lea", "paul", lambda o, by: attempts.log(handoff=_handed(o), by=by, at=clock.now(), channel="call", outcome="no_answer"), lambda f, **how: attempts.undo(attempt=f, **how)),
    "decision": Case("lea", "paul", lambda o, by: decisions.accept(handoff=_handed(o), by=by, at=clock.now()), lambda f, **how: decisions.undo(decision=f, **how)),
    "deal": Case("lea", "paul", _deal, lambda f, **how: deals_back.take_back(deal=f, **how)),
    "assignment": Case("paul", "lea", _taken, lambda f, **how: routing.take_back(assignment=f, **how)),
    "attributechange": Case("anna", "otto", _written, lambda f, **how: by_hand.take_back_values(change=f, **how)),
    "spend": Case("anna", "otto", _spent, lambda f, **how: by_hand.take_back_spend(spend=f, **how)),
    "plannedcost": Case("anna", "otto", _planned, lambda f, **how: means.take_back(fact=f, **how)),
    "timespent": Case("anna", "otto", _worked, lambda f, **how: means.take_back(fact=f, **how)),
    "campaignmerge": Case("anna", "otto", _joined, lambda f, **how: means.take_back(fact=f, **how)),
    "note": Case("lea", "anna", lambda o, by: notes.write(lead=_lead(), text="x", by=by, at=clock.now()), lambda f, **how: notes.take_back(note=f, **how)),
    "consent": Case("anna", "otto", _said, lambda f, **how: consent.take_back(consent=f, **how)),
    "closing": Case("lea", "paul", Closed, lambda f, **how: deals_back.reopen(deal=f.deal, **how)),
    "dealvalues": Case("lea", "paul", _retitled, _retitled_back),
    "dealcontact": Case("lea", "paul", _named, lambda f, **how: deals_back.take_back_contact(contact=f, **how)),
    "lead": Case("anna", "otto", _added(by_hand.add_lead, Lead, {"last_name": "Roe"}, company={}), _unmade),
    "company": Case("anna", "otto", _added(by_hand.add_company, Company, {"name": "Vela"}), _unmade),
    "campaign": Case("anna", "otto", _added(by_hand.add_campaign, Campaign, {"key": "fair"}), _unmade),
    "mergesuggestion": Case("anna", "otto", _apart, lambda f, **how: likely.PAIRS.take_back(pair=f, **how)),
    "companymerge": Case("anna", "otto", _joined_firms, lambda f, **how: firms.take_back(merge=f, **how)),
    "companypair": Case("anna", "otto", _apart_firms, lambda f, **how: firms_likely.PAIRS.take_back(pair=f, **how)),
    "erasureproposal": Case("root", "anna", _kept, lambda f, **how: retention.take_back(proposal=f, **how), "admin"),
    "merge": Case("anna", "otto", lambda o, by: merge.merge(loser=_lead(), root=_lead(), by=by, at=clock.now()), lambda f, **how: merge.take_back(merge=f, **how)),
}  # fmt: skip
QUICK, SLOW = timedelta(seconds=30), timedelta(seconds=40)
# (who, how long after, reason) -> what becomes of it in an open month, in a closed one
RULE: dict[tuple[str, timedelta, str], tuple[str, str]] = {
    ("author", QUICK, ""): ("done", "done"),
    ("author", SLOW, " "): ("reason", "closed"),
    ("author", SLOW, "a mistake"): ("done", "closed"),
    ("other", QUICK, ""): ("not_yours", "not_yours"),
    ("other", SLOW, "a mistake"): ("not_yours", "not_yours"),
    ("boss", QUICK, ""): ("reason", "reason"),
    ("boss", SLOW, ""): ("reason", "reason"),
    ("boss", SLOW, "a mistake"): ("done", "done"),
}


def test_every_row_of_the_table_has_its_case():
    assert set(CASES) == set(corrections.RULES)


def became(office: Office, subject: str, who: str, after: timedelta, reason: str) -> str:
    """What becomes of taking a fresh fact back so. Undone."""
    case = CASES[subject]
    with transaction.atomic():
        fact = case.make(office, getattr(office, case.author))
        rule, by = corrections.RULES[subject], getattr(office, getattr(case, who))
        try:
            case.back(fact, by=by, at=getattr(fact, rule.since) + after, reason=reason)
            found = "done"
        except problems.NotYours:
            found = "not_yours"
        except by_hand.ByHandError as refusal:
            found = refusal.key
        except (problems.Refusal, Refusal, merge.Refusal) as refusal:
            said = {str(one): key for key, one in corrections.SAID.items()} | {
                str(corrections.RULES[subject].not_yours): "not_yours"
            }
            found = said.get(str(refusal), str(refusal))
            assert refusal.field == ("reason" if found == "reason" else "")
        assert is_back(subject, fact) == (found == "done")
        transaction.set_rollback(True)
    return found


def is_back(subject: str, fact: Any) -> bool:
    """Whether a correction stands of it; of what is no fact, whether it is open again."""
    name = corrections.RULES[subject].fact
    if name == "":
        return type(fact).objects.get(pk=fact.pk).state == "open"
    return Correction.objects.filter(subject=name or subject, subject_id=fact.pk).exists()


@pytest.mark.parametrize("closed", [False, True], ids=["open month", "closed month"])
@pytest.mark.parametrize("subject", CASES)
def test_each_row_says_who_until_when_and_with_which_reason(subject, closed, monkeypatch):
    monkeypatch.setattr(hooks, "closed_months", [lambda first, last: {first} if closed else set()])
    office = Office()
    found = {key: became(office, subject, *key) for key in RULE}
    chief = corrections.RULES[subject].chiefs(
        getattr(office, CASES[subject].author)
    )  # who asks nobody once it is closed
    assert found == {key: said[closed and not (chief and key[0] == "author")] for key, said in RULE.items()}


def test_the_month_is_that_in_which_it_happened(monkeypatch):
    """An attempt written today of last month is late for its author where last month is closed."""
    past = clock.today().replace(day=1) - timedelta(days=1)
    monkeypatch.setattr(hooks, "closed_months", [lambda first, last: {past.replace(day=1)} & {first}])
    desk = Desk()
    then = clock.now() - timedelta(days=clock.today().day)
    old = attempts.log(
        handoff=desk.hand(at=then - LATER), by=desk.lea, at=clock.now(), channel="call", outcome="reached", occurred_at=then
    )  # fmt: skip
    with pytest.raises(problems.Refusal, match="month is closed"):
        attempts.undo(attempt=old, by=desk.lea, at=clock.now() + LATER, reason="x")
    attempts.undo(attempt=old, by=desk.boss, at=clock.now() + LATER, reason="x")


def test_the_undo_machine_knows_every_row_of_the_table():
    assert set(test_merge.SUBJECTS.values()) == set(corrections.RULES)
    assert set(test_merge.SUBJECTS) == set(test_merge.UNDOES.values())


@pytest.mark.invariant("I20", mutant="a rule that never asks for a reason")
def test_a_rule_that_forgets_the_reason_is_noticed(monkeypatch):
    monkeypatch.setattr(corrections, "QUICK", timedelta(days=1))
    assert became(Office(), "note", "author", SLOW, "") != RULE["author", SLOW, " "][0]


def test_a_closing_is_of_the_month_of_its_day(monkeypatch):
    """Who won a deal today of a day in a closed month asks a manager to open it again."""
    past = clock.today().replace(day=1) - timedelta(days=1)
    monkeypatch.setattr(hooks, "closed_months", [lambda first, last: {past.replace(day=1)} & {first}])
    desk = Desk()
    handed = desk.hand(at=clock.now() - timedelta(days=70))
    then = clock.now() - timedelta(days=60)
    deal = deals.open_deal(lead=handed.lead, handoff=handed, by=desk.lea, at=then, title="A")
    deals.win(deal=deal, by=desk.lea, at=clock.now(), amount=Decimal(9), closed_on=past)
    with pytest.raises(problems.Refusal, match="month is closed"):
        deals_back.reopen(deal=deal, by=desk.lea, at=clock.now() + LATER, reason="x")
    assert deals_back.reopen(deal=deal, by=desk.boss, at=clock.now() + LATER, reason="x").state == "open"


def counts() -> tuple[int, ...]:
    until = clock.today() + timedelta(days=1)
    leads = engine.answer("leads", first=until - timedelta(days=9), until=until, cutoff=clock.now()).total.value
    living = Lead.objects.filter(erased=False)
    return int(leads or 0), living.count(), Company.objects.standing().count(), Campaign.objects.standing().count()


def test_what_was_added_by_mistake_is_gone_from_pages_and_counts():
    """A lead with the company that came with it, a company, a campaign; each from the button of its own page."""
    office = Office()
    anna, before = client_of(office.anna), counts()
    by_hand.add_lead(values={"last_name": "Roe"}, company={"name": "Vela"}, by=office.anna, at=clock.now())
    by_hand.add_company(values={"name": "Nova"}, by=office.anna, at=clock.now())
    by_hand.add_campaign(values={"key": "fair", "name": "Fair"}, by=office.anna, at=clock.now())
    assert counts() == tuple(n + more for n, more in zip(before, (1, 1, 2, 1), strict=True))
    lead, nova, fair = Lead.objects.get(), Company.objects.get(name="Nova"), Campaign.objects.get()
    for there in (f"/leads/{lead.pk}/", f"/companies/{nova.pk}/", f"/campaigns/{fair.pk}/"):
        assert f"{there}back/" in anna.get(there).text
        assert anna.post(f"{there}back/", {"reason": ""}).status_code == 302
    assert counts() == before
    assert "Taken back on" in anna.get(f"/leads/{lead.pk}/").text and "Fair" not in anna.get("/campaigns/").text
    assert "Nova" not in anna.get("/companies/").text and anna.get(f"/companies/{nova.pk}/").status_code == 404
    again = by_hand.add_company(values={"name": "Nova"}, by=office.anna, at=clock.now())
    assert Company.objects.get(pk=again).name == "Nova"


def test_it_is_refused_with_the_list_while_something_hangs_on_it():
    office = Office()
    firm = Company.objects.get(pk=by_hand.add_company(values={"name": "Vela"}, by=office.anna, at=clock.now()))
    fair = Campaign.objects.get(pk=by_hand.add_campaign(values={"key": "fair"}, by=office.anna, at=clock.now()))
    said = {"last_name": "Roe", "campaign": fair.pk}
    lead = Lead.objects.get(pk=by_hand.add_lead(values=said, company={"name": "Vela"}, by=office.anna, at=clock.now()))
    notes.write(lead=lead, text="x", by=office.lea, at=clock.now())
    anna = client_of(office.anna)
    for thing, said in (
        (lead, "note or praise written · lea"),
        (firm, "taken into it by hand · anna"),
        (fair, "taken into it by hand"),
    ):
        there = f"/{'companies' if thing is firm else f'{thing._meta.model_name}s'}/{thing.pk}/back/"
        page = anna.get(there).text
        assert said in page and 'name="reason"' not in page
        assert anna.post(there, {"reason": "x"}).status_code == 422
        with pytest.raises(by_hand.ByHandError, match="hanging"):
            unmaking.take_back(thing=thing, by=office.anna, at=clock.now(), reason="x")
    assert not Correction.objects.exists()
    notes.take_back(note=lead.notes.get(), by=office.lea, at=clock.now(), reason="")
    unmaking.take_back(thing=lead, by=office.anna, at=clock.now(), reason="")
    unmaking.take_back(thing=firm, by=office.anna, at=clock.now(), reason="")
    unmaking.take_back(thing=fair, by=office.anna, at=clock.now(), reason="")


def test_values_and_contacts_of_a_deal_have_a_way_back_on_its_page():
    office = Office()
    change = _retitled(office, office.lea)
    deal = Deal.objects.get(pk=change.subject_id)
    deals.change_deal(deal=deal, by=office.lea, at=clock.now(), title="B", amount=None, contacts={deal.lead_id: "pays"})
    contact, lea = deal.contacts.get(), client_of(office.lea)
    values, role = f"/deals/changes/{change.pk}/back/", f"/deals/contacts/{contact.pk}/back/"
    page = lea.get(f"/deals/{deal.pk}/").text
    assert values in page and role in page
    assert f"/leads/changes/{change.pk}/back/" not in lea.get(f"/leads/{deal.lead_id}/").text
    assert "pays" in lea.get(role).text and client_of(office.paul).get(values).status_code == 404
    assert [lea.post(there, {"reason": ""}).status_code for there in (values, role)] == [302, 302]
    deal.refresh_from_db()
    assert deal.title == "A" and deals.contacts_of(deal) == {}
    assert "taken back before" in lea.post(values, {"reason": "x"}).text
    page = lea.get(f"/deals/{deal.pk}/").text
    assert values not in page and "taken back on" in page
    first = AttributeChange.objects.filter(subject="deal", subject_id=deal.pk, field="title").earliest("pk")
    assert "first values" in lea.post(f"/deals/changes/{first.pk}/back/", {"reason": "x"}).text


def test_a_deal_is_opened_again_on_its_page_and_its_closing_is_struck_through():
    office = Office()
    closed = Closed(office, office.lea)
    there = f"/deals/{closed.deal.pk}/"
    lea, boss = client_of(office.lea), client_of(office.boss)
    assert "Closed by mistake?" in lea.get(there).text
    refused = boss.post(f"{there}reopen/", {"reason": ""})
    assert refused.status_code == 422 and "Say why" in refused.text
    assert boss.post(f"{there}reopen/", {"reason": "another deal"}).status_code == 302
    closed.deal.refresh_from_db()
    assert (closed.deal.state, closed.deal.amount, closed.deal.lead.stage) == ("open", None, "opportunity")
    page = boss.get(there).text
    assert "another deal" in page and "Mark as won" in page and "<s>" in page


def test_a_campaign_s_values_are_taken_back_from_its_page():
    office = Office()
    pk = by_hand.add_campaign(values={"key": "fair", "name": "Fair"}, by=office.anna, at=clock.now())
    fair, anna = Campaign.objects.get(pk=pk), client_of(office.anna)
    assert "/leads/changes/" not in anna.get(f"/campaigns/{pk}/").text  # first values are edited
    by_hand.edit_campaign(campaign=fair, values={"key": "fair", "name": "Fare"}, by=office.anna, at=clock.now())
    change = AttributeChange.objects.get(subject="campaign", value="Fare")
    assert f"/leads/changes/{change.pk}/back/" in anna.get(f"/campaigns/{pk}/").text
    assert anna.post(f"/leads/changes/{change.pk}/back/", {"reason": ""}).status_code == 302
    fair.refresh_from_db()
    assert fair.name == "Fair"


def test_two_people_may_be_one_again_and_a_kept_person_proposed_again():
    office = Office()
    apart, kept = _apart(office, office.anna), _kept(office, office.root)
    anna, root = client_of(office.anna), client_of(office.root)
    for client, page, there in (
        (anna, "/leads/duplicates/", f"/leads/duplicates/{apart.pk}/back/"),
        (root, "/settings/retention/?state=kept", f"/settings/retention/{kept.pk}/back/"),
    ):
        assert there in client.get(page).text and client.get(there).status_code == 200
        assert client.post(there, {"reason": ""}).status_code == 302
        assert there not in client.get(page).text and client.get(there).status_code == 404
    kept.refresh_from_db()
    assert (kept.state, kept.reason, kept.keep_until) == ("open", "", None)
