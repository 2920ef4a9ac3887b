"""Words are written one by one, signed as a whole, and never change once both sides have signed."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from personas.glossary import bound, first, queries, services, terms
from personas.glossary.bound import Binding, Executed
from personas.glossary.terms import Term, Text
from personas.models import GlossaryTerm, GlossaryVersion
from smarketing.agreements import services as agreements
from smarketing.measures import registry
from smarketing.rows import clock
from tests.people import PASSWORD, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def signers():
    return (person("Anna", "marketer", signs=True), person("Hugo", "manager", "sales", signs=True))


def reached(sentence="An attempt in which both sides spoke or wrote."):
    old = queries.written("reached")
    return replace(old, texts=old.texts | {"en": replace(old.text("en"), sentence=sentence)})


def sign(paper, signers):
    for one in signers:
        agreements.sign(paper=paper, by=one, at=clock.now(), password=PASSWORD)
    return GlossaryVersion.objects.get(paper=paper)


def test_before_any_signature_the_first_words_stand_and_say_that_nobody_signed():
    live = queries.in_force(clock.now())
    assert live.version is None and live.terms == first.TERMS and queries.draft() == list(first.TERMS)
    assert queries.ahead(clock.now()) == []


def test_a_word_written_is_in_the_draft_and_in_force_only_after_both_signatures(signers):
    services.write(term=reached(), revision=0, by=signers[0], at=clock.now())
    assert [one.term.key for one in queries.ahead(clock.now())] == ["reached"]
    assert queries.in_force(clock.now()).terms == first.TERMS
    paper = services.propose(by=signers[0], at=clock.now())
    agreements.sign(paper=paper, by=signers[0], at=clock.now(), password=PASSWORD)
    assert queries.in_force(clock.now()).version is None
    agreements.sign(paper=paper, by=signers[1], at=clock.now(), password=PASSWORD)
    live = queries.in_force(clock.now())
    assert live.version.number == 1 and queries.ahead(clock.now()) == []
    assert {one.key: one for one in live.terms}["reached"] == reached()


def test_an_earlier_instant_reads_the_words_of_then(signers):
    old = sign(services.propose(by=signers[0], at=clock.now()), signers)
    services.write(term=reached(), revision=0, by=signers[0], at=clock.now())
    new = sign(services.propose(by=signers[1], at=clock.now()), signers)
    assert (old.number, new.number) == (1, 2)
    assert queries.in_force(new.effective_at - timedelta(microseconds=1)).version == old
    assert queries.in_force(old.effective_at - timedelta(microseconds=1)).version is None
    assert queries.in_force(new.effective_at).version == new


def test_a_version_and_its_paper_cannot_be_changed_and_verify(signers):
    version = sign(services.propose(by=signers[0], at=clock.now()), signers)
    assert agreements.verify(version.paper) == []
    for sql in ("UPDATE personas_glossaryversion SET number = 9", "DELETE FROM personas_glossaryversion"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)


def test_a_version_that_says_something_else_than_its_paper_is_named(signers):
    version = sign(services.propose(by=signers[0], at=clock.now()), signers)
    assert services.verify(version.paper) == []
    text = json.loads(version.paper.body)
    text["terms"][0]["en"]["word"] = "Otherwise"
    version.paper.body = json.dumps(text)
    assert services.verify(version.paper) == ["version 1 in force says something else than what was signed"]


def test_the_same_words_proposed_again_are_the_same_paper(signers):
    paper = services.propose(by=signers[0], at=clock.now())
    assert services.propose(by=signers[1], at=clock.now()) == paper
    sign(paper, signers)
    assert services.propose(by=signers[0], at=clock.now()) == paper


def test_a_word_saved_from_a_stale_page_is_refused_and_nothing_is_lost(signers):
    services.write(term=reached("First."), revision=0, by=signers[0], at=clock.now())
    with pytest.raises(services.Stale):
        services.write(term=reached("Second."), revision=0, by=signers[1], at=clock.now())
    assert queries.written("reached").text("en").sentence == "First."
    services.write(term=reached("Second."), revision=1, by=signers[1], at=clock.now())
    assert GlossaryTerm.objects.get(key="reached").revision == 2


def test_a_word_that_belongs_to_another_idea_is_refused(signers):
    taken = Term("joined", {"en": Text("Reached", "", "No."), "fr": Text("Atteint", "", "Non.")})
    with pytest.raises(services.Faulty) as refusal:
        services.write(term=taken, revision=0, by=signers[0], at=clock.now())
    assert [(one.kind, one.lang, one.other) for one in refusal.value.faults] == [("taken", "en", "Reached")]
    assert not GlossaryTerm.objects.exists()


def test_a_word_left_out_is_gone_from_the_draft_and_can_be_put_back(signers):
    services.remove(key="reached", revision=0, by=signers[0], at=clock.now())
    assert "reached" not in {one.key for one in queries.draft()}
    assert [one.key for one in queries.left_out()] == ["reached"]
    assert "reached" in {one.key for one in queries.in_force(clock.now()).terms}
    services.put_back(key="reached", revision=1, by=signers[0], at=clock.now())
    assert queries.ahead(clock.now()) == []


def test_a_word_put_back_is_refused_where_another_term_took_it(signers):
    services.remove(key="reached", revision=0, by=signers[0], at=clock.now())
    heir = Term("spoken-with", {"en": Text("Reached", "", "Yes."), "fr": Text("Joint", "", "Oui.")})
    services.write(term=heir, revision=0, by=signers[0], at=clock.now())
    with pytest.raises(services.Faulty):
        services.put_back(key="reached", revision=1, by=signers[0], at=clock.now())
    assert [one.key for one in queries.left_out()] == ["reached"]


def test_two_signers_of_one_side_and_one_person_for_both_are_refused(signers):
    paper = services.propose(by=signers[0], at=clock.now())
    second = person("Ines", "manager", "marketing", signs=True)
    agreements.sign(paper=paper, by=signers[0], at=clock.now(), password=PASSWORD)
    with pytest.raises(agreements.AgreementError):
        agreements.sign(paper=paper, by=second, at=clock.now(), password=PASSWORD)
    signers[0].side = "sales"
    with pytest.raises(agreements.AgreementError):
        agreements.sign(paper=paper, by=signers[0], at=clock.now(), password=PASSWORD)


def test_every_word_bound_from_the_start_is_bound_to_something_that_is_there():
    known = {key for key, _label in bound.choices()}
    assert {one.binding for one in first.TERMS if one.binding} <= known
    for measure in registry.measures():
        assert bound.executed(f"measure:{measure.key}", clock.now())[0].text == str(measure.words)


def test_a_binding_is_one_row_and_is_offered_and_told_at_once():
    bound.register(Binding("weather", "the weather", lambda at: [Executed(f"rain in {at.year}", "/")]))
    try:
        assert ("weather", "the weather") in bound.choices()
        assert bound.executed("weather", clock.now())[0].text == f"rain in {clock.now().year}"
    finally:
        bound._BINDINGS.pop("weather")
    assert bound.executed("weather", clock.now()) == []
    assert bound.label("weather") == "weather" and bound.label("") == ""


def test_no_first_word_is_changed_by_writing_another(signers):
    before = terms.in_order(queries.draft(), "en")
    services.write(term=reached(), revision=0, by=signers[0], at=clock.now())
    after = terms.in_order(queries.draft(), "en")
    assert [one for one in before if one.key != "reached"] == [one for one in after if one.key != "reached"]
