"""Every kind of deed that stands in the way of undoing an import, and that none can be forgotten."""

from decimal import Decimal

import pytest
from django.apps import apps

from leads.handoffs import attempts, deals, decisions, handing, routing, states
from leads.intake import by_hand, means
from leads.intake.importing import deeds, reasons, service, undo
from leads.models import (
    Campaign,
    Company,
    CompanyPair,
    Deal,
    ErasureProposal,
    HandoffState,
    Import,
    ImportTouched,
    Lead,
    MergeSuggestion,
)
from leads.rights import consent, notes, retention
from leads.twins import firms, firms_likely, likely, merge
from smarketing.accounts.models import User
from smarketing.rows.clock import now, today
from tests.leads.handoffs.desk import Desk
from tests.people import person

from .test_undo import undone

pytestmark = pytest.mark.django_db
LEADS = {"columns": {"Id": "key", "Name": "lead.last_name", "Mail": "lead.email", "Ad": "campaign", "Firm": "company.name"}, "make_missing": True}  # fmt: skip
FILE = "Id,Name,Mail,Ad,Firm\n1,Ada,ada@x.test,Spring,Acme\n2,Bob,bob@x.test,Spring,Acme\n"
EVENTS = {"columns": {"Lead": "lead", "Time": "at", "Id": "id", "Kind": "kind"}, "dates": "iso"}


class World:
    """An import that made two leads with their company and campaign, and one that made a deal; people who work on them."""

    def __init__(self, run):
        self.run, self.desk = run, Desk()
        self.boss, self.anna = self.desk.boss, person("anna", "marketer")
        self.other = Lead.objects.get(
            pk=by_hand.add_lead(values={"last_name": "Cy"}, company={}, by=self.anna, at=now())
        )
        self.one = run("leads", FILE, LEADS)
        self.ada, self.bob = Lead.objects.filter(imported_by=self.one).order_by("pk")
        self.firm, self.ad = Company.objects.get(), Campaign.objects.get()

    def handed(self, rep: str | None = "lea"):
        """The import's lead with sales by no hand of a person."""
        handoff = handing.hand_over(lead=self.ada, line=self.desk.line, gate="immediate", by=None, at=now())
        if rep:
            routing.name([(handoff.pk, getattr(self.desk, rep).pk, None, "turn", now())], None, undo.open_fence())
            states.derive([handoff.pk])
        return handoff

    def sold(self) -> Deal:
        """The deal of a later import, which is the one to be undone from here on."""
        mapping = {"columns": {"Deal": "deal.key", "Lead": "lead"}}
        self.one = self.run("deals", "Deal,Lead\nd1,1\n", mapping, name="deals.csv")
        return Deal.objects.get()

    def fair(self) -> Campaign:
        """Another campaign."""
        return Campaign.objects.get(
            pk=by_hand.add_campaign(values={"key": "fair", "name": "Fair"}, by=self.anna, at=now())
        )

    def edit(self, lead: Lead, by: User, **values):
        by_hand.edit_lead(lead=lead, values=values, company=values.pop("company", {}), by=by, at=now())


def said(o: World, lead: Lead) -> None:
    words = {"kind": "given", "purpose": "any", "channel": "any", "basis": "consent", "source": "call", "text": "yes"}
    consent.say(lead=lead, said_on=None, by=o.anna, at=now(), **words)


def suggested(first: Lead, second: Lead, by: User) -> None:
    row = MergeSuggestion.objects.create(first=first, second=second, reasons=["mail"], weight=1)
    likely.PAIRS.dismiss(pair=row, by=by, at=now())


def _firm(o: World) -> Company:
    return Company.objects.get(pk=by_hand.add_company(values={"name": "Acme SA"}, by=o.anna, at=now()))


def _said_two(first: Company, second: Company, by: User) -> None:
    row = CompanyPair.objects.create(first=first, second=second, reasons=["name"], weight=1)
    firms_likely.PAIRS.dismiss_many(pairs=[row], by=by, at=now())


def proposed(o: World) -> None:
    row = ErasureProposal.objects.create(lead=o.ada, purpose="prospect", last_contact_at=now(), proposed_at=now())
    retention.keep(proposals=[row], reason="a client soon", by=o.boss, at=now())


