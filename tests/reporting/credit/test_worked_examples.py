"""The worked examples of money, to the cent, by the product's own measures: a company is made of which each is true."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from leads.intake import means
from leads.models import Handoff, Lead
from personas.models import DefinitionLine
from reporting.credit import settings
from smarketing.measures import engine, numbers, shown
from smarketing.rows import clock
from tests.leads import facts
from tests.people import person

from .ground import YEAR, at, campaign, deal, spend

pytestmark = pytest.mark.django_db


def agreed(**values) -> None:
    settings.adopt(
        wanted=settings.Settings(**values),
        effective_on=date(2026, 1, 1),
        by=person("Hugo", "manager", "sales"),
        at=clock.now(),
    )


def worked(campaign_, amount: str) -> None:
    """People's time that costs so much."""
    means.add_time(
        campaign=campaign_, side="sales", team=None, person=None, worked_on=at(4).date(), hours=Decimal(1), rate=Decimal(amount),
        label="", by=person("Léa", "rep", "sales"), at=clock.now(),
    )  # fmt: skip


def answer(key: str, **asked) -> engine.Answer:
    return engine.answer(key, cutoff=engine.fence.cutoff() + timedelta(days=400), **YEAR | asked)


def answers(*asked: tuple[str, str]) -> dict[str, Fraction]:
    return {key: answer(key, date=dated).total.value for key, dated in asked}


def cents(value) -> Decimal:
    return numbers.rounded(value, 2)


@pytest.fixture
def webinar():
    """G1: cost 10,000; 500 leads, 100 MQL, 20 deals, 5 customers, revenue 40,000, margin 70 %, sales cost 15,000; an amount pays
    for sixteen months, so that a customer brings 500 a month."""
    agreed(margin=Decimal("0.7"), term=16, stay=32)
    a, line = campaign("webinar"), DefinitionLine.objects.create(name="France B2B")
    spend(a, "10000.00", 3)
    worked(a, "15000")
    leads = Lead.objects.bulk_create(Lead(created_at=at(2), recorded_at=at(2)) for _n in range(500))
    stamps = {"occurred_at": at(5), "recorded_at": at(5), "known_at": at(5)}
    Handoff.objects.bulk_create(Handoff(lead=one, line=line, gate="immediate", **stamps) for one in leads[:100])
    for n in range(20):
        deal(leads[n].pk, "8000.00", 20, opened=10, state="won" if n < 5 else "open")


def test_what_a_campaign_costs_and_brings(webinar):
    found = answers(
        ("cost_per_lead", "created"), ("cost_per_mql", "handed"), ("cost_per_deal", "opened"), ("cac", "won"), ("loaded_cac", "won"),
        ("roas", "won"), ("roi", "won"), ("romi", "won"), ("loaded_romi", "won"), ("break_even", "spent"),
    )  # fmt: skip
    assert found == {
        "cost_per_lead": 20, "cost_per_mql": 100, "cost_per_deal": 500, "cac": 2000, "loaded_cac": 5000, "roas": 4, "roi": 3,
        "romi": Fraction(18, 10), "loaded_romi": Fraction(12, 100), "break_even": Fraction(100_000, 7),
    }  # fmt: skip
    assert cents(found["break_even"]) == Decimal("14285.71")
    assert [shown.figure(found[key], numbers.RATIO, 0) for key in ("roi", "romi", "loaded_romi")] == [
        "300%",
        "180%",
        "12%",
    ]


@pytest.mark.parametrize(
    ("won", "lost", "amount", "days", "text"),
    [(5, 15, "25000", 60, "5208.33"), (5, 15, "10000", 30, "4166.67"), (5, 20, "10000", 30, "3333.33")],
)
def test_what_a_day_brings_of_fifty_open_deals(won, lost, amount, days, text):
    """G2: 50 × 25,000 × 25 % ÷ 60; 50 × 10,000 × 25 % ÷ 30; the same with 20 %."""
    for n in range(50 + won + lost):
        state = "won" if n < won else "lost" if n < won + lost else "open"
        lead = facts.lead(at(0))
        deal(lead, amount, 10 + days, opened=10, state=state)
    found = answer("velocity", date="opened").total.value
    assert found == Fraction(50 * int(amount) * won, (won + lost) * days) and cents(found) == Decimal(text)


def test_what_a_customer_costs_of_many_parts_and_is_worth():
    """G3: 42 + 6 + 1.20 + 8 = 57.20; a customer is worth 190: 3.3217 times as much."""
    agreed(term=1, stay=1)
    ads = campaign("ads")
    for to, amount in ((ads, "42.00"), (ads, "6.00"), (None, "1.20")):
        spend(to, amount, 3)
    worked(ads, "8")
    deal(facts.lead(at(2)), "190.00", 20, opened=10)
    found = answers(("loaded_cac", "won"), ("lifetime_value", "won"), ("lifetime_per_cac", "won"))
    assert found["loaded_cac"] == Fraction(5720, 100) and found["lifetime_value"] == 190
    assert numbers.rounded(found["lifetime_per_cac"], 4) == Decimal("3.3217")


def test_how_long_a_customer_takes_to_pay_back():
    """G4: a customer costs 5,000 and pays 500 a month, margin 80 %: 12.5 months."""
    agreed(margin=Decimal("0.8"), term=12)
    a = campaign("a")
    spend(a, "2000.00", 3)
    worked(a, "3000")
    deal(facts.lead(at(2)), "6000.00", 20, opened=10)
    found = answers(("loaded_cac", "won"), ("loaded_payback", "won"), ("payback", "won"))
    assert found == {"loaded_cac": 5000, "loaded_payback": Fraction(25, 2), "payback": 5}


@pytest.mark.django_db(transaction=True)
def test_what_was_agreed_is_shown_beside_the_parts_of_a_number(client):
    agreed(term=16)
    client.force_login(person("Ines", "marketer"))
    page = client.get("/numbers/payback/", {"from": "2026-01-01", "to": "2027-01-01"}).content.decode()
    assert "<strong>16</strong> <span>months that an amount pays for</span>" in page


def test_what_nobody_agreed_on_is_not_made_up(webinar):
    assert answers(("lifetime_value", "won"))["lifetime_value"] == 5600 * 2  # stays 32 months, an amount pays for 16
    before = {"first": date(2025, 1, 1), "until": date(2026, 1, 1)}  # the starter settings say neither
    for key in ("payback", "lifetime_value", "lifetime_per_cac"):
        assert answer(key, date="won", **before).total.value is None
    blank = answer("break_even", by=("campaign",), **before)
    assert blank.total.value == 0 and not blank.rows


def test_planted_fault_a_margin_forgotten_is_caught(webinar, monkeypatch):
    monkeypatch.setattr(settings, "of_day", lambda *asked: settings.Settings())
    assert answer("break_even").total.value != Fraction(100_000, 7)
