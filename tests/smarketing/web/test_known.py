"""Names that exist are offered where one is written: narrowed while one types, to whoever may read them."""

import pytest
from django.db import connection

from leads.intake import by_hand
from leads.pages import known_names
from personas.models import Persona
from smarketing.rows import clock
from smarketing.web import known
from tests.leads import facts
from tests.people import client_of, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def names():
    at = clock.now()
    acme = facts.company(at, name="Acmé Métaux", industry="Metal", country="France")
    facts.company(at, name="Orféo", industry="Music", country="Italy")
    facts.lead(at, company=acme, source="salon Lyon")
    facts.lead(at, source="webinar")
    by_hand.add_campaign(values={"key": "fair", "name": "Spring fair", "channel": "event"}, by=None, at=at)
    Persona.objects.create(name="Maud")


@pytest.mark.parametrize(
    ("kind", "typed", "offered"),
    [
        ("source", "", ["salon Lyon", "webinar"]), ("source", "lyon", ["salon Lyon"]), ("company", "acme", ["Acmé Métaux"]),
        ("company", "", []), ("industry", "mu", ["Music"]), ("country", "ita", ["Italy"]), ("campaign", "spring", ["Spring fair"]),
        ("channel", "", ["event"]), ("persona", "mau", ["Maud"]), ("source", "nothing like it", []),
    ],
)  # fmt: skip
def test_each_kind_offers_what_holds_the_text(names, kind, typed, offered):
    assert known.names(kind, typed) == offered
    page = client_of(person("ann", "marketer")).get(f"/known/{kind}/", {"whatever": typed})
    assert page.status_code == 200 and page.text.count("<option") == len(offered)
    assert all(f'value="{one}"' in page.text for one in offered)


def test_unknown_kinds_are_not_there_and_strangers_are_led_to_the_door(names, client):
    assert client_of(person("ann", "marketer")).get("/known/passwords/").status_code == 404
    assert client.get("/known/source/").status_code == 302


def test_forms_offer_them_and_work_without(names):
    ann = client_of(person("ann", "marketer"))
    page = ann.get("/leads/add/").text
    assert 'hx-get="/known/source/"' in page and '<datalist id="id_source-known"></datalist>' in page
    assert 'hx-get="/known/company/"' in page


def test_texts_of_several_names_offer_them_below(names):
    from sla.pages.more import OFFERED

    field = known.Offered(OFFERED).render("volume_of", "", {"id": "v"})
    assert (
        'data-put="source salon Lyon: "' in field and 'data-put="persona Maud: "' in field and 'data-into="v"' in field
    )
    assert "<details" not in known.Offered([("Nothing", "none-such", "{}")]).render("x", "", {})


def test_a_lead_to_merge_with_is_found_by_its_name(names):
    ann, at = client_of(person("ann", "marketer")), clock.now()
    one, two = (
        facts.lead(at, last_name="Dubois", email="a@x.example"),
        facts.lead(at, last_name="Dubois", first_name="Marie"),
    )
    page = ann.post(f"/leads/{one}/merge/", {"other": "dubois"}).text
    assert f"/leads/{one}/merge/{two}/" in page and f"/leads/{one}/merge/{one}/" not in page
    missed = ann.post(f"/leads/{one}/merge/", {"other": "nobody"})
    assert missed.status_code == 422 and "Nobody is called so" in missed.text


def test_industries_and_countries_are_found_by_walking_their_index(names):
    """From value to value: however many companies have each, they are not read."""
    from leads.pages import choices

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for field in ("industry", "country"):
            some = {"table": "leads_company", "value": field, "where": f"{field} <> ''"}
            cursor.execute("EXPLAIN " + choices.WALK.format(**some), {"most": 10})
            plan = "\n".join(row[0] for row in cursor.fetchall())
            assert f"using company_{field}" in plan and "Seq Scan" not in plan, plan


def test_of_more_industries_than_are_walked_those_that_begin_so_are_found(monkeypatch):
    at = clock.now()
    for n, name in enumerate(["Abc", "Bcd", "Cde", "Zinc", "zinc plating"]):
        facts.company(at, name=f"Firm {n}", industry=name)
    assert known.names("industry", "zin") == ["Zinc", "zinc plating"]
    monkeypatch.setattr(known_names, "WALKED", 2)
    assert known.names("industry", "zin") == ["Zinc", "zinc plating"] and known.names("industry", "b") == ["Bcd", "Abc"]