CASES = {
    "edit lead subject_id": (lambda o: o.edit(o.ada, o.anna, last_name="Eve", email="ada@x.test"), "anna"),
    "edit deal subject_id": (lambda o: deals.change_deal(deal=o.sold(), by=o.boss, at=now(), title="A", amount=None), "bo"),
    "edit company subject_id": (lambda o: by_hand.edit_company(company=o.firm, values={"name": "Acme", "industry": "tea"}, by=o.anna, at=now()), "anna"),
    "edit campaign subject_id": (lambda o: by_hand.edit_campaign(campaign=o.ad, values={"key": "Spring", "name": "May"}, by=o.anna, at=now()), "anna"),
    "member company": (lambda o: by_hand.edit_lead(lead=o.other, values={"last_name": "Cy"}, company={"name": "Acme"}, by=o.anna, at=now()), "anna"),
    "member campaign": (lambda o: by_hand.edit_lead(lead=o.other, values={"last_name": "Cy", "campaign": o.ad.pk}, company={}, by=o.anna, at=now()), "anna"),
    "attempt lead lead_id": (lambda o: attempts.log(handoff=o.handed(), by=o.desk.lea, at=now(), channel="call", outcome="no_answer"), "lea"),
    "decision lead handoff__lead_id": (lambda o: decisions.accept(handoff=o.handed(), by=o.desk.lea, at=now()), "lea"),
    "assignment lead handoff__lead_id": (lambda o: routing.take(handoff=o.handed(None), by=o.desk.paul, at=now()), "paul"),
    "handoff lead lead_id": (lambda o: handing.hand_over(lead=o.ada, line=o.desk.line, gate="manual", by=o.boss, at=now()), "bo"),
    "deal lead lead_id": (lambda o: deals.open_deal(lead=o.ada, by=o.boss, at=now(), title="A"), "bo"),
    "contact lead lead_id": (lambda o: deals.open_deal(lead=o.other, by=o.boss, at=now(), title="A", contacts={o.ada.pk: "pays"}), "bo"),
    "contact deal deal_id": (lambda o: deals._say_contacts(o.sold(), {o.other.pk: "pays"}, o.boss, now(), undo.open_fence()), "bo"),
    "merge lead root_id": (lambda o: merge.merge(loser=o.other, root=o.ada, by=o.boss, at=now()), "bo"),
    "merge lead loser_id": (lambda o: merge.merge(loser=o.ada, root=o.other, by=o.boss, at=now()), "bo"),
    "note lead lead_id": (lambda o: notes.write(lead=o.ada, text="x", by=o.desk.lea, at=now()), "lea"),
    "consent lead lead_id": (lambda o: said(o, o.ada), "anna"),
    "spend campaign campaign_id": (lambda o: by_hand.add_spend(campaign=o.ad, spent_on=today(), amount=Decimal(9), label="", by=o.anna, at=now()), "anna"),
    "planned campaign campaign_id": (lambda o: means.plan_cost(campaign=o.ad, first_day=today(), last_day=today(), amount=Decimal(9), label="", by=o.anna, at=now()), "anna"),
    "hours campaign campaign_id": (lambda o: means.add_time(campaign=o.ad, side="sales", team=None, person=None, worked_on=today(), hours=Decimal(1), rate=Decimal(1), label="", by=o.anna, at=now()), "anna"),
    "merge campaign loser_id": (lambda o: means.merge_campaigns(loser=o.ad, root=o.fair(), by=o.anna, at=now()), "anna"),
    "merge campaign root_id": (lambda o: means.merge_campaigns(loser=o.fair(), root=o.ad, by=o.anna, at=now()), "anna"),
    "merge company loser_id": (lambda o: firms.merge(loser=o.firm, root=_firm(o), by=o.anna, at=now()), "anna"),
    "merge company root_id": (lambda o: firms.merge(loser=_firm(o), root=o.firm, by=o.anna, at=now()), "anna"),
    "two_firms company first_id": (lambda o: _said_two(o.firm, _firm(o), o.anna), "anna"),
    "two_firms company second_id": (lambda o: _said_two(_firm(o), o.firm, o.anna), "anna"),
    "import lead lead_id": (lambda o: o.run("events", "Lead,Time,Id,Kind\n1,2026-02-05,e1,page\n", EVENTS, name="later.csv"), None),
    "kept lead lead_id": (proposed, "bo"),
    "apart lead first_id": (lambda o: suggested(o.ada, o.other, o.boss), "bo"),
    "apart lead second_id": (lambda o: suggested(o.other, o.ada, o.boss), "bo"),
}  # fmt: skip


