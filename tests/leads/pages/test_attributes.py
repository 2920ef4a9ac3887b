"""Attributes of a company's own: added once, then in forms, lists, files, criteria and figures; retired without a loss."""

import pytest

from leads.evidence import attributes as evidence
from leads.intake.importing import targets
from leads.measures.values import attributes as dimensions
from leads.models import AttributeChange, Company, Import, Lead
from leads.rights import erasure
from leads.rights import person as everything
from personas import attributes, catalogue
from personas.criteria import tree
from personas.definitions.catalogue import catalogue as criteria
from personas.models import DefinitionDraft, DefinitionLine, FieldDef
from smarketing.accounts.models import AuditEntry
from smarketing.rows import clock
from tests.leads import facts
from tests.leads.pages.test_pages import client_of
from tests.people import person

pytestmark = pytest.mark.django_db
SIZE = {"subject": "lead", "label_en": "Shoe size", "label_fr": "Pointure", "type": "number"}
COLOUR = {
    "subject": "lead",
    "label_en": "Colour",
    "label_fr": "Couleur",
    "type": "choice",
    "choices": "red | rouge\nblue",
}


@pytest.fixture
def ada():
    return person("ada", "administrator")


@pytest.fixture
def anna():
    return person("anna", "marketer")


def made(ada, said) -> FieldDef:
    assert client_of(ada).post("/settings/attributes/", said).status_code == 302
    return FieldDef.objects.latest("pk")


def wear(anna, **said) -> Lead:
    """A lead written by hand with attributes."""
    answer = client_of(anna).post("/leads/add/", {"last_name": "Lovelace", **said})
    assert answer.status_code == 302, answer.text
    return Lead.objects.latest("pk")


def test_an_attribute_that_was_added_is_everywhere_where_values_are_said_and_asked(ada, anna):
    row = made(ada, SIZE | {"personal": "on"})
    assert (row.key, row.personal, row.retired_at) == ("lead.x_shoe_size", True, None)
    assert "Shoe size" in client_of(anna).get("/leads/add/").text
    lead = wear(anna, x_shoe_size="38.5")
    assert lead.attributes == {"x_shoe_size": "38.5"}
    assert targets.offered("leads") == {"x_shoe_size": "Shoe size"} and targets.offered("companies") == {}
    assert criteria()["lead.x_shoe_size"].label_fr == "Pointure"
    page = client_of(anna).get("/leads/?columns=name,lead_x_shoe_size&x_shoe_size=38.5").text
    assert "38.5" in page and "Lovelace" in page
    assert "Lovelace" not in client_of(anna).get("/leads/?x_shoe_size=40").text
    file = client_of(anna).get("/leads/?columns=name,lead_x_shoe_size&export=csv")
    assert "Shoe size" in b"".join(file.streaming_content).decode()
    assert everything.section("leads", everything.of(lead))[0]["attributes"] == {"x_shoe_size": "38.5"}
    erasure.erase(leads=[lead], by=ada, at=clock.now())
    lead.refresh_from_db()
    assert lead.attributes == {} and not AttributeChange.objects.filter(field="x_shoe_size").exists()


def test_every_type_is_kept_as_files_keep_it_and_emptied_again(ada, anna):
    for type in ("text", "money", "date", "bool"):
        made(ada, {"subject": "lead", "label_en": f"Own {type}", "label_fr": f"Propre {type}", "type": type})
    made(ada, COLOUR)
    said = {
        "x_own_text": "a",
        "x_own_money": "12.5",
        "x_own_date": "2026-03-01",
        "x_own_bool": "false",
        "x_colour": "red",
    }
    lead = wear(anna, **said)
    assert lead.attributes == {
        "x_own_text": "a", "x_own_money": "12.50", "x_own_date": "2026-03-01", "x_own_bool": False, "x_colour": "red",
    }  # fmt: skip
    form = client_of(anna).get(f"/leads/{lead.pk}/edit/").context["form"]
    same = {name: form[name].value() for name in form.fields if form[name].value() not in (None, "")}
    assert "Nothing has changed" in client_of(anna).post(f"/leads/{lead.pk}/edit/", same, follow=True).text
    wrong = client_of(anna).post(f"/leads/{lead.pk}/edit/", same | {"x_colour": "green", "x_own_money": "much"})
    assert wrong.status_code == 422 and "much" in wrong.text
    client_of(anna).post(f"/leads/{lead.pk}/edit/", {"last_name": "Lovelace"})
    lead.refresh_from_db()
    assert lead.attributes == {}


def test_a_personal_attribute_is_hidden_from_who_reads_without_names(ada, anna):
    row = made(ada, SIZE | {"personal": "on"})
    lead = wear(anna, x_shoe_size="38")
    viewer = client_of(person("vera", "viewer"))
    shown = viewer.get(f"/leads/{lead.pk}/")
    assert row.name not in [one.field for one in shown.context["values"]] and "Shoe size</span> •••" in shown.text
    assert "Shoe size" not in viewer.get("/leads/").text and row.key not in dimensions("lead")
    attributes.change(
        row=row, label_en="Shoe size", label_fr="Pointure", personal=False, choices=[], by=ada, at=clock.now()
    )
    shown = viewer.get(f"/leads/{lead.pk}/")
    assert row.name in [one.field for one in shown.context["values"]] and row.key in dimensions("lead")


