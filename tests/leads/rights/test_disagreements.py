"""Disagreement with a criterion: said on a lead, told to marketing, shown at the criterion, answered, taken back."""

from datetime import timedelta

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from leads.models import Answer, Disagreement, Lead, Note
from leads.rights import disagreements, notes
from leads.rights.problems import Refusal
from smarketing.notify.models import Notice
from smarketing.rows import clock
from tests.leads import facts
from tests.leads.evidence.test_why import AT, k2_body, store, version
from tests.leads.handoffs.desk import Desk
from tests.people import client_of, person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def asked_by(user):
    """A request of somebody who reads."""
    request = RequestFactory().get("/")
    request.user = user
    return request


class House:
    """A lead of Léa's judged by a definition, a marketer and a manager of each side."""

    def __init__(self):
        self.desk = Desk()
        self.handoff = self.desk.hand(function="Head of Marketing", last_name="Dubois")
        self.lead = self.handoff.lead
        self.version = version(k2_body(), AT - timedelta(days=400))
        store(self.lead.pk, self.version, clock.now())
        self.mia, self.bo = person("mia", "marketer"), person("claire", "manager", "marketing")

    def say(self, by=None, criterion="role", text="She left marketing", **more) -> Disagreement:
        given = {"reason": "wrong_fact", "by": by or self.desk.lea, "at": clock.now()} | more
        return disagreements.say(lead=self.lead, version=self.version, criterion=criterion, text=text, **given)


@pytest.fixture
def house() -> House:
    return House()


def test_it_keeps_what_counted_then_and_tells_marketing(house):
    made = house.say()
    assert (made.grade, made.points, made.line_id) == ("C4", 25, house.version.line_id)
    told = Notice.objects.filter(kind="disagreement")
    assert set(told.values_list("user", flat=True)) == {house.mia.pk, house.bo.pk}
    page = client_of(house.mia).get("/notices/").text
    assert "lea disagrees with “function contains Marketing”" in page and "She left marketing" in page
    assert disagreements.counts(house.version.line_id, house.mia) == {"role": (1, 1)}
    story = client_of(house.mia).get(f"/leads/{house.lead.pk}/").text
    assert "disagrees with “function contains Marketing”" in story


@pytest.mark.parametrize(
    ("more", "field"),
    [({"criterion": "nothing"}, "criterion"), ({"reason": "mood"}, "reason"), ({"text": " "}, "text"), ({"text": "x" * 1001}, "text")],
)  # fmt: skip
def test_nonsense_is_refused_where_it_is_and_leaves_nothing(house, more, field):
    with pytest.raises(Refusal) as refusal:
        house.say(**more)
    assert refusal.value.field == field and not Note.objects.exists()


def test_an_answer_is_told_to_whoever_disagreed_and_given_once(house):
    made = house.say()
    with pytest.raises(Refusal) as refusal:
        disagreements.answer(to=made, kind="kept", text="", by=house.mia, at=clock.now())
    assert refusal.value.field == "text"
    one = disagreements.answer(to=made, kind="kept", text="The function is right.", by=house.mia, at=clock.now())
    assert not disagreements.standing().unanswered().exists()
    with pytest.raises(Refusal):
        disagreements.answer(to=made, kind="taken", text="", by=house.bo, at=clock.now())
    assert list(Notice.objects.filter(kind="answered").values_list("user", flat=True)) == [house.desk.lea.pk]
    assert "The function is right." in client_of(house.desk.lea).get("/notices/").text
    notes.take_back(note=one.note, by=house.mia, at=clock.now(), reason="")
    again = disagreements.answer(to=made, kind="taken", text="", by=house.bo, at=clock.now())
    assert disagreements.answers(disagreements.standing()) == {made.pk: again} and Answer.objects.count() == 2


def test_taken_back_by_its_author_it_counts_nowhere(house):
    made = house.say()
    notes.take_back(note=made.note, by=house.desk.lea, at=clock.now(), reason="")
    assert disagreements.counts(house.version.line_id, house.mia) == {}
    with pytest.raises(Refusal):
        disagreements.answer(to=made, kind="taken", text="", by=house.mia, at=clock.now())
    assert "(taken back since)" in client_of(house.mia).get("/notices/").text


def test_an_erased_person_leaves_no_words(house):
    from leads.handoffs import decisions
    from leads.rights import erasure

    house.say()
    decisions.refuse(handoff=house.handoff, by=house.desk.lea, at=clock.now(), reason="OPP-OUT")
    erasure.erase(leads=[house.lead], by=person("ada", "administrator"), at=clock.now())
    made = Disagreement.objects.get()
    assert not hasattr(made.note, "words")
    assert "She left marketing" not in client_of(house.mia).get("/leads/disagreements/").text


class TestPages:
    """From a rep's click to the answer, as the pages do it."""

    def test_a_rep_says_it_and_marketing_answers(self, house):
        rep, marketer = client_of(house.desk.lea), client_of(house.mia)
        assert f"/leads/{house.lead.pk}/disagree/?" in rep.get(f"/leads/{house.lead.pk}/").text
        there = f"/leads/{house.lead.pk}/disagree/?definition={house.version.line_id}&criterion=role"
        assert 'value="role" selected' in rep.get(there).text
        empty = rep.post(there, {"criterion": "role", "reason": "", "text": "Kept as typed"})
        assert empty.status_code == 422 and "Kept as typed" in empty.text
        assert (
            rep.post(there, {"criterion": "role", "reason": "too_much", "text": "Everybody says so"}).status_code == 302
        )
        made = Disagreement.objects.get()
        listed = marketer.get(f"/leads/disagreements/?definition={house.version.line_id}&criterion=role").text
        assert (
            "Everybody says so" in listed
            and "counts too much" in listed
            and f"/leads/disagreements/{made.pk}/answer/" in listed
        )
        said = Template("{% slot 'criterion.said' line 'role' %}").render(
            Context({"request": asked_by(house.mia), "line": house.version.line_id})
        )
        assert "1 disagreement" in said and "1 waits for an answer" in said
        answered = marketer.post(
            f"/leads/disagreements/{made.pk}/answer/", {"kind": "taken", "text": "Half the points"}
        )
        assert answered.status_code == 302
        assert "Half the points" in marketer.get("/leads/disagreements/?answered=yes").text
        assert "Half the points" not in marketer.get("/leads/disagreements/?answered=no").text

    def test_another_reps_lead_is_not_there(self, house):
        house.say()
        paul = client_of(house.desk.paul)
        assert paul.get(f"/leads/{house.lead.pk}/disagree/").status_code == 404
        assert "She left marketing" not in paul.get("/leads/disagreements/").text
        assert client_of(person("vera", "viewer")).get(f"/leads/{house.lead.pk}/disagree/").status_code == 403
        assert "She left marketing" not in client_of(person("vic", "viewer")).get("/leads/disagreements/").text

    def test_a_lead_never_judged_has_nothing_to_disagree_with(self, house):
        lead = facts.lead(AT, last_name="New")
        page = client_of(house.desk.boss).get(f"/leads/{lead}/disagree/")
        assert page.status_code == 200 and "Not judged yet" in page.text
        assert Lead.objects.filter(pk=lead).exists()
