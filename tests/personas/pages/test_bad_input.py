"""What nobody should send: deep and huge trees, unknown fields, signatures that are none. Refused in words, soon, nothing half."""

import time
from urllib.parse import urlencode

import pytest

from personas.definitions import services
from personas.models import DefinitionLine, DefinitionVersion
from smarketing.agreements.models import Paper, Signature
from smarketing.rows import clock
from tests.forms import form
from tests.people import PASSWORD, client_of, person
from tests.personas.criteria.samples import body, event, field, item
from tests.personas.pages.test_studio import (  # noqa: F401
    address,
    anna,
    client,
    draft,
    line,
    open_row,
    post,
    starter,
    values_form,
)

pytestmark = pytest.mark.django_db
SOON = 6  # seconds of work; a tenth of it where nobody else works here


def chain(depth: int) -> dict[str, str]:
    """The fields of a group in a group in a group."""
    inner = ".c.0" * depth
    names = {f"when{'.c.0' * level}.kind": "any" for level in range(depth)}
    return names | {f"when{inner}.kind": "field", f"when{inner}.field": "lead.country", f"when{inner}.op": "is_set"}


def crowd(count: int) -> dict[str, str]:
    """The fields of very many conditions side by side."""
    names = {"when.kind": "any"}
    for index in range(count):
        names |= {f"when.c.{index}.kind": "event", f"when.c.{index}.event.kind": "page", f"when.c.{index}.within": "30"}
    return names


def bush(wide: int, deep: int, name: str = "when") -> dict[str, str]:
    """The fields of a tree that branches at each level."""
    if not deep:
        return {f"{name}.kind": "event", f"{name}.event.kind": "demo"}
    found = {f"{name}.kind": "all"}
    for index in range(wide):
        found |= bush(wide, deep - 1, f"{name}.c.{index}")
    return found


@pytest.mark.parametrize(
    ("tree", "said"),
    [
        (chain(5), "Conditions may be nested 4 deep at most"),
        (chain(300), "Conditions may be nested 4 deep at most"),
        (chain(1_000), "A definition holds 400 conditions at most."),
        (crowd(21), "At most 20 here, not 21."),
        (crowd(60), "At most 20 here, not 60."),
        (crowd(1_500), "A definition holds 400 conditions at most."),
        (bush(9, 3), "A definition holds 400 conditions at most."),
    ],
    ids=["a level too deep", "hundreds of levels", "thousands", "one too many", "dozens", "a thousand", "a bush"],
)
@pytest.mark.parametrize("path", ["fit.items.0", "never.new"])
def test_a_tree_too_deep_or_too_large_is_refused_in_words_and_soon(client, tree, said, path):  # noqa: F811
    one = line(starter())
    row = open_row(client, one, path)
    posted = {name: values for name, values in row.data.items() if not name.startswith("when.") and name != "once"}
    for deed in ("save", "refresh", "write", "add:when"):
        began = time.process_time()
        sent = urlencode({**posted, **tree, "do": deed}, doseq=True)
        answer = client.post(row.action, sent, content_type="application/x-www-form-urlencoded")
        assert time.process_time() - began < SOON, deed
        assert answer.status_code in (200, 422) and draft(one).revision == 0, deed
        assert deed != "save" or (answer.status_code == 422 and said in answer.text)


def test_more_fields_than_any_form_has_are_refused(client):  # noqa: F811
    one = line(starter())
    row = open_row(client, one, "fit.items.0")
    assert client.post(row.action, {**row.data, **crowd(2_000), "do": "save"}).status_code == 400
    assert draft(one).revision == 0


TANGLED = [
    "(" * 1_900 + "country is FR" + ")" * 1_900,
    "none of this: " * 280,
    "country is FR and " * 200 + "country is FR",
    "visited a page with a among " + "b, " * 1_200 + "c",
    "country is " + ", ".join(f"x{n}" for n in range(900)),
    "visited a page with a = b" + " and a = b" * 380,
    "visited a page and " * 200 + "visited a page: +5",
    "country is FR " * 400,
]


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("text", TANGLED)
def test_a_sentence_too_deep_or_too_long_is_answered_in_words_and_soon(client, anna, text, language):  # noqa: F811
    anna.language = language
    anna.save()
    one = line(starter())
    row, began = open_row(client, one, "fit.items.new&as=sentence"), time.process_time()
    answer = client.post(row.action, row.filled(sentence=text, do="save"))
    assert time.process_time() - began < SOON and draft(one).revision == 0
    assert answer.status_code == 422 and "field-error" in answer.text


