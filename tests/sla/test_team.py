"""The team page: what each rep carries now, what is late and with what, and figures of the month that open their rows."""

from datetime import date, timedelta

import pytest

from leads.models import Pool, PoolMember
from sla import derive, team, team_figures
from smarketing.accounts.models import Side, Team
from smarketing.measures import engine, together
from smarketing.rows import clock, fence
from tests.people import client_of, person
from tests.sla.contracts import ATTEMPTS, FIRST, attempt, contract, decide, handoff, paris, sign

pytestmark = pytest.mark.django_db
NOV = date(2026, 11, 1)


@pytest.fixture
def november(monkeypatch):
    """Monday 23 November 2026, 10:00 in Paris; terms since 1 November: first attempt in 4 hours, 3 attempts in 10 days."""
    at = paris(2026, 11, 23, 10)
    monkeypatch.setattr(clock, "now", lambda: at)
    sign(contract(), [FIRST, ATTEMPTS], NOV, at=paris(2026, 10, 28))
    return at


@pytest.fixture
def lea():
    return person("lea", "rep")


@pytest.fixture
def paul():
    return person("paul", "rep")


def manager(side="sales"):
    return person(f"boss-{side}", "manager", side)


def board(at, **more):
    derive.catch_up(at)
    asked = {"by": manager(), "people": team.reps(), "first": NOV, "until": date(2026, 12, 1), "cutoff": fence.cutoff()}
    return team.board(at=at, **(asked | more))


def test_each_rep_stands_with_what_they_carry_and_with_what_is_late(november, lea, paul):
    pool = Pool.objects.create(name="Lyon")
    PoolMember.objects.create(pool=pool, rep=lea, cap=3)
    untouched = handoff(paris(2026, 11, 20, 9), rep=lea)
    tried = handoff(paris(2026, 11, 2, 9), rep=lea)
    attempt(tried, paris(2026, 11, 2, 10), by=lea)
    fresh = handoff(paris(2026, 11, 23, 9, 30), rep=lea)
    found = {desk.name: desk for desk in board(november).desks}
    load = found["lea"].load
    assert (load.owed, load.late, load.cap, load.full) == (3, 2, 3, True)
    assert load.today == 3 and load.why == {"first": 1, "attempts": 1}
    assert load.last == paris(2026, 11, 2, 10) and {untouched.pk, tried.pk, fresh.pk}
    assert found["paul"].load == team.Load()


def test_the_figures_of_a_rep_are_the_measures_and_sum_to_the_whole(november, lea, paul):
    for rep, minutes in ((lea, 30), (lea, 60), (paul, 300)):
        one = handoff(paris(2026, 11, 3, 9), rep=rep)
        attempt(one, paris(2026, 11, 3, 9) + timedelta(minutes=minutes), by=rep, outcome="reached")
    found = board(november)
    own = {desk.name: desk.figures for desk in found.desks}
    first, reach, median = own["lea"][0], own["lea"][3], own["lea"][4]
    assert (first.n, first.of, reach.n, reach.of) == (2, 2, 2, 2) and float(median.value) == 0.75
    assert own["paul"][0].n == 0 and own["paul"][0].of == 1
    assert (found.whole[0].n, found.whole[0].of) == (2, 3)
    assert sum(figures[0].of for figures in own.values()) == found.whole[0].of


def test_figures_of_one_measure_read_together_are_those_read_one_by_one(november, lea, paul):
    for rep, minutes in ((lea, 30), (lea, 90), (paul, 300)):
        one = handoff(paris(2026, 11, 3, 9), rep=rep)
        attempt(one, paris(2026, 11, 3, 9) + timedelta(minutes=minutes), by=rep)
    derive.catch_up(november)
    asked = {"first": NOV, "until": date(2026, 12, 1), "by": ("rep",), "cutoff": fence.cutoff(), "user": manager()}
    stats = ("median", "p90_nearest")
    found = together.answers([("response_time", stat) for stat in stats], **asked)
    for stat, answer in zip(stats, found, strict=True):
        alone = engine.answer("response_time", stat=stat, **asked)
        assert (answer.rows, answer.total, answer.question) == (alone.rows, alone.total, alone.question)
    assert found[0].total.value != found[1].total.value


