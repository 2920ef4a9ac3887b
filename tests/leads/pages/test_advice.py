"""Settings → Advice: a switch for each attribute and each act, read by the page of a lead and by programs."""

import pytest

from leads.evidence import would
from leads.models import Lead
from personas.models import EventKind, FieldDef
from smarketing.accounts.models import AuditEntry
from tests.leads import facts
from tests.leads.evidence import test_would
from tests.leads.evidence.test_would import LONG_AGO, NOON, judged, marie
from tests.people import client_of, person

__all__ = ["marie"]
pytestmark = pytest.mark.django_db
ADDRESS = "/settings/advice/"


def save(without_fields=(), without_kinds=()):
    """Everything ticked but these, as the page sends it."""
    from personas.definitions import advice

    fields = [one for one in advice.listed() if one.switched]
    said = {
        "shown": [one.pk for one in fields],
        "field": [one.pk for one in fields if one.info.key not in without_fields],
        "kind": [one.kind for one in advice.kinds() if one.possible and one.kind not in without_kinds],
    }
    return client_of(person("Anne", "administrator")).post(ADDRESS, said, follow=True)


def test_an_act_taken_out_of_advice_is_asked_for_nowhere_and_counts_as_before(marie, client):
    assert [[one.event["kind"] for one in way] for way in would.of(Lead.objects.get(pk=marie), NOON)[0].sets] == [
        ["demo"],
        ["page"],
    ]
    assert "1 switch was changed" in save(without_kinds={"demo"}).text
    page = client_of(person("Mona", "manager", "sales")).get(f"/leads/{marie}/?would=now").text
    assert "2 times more" in page and "Never asked for, as your company set it: asked for a demo." in " ".join(
        page.split()
    )
    assert ADDRESS in page
    assert ADDRESS not in client_of(person("Max", "marketer")).get(f"/leads/{marie}/?would=now").text
    key = test_would.TestApi().token("leads.view", "leads.personal")
    (said,) = client.get(f"/api/v1/leads/{marie}/would/", **key).json()
    assert said["never_asked"] == ["demo"] and [one["event"]["kind"] for way in said["sets"] for one in way] == ["page"]
    events = {one["kind"]: one["advised"] for one in client.get("/api/v1/catalogue/", **key).json()["events"]}
    assert (events["demo"], events["page"], events["unsubscribe"]) == (False, True, False)
    facts.event(marie, "demo", NOON)
    assert judged(marie).direct, "what is not advised counts all the same"


def test_an_attribute_taken_out_of_advice_is_asked_for_no_more():
    from tests.leads import definitions

    definitions.version(definitions.simple(mql=["A4"], direct=[]), LONG_AGO)
    lead = facts.lead(LONG_AGO)
    judged(lead)
    (found,) = would.of(Lead.objects.get(pk=lead), NOON)
    assert [one.field for one in found.sets[0]] == ["lead.country"]
    save(without_fields={"lead.country"})
    (found,) = would.of(Lead.objects.get(pk=lead), NOON)
    assert found.sets == () and found.proven and found.never("en") == ["country"] and found.never("fr") == ["le pays"]
    assert FieldDef.objects.get(key="lead.country").steady, "the catalogue's own word on it stays"
    told = AuditEntry.objects.filter(verb="settings.attributes").latest("pk").detail
    assert told == {"key": "lead.country", "deed": "advise", "advised": False}


def test_what_the_page_did_not_show_is_left_alone_and_the_same_said_twice_changes_nothing():
    ada, row = client_of(person("Ada", "administrator")), FieldDef.objects.get(key="lead.function")
    ada.post(ADDRESS, {"kind": ["page", "nonsense", "unsubscribe"]})
    assert set(EventKind.objects.filter(advised=False).values_list("kind", flat=True)) == {
        "form", "track", "mail_open", "mail_click", "webinar", "download", "demo",
    }  # fmt: skip
    row.refresh_from_db()
    assert row.advised and not EventKind.objects.filter(kind__in=["nonsense", "unsubscribe"]).exists()
    before = AuditEntry.objects.count()
    assert "Nothing was changed" in ada.post(ADDRESS, {"kind": ["page"]}, follow=True).text
    assert AuditEntry.objects.count() == before
    page = client_of(person("Paul", "manager", "sales")).get(ADDRESS, HTTP_ACCEPT_LANGUAGE="en").text
    assert page.count('name="kind"') == 8 and "done to the person, or no good news" in page
    assert client_of(person("Max", "marketer")).get(ADDRESS).status_code == 403


def test_the_switch_of_an_attribute_of_ones_own_is_in_its_form_too():
    ada = client_of(person("Ada", "administrator"))
    ada.post(
        "/settings/attributes/", {"subject": "lead", "label_en": "Shoe size", "label_fr": "Pointure", "type": "number"}
    )
    assert not FieldDef.objects.get(name="x_shoe_size").advised
    row = FieldDef.objects.get(name="x_shoe_size")
    said = {"label_en": "Shoe size", "label_fr": "Pointure", "advised": "on"}
    assert ada.post(f"/settings/attributes/{row.pk}/", said).status_code == 302
    row.refresh_from_db()
    assert row.advised
