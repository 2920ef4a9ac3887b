"""Drafts that ask for a field which is gone or retired: said at the very line, the rest goes on, and nothing is lost."""

import pytest

from personas.definitions import services
from personas.models import DefinitionLine, FieldDef
from smarketing.agreements.models import Paper
from smarketing.rows import clock
from tests.forms import form
from tests.leads import facts
from tests.personas.criteria.samples import body, event, field, item
from tests.personas.pages.test_studio import (  # noqa: F401
    act,
    address,
    anna,
    client,
    draft,
    open_row,
    post,
    values_form,
)

pytestmark = pytest.mark.django_db
OLD = "“lead.x_shoe” is not in the catalogue"


def asked():
    return body(
        [
            item("c1", 20, field("lead.x_shoe", "between", ["38", "44"])),
            item("c2", 10, field("lead.country", "is", "FR")),
            item("c3", 5, field("lead.x_hat", "one_of", ["L", "XL"])),
        ],
        [item("c4", 5, event("mail_open", 30))],
        mandatory=["lead.email", "lead.x_hat"],
    )


@pytest.fixture
def line():
    for name, kind in (("x_shoe", "number"), ("x_hat", "text")):
        FieldDef.objects.create(
            subject="lead", name=name, key=f"lead.{name}", type=kind, label_en=name[2:], label_fr=name[2:]
        )
    one = services.create_line(name="France", by=None, at=clock.now(), body=asked())
    FieldDef.objects.filter(key="lead.x_shoe").update(key="lead.x_size", name="x_size")  # renamed below our feet
    FieldDef.objects.filter(key="lead.x_hat").update(key="lead.x_cap", name="x_cap")
    return one


def at(page, path):
    return page.partition(f'id="at-{path}"')[2].partition("</li>")[0]


def test_it_is_said_at_the_criterion_and_the_page_goes_on(client, line):  # noqa: F811
    facts.lead(clock.now(), country="FR")
    page = client.get(address(line) + "?count=1").text
    assert OLD in at(page, "fit-items-0") and "lead.x_hat" in at(page, "fit-items-2")
    assert "is not in the catalogue" not in at(page, "fit-items-1") and "“lead.x_hat” is not" in at(page, "mandatory")
    assert "must be corrected before this can be proposed" in page
    fragment = client.get(f"/language/definition/{line.pk}/counts/", headers={"HX-Request": "true"})
    assert fragment.status_code == 200 and 'id="hits-fit-items-1"' in fragment.text
    for rest in ("compare/", "history/"):
        assert client.get(f"{address(line)}{rest}").status_code == 200


def test_other_lines_are_written_moved_and_taken_back_while_it_stands(client, line):  # noqa: F811
    row = values_form(client, line, "fit.items.1", "points")
    assert client.post(row.action, row.data | {"points": ["33"], "do": ["save"]}).status_code == 302
    assert [one["points"] for one in draft(line).body["fit"]["items"]] == [20, 33, 5]
    act(client, line, "up", "fit.items.1")
    act(client, line, "group", "fit.items.1")
    act(client, line, "remove", "fit.items.2")
    moved = draft(line).body["fit"]["items"]
    assert moved[0]["key"] == "c2" and moved[1]["items"] == [asked()["fit"]["items"][0]]
    for _step in range(4):
        client.post(f"/language/definition/{line.pk}/undo/", {"revision": str(draft(line).revision)})
    assert draft(line).body == asked()


def test_its_points_change_in_place_and_in_the_form_and_what_it_asks_for_stays(client, line):  # noqa: F811
    row = values_form(client, line, "fit.items.0", "points")
    assert client.post(row.action, row.data | {"points": ["25"], "do": ["save"]}).status_code == 302
    row = open_row(client, line, "fit.items.2")
    assert row.data["when.field"] == ["lead.x_hat"]
    assert post(client, row, do="save", points="7").status_code == 302
    row = open_row(client, line, "rest")
    assert post(client, row, do="save", pace="9").status_code == 302
    row = values_form(client, line, "rest", "mandatory")
    assert client.post(row.action, row.filled(do="save")).status_code == 302
    now = draft(line).body
    assert [one["points"] for one in now["fit"]["items"]] == [25, 10, 7] and now["pace"] == 9
    assert [one["when"] for one in now["fit"]["items"]] == [one["when"] for one in asked()["fit"]["items"]]
    assert now["mandatory"] == asked()["mandatory"]


def test_nothing_unknown_is_added_beside_it(client, line):  # noqa: F811
    row = open_row(client, line, "fit.items.1")
    answer = post(client, row, do="save", when__field="lead.x_glove")
    assert answer.status_code == 422 and "“lead.x_glove” is not in the catalogue" in answer.text
    assert draft(line).revision == 0


@pytest.mark.parametrize(
    ("language", "where", "said"),
    [
        ("en", "Who (fit, 0–100) – “lead.x_shoe is between 38 and 44”:", OLD),
        ("fr", "Qui (profil, 0–100) – « lead.x_shoe", "« lead.x_shoe » n’est pas au catalogue"),
    ],
)
def test_it_is_not_proposed_and_the_refusal_says_where(client, anna, line, language, where, said):  # noqa: F811
    anna.language = language
    anna.save()
    asked_for = form(client.get(address(line)).text, "/propose/")
    answer = client.post(asked_for.action, asked_for.data)
    told = client.get(answer["Location"]).text
    assert 'href="#at-fit-items-0"' in told and 'id="at-fit-items-0"' in told
    text = " ".join(told.replace("\u202f", " ").replace("\xa0", " ").split())
    assert where in text and said in text and not Paper.objects.exists()


def test_once_mended_it_is_proposed(client, line):  # noqa: F811
    for path in ("fit.items.2", "fit.items.0"):
        act(client, line, "remove", path)
    row = open_row(client, line, "rest")
    assert post(client, row, do="save", mandatory=["lead.email"]).status_code == 302
    asked_for = form(client.get(address(line)).text, "/propose/")
    client.post(asked_for.action, asked_for.data)
    assert Paper.objects.count() == 1


def test_a_retired_field_is_said_at_its_line_and_hinders_the_proposal_only(client, line):  # noqa: F811
    good = body([item("c1", 20, field("lead.x_size", "at_least", "38"))], mandatory=["lead.email"])
    services.save_draft(line=line, body=good, revision=0, by=None, at=clock.now())
    FieldDef.objects.filter(key="lead.x_size").update(retired_at=clock.now())
    page = client.get(address(line)).text
    assert "“shoe” is retired: nobody is asked for it any more" in at(page, "fit-items-0")
    row = open_row(client, line, "fit.items.0")
    assert post(client, row, do="save", points="30").status_code == 302
    assert draft(line).body["fit"]["items"][0]["when"] == good["fit"]["items"][0]["when"]
    asked_for = form(client.get(address(line)).text, "/propose/")
    refused = client.post(asked_for.action, asked_for.data, follow=True).text
    assert "“shoe is at least 38”: “shoe” is retired" in refused and not Paper.objects.exists()
    FieldDef.objects.filter(key="lead.x_size").update(retired_at=None)
    asked_for = form(client.get(address(line)).text, "/propose/")
    client.post(asked_for.action, asked_for.data)
    assert Paper.objects.count() == 1


def test_a_copy_of_such_a_draft_is_refused_in_words(client, line):  # noqa: F811
    new = form(client.get("/language/definition/new/").text, "")
    answer = client.post("/language/definition/new/", new.data | {"name": ["Copy"], "start": [f"line:{line.pk}"]})
    assert answer.status_code == 200 and OLD in answer.text and DefinitionLine.objects.count() == 1
