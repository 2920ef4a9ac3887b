"""From a lead written by hand to a won deal in the closed loop, with its campaign, without a file or a shell."""

import time
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from leads.models import Campaign, Deal, HandoffState, Lead, Pool, PoolMember
from personas.catalogue import ensure_catalogue
from smarketing.jobs import bell
from smarketing.rows import clock
from smarketing.rows.models import Installation
from tests.leads import definitions, facts
from tests.people import person
from tests.scale import one_of

from . import access

SECONDS = 5
WON = {"en": "12,000", "fr": "12\u202f000"}


class Company:
    """A definition by which whoever has a function is an MQL at once, a pool with Léa in it, a campaign, a marketer."""

    def __init__(self):
        Installation.objects.get_or_create(defaults={"kind": "live", "company": "Acmé"})
        ensure_catalogue()
        at = clock.now() - timedelta(days=30)
        direct = [{"field": "lead.function", "op": "is_set"}]
        definitions.version(definitions.simple(direct=direct), at)
        self.lea, self.ines = person("lea", "rep"), person("ines", "marketer")
        PoolMember.objects.create(pool=Pool.objects.create(name="France"), rep=self.lea)
        row = Campaign.objects.create(created_at=at, recorded_at=at)
        for name, value in {"key": "salon", "name": "Salon de Lyon", "channel": "event"}.items():
            facts.change("campaign", row.pk, name, value, at)
        self.campaign = row


def send(page, selector: str) -> None:
    with page.expect_navigation():
        page.locator(selector).first.click()


@pytest.mark.django_db(transaction=True)
@one_of("language", ["en", "fr"])
def test_a_lead_written_by_hand_is_accepted_sold_and_in_the_closed_loop_with_its_campaign(visit, language):
    company = Company()
    ines = visit(company.ines, "/leads/add/", language=language)
    for name, text in {
        "first_name": "Zoé",
        "last_name": "Martin",
        "email": "zoe@acme.example",
        "function": "CEO",
    }.items():
        ines.locator(f"[name={name}]").fill(text)
    ines.locator("[name=campaign]").select_option(str(company.campaign.pk))
    send(ines, ".form-end button.btn-primary")
    bell.answer()  # the worker's part: the lead is judged and handed over
    lea = visit(company.lea, "/queue/", language=language)
    lea.locator("tbody tr").first.wait_for()
    state = HandoffState.objects.get(lead=Lead.objects.get(), rep=company.lea)
    lea.goto(f"/queue/{state.pk}/")
    with lea.expect_navigation():
        lea.keyboard.press("a")
    assert access.problems(lea) == []
    lea.keyboard.press("c")
    lea.wait_for_selector("dialog[open] [name=need]")
    lea.locator("dialog [name=budget]").check()
    lea.locator("dialog [name=text]").fill("Un rapport par semaine")
    send(lea, "dialog[open] button.btn-primary")
    state.refresh_from_db()
    assert state.state == "converted" and access.problems(lea) == []
    lea.goto(f"/queue/{state.pk}/deal/")
    lea.locator("[name=amount]").fill(WON[language].replace("\u202f", " "))
    send(lea, ".sheet-actions button.btn-primary")
    deal = Deal.objects.get()
    lea.locator("[name=step]").select_option("offer")
    send(lea, f"form[action='/deals/{deal.pk}/step/'] button[type=submit]")
    assert access.problems(lea) == []
    send(lea, f"form[action='/deals/{deal.pk}/won/'] button[type=submit]")
    won = time.monotonic()
    month = f"{clock.today():%Y-%m}"
    ines.goto(f"/loop/?view=period&by=campaign&live=1&first={month}&last={month}")
    row = ines.locator("tr", has_text="Salon de Lyon").first
    row.wait_for()
    expect(row).to_contain_text(WON[language], use_inner_text=True)
    assert time.monotonic() - won < SECONDS
    assert access.problems(ines) == []
    ines.goto(f"/leads/{state.lead_id}/")
    page = ines.locator("#routing").locator("xpath=..").inner_text()
    assert "lea" in page and "Un rapport par semaine" in page and access.problems(ines) == []
