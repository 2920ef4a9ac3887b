"""Which parts of a persona's rules hold, and which persona counts: laws for any rules, any facts, any order."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from personas.criteria import tree
from personas.criteria.evaluate import Moment
from personas.criteria.membership import membership
from personas.criteria.priority import how_many, is_order, moved, the_one

from .samples import CATALOGUE, TODAY, Known
from .test_properties import CONDS, FACTS

IDS = st.integers(1, 12)


def at(facts) -> Moment:
    return Moment(Known(*facts), TODAY, CATALOGUE)


@settings(max_examples=300, deadline=None)
@given(CONDS, FACTS)
def test_the_parts_hold_together_exactly_when_the_rules_do(rules, facts):
    found = membership(rules, at(facts))
    assert found.holds is at(facts).holds(rules)
    assert found.of == found.met + len(found.missing) >= 1
    for part in found.parts:
        assert part.holds is at(facts).holds(part.condition)
        assert tree.find(rules, part.path) in (part.condition, *part.condition.get("none", ()))


def test_rules_are_counted_by_what_must_hold():
    set_, absent = ({"field": "lead.renewal", "op": op} for op in ("is_set", "is_not_set"))
    rules = {"all": [set_, {"all": [set_, {"any": [set_, absent]}]}, {"none": [absent, set_]}]}
    found = membership(rules, at(({}, [])))
    assert [part.holds for part in found.parts] == [False, False, True, False, True]
    assert (found.met, found.of) == (2, 5) and not found.holds
    assert [tree.written(part.path) for part in found.missing] == ["all.0", "all.1.all.0", "all.2.none.0"]


def test_without_rules_nobody_resembles():
    found = membership({}, at(({}, [])))
    assert (found.met, found.of, found.holds) == (0, 0, False)


@given(st.sets(IDS), st.lists(IDS, unique=True))
def test_the_first_in_the_order_counts_and_who_stands_in_none_comes_last(resembled, order):
    one = the_one(resembled, order)
    placed = [pk for pk in order if pk in resembled]
    assert one == (placed[0] if placed else min(resembled, default=None))
    assert (one is None) is (how_many(resembled) == "none")


@given(st.lists(IDS, unique=True, min_size=1), st.data())
def test_moving_one_keeps_the_others_in_their_order(order, data):
    one, to = data.draw(st.sampled_from(order)), data.draw(st.integers(-3, 15))
    after = moved(order, one, to)
    assert is_order(after, order) and [pk for pk in after if pk != one] == [pk for pk in order if pk != one]
    assert after.index(one) == max(0, min(to, len(order) - 1))


def test_an_order_names_each_once_and_no_stranger():
    assert is_order([2, 1], [1, 2])
    assert not any(is_order(said, [1, 2]) for said in ([1], [1, 1], [1, 2, 2], [1, 3]))
    with pytest.raises(ValueError):
        moved([1, 2], 3, 0)
