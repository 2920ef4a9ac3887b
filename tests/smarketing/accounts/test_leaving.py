"""Roles change and people leave: one administrator always stays, nobody overwrites another unseen, duties are handed on."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from leads.handoffs import account_reps, deals, handing, routing
from leads.models import Company, Deal, HandoffState, Pool, PoolMember
from personas.definitions import services as definitions
from smarketing.accounts import deputies, people, tokens
from smarketing.accounts.models import AuditEntry, Deputy, Role, Token, User
from smarketing.agreements import services as agreements
from smarketing.rows import clock
from tests.leads import facts
from tests.people import PASSWORD, person

pytestmark = pytest.mark.django_db
BASE = "/settings/people/"


@pytest.fixture
def admin():
    return person("Ada", "administrator", language="en")


@pytest.fixture
def desk(admin, client):
    client.force_login(admin)
    return client


def form_of(user, desk) -> dict:
    """What the person's page would send as it stands."""
    form = desk.get(f"{BASE}{user.pk}/").context["form"]
    return {name: value for name in form.fields if (value := form[name].value()) not in (None, False, "")}


class Desk:
    """Two reps of one pool; Rita owes two leads out of it."""

    def __init__(self):
        at = clock.now() - timedelta(hours=2)
        self.rita, self.paul = person("Rita", "rep"), person("Paul", "rep")
        boss = person("Max", "manager", "sales")
        self.pool = Pool.objects.create(name="Lyon")
        for rep in (self.rita, self.paul):
            PoolMember.objects.create(pool=self.pool, rep=rep, weight=0)
        self.line = definitions.create_line(name="France", by=person("Mia", "manager", "marketing"), at=at)
        self.handoffs = [self.hand(at, f"lead{number}") for number in range(2)]
        for handoff in self.handoffs:
            routing.reassign(handoff=handoff, rep=self.rita, by=boss, at=at)

    def hand(self, at, name):
        pk = facts.lead(at, first_name=name, last_name="Dupont", email=f"{name}@acme.example")
        lead = HandoffState._meta.get_field("lead").related_model.objects.get(pk=pk)
        return handing.hand_over(lead=lead, line=self.line, gate="immediate", by=None, at=at)

    def reps(self):
        return list(HandoffState.objects.order_by("pk").values_list("rep__name", "state"))


def test_whoever_owes_leads_is_not_switched_off_before_they_are_handed_on(admin, desk):
    at = Desk()
    page = desk.post(f"{BASE}{at.rita.pk}/leave/", follow=True).content.decode()
    assert "First hand on: 2 owed handoffs" in page and "lead0 Dupont" in page and at.rita.is_active
    with pytest.raises(people.Owing):
        people.change_person(user=at.rita, by=admin, at=clock.now(), role="marketer", side="marketing")
    desk.post(f"{BASE}{at.rita.pk}/leave/handoffs/", {"to": at.paul.pk})
    assert at.reps() == [("Paul", "assigned")] * 2
    assert desk.post(f"{BASE}{at.rita.pk}/leave/").headers["Location"] == BASE
    assert not User.objects.get(pk=at.rita.pk).is_active
    line = AuditEntry.objects.get(verb="handoff.reassign", subject="user")
    assert line.detail == {"rep": at.paul.pk, "handoffs": 2} and line.user == admin


@pytest.mark.parametrize("heir", ["Paul", ""])
def test_open_deals_are_handed_on_too_and_closed_ones_stay(desk, heir):
    at = Desk()
    lead, titles = at.handoffs[0].lead, ("Open", "Lost")
    deals_of = {
        title: deals.open_deal(lead=lead, by=at.rita, at=clock.now(), title=title, handoff=at.handoffs[0])
        for title in titles
    }
    deals.lose(deal=deals_of["Lost"], by=at.rita, at=clock.now(), reason="price")
    desk.post(f"{BASE}{at.rita.pk}/leave/handoffs/", {"to": at.paul.pk})
    page = desk.post(f"{BASE}{at.rita.pk}/leave/", follow=True).content.decode()
    assert "1 open deal" in page and User.objects.get(pk=at.rita.pk).is_active
    desk.post(f"{BASE}{at.rita.pk}/leave/deals/", {"to": at.paul.pk if heir else ""})
    desk.post(f"{BASE}{at.rita.pk}/leave/")
    assert not User.objects.get(pk=at.rita.pk).is_active
    left = dict(Deal.objects.values_list("title", "rep__name"))
    assert left == {"Open": heir or None, "Lost": "Rita"}


