"""Merging loses nothing, says before what it does, and taking it back equals never having merged (I20)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leads.handoffs import attempts, deals, deals_back, decisions, problems, routing, states
from leads.intake import by_hand, events, means, merging, suppression, unmaking
from leads.intake import facts as intake
from leads.judging import lines, service
from leads.models import (
    Assignment,
    AttributeChange,
    BehaviourDay,
    Campaign,
    Company,
    CompanyPair,
    Consent,
    Correction,
    Deal,
    DealContact,
    ErasureProposal,
    HandoffState,
    Lead,
    Merge,
    MergeSuggestion,
    Note,
    Qualification,
    Score,
)
from leads.rights import consent, erasure, notes, retention
from leads.rights.problems import Refusal as Refused
from leads.scoring import ledger, oracle
from leads.twins import firms, firms_likely, likely, merge
from personas.criteria import tree
from smarketing.accounts.models import User
from smarketing.measures import engine
from smarketing.rows import clock
from smarketing.rows.fence import open_fence
from tests.leads import definitions, facts
from tests.leads.handoffs.desk import NOW, Desk, state
from tests.leads.pages.test_pages import client_of
from tests.people import person
from tests.scale import examples

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
QUIET = list(HealthCheck)


@pytest.fixture
def desk():
    return Desk()


def join(desk, loser, root, at=NOW) -> Merge:
    return merge.merge(loser=Lead.objects.get(pk=loser), root=Lead.objects.get(pk=root), by=desk.boss, at=at)


def test_an_open_handoff_ends_as_merged_and_goes_on_when_it_is_taken_back(desk):
    theirs, mine = desk.hand("paul", last_name="Dubois"), desk.hand(at=NOW + HOUR, last_name="Dubois")
    said = merge.preview(loser=theirs.lead, root=mine.lead)
    assert any("in charge: paul) ends" in line for line in said.lines) and any(
        "lea) goes on" in line for line in said.lines
    )
    one = join(desk, theirs.lead_id, mine.lead_id, NOW + 2 * HOUR)
    assert (state(theirs).state, state(theirs).is_open, state(mine).is_open) == ("merged", False, True)
    assert (state(theirs).first, state(mine).first) == (True, False)  # one person: the later handoff is a repeated one
    assert Lead.objects.get(pk=theirs.lead_id).root_id == mine.lead_id
    assert any("is open again (in charge: paul)" in line for line in merge.preview_back(one).lines)
    with pytest.raises(merge.Refusal, match="Say why"):
        merge.take_back(merge=one, by=desk.boss, at=clock.now() + HOUR, reason="")
    with pytest.raises(merge.Refusal, match="Only whoever merged"):
        merge.take_back(merge=one, by=desk.lea, at=clock.now(), reason="x")
    merge.take_back(merge=one, by=desk.boss, at=clock.now(), reason="two sisters")
    assert (state(theirs).state, state(theirs).first, state(mine).first) == ("assigned", True, True)
    with pytest.raises(merge.Refusal, match="taken back before"):
        merge.take_back(merge=one, by=desk.boss, at=clock.now(), reason="x")


def test_a_merged_lead_says_so_and_nothing_is_lost(desk):
    one, two, three = (desk.hand().lead_id for _ in range(3))
    join(desk, one, two)
    before = [Merge.objects.count(), state(Lead.objects.get(pk=one).handoffs.get()).state]
    for loser, root in ((one, three), (three, one), (one, one)):
        with pytest.raises(merge.Refusal, match=f"merged into lead #{two} on 10 Mar 2026 by bo|two different"):
            join(desk, loser, root)
    Lead.objects.filter(pk=three).update(erased=True)
    with pytest.raises(merge.Refusal, match="was erased"):
        join(desk, three, two)
    boss = client_of(desk.boss)
    answer = boss.post(f"/leads/{three}/merge/{one}/")
    assert answer.status_code == 422 and "Nothing was changed" in answer.text
    assert [Merge.objects.count(), state(Lead.objects.get(pk=one).handoffs.get()).state] == before


def test_an_opposition_holds_for_everybody_merged_and_ends_with_the_merge(desk):
    quiet, glad = facts.lead(NOW, email="q@x.example"), facts.lead(NOW, email="g@x.example")
    consent.oppose(lead=Lead.objects.get(pk=quiet), source="call", text="", said_on=None, by=desk.boss, at=clock.now())
    one = join(desk, quiet, glad)
    assert Lead.objects.get(pk=glad).opted_out and set(suppression.listed(["q@x.example", "g@x.example"])) == {
        "q@x.example",
        "g@x.example",
    }
    merge.take_back(merge=one, by=desk.boss, at=clock.now(), reason="")
    assert not Lead.objects.get(pk=glad).opted_out and Lead.objects.get(pk=quiet).opted_out
    assert set(suppression.listed(["q@x.example", "g@x.example"])) == {"q@x.example"}


def test_the_pages_compare_merge_and_take_back(desk):
    one, two = (
        desk.hand("paul", email="m@x.example", phone="1").lead,
        facts.lead(NOW, email="m@x.example", last_name="Roe"),
    )
    boss = client_of(desk.boss)
    assert f"/leads/{two}/merge/{one.pk}/" in boss.get(f"/leads/{two}/merge/").text
    assert boss.post(f"/leads/{two}/merge/", {"other": "nobody@x.example"}).status_code == 422
    assert boss.post(f"/leads/{two}/merge/", {"other": f"#{one.pk}"})["Location"] == f"/leads/{two}/merge/{one.pk}/"
    page = boss.get(f"/leads/{two}/merge/{one.pk}/").text
    assert "keep that one" in page and f"/leads/{one.pk}/merge/{two}/" in page and "the same" in page
    assert boss.post(f"/leads/{two}/merge/{one.pk}/").status_code == 302
    made = Merge.objects.get()
    assert f"/leads/{two}/unmerge/{made.pk}/" in boss.get(f"/leads/{two}/").text
    assert "was merged into another one" in boss.get(f"/leads/{one.pk}/").text
    assert boss.get(f"/leads/{two}/unmerge/{made.pk}/").status_code == 200
    assert boss.post(f"/leads/{two}/unmerge/{made.pk}/", {"reason": "two people"}).status_code == 302
    assert "taken back before" in boss.post(f"/leads/{two}/unmerge/{made.pk}/", {"reason": "x"}).text
    assert client_of(desk.lea).get(f"/leads/{two}/merge/{one.pk}/").status_code == 403


# --- the state machine: deeds and their undoing, against the same deeds without those that were undone

LEADS = 4
# What a deed adds, as corrections name it: every row of `intake.corrections.RULES`.
FIRST, UNTIL = NOW.date() - timedelta(days=40), NOW.date() + timedelta(days=40)
SUBJECTS = {
    "merge": "merge", "attempt": "attempt", "accept": "decision", "refuse": "decision", "return": "decision", "need": "decision",
    "oppose": "consent", "consent": "consent", "write": "attributechange", "firm": "attributechange", "rename": "attributechange",
    "note": "note", "give": "assignment", "deal": "deal", "spend": "spend", "win": "closing", "lose": "closing",
    "retitle": "dealvalues", "contact": "dealcontact", "add lead": "lead", "add company": "company", "add campaign": "campaign",
    "apart": "mergesuggestion", "keep": "erasureproposal", "plan": "plannedcost", "hours": "timespent", "join campaigns": "campaignmerge",
    "join firms": "companymerge", "two firms": "companypair",
}  # fmt: skip
UNDOES = {f"undo {one}": one for one in SUBJECTS}
# Merges and deals come twice: on them hangs the most.
KINDS = [*SUBJECTS, *UNDOES, "merge", "undo merge", "deal", "win", "undo win", "look"]
deeds = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(0, LEADS - 1), st.integers(0, LEADS - 1)), min_size=2, max_size=12
)


class World:
    """Four leads with a handoff each; deeds by (kind, lead, other lead), refused ones leave nothing."""

    def __init__(self, desk):
        self.desk, self.at = desk, NOW + HOUR
        page = {"key": "k", "points": 10, "each": True, "when": {"event": {"kind": "page"}}}
        ledger.ensure([tree.empty_body() | {"engagement": tree.empty_body()["engagement"] | {"items": [page]}}])
        self.handoffs = [
            desk.hand(("lea", "paul")[n % 2], at=NOW + n * timedelta(minutes=1), email=f"w{n}@x.example")
            for n in range(LEADS)
        ]
        self.leads = [one.lead_id for one in self.handoffs]
        made = by_hand.add_campaign(values={"key": "fair"}, by=desk.boss, at=NOW)
        self.campaign = Campaign.objects.get(pk=made)
        self.fairs = [
            Campaign.objects.get(pk=by_hand.add_campaign(values={"key": f"fair {n}"}, by=desk.boss, at=NOW))
            for n in range(2)
        ]
        made = by_hand.add_company(values={"name": "Acme"}, by=desk.boss, at=NOW)
        self.firm = Company.objects.get(pk=made)
        made = by_hand.add_company(values={"name": "Acme Ltd", "country": "FR"}, by=desk.boss, at=NOW)
        self.same = Company.objects.get(pk=made)
        self.pair = CompanyPair.objects.create(first=self.firm, second=self.same, reasons=["name"], weight=1)
        self.root = person("root", "administrator")
        first, second = self.leads[:2]
        self.twins = MergeSuggestion.objects.create(first_id=first, second_id=second, reasons=["email"], weight=1)
        said = {"purpose": "prospect", "last_contact_at": NOW, "proposed_at": NOW}
        self.proposal = ErasureProposal.objects.create(lead_id=first, **said)

    def do(self, kind: str, one: int, other: int, which: object = None) -> object:
        """The fact that the deed added; None when it was refused."""
        at = self.at
        self.at += timedelta(minutes=1)
        try:
            with transaction.atomic():
                return self.deeds(one, other, at)[kind]()
        except REFUSALS:
            return None

    def deeds(self, one: int, other: int, at) -> dict:
        """Kind -> how it is done on a lead, with another one or by a number."""
        handoff, by, boss = self.handoffs[one], (self.desk.lea, self.desk.paul)[one % 2], self.desk.boss
        spent = {"spent_on": clock.today(at), "amount": Decimal(other), "label": ""}
        opposed = {"source": "call", "text": "", "said_on": None}
        lead = Lead.objects.get(pk=self.leads[one])
        return {
            "merge": lambda: join(self.desk, self.leads[one], self.leads[other], at),
            "refuse": lambda: decisions.refuse(
                handoff=handoff, by=by, at=at, reason="DATA-BAD", evidence="field:lead.email"
            ),
            "return": lambda: decisions.give_back(handoff=handoff, by=by, at=at, reason="BUD-NONE"),
            "need": lambda: decisions.qualify(handoff=handoff, by=by, at=at),
            "win": lambda: deals.win(deal=self.deal(lead, "open"), by=by, at=at, amount=Decimal(other + 1)),
            "lose": lambda: deals.lose(deal=self.deal(lead, "open"), by=by, at=at, reason="price"),
            "retitle": lambda: self.retitle(self.deal(lead), other, by, at),
            "contact": lambda: self.name(self.deal(lead), self.leads[other], by, at),
            "consent": lambda: consent.say(
                lead=lead,
                kind="given",
                purpose="any",
                channel="any",
                basis="consent",
                by=boss,
                at=at,
                source="call",
                text="yes",
                said_on=None,
            ),
            "firm": lambda: self.value(
                self.firm, by_hand.edit_company, {"name": "Acme", "industry": str(other)}, boss, at
            ),
            "rename": lambda: self.value(
                self.campaign, by_hand.edit_campaign, {"key": "fair", "name": str(other)}, boss, at
            ),
            "add lead": lambda: Lead.objects.get(
                pk=by_hand.add_lead(values={"last_name": f"N{other}"}, company={"name": f"F{other}"}, by=boss, at=at)
            ),
            "add company": lambda: Company.objects.get(
                pk=by_hand.add_company(values={"name": f"C{other}"}, by=boss, at=at)
            ),
            "add campaign": lambda: Campaign.objects.get(
                pk=by_hand.add_campaign(values={"key": f"k{other}"}, by=boss, at=at)
            ),
            "apart": lambda: self.decide(self.twins, lambda found: likely.PAIRS.dismiss(pair=found, by=boss, at=at)),
            "keep": lambda: self.decide(
                self.proposal, lambda found: retention.keep(proposals=[found], reason="x", by=self.root, at=at)
            ),
            "attempt": lambda: attempts.log(handoff=handoff, by=by, at=at, channel="call", outcome="no_answer"),
            "accept": lambda: decisions.accept(handoff=handoff, by=by, at=at),
            "note": lambda: notes.write(lead=lead, text=str(other), by=by, at=at),
            "give": lambda: self.give(handoff, other, at),
            "deal": lambda: deals.open_deal(lead=handoff.lead, handoff=handoff, by=by, at=at, title=str(other)),
            "spend": lambda: by_hand.add_spend(campaign=self.campaign, by=boss, at=at, **spent),
            "plan": lambda: means.plan_cost(
                campaign=self.campaign,
                first_day=clock.today(at),
                last_day=clock.today(at),
                amount=Decimal(other),
                label="",
                by=boss,
                at=at,
            ),
            "hours": lambda: means.add_time(
                campaign=self.campaign,
                side="sales",
                team=None,
                person=None,
                worked_on=clock.today(at),
                hours=Decimal(other + 1),
                rate=Decimal(9),
                label="",
                by=boss,
                at=at,
            ),
            "join campaigns": lambda: means.merge_campaigns(
                loser=self.fairs[other % 2], root=self.campaign, by=boss, at=at
            ),
            "join firms": lambda: firms.merge(loser=self.called(other), root=self.firm, by=boss, at=at),
            "two firms": lambda: self.decide(
                self.pair, lambda found: firms_likely.PAIRS.dismiss_many(pairs=[found], by=boss, at=at)
            ),
            "write": lambda: self.write(lead, other, at),
            "look": lambda: self.see(lead.pk, at),
            "oppose": lambda: consent.oppose(lead=lead, by=boss, at=at, **opposed),
        }

    def called(self, other: int) -> Company:
        """A company that a lead was added with, else the spare one."""
        return Company.objects.standing().filter(name=f"F{other}").first() or self.same

    def deal(self, lead: Lead, *states: str) -> Deal:
        """The newest deal of a lead, in one of these states."""
        rows = Deal.objects.filter(lead=lead, state__in=states or Deal.State.values).standing()
        if (found := rows.order_by("pk").last()) is None:
            raise problems.Refusal("no deal")
        return found

    def retitle(self, deal: Deal, other: int, by, at) -> AttributeChange | None:
        deals.change_deal(deal=deal, by=by, at=at, title=f"T{other}", amount=deal.amount)
        return self.last("deal", deal.pk, at)

    def name(self, deal: Deal, lead: int, by, at) -> DealContact | None:
        deals.change_deal(deal=deal, by=by, at=at, title=deal.title, amount=deal.amount, contacts={lead: "pays"})
        return deal.contacts.filter(occurred_at=at).last()

    def value(self, thing, edit, values: dict, by, at) -> AttributeChange | None:
        edit(**{thing._meta.model_name: thing}, values=values, by=by, at=at)
        return self.last(thing._meta.model_name, thing.pk, at)

    def last(self, subject: str, pk: int, at) -> AttributeChange | None:
        return AttributeChange.objects.filter(subject=subject, subject_id=pk, occurred_at=at).last()

    def decide(self, row, does):
        row.refresh_from_db()
        if row.state != "open":
            return None
        does(row)
        return row

    def give(self, handoff, other: int, at) -> Assignment:
        rep = (self.desk.lea, self.desk.paul)[other % 2]
        routing.reassign(handoff=handoff, rep=rep, by=self.desk.boss, at=at)
        return handoff.assignments.latest("pk")

    def write(self, lead: Lead, other: int, at) -> AttributeChange | None:
        by_hand.edit_lead(lead=lead, values={"phone": str(other)}, company={}, by=self.desk.boss, at=at)
        return AttributeChange.objects.filter(subject_id=lead.pk, field="phone", occurred_at=at).last()

    def see(self, lead: int, at) -> events.NewEvent:
        seen = events.NewEvent(str(at), "page", at, page="/pricing", lead_id=lead)
        events.record_events([seen], source=facts.source())
        return seen

    def undo(self, kind: str, fact, by: User) -> bool:
        how = {"by": by, "at": clock.now(), "reason": "x"}
        does: dict = {
            "merge": lambda: merge.take_back(merge=fact, **how),
            "attempt": lambda: attempts.undo(attempt=fact, **how),
            "decision": lambda: decisions.undo(decision=fact, **how),
            "note": lambda: notes.take_back(note=fact, **how),
            "assignment": lambda: routing.take_back(assignment=fact, **how),
            "deal": lambda: deals_back.take_back(deal=fact, **how),
            "closing": lambda: deals_back.reopen(deal=self.closed(fact), **how),
            "dealvalues": lambda: deals_back.take_back_values(deal=Deal.objects.get(pk=fact.subject_id), change=fact, **how),
            "dealcontact": lambda: deals_back.take_back_contact(contact=fact, **how),
            "spend": lambda: by_hand.take_back_spend(spend=fact, **how),
            **dict.fromkeys(("plannedcost", "timespent", "campaignmerge"), lambda: means.take_back(fact=fact, **how)),
            "attributechange": lambda: by_hand.take_back_values(change=fact, **how),
            "consent": lambda: consent.take_back(consent=fact, **how),
            "companymerge": lambda: firms.take_back(merge=fact, **how),
            "companypair": lambda: firms_likely.PAIRS.take_back(pair=fact, **how),
            "mergesuggestion": lambda: likely.PAIRS.take_back(pair=fact, **how),
            "erasureproposal": lambda: retention.take_back(proposal=fact, **how),
        }  # fmt: skip
        try:
            with transaction.atomic():
                does.get(SUBJECTS[kind], lambda: unmaking.take_back(thing=fact, **how))()
        except REFUSALS:
            return False
        return True

    def closed(self, fact: Deal) -> Deal:
        """The deal, as long as it is the same closing."""
        now = Deal.objects.get(pk=fact.pk)
        if now.closed_at != fact.closed_at:
            raise problems.Refusal("closed otherwise")
        return now

    def author(self, kind: str, one: int) -> User:
        """Who did it."""
        mine = ("attempt", "accept", "refuse", "return", "need", "note", "deal", "win", "lose", "retitle", "contact")
        by = (self.desk.lea, self.desk.paul)[one % 2]
        return by if kind in mine else self.root if kind == "keep" else self.desk.boss

    def other(self, kind: str) -> User:
        """Who may in the author's place."""
        return self.root if kind == "keep" else self.desk.boss

    def done(self) -> list[tuple]:
        """How often each lead did what the definition counts, by the ledger; plain Python and the columns say the same."""
        told, now = [], clock.now()
        for pk in self.leads:
            known = oracle.LeadFacts(pk, now)
            done = sum(n for _day, n in known.events({"kind": "page"}))
            assert done == sum(BehaviourDay.objects.filter(lead=pk).values_list("n", flat=True))
            assert (known.value("lead.phone") or "") == Lead.objects.get(pk=pk).phone
            told.append((pk, done))
        return told

    def look(self) -> dict:
        """Everything that follows from the facts."""
        gone = Correction.objects.filter(subject="note").values("subject_id")
        columns = [one.name for one in HandoffState._meta.fields if one.name not in ("decided_at",)]
        return {
            "leads": list(Lead.objects.filter(pk__in=self.leads).order_by("pk").values_list("pk", "root_id", "opted_out", "stage", "phone")),
            "done": self.done(),
            "cost": str(Campaign.objects.with_sums().get(pk=self.campaign.pk).cost or 0),
            "planned": [str(engine.answer(key, first=FIRST, until=UNTIL, cutoff=clock.now()).total.value) for key in ("planned_cost", "hours")],
            "joined": list(Campaign.objects.order_by("pk").filter(pk__in=[one.pk for one in self.fairs]).values_list("root_id", flat=True)),
            "deals": sorted(Deal.objects.standing().values_list("lead", "title", "state", "amount", "closed_at", "reason"), key=str),
            "contacts": [deals.contacts_of(one) for one in Deal.objects.standing().order_by("created_at")],
            "firms": sorted(Company.objects.standing().values_list("name", "industry")),
            "campaigns": sorted(Campaign.objects.standing().values_list("key", "name")),
            "people": sorted(Lead.objects.filter(erased=False).values_list("last_name", "company__name"), key=str),
            "consents": sorted(Consent.objects.exclude(pk__in=Correction.objects.filter(subject="consent").values("subject_id")).values_list("lead", "kind")),
            "decided": [MergeSuggestion.objects.get().state, ErasureProposal.objects.get().state],
            "notes": sorted(Note.objects.exclude(pk__in=gone).values_list("lead", "words__text")),
            "states": [
                row | ({"closed_at": None} if row["state"] == "withdrawn" else {})  # which of two oppositions was the first
                for row in HandoffState.objects.order_by("pk").values(*columns)
            ],
            "listed": sorted(suppression.listed([f"w{n}@x.example" for n in range(LEADS)])),
            "mql": str(engine.answer("mql", first=FIRST, until=UNTIL, cutoff=clock.now()).total.value),
        }  # fmt: skip


