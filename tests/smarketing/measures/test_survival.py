"""Waiting counted after Kaplan and Meier: the planted ten per cent, an independent implementation, and its planted faults."""

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smarketing.measures import survival
from smarketing.measures.reduces import REDUCES
from tests.scale import examples

# Of January's 100 two came at once, five a month later, three the one after; February and March were watched less long.
TRUTH = [(0, True, 2), (1, True, 5), (2, True, 3), (2, False, 90),  # January
         (0, True, 4), (1, True, 10), (1, False, 186),  # February
         (0, True, 8), (0, False, 392)]  # March  # fmt: skip
waits = st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=1, max_size=60)


def test_the_planted_ten_per_cent_is_recovered_from_cohorts_that_are_not_mature():
    steps = survival.curve(TRUTH)
    assert [(one.at_risk, one.came) for one in steps] == [(700, 14), (294, 15), (93, 3)]
    assert [one.share for one in steps] == [Fraction(2, 100), Fraction(7, 100), Fraction(10, 100)]
    assert Fraction(sum(n for _t, hit, n in TRUTH if hit), 700) == Fraction(32, 700)  # what pooling says: 4.57 %


def naive(rows: list[tuple[int, bool]]) -> dict[int, Fraction]:
    """Kaplan–Meier by its definition, row by row: at each time, those who waited at least so long are at risk."""
    left, shares = Fraction(1), {}
    for time in range(max(t for t, _hit in rows) + 1):
        at_risk = [row for row in rows if row[0] >= time]
        came = [row for row in at_risk if row[0] == time and row[1]]
        if came:
            left = left * (len(at_risk) - len(came)) / len(at_risk)
            shares[time] = 1 - left
    return shares


@pytest.mark.sized
@given(waits)
@settings(max_examples=examples(200), deadline=None)
def test_it_agrees_with_the_definition_counted_row_by_row(rows):
    gathered = [(time, hit, times) for (time, hit), times in Counter(rows).items()]
    steps = survival.curve(gathered)
    assert {one.time: one.share for one in steps} == naive(rows)
    if all(hit for _time, hit in rows):
        assert survival.by(steps) == 1
    edges = survival.interval(steps)
    assert edges is None or 0 <= edges[0] <= survival.by(steps) <= edges[1] <= 1


@pytest.mark.sized
@given(waits)
@settings(max_examples=examples(100), deadline=None)
def test_without_anybody_still_waiting_it_is_the_plain_share(rows):
    longest = max(time for time, _hit in rows)
    watched = [(time if hit else longest, hit) for time, hit in rows]
    steps = survival.curve([(*row, 1) for row in watched])
    assert survival.by(steps) == Fraction(sum(hit for _time, hit in rows), len(rows))


def test_leaving_out_those_who_wait_is_caught():
    """Planted fault: only those who came are counted (the mean of the survivors)."""
    came_only = survival.curve([row for row in TRUTH if row[1]])
    assert survival.by(came_only) != survival.by(survival.curve(TRUTH))


def test_the_median_is_said_once_half_of_all_have_come():
    finish = REDUCES["wait"].finish
    assert finish([(3, True, 4), (5, True, 2), (9, False, 4)], "median").value == 5
    assert finish([(3, True, 4), (9, False, 6)], "median").value is None
    assert finish([(3, True, 4), (9, False, 6)], "p25").value == 3
    assert finish([], "median").value is None


@pytest.mark.parametrize(("rows", "share"), [([], None), ([(4, False, 9)], 0), ([(4, True, 9)], 1)])
def test_nobody_nothing_everybody(rows, share):
    found = REDUCES["come"].finish(rows, "")
    assert (found.value, found.around) == (share, None)