def test_named_accounts_are_handed_on_too(admin, desk):
    at, boss = Desk(), person("Bo", "manager", "sales")
    desk.post(f"{BASE}{at.rita.pk}/leave/handoffs/", {"to": at.paul.pk})
    company = Company.objects.get(pk=facts.company(clock.now(), name="Acme"))
    account_reps.name(company=company, rep=at.rita, by=boss, at=clock.now())
    page = desk.post(f"{BASE}{at.rita.pk}/leave/", follow=True).content.decode()
    assert "1 company account" in page and "Acme" in page and User.objects.get(pk=at.rita.pk).is_active
    desk.post(f"{BASE}{at.rita.pk}/leave/accounts/", {"to": at.paul.pk})
    assert Company.objects.get(pk=company.pk).rep == at.paul
    assert desk.post(f"{BASE}{at.rita.pk}/leave/").headers["Location"] == BASE


def test_owed_leads_go_back_to_their_pool_when_nobody_is_named(desk):
    at = Desk()
    desk.post(f"{BASE}{at.rita.pk}/leave/handoffs/", {"to": ""})
    assert at.reps() == [(None, "pooled")] * 2 and set(HandoffState.objects.values_list("pool", flat=True)) == {
        at.pool.pk
    }


def test_they_go_to_nobody_who_does_not_work_here(desk):
    at = Desk()
    gone = person("Gil", "rep", is_active=False)
    for who in (gone.pk, at.rita.pk, 999, "x"):
        page = desk.post(f"{BASE}{at.rita.pk}/leave/handoffs/", {"to": who}, follow=True).content.decode()
        assert "Choose who takes over" in page
    assert desk.post(f"{BASE}{at.rita.pk}/leave/nonsense/").status_code == 404
    assert at.reps() == [("Rita", "assigned")] * 2


def test_whoever_left_takes_no_lead_and_gets_none(admin):
    at = Desk()
    people.change_person(user=at.paul, by=admin, at=clock.now(), is_active=False)
    for deed in (
        lambda: routing.reassign(handoff=at.handoffs[0], rep=at.paul, by=admin, at=clock.now()),
        lambda: routing.take(handoff=at.hand(clock.now(), "new"), by=at.paul, at=clock.now()),
    ):
        with pytest.raises(routing.Taken, match="does not work here any more"):
            deed()


@pytest.mark.django_db(transaction=True)
def test_a_lead_given_while_a_rep_is_switched_off_is_never_left_with_nobody_working():
    """Whichever comes first: either the switch is refused, or the lead does not go to the rep."""
    admin, at = person("Ada", "administrator"), Desk()
    for round_ in range(6):
        handoff = at.hand(clock.now(), f"round{round_}")
        run_together(
            lambda handoff=handoff: routing.reassign(handoff=handoff, rep=at.paul, by=admin, at=clock.now()),
            lambda: people.change_person(user=at.paul, by=admin, at=clock.now(), is_active=False),
        )
        works = User.objects.get(pk=at.paul.pk).is_active
        assert works or not HandoffState.objects.owed_by(at.paul).exists()
        for state in HandoffState.objects.owed_by(at.paul):
            routing.reassign(handoff=state.handoff, rep=None, by=admin, at=clock.now())
        User.objects.filter(pk=at.paul.pk).update(is_active=True)


