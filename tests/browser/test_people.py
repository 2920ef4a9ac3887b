"""How somebody comes in: invited by an administrator, through the one-time link, onto the page of their role."""

import pytest
from playwright.sync_api import expect

from smarketing.accounts.models import User
from smarketing.rows.models import Installation
from tests.people import person
from tests.scale import one_of

from . import access

SAYS = {
    "en": {"invite": "Invite a person", "make": "Make the invitation", "name": "Your name", "password": "Password",
           "again": "The password again", "enter": "Enter", "queue": "Queue", "used": "This invitation was used already"},
    "fr": {"invite": "Inviter une personne", "make": "Créer l’invitation", "name": "Votre nom",
           "password": "Mot de passe", "again": "Le mot de passe à nouveau", "enter": "Entrer", "queue": "À traiter",
           "used": "Cette invitation a déjà servi"},
}  # fmt: skip


@pytest.mark.django_db(transaction=True)
@one_of("language, width", [("en", 1440), ("fr", 390)], 1)
def test_an_administrator_invites_a_rep_who_lands_in_the_queue(visit, language, width):
    says = SAYS[language]
    Installation.objects.create(company="Acmé", kind="live")
    page = visit(person("Ada", "administrator"), "/settings/people/", language=language, width=width)
    page.get_by_role("link", name=says["invite"]).click()
    page.locator("[name=email]").fill("zoe@example.test")
    page.locator("[name=position]").select_option("rep")
    page.locator("select[name=language]").select_option(language)
    page.get_by_role("button", name=says["make"]).click()
    link = page.locator("#link").input_value()
    assert access.problems(page) == []

    guest = visit(None, "/" + link.split("/", 3)[3], language=language, width=width)
    assert access.problems(guest) == []
    guest.get_by_label(says["name"]).fill("Zoé Petit")
    guest.locator("[name=password]").fill("courte phrase facile")
    guest.locator("[name=again]").fill("courte phrase facile")
    guest.get_by_role("button", name=says["enter"], exact=True).click()
    guest.wait_for_url("**/queue/")
    expect(guest.locator("h1")).to_contain_text(says["queue"], use_inner_text=True)
    assert guest.locator("html").get_attribute("lang") == language
    assert User.objects.get(email="zoe@example.test").role == "rep"

    late = visit(None, "/" + link.split("/", 3)[3], language=language, width=width)
    assert says["used"] in late.locator("h1").inner_text() and access.problems(late) == [
        "console: Failed to load resource: the server responded with a status of 410 (Gone)"
    ]
