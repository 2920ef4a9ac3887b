"""What was spent, matched to the leads that it brought: every cent of a month has its place."""

import random
from collections import defaultdict
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from django.db import transaction

from leads.intake import facts as intake
from leads.measures import matched
from leads.models import Handoff, Spend
from personas.models import DefinitionLine
from smarketing.measures import engine, registry
from tests.leads import facts

pytestmark = pytest.mark.django_db(transaction=True)
ALL = {"first": date(2026, 1, 1), "until": date(2026, 5, 1)}


def day(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 10, tzinfo=UTC)


def stamps(at: datetime) -> dict:
    return {"occurred_at": at, "recorded_at": at, "known_at": at}


def campaign(name: str) -> int:
    with transaction.atomic():
        return intake.create_campaigns([intake.Birth(day(1, 1), {"key": name, "name": name})], origin=intake.Origin())[
            0
        ]


def spent(amount: str, at: datetime, campaign_id: int | None) -> None:
    Spend.objects.create(campaign_id=campaign_id, amount=Decimal(amount), spent_on=at.date(), **stamps(at))


def handed(lead: int, at: datetime, line: DefinitionLine) -> None:
    Handoff.objects.create(lead_id=lead, line=line, gate="immediate", grade="A1", **stamps(at))


def won(lead: int, amount: str, at: datetime) -> None:
    values = {"state": "won", "amount": amount, "closed_at": at.isoformat()}
    with transaction.atomic():
        intake.create_deals([intake.Birth(at, values, fixed={"lead_id": lead})], origin=intake.Origin(history=True))


def said(key: str, *by: str, **asked) -> dict:
    found = engine.answer(key, by=by, **{**ALL, **asked})
    return {tuple(row.group.values()): row.value for row in found.rows} | {(): found.total.value}


@pytest.fixture
def fair():
    """100.00 in January on a fair that brought three leads: one bought, one was handed over in February, one never; 50.01 in
    February that brought nobody; 7.00 of which nobody says on what."""
    line, pk = DefinitionLine.objects.create(name="France B2B"), campaign("fair")
    for amount, at, on in (
        ("60.00", day(1, 5), pk),
        ("40.00", day(1, 25), pk),
        ("50.01", day(2, 9), pk),
        ("7.00", day(2, 10), None),
    ):
        spent(amount, at, on)
    leads = [facts.lead(day(1, n + 2), campaign=pk, source=("web", "mail", "web")[n]) for n in range(3)]
    handed(leads[0], day(1, 20), line)
    handed(leads[1], day(2, 3), line)
    won(leads[0], "500.00", day(3, 15))
    return pk  # fmt: skip


def test_the_parts_of_a_months_cohort_are_what_was_spent_in_it(fair):
    assert said("matched_cost", "month", "spent_for") == {
        ("2026-01", "handed"): Decimal("66.67"), ("2026-01", "waiting"): Decimal("33.33"),
        ("2026-02", "no_lead"): Decimal("50.01"), ("2026-02", "no_campaign"): Decimal("7.00"), (): Decimal("157.01"),
    }  # fmt: skip
    assert said("matched_cost", "month") == said("cost", "month")
    assert said("matched_cost", "campaign") == said("cost", "campaign")
    assert said("matched_cost", "source") == {
        ("",): Decimal("57.01"),
        ("mail",): Decimal("33.33"),
        ("web",): Decimal("66.67"),
        (): Decimal("157.01"),
    }


def test_return_is_of_the_leads_that_the_money_brought_whenever_they_bought(fair):
    january = {"first": date(2026, 1, 1), "until": date(2026, 2, 1)}
    assert said("matched_return", **january)[()] == 4
    assert said("matched_roas", **january)[()] == 5
    assert said("matched_cost_per_win", **january)[()] == 100
    assert said("matched_return", "source", **january)[("web",)] == Fraction("500") / Fraction("66.67") - 1
    assert said("roi", date="won", **january)[()] == -1, "by the day of winning, the month of spending earned nothing"
    won(facts.lead(day(1, 9), source="web"), "900.00", day(1, 30))  # of nobody's money
    assert said("matched_return", **january)[()] == 4 and said("matched_return", "source", **january)[("web",)] > 6
    assert said("matched_revenue", "source", **january) == {("web",): 500, (): 500}


def test_by_the_month_of_handoff_a_share_follows_its_lead_and_every_cent_is_there_once(fair):
    found = said("matched_cost", "month", "spent_for", date="handed")
    assert found == {
        ("2026-01", "handed"): Decimal("33.34"), ("2026-01", "waiting"): Decimal("33.33"), ("2026-02", "handed"): Decimal("33.33"),
        ("2026-02", "no_lead"): Decimal("50.01"), ("2026-02", "no_campaign"): Decimal("7.00"), (): Decimal("157.01"),
    }  # fmt: skip


def plainly(leads: list[tuple[str, datetime]], costs: list[tuple[str, datetime, int]]) -> dict[tuple[str, str], int]:
    """(month, campaign) → cents on leads, as somebody would share them by hand; those of no lead under ""."""
    found: dict[tuple[str, str], int] = defaultdict(int)
    for name, at, cents in costs:
        month = f"{at:%Y-%m}"
        brought = any(one == name and f"{born:%Y-%m}" == month for one, born in leads)
        found[month, name if brought else ""] += cents
    return dict(found)


def test_costs_at_random_are_found_again_month_by_month():
    chance = random.Random(83)
    names = {name: campaign(name) for name in ("a", "b", "c")}
    leads = [(chance.choice("ab"), day(chance.randint(1, 4), chance.randint(1, 28))) for _n in range(40)]
    for name, at in leads:
        facts.lead(at, campaign=names[name], source=name)
    costs = [
        (chance.choice("abc"), day(chance.randint(1, 4), chance.randint(1, 28)), chance.randint(-999, 99_999))
        for _n in range(30)
    ]
    for name, at, cents in costs:
        spent(str(Decimal(cents) / 100), at, names[name])
    found = said("matched_cost", "month", "source")
    assert found.pop(()) == sum(cents for *_rest, cents in costs) / Decimal(100)
    assert {group: value for group, value in found.items() if value} == {
        group: Decimal(cents) / 100 for group, cents in plainly(leads, costs).items() if cents
    }
    assert said("matched_cost", "month") == said("cost", "month")


def test_a_cohort_that_loses_what_brought_nobody_is_noticed(fair, monkeypatch):
    monkeypatch.setattr(matched, "_MATCHED", matched._MATCHED.partition("UNION ALL")[0] + ")")
    assert said("matched_cost", "month") != said("cost", "month")
    assert registry.find("matched_cost").population is matched.matched
