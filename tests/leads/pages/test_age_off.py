"""Age and family switched off: a lead's date of birth is nowhere on screen, in no form, mapping or answer; nothing is lost by it."""

import json
import zipfile
from datetime import UTC, datetime
from io import BytesIO

import pytest

from leads.intake.importing import mapping
from leads.models import AttributeChange, Lead
from leads.rights import export
from personas.criteria.lint import lint
from personas.criteria.tree import empty_body
from personas.definitions import traits
from personas.definitions.catalogue import catalogue
from smarketing.accounts import tokens
from smarketing.rows import clock
from smarketing.rows.models import Installation
from smarketing.web.once import new_key
from tests.leads import facts
from tests.people import person

from .test_pages import client_of, signed_in

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
BORN = ("1985", "ate of birth", "birth_date")
ASKS = {"field": "lead.birth_date", "op": "age_between", "value": [25, 60]}


@pytest.fixture
def ada() -> int:
    Installation.objects.create(company="Acme")
    return facts.lead(AT, first_name="Ada", last_name="Byron", email="ada@example.test", birth_date="1985-05-14")


def switch(on: bool) -> None:
    traits.want(on=on, by=person(f"Alex {on}", "administrator"), at=clock.now())


def said_of(pk: int) -> list[str]:
    """Every page and answer about a lead."""
    marketer = person("Maud", "marketer")
    client = client_of(marketer)
    pages = [f"/leads/{pk}/", f"/leads/{pk}/edit/", "/leads/?columns=name", "/leads/?format=csv"]
    texts = [client.get(one).content.decode() for one in pages]
    scopes, boss = ("leads.view", "leads.personal"), person("Ada", "administrator")
    key = tokens.issue(kind="api", name="program", by=boss, at=clock.now(), user=marketer, scopes=scopes)[1]
    texts.append(client.get(f"/api/v1/leads/{pk}/", headers={"authorization": f"Bearer {key}"}).content.decode())
    return texts


def test_a_date_of_birth_is_on_no_page_until_it_is_switched_on(ada):
    assert not [(text, word) for text in said_of(ada) for word in BORN if word in text]
    assert Lead.objects.get(pk=ada).birth_date.isoformat() == "1985-05-14"


def test_switched_on_it_is_read_and_written_again(ada):
    switch(True)
    page, form, _table, _file, answer = said_of(ada)
    assert page.count("1985") >= 2 and 'name="birth_date"' in form and "1985-05-14" in answer


def test_an_edit_while_it_is_off_neither_empties_nor_writes_it(ada):
    said = {
        "first_name": "Ada",
        "last_name": "King",
        "email": "ada@example.test",
        "birth_date": "2000-01-01",
        "once": new_key(),
    }
    assert signed_in().post(f"/leads/{ada}/edit/", said).status_code == 302
    one = Lead.objects.get(pk=ada)
    assert (one.last_name, one.birth_date.isoformat()) == ("King", "1985-05-14")
    assert AttributeChange.objects.filter(field="birth_date").count() == 1


def test_an_edit_while_it_is_on_may_empty_it(ada):
    switch(True)
    said = {"first_name": "Ada", "last_name": "Byron", "email": "ada@example.test", "birth_date": "", "once": new_key()}
    assert signed_in().post(f"/leads/{ada}/edit/", said).status_code == 302
    assert Lead.objects.get(pk=ada).birth_date is None


def test_a_column_with_it_is_left_out_of_a_file_and_offered_by_no_mapping(ada):
    headers = ["E-mail", "Born"]
    body = {"columns": {"E-mail": "lead.email", "Born": "lead.birth_date"}}
    chosen, problems = mapping.read("leads", body, headers)
    assert (problems, chosen.targets()) == ([], {"lead.email"})
    switch(True)
    assert mapping.read("leads", body, headers)[0].targets() == {"lead.email", "lead.birth_date"}


def test_what_one_person_is_given_holds_it_all_the_same(ada):
    packed = export.export(lead=Lead.objects.get(pk=ada), by=person("Alex", "administrator"), at=clock.now())
    with zipfile.ZipFile(BytesIO(packed)) as archive:
        told = {name: archive.read(name).decode() for name in archive.namelist()}
    assert "1985-05-14" in told["person.json"]
    assert all("1985" in told[name] for name in ("person.html", "values.csv", "story.csv"))


def test_a_criterion_with_it_gets_a_note_and_no_program_is_told_of_the_field(ada):
    body = empty_body() | {
        "must": [{"any": [ASKS, {"field": "lead.email", "op": "is_set"}]}],
        "mandatory": ["lead.birth_date"],
    }
    notes = {(one.path, one.key) for one in lint(body, catalogue())}
    assert {("must.0.any.0", "switched_off"), ("mandatory.0", "mandatory_off")} <= notes
    assert "lead.birth_date" not in json.dumps(signed_in().get("/api/v1/criteria/").json())
    switch(True)
    assert not {"switched_off", "mandatory_off"} & {one.key for one in lint(body, catalogue())}
