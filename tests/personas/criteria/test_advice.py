"""Advice names only what may be advised: fields that are ticked in the catalogue, and kinds of event."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from personas.criteria import counterfactual
from personas.criteria.behaviours import POSSIBLE_KINDS
from personas.criteria.fields import FieldInfo

from .samples import TODAY, body, event, field, item
from .test_counterfactual import EVENTS, FIELDS, RULES, VALUES, Wished, definitions, judged

KINDS = st.sets(st.sampled_from(POSSIBLE_KINDS))


def advised(one, values, events, off, kinds) -> counterfactual.Answer:
    catalogue = {key: replace(info, advised=key not in off) for key, info in FIELDS.items()}
    facts = Wished(values, events, ())
    return counterfactual.would(one, facts, TODAY, catalogue=catalogue, personas=RULES, kinds=kinds)


def named(found: counterfactual.Answer) -> tuple[set[str], set[str]]:
    """(fields, kinds of event) that any way names, one that is not enough included."""
    wishes = [wish for way in (*found.sets, found.short) for wish in way]
    return {one.field for one in wishes if one.field}, {one.event["kind"] for one in wishes if one.event}


@settings(max_examples=25)
@given(definitions(), VALUES, EVENTS, st.sets(st.sampled_from(sorted(FIELDS))), KINDS)
def test_what_may_not_be_advised_is_never_asked_for_and_every_way_still_qualifies(one, values, events, off, kinds):
    found = advised(one, values, events, off, kinds)
    fields, acts = named(found)
    assert fields.isdisjoint(off) and acts <= kinds
    assert {key for key in found.unasked if key in FIELDS} <= off
    assert {key for key in found.unasked if key not in FIELDS} <= set(POSSIBLE_KINDS) - kinds
    for way in found.sets:
        assert judged(one, values, events, way).qualifies


ONE = body(
    direct=[{"any": [field("lead.function", "is", "marketing"), event("demo"), event("webinar")]}],
    fit=[item("f", 5, event("page"))],
)


def test_each_switch_takes_its_own_way_out_and_says_so():
    assert named(advised(ONE, {}, [], (), POSSIBLE_KINDS)) == ({"lead.function"}, {"demo", "webinar", "page"})
    found = advised(ONE, {}, [], {"lead.function"}, {"webinar", "page"})
    assert named(found) == (set(), {"webinar", "page"}) and found.proven
    assert found.unasked == ("lead.function", "demo")
    nothing = advised(ONE, {}, [], {"lead.function"}, ())
    assert (
        nothing.sets == () and nothing.proven and set(nothing.unasked) == {"lead.function", "demo", "webinar", "page"}
    )


def test_planted_fault_a_switch_that_is_not_read_is_caught(monkeypatch):
    monkeypatch.setattr(FieldInfo, "advisable", property(lambda self: self.changeable and self.offered))
    with pytest.raises(AssertionError):
        test_each_switch_takes_its_own_way_out_and_says_so()
