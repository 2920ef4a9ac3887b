"""Merging loses nothing, says before what it does, and taking it back equals never having merged (I20)."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leads.handoffs import attempts, decisions, problems, states
from leads.intake import facts as intake
from leads.intake import merging, suppression
from leads.models import Attempt, Decision, HandoffState, Lead, Merge
from leads.rights import consent
from leads.twins import merge
from smarketing.measures import engine
from smarketing.rows import clock
from tests.leads import facts
from tests.leads.handoffs.desk import NOW, Desk, state
from tests.leads.pages.test_pages import client_of
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
deeds = st.lists(
    st.tuples(
        st.sampled_from(["merge", "merge", "unmerge", "unmerge", "attempt", "undo attempt", "accept", "undo accept", "oppose", "agree back"]),
        st.integers(0, LEADS - 1),
        st.integers(0, LEADS - 1),
    ),
    min_size=2, max_size=12,
)  # fmt: skip


class World:
    """Four leads with a handoff each; deeds by (kind, lead, other lead), refused ones leave nothing."""

    def __init__(self, desk):
        self.desk, self.at = desk, NOW + HOUR
        self.handoffs = [
            desk.hand(("lea", "paul")[n % 2], at=NOW + n * timedelta(minutes=1), email=f"w{n}@x.example")
            for n in range(LEADS)
        ]
        self.leads = [one.lead_id for one in self.handoffs]

    def do(self, kind: str, one: int, other: int, which: object = None) -> object:
        """The fact that the deed added; None when it was refused."""
        handoff, by, at = self.handoffs[one], (self.desk.lea, self.desk.paul)[one % 2], self.at
        self.at += timedelta(minutes=1)
        try:
            with transaction.atomic():
                if kind == "merge":
                    return join(self.desk, self.leads[one], self.leads[other], at)
                if kind == "attempt":
                    return attempts.log(handoff=handoff, by=by, at=at, channel="call", outcome="no_answer")
                if kind == "accept":
                    return decisions.accept(handoff=handoff, by=by, at=at)
                if kind == "oppose":
                    said = {"source": "call", "text": "", "said_on": None}
                    return consent.oppose(lead=Lead.objects.get(pk=self.leads[one]), by=self.desk.boss, at=at, **said)
        except (merge.Refusal, problems.Refusal, consent.Refusal):
            return None
        raise AssertionError(kind)

    def undo(self, fact: object) -> bool:
        at, boss = clock.now(), self.desk.boss
        try:
            with transaction.atomic():
                if isinstance(fact, Merge):
                    merge.take_back(merge=fact, by=boss, at=at, reason="x")
                elif isinstance(fact, Attempt):
                    attempts.undo(attempt=fact, by=boss, at=at, reason="x")
                elif isinstance(fact, Decision):
                    decisions.undo(decision=fact, by=boss, at=at, reason="x")
                else:
                    consent.take_back(consent=fact, by=boss, at=at, reason="x")
        except (merge.Refusal, problems.Refusal, consent.Refusal):
            return False
        return True

    def look(self) -> dict:
        """Everything that follows from the facts."""
        columns = [one.name for one in HandoffState._meta.fields if one.name not in ("decided_at",)]
        return {
            "leads": list(Lead.objects.filter(pk__in=self.leads).order_by("pk").values_list("pk", "root_id", "opted_out", "stage")),
            "states": [
                row | ({"closed_at": None} if row["state"] == "withdrawn" else {})  # which of two oppositions was the first
                for row in HandoffState.objects.order_by("pk").values(*columns)
            ],
            "listed": sorted(suppression.listed([f"w{n}@x.example" for n in range(LEADS)])),
            "mql": str(engine.answer("mql", first=NOW.date() - timedelta(days=40), until=NOW.date() + timedelta(days=40), cutoff=clock.now()).total.value),
        }  # fmt: skip


UNDOES = {"unmerge": "merge", "undo attempt": "attempt", "undo accept": "accept", "agree back": "oppose"}


def machine(desk, plan) -> None:
    """Do the plan; do it again without whatever was undone; look at both."""
    world = World(desk)
    done: list[tuple[tuple, object, object]] = []  # (deed, fact, instant)
    saved = transaction.savepoint()
    for kind, one, other in plan:
        if kind in UNDOES:
            mine = [entry for entry in done if entry[0][0] == UNDOES[kind]]
            if mine and world.undo(mine[-1 - one % len(mine)][1]):
                done.remove(mine[-1 - one % len(mine)])
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
        machine(desk, [("merge", 0, 1), ("unmerge", 0, 0), ("attempt", 2, 0)])


@pytest.mark.invariant("I20", mutant="a merge taken back leaves its root")
def test_a_root_that_stays_after_the_merge_was_taken_back_is_noticed(desk, monkeypatch):
    monkeypatch.setattr(merging, "settle_again", lambda ids, fence: None)
    with pytest.raises(AssertionError):
        machine(desk, [("merge", 0, 1), ("attempt", 2, 0), ("unmerge", 0, 0)])


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