REFUSALS = (merge.Refusal, problems.Refusal, problems.NotYours, routing.Taken, Refused, by_hand.ByHandError)


def machine(desk, plan) -> None:
    """Do the plan; do it again without whatever was undone; look at both."""
    world = World(desk)
    done: list[tuple[tuple, object, object]] = []  # (deed, fact, instant)
    saved = transaction.savepoint()
    for kind, one, other in plan:
        if kind in UNDOES:
            mine = [entry for entry in done if entry[0][0] == UNDOES[kind]]
            if mine and (entry := mine[-1 - one % len(mine)]):
                (what, about, _other), fact, _at = entry
                if world.undo(what, fact, world.author(what, about) if other % 2 else world.other(what)):
                    done.remove(entry)
        else:
            at = world.at
            if (fact := world.do(kind, one, other)) is not None:
                done.append(((kind, one, other), fact, at))
    told = world.look()
    transaction.savepoint_rollback(saved)
    for deed, _fact, at in done:
        world.at = at
        assert world.do(*deed) is not None, (deed, plan)
    assert world.look() == told, plan


@pytest.mark.invariant("I20")
@settings(max_examples=examples(12), deadline=None, suppress_health_check=QUIET)
@given(plan=deeds)
def test_what_was_undone_equals_never_having_happened(plan):
    with transaction.atomic():
        machine(Desk(), plan)
        transaction.set_rollback(True)