def figures_of(at, user):
    """Each figure of the month by rep as the page reads it, and as its measure answers alone."""
    derive.catch_up(at)
    asked = {"first": NOV, "until": date(2026, 12, 1), "by": ("rep",), "cutoff": fence.cutoff(), "user": user}
    alone = [engine.answer(key, stat=stat, **asked) for key, stat in team.FIGURES]
    return [
        [(one.rows, one.total, one.question, one.unit) for one in found]
        for found in (team_figures.answers(team.FIGURES, **asked), alone)
    ]


@pytest.fixture
def worked(november, lea, paul):
    """In time and late, refused, pending, in the pool, untouched."""
    for rep, minutes in ((lea, 30), (lea, 90), (paul, 900)):
        one = handoff(paris(2026, 11, 3, 9), rep=rep)
        attempt(one, paris(2026, 11, 3, 9) + timedelta(minutes=minutes), by=rep)
    decide(handoff(paris(2026, 11, 4, 9), rep=paul), "refuse", paris(2026, 11, 4, 10), "FIT-IND")
    for at, rep in ((paris(2026, 11, 23, 9, 30), lea), (paris(2026, 11, 5, 9), paul), (paris(2026, 11, 6, 9), None)):
        handoff(at, rep=rep)
    return november


def test_figures_read_in_one_pass_are_the_answers_of_their_measures(worked, lea):
    for user in (manager(), lea):  # a rep reads no other rep's
        found, alone = figures_of(worked, user)
        assert found == alone
    assert found[0][1].of == 5


@pytest.mark.invariant("I11", mutant="promises that broke are left out of the pass")
def test_a_state_left_out_of_the_one_pass_is_noticed(worked, monkeypatch):
    monkeypatch.setattr(team_figures, "MISSED", "never")
    found, alone = figures_of(worked, manager())
    assert found != alone


def test_who_left_stands_below_with_what_they_did(november, lea):
    gone = person("gone", "rep")
    one = handoff(paris(2026, 11, 3, 9), rep=gone)
    attempt(one, paris(2026, 11, 3, 9, 30), by=gone)
    gone.is_active = False
    gone.save()
    found = board(november)
    assert [desk.name for desk in found.desks] == ["lea"] and [desk.name for desk in found.others] == ["gone"]
    assert found.others[0].figures[0].n == 1


def test_two_reps_of_one_name_are_told_apart(november):
    first, second = person("marie", "rep"), person("marie2", "rep")
    second.name = first.name
    second.save()
    one = handoff(paris(2026, 11, 3, 9), rep=second)
    attempt(one, paris(2026, 11, 3, 9, 30), by=second)
    desks = board(november).desks
    assert sorted(bool(desk.figures[0]) for desk in desks) == [False, True]
    assert {desk.name for desk in desks} == {f"marie #{first.pk}", f"marie #{second.pk}"}


def test_the_page_names_what_is_late_and_leads_to_it(november, lea):
    handoff(paris(2026, 11, 20, 9), rep=lea)
    handoff(paris(2026, 11, 23, 9, 30), rep=lea)
    boss = client_of(manager())
    page = boss.get("/queue/team/").text
    assert "First attempt in time 1" in page and f"?rep={lea.pk}&amp;only=late" in page and "Give away…" in page
    late = boss.get("/queue/", {"rep": lea.pk, "only": "late"}).text
    assert late.count('class="cell-lead"') == 1 and "Only what is late." in late
    assert boss.get("/queue/", {"rep": lea.pk, "only": "today"}).text.count('class="cell-lead"') == 2
    give = boss.get("/queue/give/", {"all": 1, "rep": lea.pk, "only": "late"}).text
    assert "1 open handoff" in give


def test_a_team_is_shown_alone(november, lea, paul):
    lyon = Team.objects.create(name="Lyon", side=Side.SALES)
    lea.team = lyon
    lea.save()
    boss = client_of(manager())
    page = boss.get("/queue/team/", {"team": lyon.pk}).text
    assert ">lea<" in page and ">paul<" not in page
    assert (
        boss.get("/queue/team/", {"team": 2**40}).status_code
        == boss.get("/queue/team/", {"month": "2026-13"}).status_code
        == 404
    )


@pytest.mark.parametrize("role", ["rep", "marketer", "viewer", "administrator"])
def test_only_managers_read_it(november, role):
    assert client_of(person("someone", role)).get("/queue/team/").status_code == 403


def test_an_empty_company_is_told_what_will_be_here(november):
    assert "No rep yet" in client_of(manager("marketing")).get("/queue/team/").text
