"""The pages of the closed loop on paper: A4 landscape, nothing wider than the sheet, no row cut, the sheet says what it is."""

import os
import re

import pytest

from leads.touches import store
from smarketing.rows import fence
from smarketing.rows.models import Installation
from tests.leads import facts
from tests.people import person
from tests.reporting.loop.company import START, Company

MONTHS = "first=2026-01&last=2026-08"
PAGES = {
    "loop": f"/loop/?{MONTHS}", "funnel": f"/loop/funnel/?{MONTHS}", "quality": f"/loop/quality/?{MONTHS}",
    "attribution": f"/loop/attribution/?{MONTHS}&dated=handed",
    "explore": "/loop/explore/?measure=handoffs&by=month&from=2026-01-01&to=2026-10-01", "personas": "/loop/personas/",
}  # fmt: skip
WIDTH = 1032  # of A4 landscape within its margins, at 96 to the inch
SLOW = 60_000  # milliseconds: the overview counts everything anew
KEEP = os.environ.get("SMARKETING_SHOTS", "")


@pytest.mark.trust
@pytest.mark.django_db(transaction=True)
def test_on_paper_the_closed_loop_fits_its_sheets_repeats_heads_and_says_what_it_is(visit):
    Installation.objects.get_or_create(defaults={"kind": "live", "company": "Acmé"})
    company = Company(24)
    for n, lead in enumerate(company.leads):
        facts.event(lead, "page", START, campaign_id=company.campaigns["fair" if n % 2 else "webinar"])
    store.advance(fence.cutoff())
    reader = person("Karim", "manager", "marketing")
    page = visit(reader, "/help/", width=1280)
    for name, address in PAGES.items():
        page.goto(address, timeout=SLOW)
        page.wait_for_function("getComputedStyle(document.documentElement).getPropertyValue('--foot') !== ''")
        page.set_viewport_size({"width": WIDTH, "height": 726})
        page.emulate_media(media="print")
        wide = page.evaluate(
            "[...document.querySelectorAll('main table, main svg, main p')].filter(one => one.getBoundingClientRect().right"
            f" > {WIDTH} + 1).map(one => one.className || one.tagName)"
        )
        assert wide == [], name
        rows = page.evaluate("[...document.querySelectorAll('tr')].map(one => getComputedStyle(one).breakInside)")
        heads = page.evaluate("[...document.querySelectorAll('thead')].map(one => getComputedStyle(one).display)")
        assert set(rows) <= {"avoid"} and set(heads) <= {"table-header-group"}, name
        said = page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--foot')")
        assert said.startswith('"Acmé · '), name
        assert page.evaluate("getComputedStyle(document.querySelector('.rail')).display") == "none"
        pdf = page.pdf(prefer_css_page_size=True, path=f"{KEEP}/{name}.pdf" if KEEP else None)
        width, height = map(float, re.search(rb"/MediaBox ?\[0 0 ([\d.]+) ([\d.]+)\]", pdf).groups())
        assert (round(width), round(height)) == (842, 595), name
        page.emulate_media(media="screen")
        page.set_viewport_size({"width": 1280, "height": 900})