@pytest.mark.trust
@pytest.mark.invariant("I20")
@settings(max_examples=examples(60), deadline=None, suppress_health_check=QUIET)
@given(plan=deeds)
def test_what_was_undone_equals_never_having_happened_often(plan):
    with transaction.atomic():
        machine(Desk(), plan)
        transaction.set_rollback(True)


@pytest.mark.invariant("I20", mutant="repoint rows in place")
def test_handoffs_repointed_by_a_merge_are_noticed(desk, monkeypatch):
    plain = merging.settle

    def repoint(leads, fence):
        plain(leads, fence)
        for one in merging.standing().values("loser", "root"):
            HandoffState.objects.filter(lead=one["loser"], is_open=False).update(lead=one["root"])

    monkeypatch.setattr(merging, "settle", repoint)
    with pytest.raises((AssertionError, IntegrityError)):
        machine(desk, [("merge", 0, 1), ("undo merge", 0, 0), ("attempt", 2, 0)])


@pytest.mark.invariant("I20", mutant="a merge taken back leaves its root")
def test_a_root_that_stays_after_the_merge_was_taken_back_is_noticed(desk, monkeypatch):
    monkeypatch.setattr(merging, "settle_again", lambda ids, fence: None)
    with pytest.raises(AssertionError):
        machine(desk, [("merge", 0, 1), ("attempt", 2, 0), ("undo merge", 0, 0)])


