"""Impossible definitions are named by path and message, in both languages."""

import pytest

from personas.criteria.problems import MESSAGES
from personas.criteria.tree import replace
from personas.criteria.validate import validate, validate_condition

from .samples import CATALOGUE, PRICING, body, event, field, item, screen_definition

PAGE = event("page", 30)


def found(one, personas=None):
    return [(problem.path, problem.key) for problem in validate(one, CATALOGUE, personas)]


def test_the_definition_of_the_screen_is_sound():
    assert found(screen_definition(), {12, 13}) == []


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        (("fit", "items", 0, "points"), 0, ("fit.items.0.points", "points_zero")),
        (("fit", "items", 0, "points"), 101, ("fit.items.0.points", "value_whole")),
        (("fit", "items", 0, "points"), True, ("fit.items.0.points", "value_whole")),
        (("fit", "items", 0, "points"), -101, ("fit.items.0.points", "value_whole")),
        (("fit", "items", 0, "points"), 2.5, ("fit.items.0.points", "value_whole")),
        (("fit", "items", 0, "points"), "5", ("fit.items.0.points", "value_whole")),
        (("fit", "items", 0, "cap"), 101, ("fit.items.0.cap", "value_whole")),
        (("engagement", "items", 3, "decay"), {"kind": "half_life", "days": 9}, ("engagement.items.3.decay.kind", "decay_negative")),
        (("engagement", "items", 0, "when", "event"), {"kind": "page", "props": [{"key": "plan", "op": "contains", "value": True}]}, ("engagement.items.0.when.event.props.0.op", "wrong_operator")),
        (("fit", "items", 0, "key"), "size", ("fit.items.1.key", "key_twice")),
        (("fit", "items", 0, "key"), "engagement", ("fit.items.0.key", "key_reserved")),
        (("fit", "items", 0, "when", "field"), "lead.gone", ("fit.items.0.when.field", "unknown_field")),
        (("fit", "items", 0, "when", "op"), "like", ("fit.items.0.when.op", "unknown_operator")),
        (("fit", "items", 0, "when", "op"), "at_least", ("fit.items.0.when.op", "wrong_operator")),
        (("fit", "items", 0, "when", "value"), ["ceo"], ("fit.items.0.when.value", "value_choice")),
        (("fit", "items", 0, "when", "value"), [], ("fit.items.0.when.value", "value_list")),
        (("fit", "items", 1, "when", "value"), [500, 50], ("fit.items.1.when.value", "value_range")),
        (("fit", "items", 1, "when", "value"), [1.5, 50], ("fit.items.1.when.value", "value_number")),
        (("fit", "items", 0, "each"), True, ("fit.items.0.each", "each_needs_event")),
        (("fit", "items", 0, "decay"), {"kind": "window", "days": 3}, ("fit.items.0.decay", "decay_needs_event")),
        (("fit", "items", 3, "when", "persona"), 99, ("fit.items.3.when.persona", "unknown_persona")),
        (("fit", "items", 0, "daily"), 2, ("fit.items.0.daily", "daily_needs_each")),
        (("engagement", "items", 0, "daily"), 101, ("engagement.items.0.daily", "value_whole")),
        (("engagement", "items", 2, "when"), {"event": {"kind": "attempt", "channel": "fax"}}, ("engagement.items.2.when.event.channel", "value_of_list")),
        (("engagement", "items", 2, "when"), {"event": {"kind": "attempt", "page": PRICING}}, ("engagement.items.2.when.event.page", "unknown_part")),
        (("engagement", "items", 2, "when"), {"event": {"kind": "demo", "outcome": "reached"}}, ("engagement.items.2.when.event.outcome", "unknown_part")),
        (("engagement", "items", 0, "when", "count"), 2, ("engagement.items.0.when.count", "each_with_count")),
        (("engagement", "items", 0, "when", "within"), 0, ("engagement.items.0.when.within", "value_whole")),
        (("engagement", "items", 3, "decay"), {"kind": "linear", "days": 9}, ("engagement.items.3.decay.kind", "decay_negative")),
        (("engagement", "items", 2, "decay"), {"kind": "half_life", "days": 366}, ("engagement.items.2.decay.days", "value_whole")),
        (("engagement", "items", 2, "decay", "steps"), [[30, 5], [20, 4]], ("engagement.items.2.decay.steps", "decay_steps")),
        (("engagement", "items", 2, "when", "event", "kind"), "fax", ("engagement.items.2.when.event.kind", "unknown_kind")),
        (("engagement", "items", 2, "when"), {"event": {"kind": "track"}}, ("engagement.items.2.when.event.name", "name_missing")),
        (("never", 0), {"all": []}, ("never.0.all", "empty_group")),
        (("never", 0), {}, ("never.0", "no_condition")),
        (("fit", "bands"), [50, 75], ("fit.bands", "bands")),
        (("mql",), ["A1", "E1"], ("mql.1", "unknown_cell")),
        (("mql",), ["A1", "A1"], ("mql.1", "cell_twice")),
        (("mandatory",), ["lead.fax"], ("mandatory.0", "unknown_field")),
        (("pace",), 0, ("pace", "value_whole")),
        (("colour",), "red", ("colour", "unknown_part")),
    ],
)  # fmt: skip
def test_a_fault_is_named_where_it_is(path, value, problem):
    assert problem in found(replace(screen_definition(), path, value), {12, 13})


def test_nesting_and_size_are_limited():
    deep = field("lead.email", "is_set")
    for _ in range(5):
        deep = {"any": [deep]}
    assert [key for _, key in found(body(must=[deep]))] == ["too_deep"]
    assert ("never.0.any", "too_many") in found(body(never=[{"any": [PAGE] * 21}]))
    inner = {"key": "h", "cap": 5, "items": [item("c", 5, PAGE)]}
    assert ("fit.items.0.items.0", "group_in_group") in found(body([{"key": "g", "cap": 5, "items": [inner]}]))


def test_a_huge_definition_is_refused_once_and_soon():
    many = [item(f"c{n}", 5, {"any": [{"any": [PAGE] * 20}] * 20}) for n in range(60)]  # 24,000 conditions
    assert [key for _path, key in found(body(many, many))].count("too_large") == 1
    some = [item(f"c{n}", 5, {"any": [PAGE] * 5}) for n in range(60)]
    assert found(body(some)) == []


def test_the_label_of_a_group_is_a_text():
    group = {"key": "g", "cap": 5, "items": [item("c", 5, PAGE)]}
    assert found(body([group | {"label": "Prices"}])) == []
    for wrong in ({"a": 1}, 5, "x" * 201, "a\x00b"):
        assert found(body([group | {"label": wrong}])) == [("fit.items.0.label", "value_text")]


def test_rules_of_a_persona_look_at_fields_only():
    rules = {"all": [field("lead.function", "is", "student"), {"persona": 3}, PAGE]}
    problems = validate_condition(rules, CATALOGUE)
    assert [(problem.path, problem.key) for problem in problems] == [("all.1", "not_here"), ("all.2", "not_here")]


def test_every_message_is_said_in_both_languages_with_the_same_params():
    for english, french in MESSAGES.values():
        names = [set(part.split("}")[0] for part in text.split("{")[1:]) for text in (english, french)]
        assert names[0] == names[1] and english != french
