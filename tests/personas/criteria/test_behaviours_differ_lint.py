"""Behaviours share a key when their filters mean the same; differences and notes are in words."""

from copy import deepcopy

import pytest

from personas.criteria.behaviours import behaviours, key_of, matches, property_holds
from personas.criteria.differ import differences
from personas.criteria.lint import lint
from personas.criteria.sentence import Voice
from personas.criteria.validate import validate

from .samples import CATALOGUE, PRICING, body, event, field, item, screen_definition

EN, FR = (Voice(lang, CATALOGUE, {12: "Maud", 13: "Student"}) for lang in ("en", "fr"))


def test_the_key_of_a_behaviour_is_stable():
    assert key_of({"kind": "mail_click"}) == "5c6ea5c14a2167c9b9f53192dcd4f51f8aca60dbf8bf37f68682af6591c4a5af"


def test_order_emptiness_and_repetition_do_not_change_a_key():
    props = [{"key": "a", "op": "one_of", "value": ["y", "x"]}, {"key": "b", "op": "is_set"}]
    other = [{"op": "is_set", "key": "b", "value": None}, {"value": ["x", "y"], "key": "a", "op": "one_of"}]
    assert key_of({"kind": "form", "props": props, "name": ""}) == key_of(
        {"props": other * 2, "kind": "form", "page": None}
    )
    assert key_of({"kind": "form"}) != key_of({"kind": "page"})


def test_window_count_and_points_share_a_behaviour():
    one = body(
        engagement=[item("a", 5, event("page", 30)), item("b", 9, event("page", 7, count=2))],
        never=[event("page", absent=True)],
    )
    assert [behaviour.filter for behaviour in behaviours(one)] == [{"kind": "page"}]


@pytest.mark.parametrize(
    ("filter_", "sent", "expected"),
    [
        ({"kind": "page", "page": PRICING}, {"kind": "page", "page": "/fr/Pricing/team"}, True),
        ({"kind": "page", "page": PRICING}, {"kind": "page"}, False),
        ({"kind": "page", "page": {"op": "is", "value": "/pricing"}}, {"kind": "page", "page": "/pricing/team"}, False),
        ({"kind": "form", "form": "Démo"}, {"kind": "form", "form": "DÉMO"}, True),
        ({"kind": "form", "campaign": 3}, {"kind": "form", "campaign": 4}, False),
        ({"kind": "track", "name": "x", "props": [{"key": "n", "op": "at_least", "value": 5}]}, {"kind": "track", "name": "x", "props": {"n": "5.0"}}, True),
        ({"kind": "track", "name": "x", "props": [{"key": "n", "op": "is_not", "value": "a"}]}, {"kind": "track", "name": "x", "props": {}}, False),
    ],
)  # fmt: skip
def test_an_event_matches_a_filter(filter_, sent, expected):
    assert matches(filter_, sent) is expected


@pytest.mark.parametrize("raw", [None, "", {}, [], {"a": 1}])
def test_absent_properties_make_a_condition_false(raw):
    assert not property_holds({"key": "a", "op": "is_not", "value": "x"}, raw)
    assert not property_holds({"key": "a", "op": "at_least", "value": 1}, raw)
    assert property_holds({"key": "a", "op": "is_not_set"}, raw)


def test_differences_are_said_in_words():
    old, new = screen_definition(), screen_definition()
    new["engagement"]["items"][0]["cap"] = 60
    new["fit"]["items"][0]["points"] = 20
    new["fit"]["items"][1]["when"]["value"] = [10, 500]
    del new["fit"]["items"][4]
    new["mql"], new["pace"], new["must"] = ["A1", "A2"], 20, [field("lead.email", "is_set")]
    new["fit"]["bands"] = [80, 50, 25]
    english = {change.kind: change.text for change in differences(old, new, EN)}
    assert english["cap_raised"].endswith("cap raised from 40 to 60")
    assert english["points_lowered"] == "function is Marketing or Management: points lowered from +25 to +20"
    assert english["changed"].endswith("becomes “the company’s number of employees is between 10 and 500: +20”")
    assert english["removed"] == "removed: origin is exactly France: +10"
    assert english["listed_removed"] == "MQL grades, removed: B1"
    assert english["listed_added"] == "must have, added: e-mail is filled in"
    assert {change.key for change in differences(old, new, FR)} == {change.key for change in differences(old, new, EN)}
    french = [change.text for change in differences(old, new, FR)]
    assert any(text.endswith("plafond relevé de 40 à 60") for text in french)


def test_leaving_out_a_default_is_no_difference():
    old, new = screen_definition(), screen_definition()
    new["engagement"]["items"][3] = {"key": "gone", "points": -20, "when": {"event": {"kind": "unsubscribe"}}}
    del new["hysteresis"], new["fit"]["cap"]
    assert differences(old, new, EN) == []


def test_moving_into_a_group_and_reordering_are_named():
    old, new = screen_definition(), deepcopy(screen_definition())
    fit = new["fit"]["items"]
    new["fit"]["items"] = [{"key": "g", "cap": 30, "items": fit[:2]}, *fit[2:]]
    changes = [(change.kind, change.key) for change in differences(old, new, EN)]
    assert changes == [("added", "g"), ("moved", "function"), ("moved", "size")]
    new = screen_definition()
    new["fit"]["items"].reverse()
    assert [change.kind for change in differences(old, new, EN)] == ["reordered"]


def notes(one):
    assert validate(one, CATALOGUE) == []
    return [(note.path, note.key) for note in lint(one, CATALOGUE)]


def full(**rest):
    one = screen_definition() | rest
    one["engagement"]["items"][2]["decay"] = {"kind": "window", "days": 90}
    return one


def test_a_good_definition_has_no_notes():
    assert notes(full()) == []


def test_duplicates_contradictions_and_exclusions_are_noted():
    twin = {"any": [event("demo"), event("form")]}
    assert ("never.2", "duplicate") in notes(
        full(never=[twin, event("page"), {"any": [event("form"), event("demo", count=1)]}])
    )
    size = [field("company.employees", "at_least", 50), field("company.employees", "at_most", 49)]
    assert ("must", "contradiction") in notes(full(must=size))
    kinds = [field("lead.function", "is", "student"), field("lead.function", "one_of", ["marketing", "direction"])]
    assert ("never.0", "contradiction") in notes(full(never=[{"all": kinds}]))
    gone = [field("lead.email", "is_set"), field("lead.email", "is_not_set")]
    assert ("must", "contradiction") in notes(full(must=gone))
    assert ("must.0", "must_and_never") in notes(full(must=[twin], never=[twin]))
    assert "contradiction" not in {key for _, key in notes(full(never=[{"any": kinds}]))}
    fine = [field("company.employees", "at_least", 50), field("company.employees", "at_most", 50)]
    assert ("must", "contradiction") not in notes(full(must=fine))


def test_cells_out_of_reach_mail_opens_and_points_that_stay_are_noted():
    one = body([item("a", 60, field("lead.x_origin", "is_set"))], [item("b", 80, event("mail_open"))], mql=["A1", "B1"])
    assert notes(one) == [
        ("mql.0", "unreachable_cell"),
        ("engagement.items.0.when", "mail_opens"),
        ("engagement.items.0", "never_fades"),
    ]
    assert ("mql", "no_way") in notes(body(mql=[]))
