"""Every planted fault is found at its place, and none is invented: the corpus, and clean definitions spoiled at random."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings

from personas.criteria import tree
from personas.criteria.lint import lint
from personas.criteria.lint_seen import Seen, lint_seen
from personas.criteria.problems import MESSAGES
from personas.criteria.validate import validate
from tests.scale import examples

from . import test_counterfactual as samples_of
from .lint_corpus import CATALOGUE, CLEAN, LEADS, MUTATORS, NEAR, PLANTED, Case


def notes(case: Case) -> set[tuple[str, str]]:
    assert validate(case.body, CATALOGUE) == []
    found = lint(case.body, CATALOGUE) + lint_seen(case.body, CATALOGUE, Seen(LEADS, case.seen(), case.late))
    assert all(one.text("en") and one.text("fr") for one in found)
    return {(one.path, one.key) for one in found}


@pytest.mark.parametrize("case", [*CLEAN, *NEAR], ids=lambda case: case.name)
def test_a_clean_definition_has_no_note(case):
    assert notes(case) == set()


@pytest.mark.parametrize("case", PLANTED, ids=lambda case: case.name)
def test_a_planted_fault_is_found_and_nothing_else(case):
    assert notes(case) == case.expected


@pytest.mark.sized
@pytest.mark.parametrize("name", MUTATORS)
def test_a_clean_definition_spoiled_at_random_is_found_out(name):
    random = Random(name)
    spoiled = [one for _time in range(examples(90)) if (one := MUTATORS[name](random.choice(CLEAN), random))]
    assert len(spoiled) >= 5
    for case in spoiled:
        assert notes(case) == case.expected, case


@pytest.mark.sized
@settings(max_examples=examples(3000, 60), deadline=None)
@given(samples_of.definitions(), samples_of.VALUES, samples_of.EVENTS)
def test_what_a_lead_shows_to_be_possible_is_never_called_impossible(body, values, events):
    """A lead in a cell, with all musts and no never, or with points, proves that note wrong: on definitions drawn at random."""
    said = {(one.path, one.key) for one in lint(body, samples_of.FIELDS)}
    found = samples_of.judged(body, values, events)
    if found.grade in body["mql"]:
        assert (f"mql.{body['mql'].index(found.grade)}", "unreachable_cell") not in said
    if not found.failures:
        assert not {("must", "contradiction"), ("never", "contradiction")} & said
        points = {row.key: row.points for row in found.rows}
        for axis in tree.AXES:
            for path, item, _group in tree.items(body, axis):
                if points[item["key"]]:
                    place = tree.written((*path, "when"))
                    assert not {(place, "contradiction"), (place, "never_with_must")} & said


def test_the_corpus_is_as_large_as_promised_and_covers_every_note():
    assert (len(CLEAN), len(PLANTED), len(MUTATORS), len(NEAR)) == (40, 80, 15, 15)
    planted = {key for case in PLANTED for _path, key in case.expected}
    assert planted <= set(MESSAGES) and len(planted) == 16


def test_few_leads_and_few_values_say_nothing():
    body = PLANTED[0].body
    assert lint_seen(body, CATALOGUE, Seen(19, dict.fromkeys(PLANTED[0].seen(), 0))) == []
    assert lint_seen(body, CATALOGUE, Seen()) == []


def test_a_never_that_is_learned_by_calling_is_no_fault():
    case = CLEAN[1]
    assert [cond["field"] for cond in case.body["never"] if "field" in cond] == ["lead.opted_out"]
    assert notes(replace(case, late={"lead.opted_out": (40, 40)})) == set()
