"""Results of both sides as clauses: deals won and revenue, against a pace line by business days."""

from datetime import date, datetime
from fractions import Fraction

import pytest
from django.utils import translation

from leads.models import Deal
from sla import figures, missing, pace, series, words
from sla.figures import Volume
from smarketing.measures import engine
from tests.leads import facts
from tests.sla.contracts import REVENUE, VOLUME, WON, contract, line, paris, sign
from tests.sla.test_follow import EVENING, NOVEMBER, SIGNED, many, month


def win(handoff, at: datetime, amount: str) -> None:
    """A deal of a handoff, won at an instant."""
    made = Deal.objects.create(created_at=at, recorded_at=at, lead_id=handoff.lead_id, handoff=handoff)
    for name, value in (("state", "won"), ("amount", amount), ("closed_at", at.isoformat())):
        facts.change("deal", made.pk, name, value, at)


@pytest.fixture
def sold(db):
    """A contract over a line with three handoffs, of which two brought a deal in November; and a deal of another line."""
    of = contract()
    sign(of, [VOLUME, WON, REVENUE], NOVEMBER, at=SIGNED)
    one, two, _three = many(3, lambda n: paris(2026, 11, 2, 10))
    win(one, paris(2026, 11, 5, 9), "12000.50")
    win(two, paris(2026, 11, 16, 9), "8000")
    win(many(1, lambda n: paris(2026, 11, 2, 10), on=line("Other"))[0], paris(2026, 11, 5, 9), "99999")
    return of


def test_deals_and_revenue_stand_against_their_line_by_business_days(sold):
    shown = month(sold)
    won, revenue = shown.row("7.1").figure, shown.row("7.2").figure
    assert (won.count, won.line, won.forecast, won.state) == (2, Fraction(15, 4), Fraction(8, 3), "behind")
    assert (revenue.count, revenue.target, revenue.line) == (Fraction("20000.50"), 50000, 37500)
    assert words.line(revenue) == "€37,500 (−€17,500)" and words.promised(revenue) == "€50,000"
    assert words.sentence(shown)[-1] == "Both sides are 2 won deals behind the line."
    said = {item.key: item.text for item in missing.items(shown)}
    assert said["7.1"] == "0.6 won deals a day needed over the 5 business days left"
    assert said["7.2"] == "€5,999.90 of revenue a day needed over the 5 business days left"
    with translation.override("fr"):
        assert words.line(revenue).replace("\xa0", " ").replace("\u202f", " ") == "37 500 € (−17 500 €)"


def test_a_result_is_kept_or_broken_when_its_month_is_over_and_comes_back_from_its_book(sold):
    over = month(sold, at=paris(2026, 12, 1))
    for key in ("7.1", "7.2"):
        figure = over.row(key).figure
        assert (figure.state, figures.from_book(figure.book())) == ("broken", figure)
    assert series.book(over)["7.2"] == {"2026-11-05": "24001/2", "2026-11-16": "8000"}
    assert Volume(Fraction(50000), Fraction(50000), 3, 20, unit="money").state == "kept"


def test_the_rows_of_a_result_are_those_of_its_measure_and_only_marketing_is_told_of_its_pace(sold):
    shown = month(sold)
    asked = {"first": NOVEMBER, "until": date(2026, 12, 1), "cutoff": EVENING, "where": {"line_id": str(line().pk)}}
    assert engine.answer("won", **asked).total.n == shown.row("7.1").figure.count
    assert engine.answer("revenue", **asked).total.value == shown.row("7.2").figure.count
    assert [one.key for one in pace.behind(sold, date(2026, 11, 24), EVENING)] == ["5.1"]


@pytest.mark.invariant("I13")
@pytest.mark.parametrize(("key", "clause"), [("won", "7.1"), ("revenue", "7.2")])
def test_planted_fault_a_result_that_counts_deals_of_every_line_is_caught(sold, monkeypatch, key, clause):
    right = month(sold).row(clause).figure.count
    monkeypatch.setattr("sla.rates.question", lambda line, some, **times: {**times, "where": dict(some.where())})
    assert month(sold).row(clause).figure.count != right
