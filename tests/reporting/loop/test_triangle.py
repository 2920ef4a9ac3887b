"""Cohorts by months since: whole, in part, ahead; and what they say together."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reporting.loop import triangle
from reporting.loop.spans import month
from tests.scale import examples

JANUARY = date(2026, 1, 1)
SIZES = {JANUARY: 100, date(2026, 2, 1): 200, date(2026, 3, 1): 400}
CAME = {(JANUARY, 0): 2, (JANUARY, 1): 5, (JANUARY, 2): 3, (date(2026, 2, 1), 0): 4, (date(2026, 2, 1), 1): 10, (date(2026, 3, 1), 0): 8}  # fmt: skip


def built(last_day: date):
    return triangle.build(list(SIZES), SIZES, CAME, last_day)


def test_seen_on_the_last_of_march_the_cohorts_say_ten_per_cent_together():
    seen = built(date(2026, 3, 31))
    shares = [[square.share for square in row.squares] for row in seen.rows]
    assert shares == [
        [Fraction(2, 100), Fraction(7, 100), Fraction(10, 100)],
        [Fraction(2, 100), Fraction(7, 100)],
        [Fraction(2, 100)],
    ]
    assert [seen.come(since) for since in range(3)] == [Fraction(2, 100), Fraction(7, 100), Fraction(10, 100)]
    assert [(step.at_risk, step.came) for step in seen.steps] == [(700, 14), (294, 15), (93, 3)]


def test_a_month_that_runs_is_in_part_and_counts_for_nobody_yet():
    seen = built(date(2026, 3, 30))
    assert [[square.state for square in row.squares] for row in seen.rows] == [
        ["whole", "whole", "part"],
        ["whole", "part"],
        ["part"],
    ]
    assert seen.come(2) == seen.come(1)  # nobody was watched through a second month
    assert [step.at_risk for step in seen.steps] == [300, 98]


def test_what_lies_ahead_is_empty():
    seen = triangle.build([month(JANUARY, n) for n in range(4)], SIZES, CAME, date(2026, 2, 28))
    assert [square.state for square in seen.rows[0].squares] == ["whole", "whole", "ahead", "ahead"]
    assert [square.state for square in seen.rows[3].squares] == ["ahead"]


def test_revenue_as_much_as_there_are_people_still_has_its_squares():
    seen = triangle.build(
        [JANUARY, month(JANUARY, 3)], {JANUARY: 10}, {(JANUARY, 1): 10, (JANUARY, 3): 300}, date(2026, 6, 30)
    )
    assert [square.value for square in seen.rows[0].squares] == [0, 10, 10, 310]


@pytest.mark.sized
@given(st.lists(st.tuples(st.integers(0, 40), st.lists(st.integers(0, 5), max_size=6)), min_size=1, max_size=6))
@settings(max_examples=examples(60), deadline=None)
def test_the_line_at_the_foot_is_counted_row_by_row_the_same(cohorts):
    months = [month(JANUARY, n) for n in range(len(cohorts))]
    came = {
        (months[n], since): wins
        for n, (_left, some) in enumerate(cohorts)
        for since, wins in enumerate(some)
        if since + n < len(cohorts)
    }
    sizes = {months[n]: left + sum(some) for n, (left, some) in enumerate(cohorts)}
    seen = triangle.build(
        months, sizes, came, date(2026, 12, 31) if len(cohorts) > 12 else month(JANUARY, len(cohorts)) - date.resolution
    )
    left = Fraction(1)
    for since in range(len(cohorts)):
        watched = [one for n, one in enumerate(months) if n + since < len(cohorts)]
        before = {one: sum(came.get((one, earlier), 0) for earlier in range(since)) for one in watched}
        at_risk = sum(sizes[one] - before[one] for one in watched)
        events = sum(came.get((one, since), 0) for one in watched)
        if at_risk:
            left *= Fraction(at_risk - events, at_risk)
        assert seen.come(since) == 1 - left