def run_together(*deeds):
    """Run each in a thread of its own, at once. Returns what they raised."""
    raised, gate = [], threading.Barrier(len(deeds))

    def run(deed):
        gate.wait()
        try:
            deed()
        except Exception as problem:
            raised.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("change", [{"is_active": False}, {"role": "viewer"}])
def test_of_two_administrators_who_remove_each_other_one_stays(change):
    two = [person(name, "administrator") for name in ("Ada", "Bea")]
    for _round in range(6):
        deeds = [
            lambda user=user, by=by: people.change_person(user=user, by=by, at=clock.now(), **change)
            for user, by in (two, reversed(two))
        ]
        raised = run_together(*deeds)
        assert [type(one) for one in raised] == [people.PeopleError], raised
        assert User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).count() == 1
        User.objects.update(is_active=True, role=Role.ADMINISTRATOR)


@pytest.mark.parametrize(
    ("language", "said"), [("en", "This is the last administrator"), ("fr", "C’est le dernier administrateur")]
)
def test_the_last_administrator_is_told_so_on_both_pages(admin, desk, language, said):
    User.objects.update(language=language)
    for page in (
        desk.post(f"{BASE}{admin.pk}/leave/", follow=True),
        desk.post(f"{BASE}{admin.pk}/", form_of(admin, desk) | {"position": "viewer"}),
    ):
        assert said in page.content.decode()
    assert User.objects.get().role == "administrator"


def test_two_administrators_who_edit_one_person_do_not_overwrite_each_other_unseen(admin, desk):
    rita = person("Rita", "rep")
    bea = person("Bea", "administrator")
    mine = form_of(rita, desk) | {"name": "Rita Costa"}
    people.change_person(user=rita, by=bea, at=clock.now(), role="manager", side="sales")
    page = desk.post(f"{BASE}{rita.pk}/", mine)
    said = page.content.decode()
    assert "Bea changed this person" in said and "Sales manager" in said and "Rita Costa" in said
    rita.refresh_from_db()
    assert (rita.name, rita.role) == ("Rita", "manager")
    desk.post(f"{BASE}{rita.pk}/", mine | {"seen": page.context["form"]["seen"].value(), "position": "manager-sales"})
    rita.refresh_from_db()
    assert (rita.name, rita.role) == ("Rita Costa", "manager")


def test_switching_off_ends_sessions_and_tokens_for_good(admin):
    rita = person("Rita", "rep")
    token, secret = tokens.issue(
        kind="api", name="board", by=admin, at=clock.now(), user=rita, scopes=["measures.read"]
    )
    browser = Client()
    browser.post("/accounts/login/", {"login": rita.email, "password": PASSWORD})
    assert browser.get("/profile/").status_code == 200
    people.change_person(user=rita, by=admin, at=clock.now(), is_active=False)
    people.change_person(user=rita, by=admin, at=clock.now(), is_active=True)
    assert browser.get("/profile/").status_code == 302
    assert tokens.find(secret, "api", clock.now()) is None and Token.objects.get(pk=token.pk).revoked_at
    people.change_person(user=rita, by=admin, at=clock.now(), is_active=False)
    assert Client().post("/accounts/login/", {"login": rita.email, "password": PASSWORD}).status_code == 200  # refused


def test_an_address_changed_signs_in_with_the_new_one_only(admin):
    rita = person("Rita", "rep")
    Client().post("/accounts/login/", {"login": rita.email, "password": PASSWORD})
    people.change_person(user=rita, by=admin, at=clock.now(), email="costa@example.test")
    answers = [
        Client().post("/accounts/login/", {"login": login, "password": PASSWORD}).status_code
        for login in ("Rita@example.test", "costa@example.test")
    ]
    assert answers == [200, 302]


# --- deputies


@pytest.fixture
def paper():
    return agreements.propose(kind="minutes", line="minutes:1", body={"n": 1}, by=None, at=clock.now())


