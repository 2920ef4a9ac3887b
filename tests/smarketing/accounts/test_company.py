"""The company's card: an administrator writes it; the first lead fixes zone and currency."""

import pytest
from django.urls import reverse

from leads.intake.facts import Birth, Origin, create_leads
from smarketing.accounts.models import AuditEntry
from smarketing.rows.clock import now
from smarketing.rows.models import Installation
from tests.people import person

pytestmark = pytest.mark.django_db
CARD = {"company": "Acmé", "country": "be", "language": "fr", "currency": "eur", "zone": "Europe/Brussels"}


@pytest.fixture
def admin(client):
    Installation.objects.get_or_create(defaults={"company": "", "language": "fr", "currency": "EUR"})
    client.force_login(person("ada", "administrator"))
    return client


def test_the_card_is_kept_with_its_audit_line(admin):
    assert admin.post(reverse("accounts:company"), CARD).status_code == 302
    card = Installation.objects.get()
    assert (card.company, card.country, card.currency, card.zone) == ("Acmé", "BE", "EUR", "Europe/Brussels")
    assert AuditEntry.objects.get(verb="settings.company").detail["fields"] == ["company", "country", "zone"]


def test_an_unknown_zone_is_said_at_the_field_and_what_was_typed_is_kept(admin):
    page = admin.post(reverse("accounts:company"), CARD | {"zone": "Mars/Olympus"}).content.decode()
    assert "This time zone is not known" in page and "Mars/Olympus" in page and "Acmé" in page
    assert Installation.objects.get().zone == "Europe/Paris"


def test_the_first_lead_fixes_zone_and_currency(admin):
    create_leads([Birth(now())], origin=Origin())
    admin.post(reverse("accounts:company"), CARD)
    card = Installation.objects.get()
    assert (card.company, card.zone) == ("Acmé", "Europe/Paris")


def test_nobody_else_opens_it(client):
    client.force_login(person("max", "manager", "sales"))
    assert client.get(reverse("accounts:company")).status_code == 403
