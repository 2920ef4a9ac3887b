"""The trade's counting oracle: three people, a refusal, a second handoff, a deal that nobody handed over."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest

from leads.models import Deal, Handoff, Lead
from smarketing.measures import engine
from smarketing.rows import fence
from tests.leads import facts

from .company import Company

pytestmark = pytest.mark.django_db(transaction=True)
YEAR = {"first": date(2026, 1, 1), "until": date(2027, 1, 1)}


def at(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 10, tzinfo=UTC)


@pytest.fixture
def company():
    """A: MQL 5 January, refused, MQL again 3 March, won 20 April. B: MQL 20 January, SQL, lost. C: a deal on 2 February."""
    made = Company(0)
    a, b, c = (facts.lead(at(1, 2)) for _one in "ABC")
    made.decide(made.hand(a, at(1, 5)), at(1, 8), "refuse", "TIME-LATER")
    again = made.hand(a, at(3, 3))
    made.decide(again, at(3, 4), "accept")
    made.deal(again, a, at(3, 10), "won", 41)
    first = made.hand(b, at(1, 20))
    made.decide(first, at(1, 25), "qualify")
    made.deal(first, b, at(2, 1), "lost", 20)
    made.deal(None, c, at(2, 2), "open", 0)
    return made


def months(key: str, **asked) -> dict[str, int]:
    return {row.group["month"]: row.n for row in engine.answer(key, by=("month",), **YEAR, **asked).rows}


def test_first_and_repeated_people_and_those_inferred(company):
    assert months("mql") == {"2026-01": 2}  # February and March: nobody for the first time
    assert months("handoffs") == {"2026-01": 2, "2026-03": 1}
    assert months("mql_repeated") == {"2026-03": 1}
    assert months("mql_inferred") == {"2026-02": 1}  # C, by the day of the deal
    quarter = {"first": date(2026, 1, 1), "until": date(2026, 4, 1)}
    assert engine.answer("mql_people", **quarter).total.n == 2
    spring = {"first": date(2026, 2, 1), "until": date(2026, 6, 1)}
    assert engine.answer("mql_people", **spring).total.n == 1  # A again, once


def test_days_to_won_from_the_first_and_from_the_last_handoff(company):
    assert engine.answer("days_to_won", stat="median", **YEAR).total.value == 105
    assert engine.answer("days_to_won_last", stat="median", **YEAR).total.value == 48


def test_fresh_and_recycled_leads_are_told_apart_where_the_blend_hides_both(company):
    """180 fresh leads → 27 deals; 40 of them come again → 10."""
    leads = Lead.objects.bulk_create(Lead(created_at=at(5, 1), recorded_at=at(5, 1)) for _n in range(180))
    for number, month, dealt in ((180, 5, 27), (40, 6, 10)):
        day = at(month, 2)
        stamps = {"occurred_at": day, "recorded_at": day, "known_at": day}
        made = Handoff.objects.bulk_create(
            Handoff(lead=one, line=company.line, gate="immediate", **stamps) for one in leads[:number]
        )
        opened = {"created_at": at(month, 9), "recorded_at": at(month, 9)}
        Deal.objects.bulk_create(Deal(lead_id=one.lead_id, handoff=one, **opened) for one in made[:dealt])
    later = {"first": date(2026, 5, 1), "until": date(2026, 7, 1)}
    by = {row.group["order"]: row for row in engine.answer("deal_rate", by=("order",), **later).rows}
    assert (by["first"].value, by["repeated"].value) == (Fraction(15, 100), Fraction(25, 100))
    assert engine.answer("deal_rate", **later).total.value == Fraction(37, 220)


def test_skipped_steps_are_inferred_and_marked(company):
    accepted = {
        row.group["accepted_how"]: row.n for row in engine.answer("accepted", by=("accepted_how",), **YEAR).rows
    }
    assert accepted == {"said": 1, "skipped": 1}  # B went to SQL without an acceptance or an attempt
    needs = {row.group["sql_how"]: row.n for row in engine.answer("sql", by=("sql_how",), **YEAR).rows}
    assert needs == {"said": 1, "skipped": 1}  # A's need is inferred from the deal


def test_a_young_cohort_does_not_look_worse_only_because_it_is_young(company):
    cutoff = fence.cutoff()
    for n in range(40):  # a cohort of yesterday, nobody of which can have come yet
        company.hand(facts.lead(cutoff - timedelta(days=2)), cutoff - timedelta(days=1, seconds=n))
    every = {"first": date(2026, 1, 1), "until": cutoff.date() + timedelta(days=2)}
    plain = engine.answer("sql_rate", **every).total.value
    come = engine.answer("come_sql", **every).total
    old = engine.answer("come_sql", **YEAR | {"until": date(2026, 4, 1)}).total.value
    assert plain < Fraction(1, 10) < come.value
    assert come.value <= old and come.of == 43
    assert come.interval is None or come.interval[0] <= come.value <= come.interval[1]


def test_how_many_months_after_the_handoff_a_cohort_wins(company):
    found = engine.answer("won_since", by=("month", "months_since"), **YEAR)
    assert [(row.group["month"], row.group["months_since"], row.n) for row in found.rows] == [("2026-01", "3", 1)]
    money = engine.answer("revenue_since", by=("months_since",), **YEAR)
    assert [(row.group["months_since"], row.value) for row in money.rows] == [("3", Fraction("1041.25"))]