def name(signer, deputy, days=(0, 3), by=None):
    first, last = (clock.today() + timedelta(days=day) for day in days)
    return deputies.name_deputy(signer=signer, deputy=deputy, first=first, last=last, by=by or signer, at=clock.now())


def test_a_deputy_signs_for_the_side_on_the_days_agreed_and_no_other(paper):
    max_, rita = person("Max", "manager", "sales", signs=True), person("Rita", "rep")
    why = lambda at: agreements.why_not(paper, rita, at)  # noqa: E731
    now = clock.now()
    assert "deputy" in why(now)
    name(max_, rita, (1, 2))
    assert why(now) and why(now + timedelta(days=4))
    assert not why(now + timedelta(days=1)) and not why(now + timedelta(days=2))
    at = now + timedelta(days=1)
    agreements.sign(paper=paper, by=rita, at=at, password=PASSWORD)
    line = AuditEntry.objects.get(verb="minutes.sign")
    assert line.user == rita and line.detail["in_place_of"] == max_.pk and line.detail["side"] == "sales"


def test_a_deputy_signs_what_the_signer_may_and_only_while_the_signer_may(admin, paper):
    max_, rita = person("Max", "manager", "sales", signs=True), person("Rita", "rep")
    made = name(max_, rita)
    assert deputies.may_sign(rita, "contract.sign", clock.now())  # a manager's right, lent
    people.change_person(user=max_, by=admin, at=clock.now(), signs=False)
    assert not deputies.may_sign(rita, "contract.sign", clock.now())
    people.change_person(user=max_, by=admin, at=clock.now(), signs=True)
    deputies.end_deputy(deputy=made, by=admin, at=clock.now())
    assert not deputies.may_sign(rita, "contract.sign", clock.now())


def test_nobody_stands_in_for_the_other_side_or_themselves_or_in_the_past(admin):
    max_, mia = person("Max", "manager", "sales", signs=True), person("Mia", "manager", "marketing")
    rita = person("Rita", "rep")
    for signer, deputy, days in (
        (max_, mia, (0, 1)), (max_, max_, (0, 1)), (max_, admin, (0, 1)), (mia, mia, (0, 1)), (rita, max_, (0, 1)),
        (max_, rita, (2, 1)), (max_, rita, (-3, -1)),
    ):  # fmt: skip
        with pytest.raises(people.PeopleError):
            name(signer, deputy, days)
    assert not Deputy.objects.exists()


def test_deputies_are_named_and_ended_on_the_persons_page(admin, desk):
    max_, rita = person("Max", "manager", "sales", signs=True), person("Rita", "rep")
    day = clock.today()
    wrong = desk.post(f"{BASE}{max_.pk}/deputies/", {"deputy": rita.pk, "first": day, "last": day - timedelta(days=1)})
    assert "The last day lies before the first" in wrong.content.decode()
    desk.post(f"{BASE}{max_.pk}/deputies/", {"deputy": rita.pk, "first": day, "last": day})
    assert "Rita" in desk.get(f"{BASE}{max_.pk}/").content.decode()
    desk.post(f"{BASE}deputies/{Deputy.objects.get().pk}/end/")
    assert not deputies.may_sign(rita, "papers.sign", clock.now())
    assert list(AuditEntry.objects.filter(subject="deputy").order_by("pk").values_list("detail__done", flat=True)) == [
        "named",
        "ended",
    ]


@pytest.mark.parametrize("role", ["rep", "marketer", "viewer", "manager"])
def test_only_an_administrator_does_any_of_this(client, role):
    rita = person("Rita", "rep")
    client.force_login(person("pat", role, "sales" if role == "manager" else None))
    for place in (
        f"{rita.pk}/",
        f"{rita.pk}/leave/",
        f"{rita.pk}/leave/handoffs/",
        f"{rita.pk}/return/",
        f"{rita.pk}/deputies/",
        "deputies/1/end/",
    ):
        assert client.post(BASE + place).status_code == 403
