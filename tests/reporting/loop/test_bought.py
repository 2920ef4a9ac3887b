"""What a month's leads cost and brought, as the pages show it: the parts are what was spent, every number opens its rows."""

from decimal import Decimal

import pytest
from django.test import Client

from leads.models import Spend, TimeSpent
from reporting.loop import asking, bought, spans
from smarketing.measures import engine, shown
from tests.people import person

from .company import START, Company, stamps

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def year(db):
    Company(24)
    Spend.objects.create(amount=Decimal("30.00"), spent_on=START.date(), **stamps(START))  # on nothing
    return asking.Asking(spans.Span(START.date().replace(day=1), spans.month(START.date(), 12)), spans.TRIANGLE)


def amount(cell) -> Decimal:
    return Decimal(cell.text.replace(",", "").replace("\u202f", "").replace("−", "-").strip("€\u00a0"))


def test_parts_of_each_month_are_what_was_spent_and_its_revenue_is_of_the_leads_created_in_it(year):
    page, span = bought.months(year), {"first": year.span.first, "until": year.span.until}
    spent = {row.group["month"]: row.value for row in engine.answer("cost", by=("month",), **span).rows}
    revenue = {row.group["month"]: row.value for row in engine.answer("matched_revenue", by=("month",), **span).rows}
    assert len(page.lines) == 3 and any(line.cells[3].text != "0" for line in page.lines)
    for line in page.lines:
        whole, *parts = (amount(cell) for cell in line.cells[:4])
        assert abs(sum(parts) - whole) <= 2, "each is shown in whole units"
        assert line.cells[0].text == shown.figure(spent.get(line.key, 0), "money", 0)
        assert line.cells[6].text == shown.figure(revenue.get(line.key, 0), "money", 0)
    assert page.total.cells[0].text == shown.figure(sum(spent.values()), "money", 0)


def test_the_overview_says_the_parts_of_what_was_spent_and_opens_their_rows(year):
    reader = Client()
    reader.force_login(person("Ines", "marketer"))
    period = asking.Asking(spans.Span(START.date().replace(day=1), spans.month(START.date(), 6)), spans.PERIOD)
    (handed, waiting, nobody, back) = bought.parts(period, "")
    spent = int(period.ask("cost").total.value)
    assert abs(sum(amount(cell) for _label, cell in (handed, waiting, nobody)) - spent) <= 2
    assert all(reader.get(cell.url).status_code == 200 for _label, cell in (handed, nobody, back) if cell.url)
    asked = {"view": "period", "first": f"{period.span.first:%Y-%m}", "last": f"{period.span.last_month:%Y-%m}"}
    page = reader.get("/loop/", asked).context["page"]
    assert [(label, cell.text) for label, cell in page.bought] == [
        (label, cell.text) for label, cell in bought.parts(period, "")
    ]


def test_peoples_time_stands_beside_money_once_it_is_written_down(year):
    assert not bought.months(year).timed
    for side, hours in (("marketing", "2.00"), ("sales", "1.00")):
        TimeSpent.objects.create(
            side=side, hours=Decimal(hours), rate=Decimal("45.00"), worked_on=START.date(), **stamps(START)
        )
    later = asking.Asking(year.span, spans.TRIANGLE)
    page = bought.months(later)
    assert page.timed and len(page.heads) == len(page.total.cells) == len(page.lines[0].cells)
    assert [cell.text for cell in page.total.cells[-3:-1]] == ["90", "45"]
    found = engine.answer("matched_loaded_cac", first=year.span.first, until=year.span.until)
    assert page.total.cells[-1].text == shown.figure(found.total.value, "money", 0)
    reader = Client()
    reader.force_login(person("Ines", "marketer"))
    assert all(reader.get(cell.url).status_code == 200 for cell in page.total.cells[-3:])
    months = {"first": f"{year.span.first:%Y-%m}", "last": "2026-06", "view": "period"}
    assert "Loaded cost per deal won" in reader.get("/loop/", months).content.decode()
