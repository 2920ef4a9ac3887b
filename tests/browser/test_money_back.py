"""Where the money went, in a real browser and both languages: which campaign to stop, and why the return fell."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from leads.models import Campaign, Handoff, Spend
from personas.models import DefinitionLine
from reporting.loop import spans
from smarketing.rows import clock
from smarketing.rows.models import Installation
from tests.leads import facts
from tests.people import person
from tests.reporting.credit.ground import START, deal
from tests.reporting.loop.company import stamps
from tests.scale import one_of

from . import access

pytestmark = pytest.mark.django_db(transaction=True)
ENGLISH, FRENCH = (one_of("language", ["en", "fr"], turn) for turn in (0, 1))


class Company:
    """The fair brings the same in each of two months; what the student guide brings in the earlier one does not pay for both."""

    def __init__(self):
        Installation.objects.get_or_create(defaults={"kind": "live", "company": "Acmé", "currency": "EUR"})
        line = DefinitionLine.objects.create(name="France B2B")
        self.later = spans.month(clock.today() - timedelta(days=130), 0)
        self.earlier = spans.month(self.later, -1)
        start = clock.now() - (clock.today() - self.earlier)
        self.fair, self.guide = (self.campaign(name, start) for name in ("Salon de Lyon", "Guide étudiant"))
        for first, brought in ((self.earlier, (4000, 1500)), (self.later, (4000, 0))):
            at = clock.now() - (clock.today() - first) + timedelta(days=4)
            for campaign, cost, amount in zip((self.fair, self.guide), (1000, 2000), brought, strict=True):
                Spend.objects.create(campaign=campaign, amount=cost, spent_on=clock.today(at), **stamps(at))
                self.lead(line, campaign, at, amount)

    def campaign(self, name: str, at) -> Campaign:
        row = Campaign.objects.create(created_at=at, recorded_at=at)
        for field, value in {"key": name, "name": name, "channel": "event"}.items():
            facts.change("campaign", row.pk, field, value, at)
        return Campaign.objects.get(pk=row.pk)

    def lead(self, line, campaign: Campaign, at, amount: int) -> None:
        lead = facts.lead(at, source="web", campaign=campaign.pk)
        facts.event(lead, "page", at, campaign=campaign)
        Handoff.objects.create(lead_id=lead, line=line, gate="immediate", **stamps(at + timedelta(days=1)))
        if amount:
            days = (at - START).total_seconds() / 86400
            deal(lead, f"{amount}.00", days + 6, opened=days + 2)


def follow(page, what) -> None:
    with page.expect_navigation():
        what.click()


@ENGLISH
def test_a_marketer_sees_which_campaign_loses_under_every_model_and_stops_it(visit, language):
    company = Company()
    page = visit(person("ines", "marketer"), "/loop/", language=language)
    row = page.locator("tr", has=page.locator("th", has_text="Guide étudiant")).first
    expect(row).to_contain_text("✗")
    expect(row).to_contain_text("−62")  # percent: 1,500 for 4,000
    deed = page.locator(".loop-changes li", has_text="Guide étudiant").first
    assert access.problems(page) == []
    follow(page, deed.locator(f"a[href='/campaigns/{company.guide.pk}/edit/?stop=1']"))
    expect(page.locator("[name=ends_on]")).to_have_value(clock.today().isoformat())
    follow(page, page.locator("main form button.btn-primary[type=submit]"))
    expect(page.locator("main")).to_contain_text("Guide étudiant")
    assert Campaign.objects.get(pk=company.guide.pk).ends_on == clock.today()
    page.goto("/loop/")
    expect(page.locator("#change")).to_be_visible()
    expect(page.locator(f"a[href='/campaigns/{company.guide.pk}/edit/?stop=1']")).to_have_count(0)
    assert access.problems(page) == [] and page.problems == []


@FRENCH
def test_a_manager_learns_why_the_return_fell_and_which_campaign_it_was(visit, language):
    company = Company()
    page = visit(person("karim", "manager", "marketing"), "/loop/", language=language)
    follow(page, page.locator("a[href='/loop/explore/']").first)
    page.locator("[name=measure]").select_option("roi_attributed")
    page.locator("#e-by").select_option("campaign")
    page.locator("[name=from]").fill(company.later.isoformat())
    page.locator("[name=to]").fill(spans.month(company.later, 1).isoformat())
    page.locator(".explore-more summary").click()
    page.locator("[name=from2]").fill(company.earlier.isoformat())
    page.locator("[name=to2]").fill(company.later.isoformat())
    follow(page, page.locator(".explore-form button[type=submit]"))
    table = page.locator(".compared-table")
    expect(table.locator("tbody tr").first).to_be_visible()
    expect(table.locator("tfoot td").nth(4)).to_contain_text("−")
    expect(page.locator("#compared ~ .loop-sentence")).to_contain_text("Guide étudiant")
    expect(table.locator("tbody th").first).to_have_text("Guide étudiant")
    page.locator("#e-filter").select_option("campaign")
    expect(page.locator("#e-values option[value='Guide étudiant']")).to_have_count(1)  # offered in words
    page.locator("#e-value").fill("guide étudiant")
    follow(page, page.locator(".explore-form button[type=submit]"))
    expect(page.locator(".explore-where a")).to_contain_text("Guide étudiant")
    assert access.problems(page) == [] and page.problems == []
