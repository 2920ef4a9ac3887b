"""The definition studio without scripts: links and forms that change the draft, and messages where something is wrong."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from personas.criteria import tree
from personas.definitions import persona_services, services
from personas.definitions.catalogue import catalogue
from personas.models import DefinitionLine, FieldDef, PersonaVersion
from smarketing.rows import clock
from tests.forms import form
from tests.people import person
from tests.personas.builder.anything import definitions
from tests.personas.criteria.samples import body, event, field, item
from tests.scale import examples

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def anna():
    return person("anna", "marketer", signs=True)


@pytest.fixture
def client(anna):
    client = Client()
    client.force_login(anna)
    return client


def line(body=None, name="France"):
    return services.create_line(name=name, by=None, at=AT, body=body)


def starter(**rest):
    body = tree.empty_body() | rest
    body["fit"]["items"] = [
        item("c1", 20, {"field": "company.employees", "op": "between", "value": [50, 500]}),
        item("c2", 10, {"field": "lead.function", "op": "one_of", "value": ["Marketing", "Direction"]}),
    ]
    body["engagement"]["items"] = [
        item("c3", 20, event("page", 30, page={"op": "like", "value": "/pricing"}), each=True)
    ]
    return body


def draft(one):
    return DefinitionLine.objects.get(pk=one.pk).draft


def address(one, edit=""):
    return f"/language/definition/{one.pk}/" + (f"?edit={edit}" if edit else "")


def open_row(client, one, path):
    answer = client.get(address(one, path))
    assert answer.status_code == 200, answer
    return form(answer.text, "/row/")


def post(client, row, **values):
    return client.post(row.action, row.filled(**values))


def test_a_reader_sees_sentences_and_no_form_of_the_draft():
    one, reader = line(starter()), Client()
    reader.force_login(person("Vera", "viewer"))
    text = reader.get(address(one)).text
    assert "is between" in text and "/row/" not in text and "/act/" not in text and "?edit=" not in text
    assert (
        reader.post(f"/language/definition/{one.pk}/act/", {"do": "remove", "path": "fit.items.0"}).status_code == 403
    )


def test_the_same_definition_is_read_in_french(client, anna):
    anna.language = "fr"
    anna.save()
    text = client.get(address(line(starter()))).text
    assert "est compris entre" in text and "a visité une page comme" in text and "à chaque fois" in text


FORMS = settings(
    max_examples=examples(25),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.mark.sized
@FORMS
@given(data=st.data())
def test_any_definition_opened_and_saved_line_by_line_stays_the_same(client, data):
    maud = PersonaVersion.objects.filter(persona__name="Maud").first() or persona_services.create_persona(
        name="Maud", story={}, rules={}, by=None, at=AT
    )
    fields = {key: info for key, info in catalogue().items() if info.subject in ("lead", "company")}
    body = data.draw(definitions(fields, [maud.pk]), "body")
    one = line(body, name=f"line {DefinitionLine.objects.count()}")
    paths = [path for axis in tree.AXES for path, _item, _group in tree.items(body, axis)]
    paths += [(name, index) for name in tree.LISTS for index in range(len(body.get(name) or ()))]
    for path in [tree.written(path) for path in paths] + ["mql", "rest"]:
        row = open_row(client, one, path)
        answer = post(client, row, do="save")
        assert answer.status_code == 302, (path, answer.text)
        assert draft(one).body == body, path
    assert draft(one).revision == 0


def test_a_value_is_changed_in_its_form(client):
    one = line(starter())
    row = open_row(client, one, "fit.items.0")
    assert post(client, row, do="save", when__value__0="80", points="25").status_code == 302
    changed = draft(one).body["fit"]["items"][0]
    assert (changed["points"], changed["when"]["value"], changed["key"]) == (25, [80, 500], "c1")


def test_a_criterion_is_added_with_a_key_that_was_never_used(client):
    one = line(starter())
    row = open_row(client, one, "fit.items.new")
    asked = client.post(row.action, row.filled(do="refresh", when__field="lead.country"))
    row = form(asked.text, "/row/")
    assert row.data["when.op"] == ["one_of"]
    assert post(client, row, do="save", when__value__more="FR\r\nBE").status_code == 302
    added = draft(one).body["fit"]["items"][2]
    assert added["when"] == {"field": "lead.country", "op": "one_of", "value": ["FR", "BE"]}
    assert added["key"] not in {"c1", "c2", "c3"}


IMPOSSIBLE = [
    ("fit.items.0", {"points": "0"}, "f-points", "0 points change nothing", "0 point ne change rien"),
    ("fit.items.0", {"points": "a lot"}, "f-points", "A whole number from -100 to 100", "Un nombre entier de"),
    ("fit.items.0", {"points": "400"}, "f-points", "A whole number from -100 to 100", "Un nombre entier de"),
    ("fit.items.0", {"cap": "-3"}, "f-cap", "A whole number from 1 to 100", "Un nombre entier de 1 à 100"),
    ("fit.items.0", {"when.value.0": "900"}, "f-when-value-0", "the lower first", "la plus petite d’abord"),
    ("fit.items.0", {"when.value.1": "many"}, "f-when-value-0", "A number is expected", "Un nombre est attendu"),
    ("fit.items.0", {"when.field": ""}, "f-when-field", "is not in the catalogue", "n’est pas au catalogue"),
    ("fit.items.0", {"when.kind": "persona"}, "f-when-persona", "no such version of a persona", "n’existe pas"),
    ("fit.items.1", {"when.value.more": ""}, "f-when-value-more", "A list of 1 to", "Une liste de 1 à"),
    ("engagement.items.0", {"when.within": "soon"}, "f-when-within", "A whole number", "Un nombre entier"),
    ("engagement.items.0", {"when.event.kind": "track"}, "f-when-event-name", "Say the name of the event", "Indiquer le nom"),
    ("engagement.items.0", {"when.count": "3"}, "f-when-count", "cannot ask for a number of times", "ne peuvent exiger"),
    ("engagement.items.0", {"points": "-20", "decay.kind": "half_life", "decay.days": "30"}, "f-decay-kind", "Negative points fade", "Des points négatifs"),
    ("engagement.items.0", {"decay.kind": "steps", "decay.steps": "soon"}, "f-decay-steps", "Steps need growing days", "Les paliers demandent"),
    ("engagement.items.0", {"decay.kind": "linear", "decay.days": ""}, "f-decay-days", "A whole number", "Un nombre entier"),
    ("mql", {"fit.bands": "10, 20"}, "f-fit-bands", "the highest first", "la plus haute d’abord"),
    ("mql", {"mql": ["A1", "F6"]}, None, "is not a cell of the matrix", "n’est pas une case"),
    ("rest", {"pace": "0"}, "f-pace", "A whole number from 1", "Un nombre entier de 1"),
    ("rest", {"hysteresis": "99"}, "f-hysteresis", "A whole number from 0 to 50", "Un nombre entier de 0 à 50"),
]  # fmt: skip


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize(("path", "typed", "place", "english", "french"), IMPOSSIBLE)
def test_what_is_impossible_is_said_at_its_place_and_what_was_typed_stays(
    client, anna, lang, path, typed, place, english, french
):
    anna.language = lang
    anna.save()
    one = line(starter())
    row = open_row(client, one, path)
    answer = post(client, row, do="save", **{name.replace(".", "__"): value for name, value in typed.items()})
    assert answer.status_code == 422
    assert (english if lang == "en" else french) in answer.text
    if place:
        assert f'id="{place}-error"' in answer.text and f'aria-describedby="{place}-error"' in answer.text
    again = form(answer.text, "/row/")
    for name, value in typed.items():
        if name in again.data and name != "mql":
            assert again.data[name] == [value], name
    assert draft(one).revision == 0


def test_a_condition_without_anything_is_refused_in_words(client):
    one = line(starter())
    row = open_row(client, one, "must.new")
    answer = post(client, row, do="save", when__kind="")
    assert answer.status_code == 422 and "This is not a condition." in answer.text


def test_somebody_elses_change_is_said_and_nothing_typed_is_lost(client):
    one = line(starter())
    row = open_row(client, one, "fit.items.1")
    moved = form(client.get(address(one)).text.replace("\n", ""), "/undo/")
    assert moved.data["revision"] == ["0"]
    client.post(
        f"/language/definition/{one.pk}/act/", {"do": "up", "path": "fit.items.1", "revision": "0", "key": "c2"}
    )
    answer = post(client, row, do="save", points="33")
    assert answer.status_code == 422 and "Somebody changed this draft meanwhile" in answer.text
    again = form(answer.text, "/row/")
    assert (again.data["points"], again.data["key"], again.data["revision"]) == (["33"], ["c2"], ["1"])
    assert post(client, again, do="save").status_code == 302
    assert [(entry["key"], entry["points"]) for entry in draft(one).body["fit"]["items"]] == [("c2", 33), ("c1", 20)]


def act(client, one, deed, path):
    return client.post(
        f"/language/definition/{one.pk}/act/", {"do": deed, "path": path, "revision": str(draft(one).revision)}
    )


def keys(one, axis="fit"):
    return [entry["key"] for entry in draft(one).body[axis]["items"]]


def test_lines_are_moved_removed_and_every_step_undone(client):
    one = line(starter())
    assert "at=fit.items.1" in act(client, one, "down", "fit.items.0")["Location"]
    assert keys(one) == ["c2", "c1"]
    act(client, one, "remove", "fit.items.0")
    assert keys(one) == ["c1"]
    for wanted in (["c2", "c1"], ["c1", "c2"], ["c1", "c2"]):
        client.post(f"/language/definition/{one.pk}/undo/", {"revision": str(draft(one).revision)})
        assert keys(one) == wanted
    assert draft(one).body == starter()


def test_criteria_stand_under_a_common_cap_and_are_taken_apart(client):
    one = line(starter())
    act(client, one, "group", "fit.items.0")
    group = draft(one).body["fit"]["items"][0]
    assert group["items"][0]["key"] == "c1"
    row = open_row(client, one, "fit.items.0.items.new")
    row = form(
        client.post(row.action, row.filled(do="refresh", when__field="lead.phone", when__op="is_set")).text, "/row/"
    )
    assert post(client, row, do="save").status_code == 302
    assert len(draft(one).body["fit"]["items"][0]["items"]) == 2
    assert post(client, open_row(client, one, "fit.items.0"), do="save", cap="30").status_code == 302
    assert draft(one).body["fit"]["items"][0]["cap"] == 30
    act(client, one, "ungroup", "fit.items.0")
    assert len(keys(one)) == 3


def test_conditions_are_grouped_while_typing(client):
    one = line(starter())
    row = open_row(client, one, "never.new")
    typed = row.filled(do="refresh", when__field="lead.country")
    row = form(client.post(row.action, typed).text, "/row/")
    row = form(
        client.post(row.action, row.filled(do="refresh", when__kind="any", when__value__more="US")).text, "/row/"
    )
    row = form(client.post(row.action, row.filled(do="add:when")).text, "/row/")
    row = form(client.post(row.action, row.filled(do="refresh", when__c__1__field="lead.opted_out")).text, "/row/")
    assert post(client, row, do="save", when__c__1__value="true").status_code == 302
    assert draft(one).body["never"] == [
        {"any": [
            {"field": "lead.country", "op": "one_of", "value": ["US"]},
            {"field": "lead.opted_out", "op": "is", "value": True},
        ]}
    ]  # fmt: skip


def test_lines_that_are_not_there_answer_404(client):
    one = line(starter())
    assert act(client, one, "up", "fit.items.9").status_code == 404
    assert act(client, one, "explode", "fit.items.0").status_code == 404
    assert client.post(f"/language/definition/{one.pk}/row/", {"path": "fit.bands.0", "do": "save"}).status_code == 404
    assert client.get(address(one, "fit.items.9")).status_code == 302
    assert client.get("/language/definition/99/").status_code == 404


def test_notes_of_lint_stand_at_their_criterion(client):
    body = starter()
    body["engagement"]["items"].append(item("c4", 5, event("mail_open", 30)))
    text = client.get(address(line(body))).text
    where = text.index('id="at-engagement-items-1"')
    assert "Mail opens are unreliable" in text[where : text.index("</li>", where)]


def test_a_value_that_settings_took_from_a_choice_is_named_at_its_line(client):
    plan = {"value": "pro", "en": "pro", "fr": "pro"}
    row = FieldDef.objects.create(
        subject="lead",
        name="x_plan",
        key="lead.x_plan",
        type="choice",
        label_en="plan",
        label_fr="offre",
        choices=[plan],
    )
    body = starter()
    body["fit"]["items"] = [item("c1", 20, {"field": "lead.x_plan", "op": "is", "value": "pro"})]
    one = line(body)
    assert "is not one of the choices" not in client.get(address(one)).text
    FieldDef.objects.filter(pk=row.pk).update(choices=[plan | {"value": "basic"}])
    assert "“pro” is not one of the choices of plan." in client.get(address(one)).text


def values_form(client, one, path, control):
    return form(client.get(address(one) + f"?value={path}&focus={control}").text, "/row/")


@pytest.mark.parametrize(
    ("path", "control", "typed", "found"),
    [
        ("fit.items.0", "points", "25", lambda body: body["fit"]["items"][0]["points"]),
        ("fit.items.0", "when.value.1", "750", lambda body: str(body["fit"]["items"][0]["when"]["value"][1])),
        ("engagement.items.0", "when.within", "60", lambda body: str(body["engagement"]["items"][0]["when"]["within"])),
        ("rest", "pace", "9", lambda body: str(body["pace"])),
    ],
)
def test_one_value_is_edited_in_its_sentence_and_the_rest_stays(client, path, control, typed, found):
    one = line(starter())
    row = values_form(client, one, path, control)
    assert row.data["control"] == [control]
    assert client.post(row.action, row.data | {control: [typed], "do": ["save"]}).status_code == 302
    assert str(found(draft(one).body)) == typed
    before, after = starter(), draft(one).body
    assert [entry["key"] for axis in tree.AXES for entry in after[axis]["items"]] == [
        entry["key"] for axis in tree.AXES for entry in before[axis]["items"]
    ]
    assert draft(one).revision == 1


def test_a_wrong_value_is_said_in_its_sentence_and_stays_typed(client):
    one = line(starter())
    row = values_form(client, one, "fit.items.0", "points")
    answer = client.post(row.action, row.data | {"points": ["400"], "do": ["save"]})
    assert answer.status_code == 422 and 'id="value-form"' in answer.text
    assert 'id="f-points-error"' in answer.text and 'value="400"' in answer.text
    assert draft(one).revision == 0


def test_going_on_to_the_next_value_saves_the_one_before(client):
    one = line(starter())
    row = values_form(client, one, "fit.items.0", "when.value.0")
    then = "value=fit.items.0&focus=when.value.1"
    answer = client.post(row.action, row.data | {"when.value.0": ["60"], "then": [then], "do": ["save"]})
    assert answer["Location"] == address(one) + "?value=fit.items.0&focus=when.value.1"
    elsewhere = values_form(client, one, "fit.items.0", "when.value.0")
    answer = client.post(
        elsewhere.action,
        elsewhere.data | {"when.value.0": ["61"], "then": ["https://elsewhere.example"], "do": ["save"]},
    )
    assert answer["Location"].startswith(address(one))


def test_a_value_that_is_no_single_one_opens_the_whole_form(client):
    one = line(starter())
    page = client.get(address(one) + "?value=fit.items.0&focus=when").text
    assert "data-row-form" in page and "value-form" not in page
    assert client.get(address(one) + "?value=fit.items.99&focus=points").status_code == 302
    assert client.get(address(one) + "?value=fit.bands&focus=points").status_code == 302


def test_a_line_is_added_between_two_others(client):
    one = line(starter())
    page = client.get(address(one, "fit.items.new1")).text
    assert page.index('id="at-fit-items-0"') < page.index("data-row-form") < page.index('id="at-fit-items-1"')
    row = form(page, "/row/")
    row = form(
        client.post(row.action, row.filled(do="refresh", when__field="lead.phone", when__op="is_set")).text, "/row/"
    )
    answer = post(client, row, do="save")
    assert "at=fit.items.1" in answer["Location"]
    assert keys(one)[0] == "c1" and keys(one)[2] == "c2" and len(keys(one)) == 3
    assert client.get(address(one, "fit.items.newest")).status_code == 302


def test_a_line_is_dragged_to_another_place_of_its_list(client):
    one = line(starter())
    go = f"/language/definition/{one.pk}/act/"
    answer = client.post(go, {"do": "to", "path": "fit.items.1", "index": "0", "revision": "0", "key": "c2"})
    assert "at=fit.items.0" in answer["Location"] and keys(one) == ["c2", "c1"]
    client.post(go, {"do": "to", "path": "fit.items.0", "index": "77", "revision": "1", "key": "c2"})
    assert keys(one) == ["c1", "c2"]
    assert client.post(go, {"do": "to", "path": "fit.bands", "index": "0", "revision": "2"}).status_code == 404


def test_what_waits_for_signatures_is_read_until_somebody_writes_on(client, anna):
    one = line(starter())
    services.propose(line=one, by=anna, at=clock.now())
    page = client.get(address(one)).text
    assert "which waits for signatures" in page and "data-undo" not in page and "?value=" not in page
    assert "?value=" in client.get(address(one) + "?write=1").text
    row = values_form(client, one, "fit.items.0", "points")
    client.post(row.action, row.data | {"points": ["21"], "do": ["save"]})
    page = client.get(address(one)).text
    assert "which waits for signatures" not in page and "The draft has moved on since paper 1 was proposed" in page


def test_cells_that_nobody_can_reach_are_told_in_one_sentence():
    from personas.pages.document import document
    from personas.pages.words import voice

    poor = body([item("c1", 10, field("lead.country", "is", "FR"))]) | {"mql": ["A1", "A2", "B1"]}
    for lang, words in (
        ("en", "No lead can reach the cells A1, A2 or B1."),
        ("fr", "Aucun lead ne peut atteindre les cases A1, A2 ou B1."),
    ):
        shown = document(poor, voice(lang))
        assert [
            note for section in shown.sections for line in section.lines for note in line.notes if "A1" in note
        ] == [words]
    one = document(poor | {"mql": ["A1"]}, voice("en"))
    assert "No lead can reach the cell A1." in [
        note for section in one.sections for line in section.lines for note in line.notes
    ]
