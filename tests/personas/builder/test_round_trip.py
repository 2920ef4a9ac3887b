"""What a form shows of a tree, posted unchanged, is the same tree."""

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from personas.builder import read, shape, write
from personas.builder import settings as rest
from personas.builder.names import control
from personas.criteria import tree
from personas.criteria.schema import schema
from personas.criteria.sentence import Voice
from personas.criteria.validate import validate, validate_condition
from tests.personas.builder.anything import conditions, definitions
from tests.personas.criteria import samples
from tests.scale import examples

FIELDS = samples.CATALOGUE
FITS = jsonschema.Draft202012Validator(schema(FIELDS))


def through_the_form(cond, fields=FIELDS):
    """A condition opened, posted untouched and kept."""
    shown = write.condition(cond, "when")
    again = read.condition(shown, "when", fields)
    return read.keep(again, cond, read.condition(write.condition(cond, "when"), "when", fields))


def test_a_tree_deeper_than_any_is_read_as_far_as_it_says_so():
    posted = {f"when{'.c.0' * level}.kind": ["any"] for level in range(5_000)}
    read_as = read.condition(posted, "when", FIELDS)
    assert [one.key for one in validate_condition(read_as, FIELDS)] == ["too_deep"]
    wide = {"when.kind": ["all"]} | {f"when.c.{index}.kind": ["field"] for index in range(999)}
    assert "too_many" in [one.key for one in validate_condition(read.condition(wide, "when", FIELDS), FIELDS)]
    assert not shape.crowded({f"when.c.{n}.kind": ["field"] for n in range(400)})
    assert shape.crowded({f"when.c.{n}.kind": ["field"] for n in range(401)})


def test_steps_stand_on_lines_or_between_semicolons():
    for text in ("30: 50 %\n60: 12,5 %", "30: 50 %; 60: 12,5 %", " 30 : 50\u202f% ;60=12.5; "):
        posted = {"decay.kind": ["steps"], "decay.steps": [text]}
        assert read.fading(posted)["steps"] == [[30, 500_000], [60, 125_000]], text


@pytest.mark.sized
@settings(max_examples=examples(400), deadline=None)
@given(conditions(FIELDS))
def test_any_condition_survives_its_form(cond):
    assert through_the_form(cond) == cond


@pytest.mark.sized
@settings(max_examples=examples(150), deadline=None)
@given(definitions(FIELDS))
def test_any_definition_survives_the_forms_of_its_parts(body):
    for form in ("mql", "rest"):
        assert rest.changed(body, rest.write(body, form), form) == body
    for _path, item, _group in [*tree.items(body, "fit"), *tree.items(body, "engagement")]:
        shown = write.criterion(item)
        fresh = read.worth(shown) | {"when": read.condition(shown, "when", FIELDS)}
        again = read.worth(write.criterion(item)) | {"when": read.condition(write.criterion(item), "when", FIELDS)}
        assert all(read.keep(fresh[part], item.get(part), again[part]) == item.get(part) for part in fresh)


@pytest.mark.sized
@settings(max_examples=examples(150), deadline=None)
@given(definitions(FIELDS))
def test_every_value_of_a_sentence_names_a_field_of_its_form(body):
    speaker = Voice("en", FIELDS)
    for axis in tree.AXES:
        for path, item, _group in tree.items(body, axis):
            shown = write.criterion(item)
            for piece in speaker.criterion(item, path):
                if piece.path:
                    name = control(piece.path[len(path) :])
                    assert name in shown, (name, sorted(shown))


@pytest.mark.sized
@settings(max_examples=examples(60), deadline=None)
@given(definitions(FIELDS))
def test_every_sound_definition_fits_the_schema(body):
    assert FITS.is_valid(body), next(FITS.iter_errors(body))


@given(st.sampled_from(["12,5", "12 000", "12\u202f000,5", "−3", "1,234.5", "1,234"]))
def test_numbers_are_read_as_their_writers_meant(text):
    wanted = {"12,5": "12.5", "12 000": 12000, "12\u202f000,5": "12000.5", "−3": -3, "1,234.5": "1234.5", "1,234": 1234}
    assert read.number(text) == wanted[text]


def test_what_cannot_be_read_stays_as_typed_for_the_message():
    posted = {
        "when.kind": ["field"],
        "when.field": ["company.employees"],
        "when.op": ["at_least"],
        "when.value": ["many"],
    }
    cond = read.condition(posted, "when", FIELDS)
    assert cond["value"] == "many"
    assert read.worth({"points": ["a lot"]})["points"] == "a lot"
    assert read.worth({"points": ["5"], "decay.kind": ["steps"], "decay.steps": ["soon"]})["decay"]["steps"] == ["soon"]


def test_steps_are_lines_of_days_and_shares():
    posted = {"points": ["5"], "decay.kind": ["steps"], "decay.steps": ["30: 50 %\r\n60 = 33.3333\n90 0"]}
    assert read.worth(posted)["decay"] == {"kind": "steps", "steps": [[30, 500000], [60, 333333], [90, 0]]}


def test_a_leaf_turned_into_a_group_becomes_its_first_child_and_back():
    leaf = {"when.kind": ["any"], "when.was": ["field"], "when.field": ["lead.function"], "when.op": ["is_set"]}
    grown = shape.reshape(leaf, "add:when")
    assert read.condition(grown, "when", FIELDS) == {
        "any": [{"field": "lead.function", "op": "is_set"}, {"field": "", "op": ""}]
    }
    dropped = shape.reshape(grown, "drop:when.c.1")
    assert read.condition(dropped, "when", FIELDS) == {"any": [{"field": "lead.function", "op": "is_set"}]}
    back = shape.reshape(dropped | {"when.kind": ["field"], "when.was": ["any"]}, "")
    assert read.condition(back, "when", FIELDS) == {"field": "lead.function", "op": "is_set"}


def test_dropping_a_child_keeps_those_after_it():
    three = write.condition({"all": [{"persona": 1}, {"persona": 2}, {"persona": 3}]}, "when")
    kept = shape.reshape(three, "drop:when.c.0")
    assert read.condition(kept, "when", FIELDS) == {"all": [{"persona": 2}, {"persona": 3}]}
    assert shape.reshape(three, "drop:nowhere") == three


def test_the_place_of_a_problem_is_the_name_of_a_field():
    assert shape.places("fit.items.2.when.all.0.value", "fit.items.2") == "when.c.0.value"
    assert shape.places("must.1", "must.1") == ""


def test_samples_are_sound():
    assert not validate(samples.screen_definition(), FIELDS)
