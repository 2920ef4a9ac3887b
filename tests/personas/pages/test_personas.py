"""Personas in the browser: a guided form, versions that stay, match rules read aloud and counted."""

from datetime import timedelta

import pytest
from django.test import Client

from personas.models import Persona, PersonaVersion
from smarketing.rows import clock
from tests.forms import form
from tests.leads import facts
from tests.people import person

pytestmark = pytest.mark.django_db
NEW = "/language/persona/new/"


@pytest.fixture
def client():
    client = Client()
    client.force_login(person("Claire", "marketer"))
    return client


def refreshed(client, asked, address=NEW, **values):
    return form(client.post(address, asked.filled(do="refresh", **values)).text, "")


def create(client, **values):
    asked = form(client.get(NEW).text, "")
    asked = refreshed(client, asked, rules__kind="field", name="Maud")
    asked = refreshed(client, asked, rules__field="lead.function")
    typed = {"rules__value__more": "Marketing", "role": "Head of marketing", "pitch": "Two hours a week."} | values
    return client.post(NEW, asked.filled(do="save", **typed))


def test_a_persona_is_described_and_read_again(client):
    answer = create(client, objections="Budget\r\nTime", negative="yes")
    version = PersonaVersion.objects.get()
    assert answer["Location"] == f"/language/persona/{version.persona_id}/"
    assert version.story == {"role": "Head of marketing", "pitch": "Two hours a week.", "objections": "Budget\nTime"}
    assert version.rules == {"field": "lead.function", "op": "one_of", "value": ["Marketing"]}
    assert version.persona.negative
    facts.lead(clock.now() - timedelta(days=1), function="marketing")
    text = client.get(answer["Location"] + "?count=1").text
    assert "function is Marketing" in text and "1 lead matches now" in text and "Negative persona" in text
    fragment = client.get(answer["Location"] + "counts/", headers={"HX-Request": "true"}).text
    assert "1 lead matches now" in fragment and "<html" not in fragment
    home = client.get("/language/").text
    assert "Maud" in home and "Two hours a week." in home


def test_saved_unchanged_a_persona_keeps_its_version_and_changed_it_gets_the_next(client):
    create(client)
    address = f"/language/persona/{Persona.objects.get().pk}/edit/"
    asked = form(client.get(address).text, "")
    client.post(address, asked.filled(do="save"))
    assert PersonaVersion.objects.count() == 1
    asked = form(client.get(address).text, "")
    client.post(address, asked.filled(do="save", challenges="Too many tools"))
    first, second = PersonaVersion.objects.order_by("number")
    assert (second.number, second.rules, second.story["challenges"]) == (2, first.rules, "Too many tools")


def test_a_persona_may_have_no_rules_yet(client):
    asked = form(client.get(NEW).text, "")
    assert client.post(NEW, asked.filled(do="save", name="Paul")).status_code == 302
    version = PersonaVersion.objects.get()
    assert version.rules == {}
    assert "Nobody: no match rules yet." in client.get(f"/language/persona/{version.persona_id}/").text


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"name": ""}, "A persona needs a name."),
        ({"rules__value__more": ""}, "A list of 1 to"),
        ({"rules__kind": "event", "rules__was": "event"}, "A condition of this kind is not allowed here."),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(client, values, said):
    answer = create(client, **values)
    assert answer.status_code == 422 and said in answer.text
    assert form(answer.text, "").data["role"] == ["Head of marketing"]
    assert not Persona.objects.exists()


def test_a_name_is_given_once(client):
    create(client)
    answer = create(client, name="maud")
    assert "There is a persona of this name already." in answer.text and Persona.objects.count() == 1


def test_a_form_sent_in_place_moves_on_to_the_page(client):
    asked = form(client.get(NEW).text, "")
    answer = client.post(NEW, asked.filled(do="save", name="Paul"), headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == f"/language/persona/{Persona.objects.get().pk}/"
