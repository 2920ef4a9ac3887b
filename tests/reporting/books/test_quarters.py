"""A quarter in closed books: each month keeps what had come of it, the last one judges it; late facts restate, and change nothing."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from reporting.books import effects, figures, restatements, services
from sla import derive, follow, review
from tests.sla.contracts import ACCEPTANCE, FIRST, VOLUME, attempt, contract, decide, handoff, paris, sign, signers

OCTOBER, NOVEMBER, DECEMBER = (date(2025, month, 1) for month in (10, 11, 12))
NOW = datetime(2026, 1, 20, 9, tzinfo=UTC)
QUARTER = {"params": {"period": "quarter"}}


@pytest.fixture
def quarter(db):
    """Two MQL in October, one in each of November and December, of six promised; each but one tried in time."""
    of = contract()
    sign(of, [{**VOLUME, "target": "6", **QUARTER}, ACCEPTANCE, {**FIRST, **QUARTER}], OCTOBER, at=paris(2025, 9, 25))
    hands = [handoff(paris(2025, month, 14, 9)) for month in (10, 10, 11, 12)]
    for one in hands[1:]:
        attempt(one, one.occurred_at + timedelta(hours=1))
    decide(hands[1], "accept", hands[1].occurred_at + timedelta(hours=2))
    return of


def close(of, month):
    return services.close_month(contract=of, month=month, by=signers()[0], at=NOW)


def shown(of, month, **more):
    derive.catch_up(NOW)
    return follow.Reader(of, NOW, timezone.now() + timedelta(minutes=1), **more).month(month)


def test_each_month_keeps_what_had_come_of_the_quarter_and_the_last_judges_it(quarter):
    kept = [json.loads(close(quarter, month).figures)["clauses"] for month in (OCTOBER, NOVEMBER, DECEMBER)]
    assert [one["5.1"]["figure"]["count"] for one in kept] == [2, 3, 4]
    assert [one["5.1"]["state"] for one in kept] == ["behind", "behind", "broken"]
    assert [one["5.1"]["figure"].get("over", True) for one in kept] == [False, False, True]
    assert [len(one["5.1"]["rows"]["counted"]) for one in kept] == [2, 3, 4]
    assert [len(one["5.1"]["days"]) for one in kept] == [1, 2, 3]
    assert [(one["6.1"]["figure"]["met"], one["6.1"]["figure"]["missed"]) for one in kept] == [(1, 1), (2, 1), (3, 1)]
    assert [len(one["6.1"]["rows"]["met"]) for one in kept] == [1, 2, 3]
    assert "over" not in kept[0]["5.2"]["figure"], "a clause of the month is kept as it always was"


def test_a_closed_month_is_read_from_its_book_alone(quarter):
    open_ = shown(quarter, NOVEMBER)
    close(quarter, NOVEMBER)
    closed = shown(quarter, NOVEMBER)
    for key in ("5.1", "6.1"):
        assert closed.row(key).figure == open_.row(key).figure
    assert closed.row("5.1").figure.state == "behind" and closed.row("5.1").figure.line == open_.row("5.1").figure.line


@pytest.mark.invariant("I10")
def test_a_late_fact_of_its_first_month_restates_each_book_that_tells_of_it(quarter):
    books = [close(quarter, month) for month in (OCTOBER, NOVEMBER)]
    late = handoff(paris(2025, 10, 20, 10), known=timezone.now())
    for book in books:
        assert [one.handoff for one in restatements.of(book)] == [late.pk]
        assert services.verify(book) == []
        [effect] = effects.of(book)
        assert "5.1 +1" in effect.words
        now = shown(quarter, book.month, closed=False)
        assert [
            one["same"] for one in figures.difference(services.parsed(book), now) if one["clause"].key == "5.1"
        ] == [False]
    assert shown(quarter, NOVEMBER).row("5.1").figure.count == 3, "the book stands"
    assert shown(quarter, DECEMBER).row("5.1").figure.count == 5, "the quarter that goes on counts what is known"


def test_the_review_takes_the_median_of_closed_quarters_and_of_months_apart(quarter):
    for month in (OCTOBER, NOVEMBER, DECEMBER):
        close(quarter, month)
    of_quarters, of_months = (review.closed_figures(quarter, NOW, period=one) for one in ("quarter", "month"))
    assert [one.count for one in of_quarters["5.1"]] == [4] and "5.2" not in of_quarters
    assert len(of_months["5.2"]) == 3 and "5.1" not in of_months


def test_a_late_fact_of_another_quarter_restates_none(quarter):
    book = close(quarter, NOVEMBER)
    handoff(paris(2025, 12, 20, 10), known=timezone.now())
    assert restatements.of(book) == []