def test_an_attribute_of_companies_is_in_their_form_and_list(ada, anna):
    made(ada, {"subject": "company", "label_en": "Ownership", "label_fr": "Actionnariat", "type": "text"})
    client = client_of(anna)
    assert client.post("/companies/add/", {"name": "Acme", "x_ownership": "family"}).status_code == 302
    assert Company.objects.get().attributes == {"x_ownership": "family"}
    assert "family" in client.get("/companies/?columns=name,company_x_ownership").text


def test_the_page_says_how_often_it_is_filled_and_opens_to_the_rows(ada, anna):
    row = made(ada, SIZE)
    wear(anna, x_shoe_size="38")
    facts.lead(clock.now())
    client = client_of(ada)
    page = client.get("/settings/attributes/").text
    assert "50%" in page and f"/settings/attributes/{row.pk}/rows/" in page
    assert "Lovelace" in client.get(f"/settings/attributes/{row.pk}/rows/").text
    assert client.get("/settings/attributes/999999/").status_code == 404
    assert client_of(anna).get("/settings/attributes/").status_code == 403


def test_a_retired_one_is_offered_nowhere_and_still_told(ada, anna):
    row = made(ada, SIZE)
    lead = wear(anna, x_shoe_size="38")
    client_of(ada).post(f"/settings/attributes/{row.pk}/do/", {"do": "retire"})
    assert catalogue.custom("lead") == [] and targets.offered("leads") == {}
    assert criteria()[row.key].retired
    for address in ("/leads/add/", "/leads/"):
        assert "Shoe size" not in client_of(anna).get(address).text
    assert "Shoe size" in client_of(anna).get(f"/leads/{lead.pk}/").text
    client_of(anna).post(f"/leads/{lead.pk}/edit/", {"last_name": "Lovelace"})
    assert Lead.objects.get(pk=lead.pk).attributes == {"x_shoe_size": 38}
    catalogue.add_custom(subject="lead", name="x_shoe_size", type="number")
    assert catalogue.custom("lead") == [row]


def test_what_a_definition_asks_for_is_not_retired(ada):
    row = made(ada, SIZE)
    line = DefinitionLine.objects.create(name="Our MQL")
    body = {"fit": [{"when": {"field": row.key, "op": "is_filled"}}]}
    DefinitionDraft.objects.create(line=line, body=body)
    answer = client_of(ada).post(f"/settings/attributes/{row.pk}/do/", {"do": "retire"}, follow=True)
    assert "Our MQL" in answer.text and FieldDef.objects.get(pk=row.pk).retired_at is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"label_en": "E-mail"}, "called so"),
        ({"type": "choice"}, "at least one value"),
        ({"type": "choice", "choices": "| rouge"}, "English | French"),
        ({"type": "choice", "choices": "a\nA"}, "written twice"),
        ({"label_fr": ""}, "required"),
    ],
)
def test_a_mistake_is_said_and_what_was_typed_is_kept(ada, change, said):
    answer = client_of(ada).post("/settings/attributes/", SIZE | change)
    assert answer.status_code == 422 and said in answer.text and not FieldDef.objects.filter(column="").exists()
    kept = change.get("label_en", "Shoe size")
    assert f'value="{kept}"' in answer.text


def test_the_first_and_the_last_import_that_brought_it_are_named(ada):
    row = catalogue.add_custom(subject="lead", name="x_shoe_size", type="number", label="Shoe size")
    same = {"kind": "leads", "sha256": "0" * 64, "by": ada, "report": {"headers": ["Email", "Shoe size"]}}
    left_out = {"columns": {"Shoe size": "-"}}
    for name, mapping, state in (
        ("first.csv", {}, "done"), ("without.csv", left_out, "done"), ("last.csv", {}, "done"), ("failed.csv", {}, "failed"),
    ):  # fmt: skip
        Import.objects.create(filename=name, mapping=mapping, state=state, finished_at=clock.now(), **same)
    first, last = evidence.imports([row])[row.key]
    assert (first.filename, last.filename) == ("first.csv", "last.csv")
    page = client_of(ada).get("/settings/attributes/").text
    assert f"/imports/{first.pk}/" in page and f"/imports/{last.pk}/" in page


def test_a_retired_one_is_read_aloud_where_criteria_name_it_and_offered_to_no_new_one(ada):
    row = made(ada, SIZE)
    line = DefinitionLine.objects.create(name="Our MQL")
    DefinitionDraft.objects.create(line=line, body=tree.empty_body())
    client, address = (
        client_of(person("mia", "manager", "marketing")),
        f"/language/definition/{line.pk}/?edit=fit.items.new",
    )
    offered = [client.get(address).text.count("lead.x_shoe_size")]
    attributes.retire(row=row, by=ada, at=clock.now())
    offered.append(client.get(address).text.count("lead.x_shoe_size"))
    assert criteria()[row.key].retired and offered[0] > 0 == offered[1]


def test_every_deed_is_in_the_audit_log_without_a_value_of_a_person(ada):
    row = made(ada, SIZE)
    for deed in ("retire", "offer"):
        client_of(ada).post(f"/settings/attributes/{row.pk}/do/", {"do": deed})
    said = AuditEntry.objects.filter(verb="settings.attributes").order_by("pk").values_list("detail", flat=True)
    assert [one["deed"] for one in said] == ["add", "retire", "offer"]
    assert not AttributeChange.objects.exists()
