"""A line of the definition typed or pasted as a sentence: read in either language, kept as typed where it stops."""

import pytest
from django.test import Client
from django.utils import translation

from personas.models import DefinitionLine
from tests.forms import form
from tests.personas.pages.test_studio import address, anna, client, draft, line, open_row, post, starter  # noqa: F401

pytestmark = pytest.mark.django_db


def typed(client, one, path, text, **more):  # noqa: F811
    return post(client, open_row(client, one, f"{path}&as=sentence"), sentence=text, **({"do": "save"} | more))


def items(one, axis="fit"):
    return draft(one).body[axis]["items"]


def test_a_sentence_becomes_a_criterion(client):  # noqa: F811
    one = line(starter())
    answer = typed(client, one, "fit.items.new", "The company's industry is SaaS or Services : +25")
    assert answer.status_code == 302, answer.text
    added = items(one)[-1]
    assert added["when"] == {"field": "company.industry", "op": "one_of", "value": ["SaaS", "Services"]}
    assert (added["points"], added["key"]) == (25, "c4")
    typed(client, one, "engagement.items.new", "a demandé une démonstration sur les 30 derniers jours")
    assert items(one, "engagement")[-1]["when"] == {"event": {"kind": "demo"}, "within": 30}
    assert items(one, "engagement")[-1]["points"] == 10
    typed(client, one, "never.new", "opposition: yes")
    assert draft(one).body["never"][-1] == {"field": "lead.opted_out", "op": "is", "value": True}


def test_where_a_sentence_stops_what_was_typed_stays_and_nothing_is_saved(client):  # noqa: F811
    one = line(starter())
    before = draft(one).revision
    text = "headcount is betwen 50 and 500: +20"
    answer = typed(client, one, "fit.items.new", text)
    assert answer.status_code == 422 and draft(one).revision == before
    assert form(answer.text, "/row/").data["sentence"] == [text]
    assert "Reading stops at “betwen 50 and 500: +20”" in answer.text
    taken = "headcount is between 50 and 500: +20"
    assert f'name="take" value="{taken}"' in answer.text
    again = post(client, form(answer.text, "/row/"), take=taken, do="check")
    assert (
        form(again.text, "/row/").data["sentence"] == [taken] and "headcount is between 50 and 500: +20" in again.text
    )
    wrong = typed(client, one, "fit.items.new", "headcount is between 500 and 50: +20")
    assert wrong.status_code == 422 and "the lower first" in wrong.text


def test_a_criterion_is_opened_as_its_sentence_and_keeps_its_key(client):  # noqa: F811
    one = line(starter())
    row = open_row(client, one, "fit.items.0&as=sentence")
    text = row.data["sentence"][0]
    assert text == "the company’s headcount is between 50 and 500: +20"
    assert (
        post(client, row, sentence=text, do="save").status_code == 302 and items(one)[0] == starter()["fit"]["items"][0]
    )
    typed(client, one, "fit.items.0", text.replace("500", "900"))
    assert items(one)[0]["key"] == "c1" and items(one)[0]["when"]["value"] == [50, 900]


def test_fields_and_sentence_are_two_sides_of_one_line(client):  # noqa: F811
    one = line(starter())
    as_fields = typed(client, one, "fit.items.new", "function is Marketing: +5", do="fields")
    row = form(as_fields.text, "/row/")
    assert row.data["when.field"] == ["lead.function"] and row.data["points"] == ["5"]
    back = post(client, row, do="write")
    assert form(back.text, "/row/").data["sentence"] == ["function is Marketing: +5"]


def test_how_it_reads_is_told_while_typing_without_the_page(client):  # noqa: F811
    one = line(starter())
    row = open_row(client, one, "must.new&as=sentence")
    values = row.filled(sentence="le pays est FR ou BE", do="check")
    answer = client.post(row.action, values, headers={"HX-Request": "true", "HX-Target": "heard"})
    assert answer.text.strip().startswith('<div id="heard"') and "country is FR or BE" in answer.text
    assert DefinitionLine.objects.get(pk=one.pk).draft.revision == draft(one).revision


def test_in_french_the_page_reads_french_first(anna):  # noqa: F811
    one, french = line(starter()), Client()
    anna.language = "fr"
    anna.save()
    french.force_login(anna)
    french.cookies["django_language"] = "fr"
    with translation.override("fr"):
        text = typed(french, one, "fit.items.new", "le pays est FR, BE ou").text
    assert "La phrase n’est pas finie" in text
