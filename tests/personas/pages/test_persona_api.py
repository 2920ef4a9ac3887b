"""Personas for programs: the same that the pages say, with the same rights, age and family as hidden as there."""

from datetime import timedelta

import pytest
from django.test import Client

from leads.judging import resembling
from personas.definitions import persona_services, traits
from smarketing.accounts import tokens
from smarketing.jobs import nightly
from smarketing.jobs.models import Run
from smarketing.rows import clock
from smarketing.rows.models import Installation
from tests.leads import facts
from tests.people import person

pytestmark = pytest.mark.django_db
API, DAY = "/api/v1/personas/", timedelta(days=1)
STORY = {"role@en": "Head of marketing", "role@fr": "Directrice marketing", "background.age@en": "30 to 45"}
FRENCH, SHOP = (
    {"field": f"lead.{name}", "op": "is", "value": value} for name, value in (("country", "FR"), ("source", "shop"))
)


@pytest.fixture
def claire():
    return person("Claire", "marketer")


@pytest.fixture
def client(claire):
    client = Client()
    client.force_login(claire)
    return client


def test_the_list_and_one_persona_say_what_the_pages_say(client, claire):
    Installation.objects.create(company="Acme")
    first = persona_services.create_persona(name="Maud", story=STORY, rules=FRENCH, by=claire, at=clock.now())
    persona_services.create_persona(name="Student", story={}, rules={}, by=claire, at=clock.now(), negative=True)
    listed = client.get(API).json()
    assert [(one["name"], one["place"], one["negative"]) for one in listed] == [
        ("Maud", 1, False),
        ("Student", 2, True),
    ]
    one = client.get(listed[0]["url"]).json()
    assert one["rules"] == FRENCH and one["rules_words"] == "country is exactly FR"
    assert one["story"] == [
        {"key": "role", "title": "Role", "texts": {"en": "Head of marketing", "fr": "Directrice marketing"}}
    ]
    traits.want(on=True, by=claire, at=clock.now())
    assert [text["key"] for text in client.get(listed[0]["url"]).json()["story"]] == ["role", "background.age"]
    said = STORY | {"role@en": "Head of all marketing"}
    persona_services.create_version(persona=first.persona, story=said, rules=FRENCH, by=claire, at=clock.now())
    newest, oldest = client.get(f"{API}{first.persona_id}/versions/").json()
    assert (newest["number"], oldest["changes"]) == (2, [])
    assert [(one["language"], one["gone"], one["new"]) for one in newest["changes"]] == [
        ("en", "Head of marketing", "Head of all marketing")
    ]
    assert client.get(f"{API}99999/").status_code == 404


def test_a_lead_is_told_which_rules_hold_and_what_it_would_need(client, claire):
    lead = facts.lead(clock.now() - DAY, country="FR")
    persona_services.create_persona(name="Both", story={}, rules={"all": [FRENCH, SHOP]}, by=None, at=clock.now())
    persona_services.create_persona(name="French", story={}, rules=FRENCH, by=None, at=clock.now())
    both, french = client.get(f"/api/v1/leads/{lead}/personas/").json()
    assert (both["met"], both["of"], both["holds"], both["needed"]) == (1, 2, False, [["source is exactly shop"]])
    assert both["rules"][1] == {"words": "source is exactly shop", "holds": False}
    assert (french["holds"], french["counts"], french["needed"]) == (True, True, [])
    rep = Client()
    rep.force_login(person("Léa", "rep"))
    assert rep.get(f"/api/v1/leads/{lead}/personas/").status_code == 404
    for run in Run.objects.filter(job=resembling.JOB):
        nightly.go_on(run.pk)
    parts = {part["resembles"]: part["leads"] for part in client.get(f"{API}coverage/").json()["parts"]}
    assert parts["several"] == 0 and set(parts) == {"one", "several", "none"}


def test_a_token_needs_the_scope(claire):
    said = {"kind": "api", "name": "bi", "by": claire, "at": clock.now(), "user": claire}
    for scopes, status in ((("personas.view",), 200), (("deals.view",), 403)):
        _token, secret = tokens.issue(**said, scopes=scopes)
        assert Client().get(API, headers={"Authorization": f"Bearer {secret}"}).status_code == status