def test_a_sentence_with_hundreds_of_values_is_asked_to_be_several(client, anna):  # noqa: F811
    one = line(starter())
    row = open_row(client, one, "fit.items.new&as=sentence")
    text = client.post(row.action, row.filled(sentence=TANGLED[3], do="save")).text
    assert "This sentence says too much at once: write it as several lines." in text


@pytest.mark.parametrize("name", ["lead.shoe", "company.x_gone", "event.page", "lead", "", "lead.country\x00", "<b>"])
def test_an_unknown_field_is_refused_where_it_was_chosen(client, name):  # noqa: F811
    one = line(starter())
    row = open_row(client, one, "fit.items.0")
    answer = post(client, row, do="save", when__field=name)
    assert answer.status_code == 422 and "is not in the catalogue" in answer.text
    assert 'id="f-when-field-error"' in answer.text and "<b>”" not in answer.text and draft(one).revision == 0


def test_a_cell_that_nobody_reaches_is_noted_and_forbids_nothing(client):  # noqa: F811
    one = line(starter(mql=["A1", "B2"]))
    text = client.get(address(one)).text
    assert "No lead can reach the cells A1 or B2." in text and "must be corrected" not in text
    asked = form(text, "/propose/")
    client.post(asked.action, asked.data)
    assert Paper.objects.count() == 1


def test_negative_points_and_a_half_life_never_meet_in_a_sentence_either(client):  # noqa: F811
    half = {"kind": "half_life", "days": 30}
    one = line(body(engagement=[item("c1", 20, event("page"), decay=half)]))
    row = values_form(client, one, "engagement.items.0", "points")
    answer = client.post(row.action, row.data | {"points": ["-20"], "do": ["save"]})
    assert answer.status_code == 422 and "Negative points fade by a window or steps only" in answer.text
    row = open_row(client, one, "engagement.items.new&as=sentence")
    text = "unsubscribed: −20, halved every 30 days"
    assert "Negative points fade" in client.post(row.action, row.filled(sentence=text, do="save")).text
    assert draft(one).revision == 0


@pytest.fixture
def proposed(anna):  # noqa: F811
    one = services.create_line(
        name="France", by=None, at=clock.now(), body=body([item("c1", 80, field("lead.country", "is", "FR"))])
    )
    return one, services.propose(line=one, by=anna, at=clock.now())


def sign(user, paper):
    return client_of(user).post(f"/papers/{paper.pk}/sign/", {"password": PASSWORD}, follow=True)


def test_nobody_signs_for_both_sides_not_even_after_changing_sides(anna, proposed):  # noqa: F811
    _one, paper = proposed
    sign(anna, paper)
    assert "Your side has signed already." in sign(anna, paper).text
    anna.role, anna.side = "manager", "sales"
    anna.save()
    assert "one person never signs for both" in sign(anna, paper).text
    assert [one.side for one in Signature.objects.all()] == ["marketing"] and not DefinitionVersion.objects.exists()


def test_the_second_side_signs_the_text_that_was_proposed_whatever_was_written_since(client, anna, proposed):  # noqa: F811
    one, paper = proposed
    hugo = person("Hugo", "manager", "sales", signs=True)
    sign(anna, paper)
    row = values_form(client, one, "fit.items.0", "points")
    assert client.post(row.action, row.data | {"points": ["10"], "do": ["save"]}).status_code == 302
    sign(hugo, paper)
    assert DefinitionVersion.objects.get().body["fit"]["items"][0]["points"] == 80
    row = values_form(client, one, "fit.items.0", "points")
    client.post(row.action, row.data | {"points": ["20"], "do": ["save"]})
    assert DefinitionVersion.objects.get().body["fit"]["items"][0]["points"] == 80
    assert Paper.objects.get().body == paper.body and draft(one).body["fit"]["items"][0]["points"] == 20


def test_a_text_that_was_replaced_is_signed_no_more(client, anna, proposed):  # noqa: F811
    one, paper = proposed
    row = values_form(client, one, "fit.items.0", "points")
    client.post(row.action, row.data | {"points": ["10"], "do": ["save"]})
    services.propose(line=DefinitionLine.objects.get(pk=one.pk), by=anna, at=clock.now())
    assert "A newer text has been proposed since: sign that one." in sign(anna, paper).text
    assert not Signature.objects.exists()


def test_a_draft_that_changed_since_it_was_read_is_not_signed(client, anna):  # noqa: F811
    one = line(starter())
    read = form(client.get(address(one)).text, "/propose/")
    row = values_form(client, one, "fit.items.0", "points")
    client.post(row.action, row.data | {"points": ["10"], "do": ["save"]})
    answer = client.post(read.action, read.data | {"password": [PASSWORD], "sign": ["1"]}, follow=True)
    assert "Somebody changed this draft meanwhile" in answer.text
    assert not Paper.objects.exists() and not Signature.objects.exists()
