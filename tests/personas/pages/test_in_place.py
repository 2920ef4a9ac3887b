"""Every value of a sentence is edited where it stands: band edges, steps, kinds of event, each time, the fields needed."""

import re

import pytest

from personas.criteria import tree
from personas.definitions import services
from personas.models import DefinitionLine
from smarketing.rows import clock
from tests.forms import form, forms
from tests.people import client_of, person
from tests.personas.criteria.samples import event, field, item
from tests.personas.pages.test_studio import address, anna, client, draft, values_form  # noqa: F401

pytestmark = pytest.mark.django_db
STEPS = {"kind": "steps", "steps": [[30, 500_000], [60, 0]]}
SHOP = {"op": "like", "value": "/shop"}


def written(**rest):
    body = tree.empty_body() | rest
    body["engagement"]["items"] = [
        item("c1", 20, event("page", page=SHOP), each=True, daily=3, decay=STEPS),
        item("c2", 5, event("form", 30)),
        item("c3", -5, event("webinar", 90, absent=True)),
    ]
    return body


@pytest.fixture
def line():
    return services.create_line(name="France", by=None, at=clock.now(), body=written())


def first(body):
    return body["engagement"]["items"][0]


def shown(page, control):
    """What the field in the sentence would send."""
    field = page.partition(f'id="f-{control.replace(".", "-")}"')[2].partition("</select>")[0]
    found = re.search(r'<option value="([^"]*)" selected', field) or re.search(r' value="([^"]*)"', field)
    return {control: [found[1]]} if found else {}


IN_PLACE = [
    ("mql", "fit.bands", ["80, 40"], lambda body: body["fit"]["bands"], [80, 40]),
    ("mql", "engagement.bands", ["90 60;30"], lambda body: body["engagement"]["bands"], [90, 60, 30]),
    ("engagement.items.0", "decay.steps", ["10: 50 %; 40: 12,5 %"], lambda body: first(body)["decay"]["steps"], [[10, 500_000], [40, 125_000]]),
    ("engagement.items.0", "when.event.kind", ["demo"], lambda body: first(body)["when"]["event"], {"kind": "demo", "page": SHOP}),
    ("engagement.items.1", "each", ["yes"], lambda body: body["engagement"]["items"][1]["each"], True),
    ("rest", "mandatory", ["lead.email", "lead.phone"], lambda body: body["mandatory"], ["lead.email", "lead.phone"]),
    ("rest", "mandatory", [], lambda body: body["mandatory"], []),
    ("rest", "cooldown_days", ["30"], lambda body: body["cooldown_days"], 30),
]  # fmt: skip


@pytest.mark.parametrize(("path", "control", "typed", "found", "then"), IN_PLACE)
def test_a_value_is_changed_in_its_sentence_and_taken_back(client, line, path, control, typed, found, then):  # noqa: F811
    page = client.get(address(line)).text
    assert f"?value={path}&amp;focus={control}" in page
    row = values_form(client, line, path, control)
    assert (
        row.data["control"] == [control]
        and "data-row-form" not in client.get(address(line) + f"?value={path}&focus={control}").text
    )
    assert client.post(row.action, row.data | {control: typed, "do": ["save"]}).status_code == 302
    assert found(draft(line).body) == then
    client.post(f"/language/definition/{line.pk}/undo/", {"revision": "1"})
    assert draft(line).body == written()


@pytest.mark.parametrize(("path", "control", "typed", "found", "then"), IN_PLACE)
def test_a_value_opened_and_kept_changes_nothing(client, line, path, control, typed, found, then):  # noqa: F811
    page = client.get(address(line) + f"?value={path}&focus={control}").text
    row = form(page, "/row/")
    standing = (
        {} if control in row.data else shown(page, control)
    )  # a single value stands in its sentence, not in the form
    assert client.post(row.action, row.filled(do="save") | standing).status_code == 302
    assert draft(line).body == written() and draft(line).revision == 0


WRONG = [
    ("mql", "fit.bands", "10, 20", "the highest first"),
    ("mql", "fit.bands", "many", "the highest first"),
    ("engagement.items.0", "decay.steps", "soon", "Steps need growing days"),
    ("engagement.items.0", "decay.steps", "30: 20 %; 10: 50 %", "Steps need growing days"),
    ("rest", "cooldown_days", "-1", "A whole number from 0"),
]


