"""Lists of leads: made and renamed on their page, filled from the list of leads, asked for by criteria, taken back."""

from datetime import timedelta

import pytest

from leads.models import AttributeChange, Correction, Lead
from leads.scoring import asks
from personas import lead_lists
from personas.criteria.sentence import Voice, plain
from personas.definitions import services
from personas.definitions.catalogue import catalogue
from personas.models import FieldDef
from smarketing.rows import clock
from smarketing.web.once import new_key
from tests.leads import definitions, facts
from tests.leads.pages.test_bulk import undo_link
from tests.leads.scoring.test_compile import expected, scores
from tests.people import client_of, person

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def anna():
    return person("anna", "marketer")


@pytest.fixture
def client(anna):
    return client_of(anna)


def made(client, name: str) -> FieldDef:
    answer = client.post("/leads/lists/new/", {"name": name, "once": new_key()})
    assert answer.url == "/leads/lists/"
    return FieldDef.objects.get(listing=name)


def put(client, leads, code: str, on: str = "true"):
    sent = {"pick": leads, "to": code, "on": on, "once": new_key()}
    assert client.post("/leads/listing/", sent).status_code == 302
    return client.get("/leads/")


def test_a_list_is_made_renamed_filled_and_found_again(client):
    fair = made(client, "Fair 2026")
    marie, paul, _other = (facts.lead(clock.now() - 9 * DAY, last_name=name) for name in ("Dubois", "Nguyen", "Silva"))
    page = put(client, [marie, paul], fair.name)
    assert "2 leads changed." in page.text
    lists = client.get("/leads/lists/").text
    assert f'<a href="/leads/?list={fair.name}">2</a>' in lists and fair.name in lists
    found = client.get(f"/leads/?list={fair.name}").text
    assert "Dubois" in found and "Nguyen" in found and "Silva" not in found
    assert "On the list Fair 2026" in client.get(f"/leads/{marie}/edit/").text
    assert client.post(f"/leads/lists/{fair.pk}/", {"name": "Lyon fair", "once": new_key()}).status_code == 302
    assert "Lyon fair" in client.get("/leads/lists/").text and "Fair 2026" not in client.get("/leads/lists/").text
    undo = undo_link(page)
    assert client.post(undo).status_code == 302
    assert not Lead.objects.saying({fair.name: True}).exists()
    assert Correction.objects.filter(subject="attributechange").count() == 2


def test_who_is_there_already_is_left_alone_and_who_is_taken_off_was_there(client):
    fair = made(client, "Fair")
    marie, paul = (facts.lead(clock.now() - 9 * DAY) for _ in range(2))
    put(client, [marie], fair.name)
    put(client, [marie, paul], fair.name)
    put(client, [paul], fair.name, "false")
    told = AttributeChange.objects.filter(field=fair.name).order_by("pk").values_list("subject_id", "value")
    assert list(told) == [(marie, True), (paul, True), (paul, False)]
    nobody = client.post("/leads/listing/", {"pick": [paul], "to": fair.name, "on": "false", "once": new_key()})
    assert nobody.status_code in (302, 422) and AttributeChange.objects.filter(field=fair.name).count() == 3


@pytest.mark.parametrize("name", ["Fair", "fair", "the “best”", ""])
def test_a_name_is_one_and_without_quotation_marks(client, name):
    made(client, "Fair")
    answer = client.post("/leads/lists/new/", {"name": name, "once": new_key()})
    assert answer.status_code == 422 and FieldDef.objects.exclude(listing="").count() == 1


def test_criteria_ask_for_it_at_any_instant_and_no_advice_says_to_put_somebody_on_it(client, anna):
    fair, at = made(client, "Fair"), clock.now() - DAY
    on = {"field": fair.key, "op": "is", "value": True}
    body = definitions.simple(must=[on])
    lead = facts.lead(at - 9 * DAY, country="FR")
    facts.change("lead", lead, fair.name, True, at - 2 * DAY)
    facts.change("lead", lead, fair.name, False, at - DAY)
    moments = [at - 3 * DAY, at - 2 * DAY, at - DAY]
    found = scores(body, asks.listed([(lead, t) for t in moments]))
    assert {t: found[lead, t] for t in moments} == {t: expected(lead, body, t) for t in moments}
    said = [plain(Voice(lang, catalogue()).condition(on)) for lang in ("en", "fr")]
    assert said == ["on the list Fair: yes", "la présence dans la liste Fair\u202f: oui"]
    assert not catalogue()[fair.key].changeable
    line = services.create_line(name="France", by=anna, at=at, body=body)
    assert f'<option value="{fair.key}"' in client.get(f"/language/definition/{line.pk}/?edit=must.0").text
    kept = client.post(f"/leads/lists/{fair.pk}/do/", {"do": "retire", "once": new_key()}, follow=True)
    assert "France" in kept.text and FieldDef.objects.get(pk=fair.pk).retired_at is None


def test_lists_are_no_attributes_of_settings_and_others_only_look(client):
    fair = made(client, "Fair")
    boss = client_of(person("eva", "administrator"))
    assert fair.name not in boss.get("/settings/attributes/").text
    assert boss.get(f"/settings/attributes/{fair.pk}/").status_code == 404
    rep = client_of(person("rita", "rep"))
    page = rep.get("/leads/lists/")
    assert page.status_code == 200 and "Fair" in page.text and "Retire" not in page.text
    assert rep.post("/leads/lists/new/", {"name": "Mine"}).status_code == 403
    assert [row.pk for row in lead_lists.offered()] == [fair.pk]
    client.post(f"/leads/lists/{fair.pk}/do/", {"do": "retire", "once": new_key()})
    assert lead_lists.offered() == [] and "retired" in client.get("/leads/lists/").text
