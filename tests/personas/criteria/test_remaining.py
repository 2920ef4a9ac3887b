"""What was wrong before and nobody touched hinders nobody; what is wrong anew is refused."""

from copy import deepcopy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from personas.criteria import remaining, tree
from personas.criteria.validate import validate
from tests.scale import examples

from .samples import CATALOGUE, body, event, field, item, screen_definition

GONE = field("lead.shoe", "one_of", ["38"])


def fresh(before, after):
    return remaining.fresh(before, validate(before, CATALOGUE), after, validate(after, CATALOGUE))


@pytest.mark.sized
@settings(max_examples=examples(60), deadline=None)
@given(data=st.data())
def test_a_line_that_is_wrong_stays_wherever_the_others_move(data):
    items = [item(f"c{n}", n + 1, GONE | {"value": [str(n)]}) for n in range(3)]
    items += [item("d", 9, field("lead.x_origin", "is", "FR")), item("e", 4, {"any": [event("page"), GONE]})]
    before = body(items, mandatory=["lead.email", "lead.fax"])
    order = data.draw(st.permutations(items), "order")
    kept = data.draw(st.integers(1, len(order)), "kept")
    after = body([deepcopy(one) | {"points": 7} for one in order[:kept]], mandatory=["lead.fax"])
    assert validate(before, CATALOGUE) and fresh(before, after) == []


def test_what_is_wrong_anew_is_named_beside_what_was_wrong():
    before = body([item("a", 5, GONE), item("b", 5, field("lead.x_origin", "is", "FR"))])
    for path, value, key in (
        (("fit", "items", 1, "when", "field"), "lead.hat", "unknown_field"),
        (("fit", "items", 0, "when", "value"), ["39"], "unknown_field"),  # touched, and still wrong
        (("fit", "items", 0, "points"), 400, "value_whole"),
        (("fit", "bands"), [1, 2], "bands"),
        (("mandatory",), ["lead.fax"], "unknown_field"),
        (("must",), [GONE | {"field": "lead.hat"}], "unknown_field"),
    ):
        found = fresh(before, tree.replace(before, path, value))
        assert [one.key for one in found] == [key], path


def test_a_sound_draft_lets_nothing_wrong_in():
    sound = screen_definition()
    wrong = tree.replace(sound, ("fit", "items", 0, "when", "field"), "lead.gone")
    assert [one.key for one in remaining.fresh(sound, [], wrong, validate(wrong, CATALOGUE, {12, 13}))] == [
        "unknown_field"
    ]
