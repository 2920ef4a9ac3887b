"""What a proposed text changes, marked at its lines: new, changed, gone; in the reader's language, by sign and word."""

import re
from copy import deepcopy
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from personas.criteria import tree
from personas.criteria.differ import differences
from personas.criteria.sentence import Voice
from personas.definitions import comments, services
from personas.pages import against
from personas.pages.document import document
from smarketing.agreements import services as agreements
from smarketing.rows import clock
from tests.people import PASSWORD, client_of, person
from tests.personas.builder.anything import definitions
from tests.personas.criteria.samples import CATALOGUE, body, event, field, item
from tests.scale import examples


def old():
    return body(
        [item("country", 20, field("lead.country", "is", "FR")), item("function", 30, field("lead.function", "is", "CEO")),
         item("phone", 5, field("lead.phone", "is_set"))],
        [item("pages", 10, event("page", 30), cap=30)],
        never=[field("lead.country", "is", "US")], must=[field("lead.email", "is_set")], mandatory=["lead.email"],
    )  # fmt: skip


def new():
    fresh = deepcopy(old())
    fresh["fit"]["items"] = [
        item("country", 25, field("lead.country", "is", "FR")),
        item("phone", 5, field("lead.phone", "is_not_set")),
        item("mail", 5, field("lead.email", "is_set")),
    ]
    fresh["engagement"]["items"][0]["cap"] = 40
    fresh["engagement"]["bands"] = [80, 50, 25]
    fresh |= {"never": [field("lead.country", "is", "UK")], "mandatory": [], "mql": ["A1", "B2"], "pace": 20}
    return fresh


@pytest.fixture
def people():
    return person("Claire", "marketer", signs=True), person("Hugo", "manager", "sales", signs=True, language="fr")


@pytest.fixture
def line(people):
    one = services.create_line(name="France", by=None, at=clock.now(), body=old())
    at = clock.now() - timedelta(hours=2)
    paper = services.propose(line=one, by=people[0], at=at)
    for signer in people:
        agreements.sign(paper=paper, by=signer, at=at, password=PASSWORD)
    services.save_draft(line=one, body=new(), revision=0, by=None, at=clock.now())
    return one


def lines(text):
    """The lines of a page as text, each with its class."""
    plain = text.replace("\u202f", " ").replace("\xa0", " ")
    found = re.findall(r'<li class="(line[^"]*)"(.*?)</li>', plain, re.S)
    return [(kind, " ".join(re.sub(r"<[^>]*>", " ", inner).split())) for kind, inner in found]


def line_with(text, words):
    return next((kind, inner) for kind, inner in lines(text) if words in inner)


SAID = {
    "en": [
        ("country is exactly FR", "± changed points raised from +20 to +25"),
        ("phone is not", "± changed before: “phone"),
        ("visited a page", "± changed cap raised from 30 to 40"),
        ("UK", "+ new"),
        ("handoffs a business day", "± changed 15 becomes 20"),
        ("needed before handing over", "± changed removed: e-mail"),
    ],
    "fr": [
        ("le pays est exactement FR", "± changement points relevés de +20 à +25"),
        ("a visité une page", "± changement plafond relevé de 30 à 40"),
        ("UK", "+ ajout"),
        ("transmissions par jour ouvré", "± changement 15 devient 20"),
    ],
}


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "fr"])
def test_each_line_says_what_is_new_changed_and_gone(line, people, language):
    services.propose(line=line, by=people[0], at=clock.now())
    reader = people[0] if language == "en" else people[1]
    page = client_of(reader).get(f"/language/definition/{line.pk}/").text
    for words, said in SAID[language]:
        assert said in line_with(page, words)[1], (words, lines(page))
    gone = [inner for kind, inner in lines(page) if "line-gone" in kind]
    assert len(gone) == 2 and all(("− gone", "− retrait")[language == "fr"] in one for one in gone)
    assert "CEO" in gone[0] and "US" in gone[1]
    (must,) = [inner for kind, inner in lines(page.partition('id="head-must"')[2].partition("</ul>")[0])]
    assert "±" not in must and "+" not in must  # what stays is not marked