@pytest.fixture
def world(run):
    return World(run)


def test_every_deed_of_the_table_has_its_case_and_its_words():
    assert {deed.key for deed in deeds.DEEDS} == set(CASES)
    assert {deed.what for deed in deeds.every()} == set(reasons.DEEDS)


@pytest.mark.parametrize("key", CASES)
def test_each_kind_of_deed_stands_in_the_way(world, key):
    act, who = CASES[key]
    before = Lead.objects.filter(erased=False).count()
    act(world)
    assert undone(world.one).state == "done"
    found = undo.hindered(world.one)
    assert key.split()[0] in {one.what for one in found}
    assert {User.objects.get(pk=one.by).name if one.by else None for one in found} == {who}
    assert Lead.objects.filter(erased=False).count() == before and not ImportTouched.objects.exists()


def test_without_a_deed_nothing_does(world):
    """What the system does by itself, and deeds elsewhere, hinder nobody."""
    world.handed()
    world.edit(world.other, world.anna, last_name="Cyd")
    notes.write(lead=world.other, text="x", by=world.anna, at=now())
    assert undone(world.one).state == "undone"
    assert not HandoffState.objects.filter(is_open=True).exists()


@pytest.mark.parametrize("key", ["note lead lead_id", "spend campaign campaign_id", "member company"])
def test_a_deed_taken_back_stands_no_more(world, key):
    from leads.intake import facts

    deed = next(one for one in deeds.DEEDS if one.key == key)
    CASES[key][0](world)
    ids = (
        deed.rows(world.one, deeds.Window(deeds.since_of(world.one)))
        .filter(hangs__isnull=False)
        .values_list("pk", flat=True)
    )
    facts.correct(subject=deed.fact, subject_ids=list(ids), by=world.boss, at=now())
    assert undone(world.one).state == "undone"


def named() -> set:
    """Models of leads, or about rows of leads, that name a person."""
    found = set()
    for model in apps.get_models():
        ours = [field.related_model for field in model._meta.concrete_fields if field.is_relation]
        about = model._meta.app_label == "leads" or any(one._meta.app_label == "leads" for one in ours)
        if about and User in ours:
            found.add(model)
    return found


def unplaced() -> set:
    return named() - {deed.model for deed in deeds.every()} - set(deeds.NO_DEEDS)


@pytest.mark.invariant("I20")
def test_a_new_kind_of_deed_cannot_be_forgotten():
    assert unplaced() == set()
    assert set(deeds.NO_DEEDS) <= named() and not set(deeds.NO_DEEDS) & {deed.model for deed in deeds.every()}


@pytest.mark.invariant("I20", mutant="notes and costs forgotten")
def test_forgotten_ones_are_noticed(monkeypatch, world):
    fewer = tuple(one for one in deeds.DEEDS if one.what not in ("note", "spend"))
    monkeypatch.setattr(deeds, "DEEDS", fewer)
    assert {model.__name__ for model in unplaced()} == {"Note", "Spend"}
    CASES["note lead lead_id"][0](world)
    assert undone(world.one).state == "undone"


def test_who_works_on_a_lead_midway_stops_the_rest_which_may_be_finished(world, monkeypatch):
    monkeypatch.setattr(undo, "CHUNK", 1)
    chunk, done = undo.undo_chunk, []

    def chunk_then_note(one, held, at):
        chunk(one, held, at)
        done.append(one)
        if Lead.objects.filter(imported_by=one, erased=True).count() == 1 and not world.bob.notes.exists():
            notes.write(lead=world.bob, text="x", by=world.anna, at=now())

    monkeypatch.setattr(undo, "undo_chunk", chunk_then_note)
    one = undone(world.one)
    assert (one.state, [deed.what for deed in undo.hindered(one)]) == ("done", ["note"])
    assert list(Lead.objects.filter(imported_by=one).order_by("pk").values_list("erased", flat=True)) == [True, False]
    with pytest.raises(service.Refused, match="half_undone"):
        service.start(
            one=Import.objects.filter(pk=one.pk, state="done").update(state="stopped") and one, by=None, at=now()
        )
    notes.take_back(note=world.bob.notes.get(), by=world.boss, at=now(), reason="x")
    one = undone(one)
    assert one.state == "undone" and not Lead.objects.filter(imported_by=one, erased=False).exists()
    assert not ImportTouched.objects.exists() and "undo" not in one.report