@pytest.mark.parametrize(("path", "control", "typed", "said"), WRONG)
def test_what_is_wrong_is_said_under_the_sentence_and_stays_typed(client, line, path, control, typed, said):  # noqa: F811
    row = values_form(client, line, path, control)
    answer = client.post(row.action, row.data | {control: [typed], "do": ["save"]})
    assert answer.status_code == 422 and said in answer.text and "data-row-form" not in answer.text
    assert f'id="f-{control.replace(".", "-")}-error"' in answer.text and f'value="{typed}"' in answer.text
    assert draft(line).revision == 0


@pytest.mark.parametrize(
    ("path", "control", "typed", "said"),
    [
        ("engagement.items.1", "when.event.kind", "track", "Say the name of the event"),
        ("engagement.items.0", "each", "", "A limit for a day needs points each time"),
        ("mql", "fit.bands", "50", ""),
        ("engagement.items.0", "when.event.kind", "fax", "is not a kind of event"),
        ("rest", "mandatory", "lead.fax", "is not in the catalogue"),
    ],
)
def test_what_needs_something_else_is_never_kept_half(client, line, path, control, typed, said):  # noqa: F811
    row = values_form(client, line, path, control)
    answer = client.post(row.action, row.data | {control: [typed], "do": ["save"]})
    if said:
        assert answer.status_code == 422 and said in answer.text and draft(line).revision == 0
    else:  # one edge: A and B are left, and the cells chosen are among them
        assert draft(line).body["fit"]["bands"] == [50]


def test_cells_that_new_edges_do_away_with_are_named_in_the_form(client, line):  # noqa: F811
    services.save_draft(line=line, body=written(mql=["A1", "C1"]), revision=0, by=None, at=clock.now())
    row = values_form(client, line, "mql", "fit.bands")
    answer = client.post(row.action, row.data | {"fit.bands": ["50"], "do": ["save"]})
    assert answer.status_code == 422 and "“C1” is not a cell of the matrix" in answer.text
    again = form(answer.text, "/row/")
    assert again.data["fit.bands"] == ["50"] and draft(line).body["fit"]["bands"] == [75, 50, 25]


def test_what_was_not_done_is_chosen_among_what_was_not_done(client, line):  # noqa: F811
    page = client.get(address(line) + "?value=engagement.items.2&focus=when.event.kind").text
    assert ">did not ask for a demo</option>" in page and ">asked for a demo</option>" not in page


def test_what_no_sentence_says_is_offered_to_whoever_writes_and_read_by_nobody(client, line):  # noqa: F811
    page = client.get(address(line)).text
    assert ">once</a>" in page and "value-unsaid" in page and "days of rest after a closed handoff" in page
    read = client_of(person("Vera", "viewer")).get(address(line)).text
    assert "once" not in read.partition('id="at-engagement-items-1"')[2].partition("</li>")[0]
    assert "days of rest after a closed handoff" not in read
    paper = services.propose(line=line, by=None, at=clock.now())
    text = client.get(f"/language/paper/{paper.pk}/").text
    assert "days of rest" not in text and "value-unsaid" not in text and "visited a page like <strong>/shop" in text


def test_in_french_the_same_values_are_edited(client, anna, line):  # noqa: F811
    anna.language = "fr"
    anna.save()
    page = client.get(address(line) + "?value=engagement.items.1&focus=each").text
    assert ">à chaque fois</option>" in page and ">une fois</option>" in page
    page = client.get(address(line) + "?value=mql&focus=fit.bands").text
    assert "la plus haute d’abord" in page
    assert DefinitionLine.objects.get(pk=line.pk).draft.revision == 0


# --- the words of a condition: its field, its operator, a property; and the cells of the matrix


@pytest.fixture
def worded():
    body = written()
    body["fit"]["items"] = [item("f1", 10, field("company.employees", "between", [50, 500]))]
    body["must"] = [field("lead.country", "one_of", ["FR", "BE"])]
    body["engagement"]["items"][0]["when"]["event"]["props"] = [{"key": "plan", "op": "is", "value": "pro"}]
    return services.create_line(name="Worded", by=None, at=clock.now(), body=body)