def test_a_chain_of_merges_has_one_root_and_comes_apart_in_any_order(desk):
    one, two, three = (facts.lead(NOW) for _ in range(3))
    first, second = join(desk, one, two), join(desk, two, three)
    roots = lambda: list(Lead.objects.filter(pk__in=[one, two, three]).order_by("pk").values_list("root_id", flat=True))  # noqa: E731
    assert roots() == [three, three, None] and [row.pk for row in merge.of(Lead.objects.get(pk=three))] == [
        second.pk,
        first.pk,
    ]
    merge.take_back(merge=second, by=desk.boss, at=clock.now(), reason="")
    assert roots() == [two, None, None]
    intake.correct(subject="merge", subject_ids=[first.pk], by=None, at=clock.now())
    assert roots() == [None, None, None]
    assert states.rebuild() == 0


def test_the_preview_says_what_the_grade_and_the_values_become_and_the_page_opens_to_whose_they_are(desk):
    now = clock.now()
    definitions.version(definitions.simple(), now - timedelta(days=60), on=desk.line)
    lines.prepare(now)
    hot = facts.lead(now - timedelta(days=20), country="FR", phone="0612345678")
    cold = facts.lead(now - timedelta(days=10), last_name="Roe")
    for _look in range(2):
        facts.event(hot, "page", now - timedelta(days=2), page="/pricing")
    said = merge.preview(loser=Lead.objects.get(pk=hot), root=Lead.objects.get(pk=cold)).lines
    assert any("goes from D4 to A1" in line and "fit 0 → 80, engagement 0 → 60" in line for line in said)
    assert any("becomes an MQL" in line for line in said) and any(
        "takes over" in line and "phone" in line for line in said
    )
    made = join(desk, hot, cold, clock.now())
    service.judge([hot, cold], clock.now())
    assert Score.objects.get(track="live").grade == "A1" and Qualification.objects.get().lead_id == cold
    page = client_of(desk.boss).get(f"/leads/{cold}/").text
    assert page.count(f"by #{hot}, merged into this one") >= 1 and f"of #{hot}, merged into this one" in page
    assert f"from #{hot}, merged into this one" in page and "0612345678" in page
    back = merge.preview_back(made).lines
    assert any("loses what it took over" in line and "phone" in line for line in back)
    merge.take_back(merge=made, by=desk.boss, at=clock.now(), reason="two people")
    service.judge([hot, cold], clock.now())
    assert {one.lead_id: one.grade for one in Score.objects.filter(track="live")} == {hot: "A1", cold: "D4"}
    assert HandoffState.objects.get(lead=cold).state == "withdrawn"
    assert f"#{hot}, merged" not in client_of(desk.boss).get(f"/leads/{cold}/").text