@pytest.mark.django_db
def test_the_paper_says_it_in_both_languages_until_it_is_signed(line, people):
    paper = services.propose(line=line, by=people[0], at=clock.now())
    page = client_of(people[0]).get(f"/language/paper/{paper.pk}/").text
    english, french = page.partition("Le texte en français")[::2]
    assert "points raised from +20 to +25" in english and "points relevés de +20 à +25" in french
    assert "gone</strong>" in english and "retrait</strong>" in french and page.count("line-gone") == 4
    for signer in people:
        agreements.sign(paper=paper, by=signer, at=clock.now(), password=PASSWORD)
    assert "diff-word" not in client_of(people[0]).get(f"/language/paper/{paper.pk}/").text


@pytest.mark.django_db
def test_nothing_is_marked_while_somebody_writes(line, people):
    claire = client_of(people[0])
    assert "diff-word" not in claire.get(f"/language/definition/{line.pk}/").text
    services.propose(line=line, by=people[0], at=clock.now())
    assert "diff-word" in claire.get(f"/language/definition/{line.pk}/").text
    assert "diff-word" not in claire.get(f"/language/definition/{line.pk}/?write=1").text


@pytest.mark.django_db
def test_comments_have_a_margin_where_there_are_any(line, people):
    claire = client_of(people[0])
    assert "has-margin" not in claire.get(f"/language/definition/{line.pk}/").text
    said = comments.say(line=line, text="Too wide.", by=people[1], at=clock.now(), place="country")
    page = claire.get(f"/language/definition/{line.pk}/").text
    assert "has-margin" in page and "Too wide." in line_with(page, "country is exactly FR")[1]
    comments.settle(comment=said, by=people[0], at=clock.now())
    assert "has-margin" not in claire.get(f"/language/definition/{line.pk}/").text


def marked(before, after, lang="en"):
    speaker = Voice(lang, CATALOGUE, {1: "Maud", 2: "Student"})
    shown = document(after, speaker, notes=False)
    against.mark(shown, before, after, speaker)
    return shown


def check(before, after):
    """Every difference is marked, and nothing else."""
    shown = marked(before, after)
    plain = {
        name: document(one, Voice("en", CATALOGUE, {1: "Maud", 2: "Student"}), notes=False)
        for name, one in (("old", before), ("new", after))
    }
    places = {
        name: {one.place for part in doc.sections for one in part.lines if one.movable} for name, doc in plain.items()
    }
    found = [one for section in shown.sections for one in section.lines]
    marks = [one.mark.kind for one in found if one.mark] + [part.mark.kind for part in shown.sections if part.mark]
    assert {one.place for one in found if one.mark and one.mark.kind == "new"} == places["new"] - places["old"]
    assert marks.count("gone") == len(places["old"] - places["new"])
    changes = differences(before, after, Voice("en", CATALOGUE, {1: "Maud", 2: "Student"}))
    assert bool(marks) == bool(changes)
    said = [text for one in (*found, *shown.sections) if one.mark for text in one.mark.said]
    plain_changes = [one for one in changes if one.kind not in ("added", "removed")]
    lists = [one for one in plain_changes if one.key in tree.LISTS]  # a condition of a list is new or gone
    assert len(said) == len(plain_changes) - len(lists)


@pytest.mark.sized
@settings(max_examples=examples(40), deadline=None)
@given(data=st.data())
def test_whatever_differs_is_marked_at_its_line_and_nothing_else(data):
    before = data.draw(definitions(CATALOGUE), "before")
    after = data.draw(st.just(before) | definitions(CATALOGUE), "after")
    check(before, after)
    check(before, before)


def test_a_line_that_was_left_unmarked_would_be_noticed(monkeypatch):
    check(old_pure(), new_pure())
    monkeypatch.setattr(against, "ELSEWHERE", {})
    with pytest.raises(AssertionError):
        check(old_pure(), new_pure())


def old_pure():
    return body([item("a", 20, field("lead.email", "is_set"))], never=[field("lead.email", "is_not_set")])


def new_pure():
    fresh = body([item("b", 20, field("lead.email", "is_set"))])
    fresh["fit"]["bands"] = [60]
    return fresh | {"mql": ["A1"]}
