"""People's time, matched to the leads that it was for: marketing's to those that came in its month, sales' to those handed over in it."""

import random
from collections import defaultdict
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from leads.measures import matched_time
from leads.models import TimeSpent
from personas.models import DefinitionLine
from tests.leads import facts

from .test_matched import campaign, day, handed, said, spent, stamps, won

pytestmark = pytest.mark.django_db(transaction=True)
JANUARY = {"first": date(2026, 1, 1), "until": date(2026, 2, 1)}


def worked(side: str, hours: str, rate: str, at, campaign_id=None) -> None:
    TimeSpent.objects.create(
        side=side, hours=Decimal(hours), rate=Decimal(rate), worked_on=at.date(), campaign_id=campaign_id, **stamps(at)
    )


@pytest.fixture
def fair():
    """Three leads came in January, two of them by a fair: one bought; another one was handed over in February."""
    line, pk = DefinitionLine.objects.create(name="France B2B"), campaign("fair")
    leads = [
        facts.lead(day(1, n + 2), source=("web", "mail", "web")[n], **({"campaign": pk} if n < 2 else {}))
        for n in range(3)
    ]
    handed(leads[0], day(1, 20), line)
    handed(leads[1], day(2, 3), line)
    won(leads[0], "900.00", day(3, 15))
    spent("60.00", day(1, 9), pk)
    worked("marketing", "2", "30", day(1, 5), pk)  # on the two of the fair
    worked("marketing", "1", "30", day(1, 6))  # on all three
    worked("sales", "1.5", "40", day(1, 21))  # on the one handed over in January
    worked("sales", "1", "40", day(2, 4), pk)  # on the one of February
    worked("sales", "1", "10", day(4, 4))  # nobody was handed over in April
    return pk


def test_the_time_of_both_sides_is_of_the_leads_that_it_was_for(fair):
    assert said("matched_time", "month", "side") == {
        ("2026-01", "marketing"): 90, ("2026-01", "sales"): 100, ("2026-04", "sales"): 10, (): 200,
    }  # fmt: skip
    assert said("matched_time", "spent_for") == {("handed",): 180, ("waiting",): 10, ("no_lead",): 10, (): 200}
    assert said("matched_time", "source") == {("web",): 110, ("mail",): 80, ("",): 10, (): 200}
    assert said("matched_time", "month", date="handed") == {("2026-01",): 110, ("2026-02",): 80, ("2026-04",): 10, (): 200}  # fmt: skip
    assert said("matched_time")[()] == said("time_cost")[()]


def test_loaded_cost_per_deal_won_holds_money_and_the_time_of_both_sides_of_the_same_leads(fair):
    assert said("matched_loaded", **JANUARY)[()] == 60 + 190
    assert said("matched_loaded_cac", **JANUARY)[()] == 250
    assert said("matched_loaded_cac", "source", **JANUARY)[("web",)] == 30 + 110
    assert said("matched_loaded_return", **JANUARY)[()] == Fraction(900 - 250, 250)
    assert said("loaded_cac", date="won", **JANUARY)[()] is None, "by the period nobody bought in January"


def plainly(came: list, passed: dict, hours: list) -> dict[tuple[str, ...], Fraction]:
    """Source of the lead → cost of time, each hour shared by hand without cents."""
    found: dict[tuple[str, ...], Fraction] = defaultdict(Fraction)
    for side, on, month, cost in hours:
        of = [n for n, (name, born) in enumerate(came) if on in ("", name) and (born if side == "marketing" else passed.get(n)) == month]  # fmt: skip
        for n in of:
            found[(str(n),)] += Fraction(cost) / len(of)
        if not of:
            found[("",)] += Fraction(cost)
    return dict(found)


def test_hours_at_random_are_all_there_and_each_lead_has_its_part_to_the_ten_thousandth():
    chance = random.Random(103)
    line, names = DefinitionLine.objects.create(name="France B2B"), {name: campaign(name) for name in "ab"}
    came, passed = [], {}
    for n in range(24):
        name, born = chance.choice("ab"), chance.randint(1, 3)
        lead = facts.lead(day(born, 1 + n), campaign=names[name], source=str(n))
        came.append((name, born))
        if chance.random() < 0.6:
            passed[n] = min(born + chance.randint(0, 1), 4)
            handed(lead, day(passed[n], 27), line)
    hours = []
    for _n in range(20):
        side, on, month = chance.choice(("marketing", "sales")), chance.choice(("a", "b", "")), chance.randint(1, 4)
        worked(side, "1.25", str(chance.randint(1, 9999) / Decimal(100)), day(month, 3), names.get(on))
        hours.append((side, on, month, TimeSpent.objects.latest("pk").rate * Decimal("1.25")))
    found, meant = said("matched_time", "source"), plainly(came, passed, hours)
    assert found.pop(()) == sum(Fraction(cost) for *_rest, cost in hours) == sum(found.values())
    assert {name for name, value in found.items() if value} == {name for name, value in meant.items() if value}
    assert all(abs(found[name] - value) <= Fraction(len(hours), 10_000) for name, value in meant.items())


def test_time_that_is_lost_with_the_leads_it_was_for_is_noticed(fair, monkeypatch):
    monkeypatch.setattr(matched_time, "_FOR", matched_time._FOR.replace("UNION ALL", "EXCEPT"))
    assert said("matched_time", "month", "side") != {("2026-01", "marketing"): 90, ("2026-01", "sales"): 100, ("2026-04", "sales"): 10, (): 200}  # fmt: skip