def test_the_words_of_a_condition_are_links_that_the_arrows_reach_and_tab_passes_by(client, worded):  # noqa: F811
    page = client.get(address(worded)).text
    for path, control in (
        ("fit.items.0", "when.field"), ("fit.items.0", "when.op"), ("must.0", "when.op"),
        ("engagement.items.0", "when.event.props.0.key"), ("engagement.items.0", "when.event.props.0.op"),
    ):  # fmt: skip
        found = re.search(
            rf'<a class="value value-soft"( tabindex="-1")? href="\?value={path}&amp;focus={control}"', page
        )
        assert found and found[1], (path, control)
    assert not re.search(r'tabindex="-1" href="\?value=fit.items.0&amp;focus=when.value', page)


WORDS = [
    ("must.0", "when.op", "none_of", lambda body: body["must"][0], field("lead.country", "none_of", ["FR", "BE"])),
    ("must.0", "when.field", "company.industry", lambda body: body["must"][0], field("company.industry", "one_of", ["FR", "BE"])),
    ("engagement.items.0", "when.event.props.0.op", "is_not", lambda body: first(body)["when"]["event"]["props"], [{"key": "plan", "op": "is_not", "value": "pro"}]),
    ("engagement.items.0", "when.event.props.0.key", "tier", lambda body: first(body)["when"]["event"]["props"], [{"key": "tier", "op": "is", "value": "pro"}]),
]  # fmt: skip


@pytest.mark.parametrize(("path", "control", "typed", "found", "then"), WORDS)
def test_another_field_or_operator_is_chosen_where_it_stands(client, worded, path, control, typed, found, then):  # noqa: F811
    row = values_form(client, worded, path, control)
    assert row.data["control"] == [control]
    assert client.post(row.action, row.data | {control: [typed], "do": ["save"]}).status_code == 302
    assert found(draft(worded).body) == then


@pytest.mark.parametrize(
    ("control", "typed", "chosen"),
    [("when.op", "at_least", "at_least"), ("when.field", "lead.country", "one_of")],
)
def test_a_word_that_takes_another_value_opens_the_line_with_what_was_chosen(client, worded, control, typed, chosen):  # noqa: F811
    row = values_form(client, worded, "fit.items.0", control)
    answer = client.post(row.action, row.data | {control: [typed], "do": ["save"]})
    assert answer.status_code == 422 and draft(worded).revision == 0
    again = form(answer.text, "/row/")
    assert again.data["when.op"] == [chosen]
    assert again.data["when.field"] == ["lead.country" if control == "when.field" else "company.employees"]
    assert again.data["points"] == ["10"]


def test_the_word_opened_is_a_choice_of_all_there_is(client, worded):  # noqa: F811
    page = client.get(address(worded) + "?value=must.0&focus=when.field").text
    assert "<optgroup" in page and 'value="lead.country" selected' in page and 'value="company.industry"' in page
    page = client.get(address(worded) + "?value=must.0&focus=when.op").text
    assert 'value="one_of" selected' in page and 'value="none_of"' in page and 'value="between"' not in page


def test_a_cell_of_the_matrix_is_chosen_by_pressing_it_and_left_by_pressing_it_again(client, line):  # noqa: F811
    def pressed(name):
        page = client.get(address(line)).text
        shown = next(one for one in forms(page) if one.data.get("do") == ["cell"])
        return client.post(shown.action, shown.data | {"cell": [name]})

    cells = list(draft(line).body["mql"])
    assert "C3" not in cells
    answer = pressed("C3")
    assert answer.status_code == 302 and draft(line).body["mql"] == sorted([*cells, "C3"])
    assert 'id="cell-C3" aria-pressed="true" data-focus' in client.get(answer.url.partition("#")[0]).text
    pressed("C3")
    assert draft(line).body["mql"] == cells
    assert pressed("Z9").status_code == 404
    services.undo_draft(line=line, revision=2, by=None, at=clock.now())
    assert "C3" in draft(line).body["mql"]


def test_who_only_reads_presses_no_cell(client, line):  # noqa: F811
    read = client_of(person("Vera", "viewer")).get(address(line)).text
    assert "cells-form" not in read and '<table class="matrix">' in read