def test_a_lead_is_merged_into_one_other_at_a_time_and_never_in_a_circle(desk):
    one, two, three = (facts.lead(NOW) for _ in range(3))
    pairs = [(one, two), (one, three), (two, one), (two, three), (three, one)]
    assert [(row.loser_id, row.root_id) for row in merging.add(pairs, by=None, at=None, fence=open_fence())] == [
        (one, two),
        (two, three),
    ]
    assert dict(Lead.objects.values_list("pk", "root_id")) == {one: three, two: three, three: None}


def test_what_somebody_empties_by_hand_after_a_merge_stays_empty(desk):
    loser, root = facts.lead(NOW, phone="1"), facts.lead(NOW)
    join(desk, loser, root)
    said = {"phone": "", "email": "", "first_name": "", "last_name": "", "function": "", "country": "", "source": ""}
    by_hand.edit_lead(
        lead=Lead.objects.get(pk=root), values=said | {"phone": "1"}, company={}, by=desk.boss, at=clock.now()
    )
    assert not AttributeChange.objects.filter(subject_id=root).exists()  # saved as it was: nobody said anything
    by_hand.edit_lead(lead=Lead.objects.get(pk=root), values=said, company={}, by=desk.boss, at=clock.now())
    assert Lead.objects.get(pk=root).phone == "" and Lead.objects.get(pk=loser).phone == "1"


def test_who_lent_its_facts_and_was_taken_apart_leaves_nothing_behind_when_it_is_erased(desk):
    gone, kept = facts.lead(NOW, email="gone@x.example"), facts.lead(NOW)
    ledger.ensure([definitions.simple()])
    facts.event(gone, "page", NOW, page="/pricing")
    made = join(desk, gone, kept)
    assert Lead.objects.get(pk=kept).email == "gone@x.example"
    with pytest.raises(Refused, match="erase that one"):
        erasure.erase(leads=[Lead.objects.get(pk=gone)], by=desk.boss, at=clock.now())
    merge.take_back(merge=made, by=desk.boss, at=clock.now(), reason="two people")
    assert BehaviourDay.objects.filter(lead=kept).exists() and Lead.objects.get(pk=kept).email == ""
    erasure.erase(leads=[Lead.objects.get(pk=gone)], by=desk.boss, at=clock.now())
    assert not BehaviourDay.objects.exists()
    with pytest.raises(merge.Refusal, match="was erased"):
        join(desk, gone, kept)
