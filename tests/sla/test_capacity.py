"""What sales can follow up: worked examples C1 to C6, exact."""

from fractions import Fraction as F

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla import capacity

STEPS = [F(n, 100) for n in (30, 20, 15, 10, 6, 3)]


def test_c1_five_reps_have_time_for_2250_attempts_and_the_founding_contract_takes_a_quarter_of_it():
    there = capacity.attempts(5, 3, 20, 8)
    assert (there, capacity.leads(there, 3), capacity.leads(there, 6)) == (2250, 750, 375)
    founding = capacity.load(200, 3, there)
    assert (founding.needed, founding.share, founding.fits) == (600, F(4, 15), True)


def test_c2_tries_that_end_when_somebody_is_reached():
    assert [capacity.reached(F(1, 5), n) for n in range(1, 7)] == [
        F(2, 10), F(36, 100), F(488, 1000), F(5904, 10000), F(67232, 10**5), F(737856, 10**6)
    ]  # fmt: skip
    each = [capacity.expected(F(1, 5), n) for n in range(1, 7)]
    assert each == [1, F(18, 10), F(244, 100), F(2952, 1000), F(33616, 10**4), F(368928, 10**5)]
    assert [capacity.leads(2250, one) for one in each] == [2250, 1250, 922, 762, 669, 609]


def test_c3_ninety_percent_by_six_is_a_constant_chance():
    assert capacity.chance_of(F(9, 10), 6) == F(3187, 10**4)
    with pytest.raises(ValueError, match="below 100"):
        capacity.chance_of(1, 6)


def test_c5_once_time_is_short_more_attempts_only_move_work_between_leads():
    profits = [capacity.profit(F(1, 5), n, 40, 4, 2250, 900) for n in range(3, 8)]
    assert profits == [8784, 9000, 9000, 9000, 9000]


def test_c6_stop_where_an_attempt_costs_what_it_brings():
    found = capacity.by_attempt(STEPS, 40, 4)
    assert [one.net for one in found] == [8, 4, 2, 0, F(-16, 10), F(-28, 10)]
    assert [round(one.so_far, 4) for one in found[:4]] == [8, F(108, 10), F(1192, 100), F(1192, 100)]
    assert [float(round(one.so_far, 4)) for one in found[4:]] == [11.2346, 10.107]
    assert capacity.best(STEPS, 40, 4) == 3


@pytest.mark.parametrize(
    ("deed", "said"),
    [
        (lambda: capacity.attempts(5, 3, 20, 0), "some time"),
        (lambda: capacity.expected(0, 3), "a chance lies"),
        (lambda: capacity.load(200, 3, 0), "no|nobody has time"),
    ],
)
def test_what_cannot_be_counted_is_refused(deed, said):
    with pytest.raises(ValueError, match=said):
        deed()


@given(st.fractions(F(1, 100), 1), st.integers(1, 12))
def test_a_lead_never_takes_more_than_the_most_and_more_tries_reach_more(p, n):
    assert 1 <= capacity.expected(p, n) <= n
    assert capacity.reached(p, n) <= capacity.reached(p, n + 1)
    tried = sum((1 - p) ** (k - 1) for k in range(1, n + 1))  # the k-th is made when all before it failed
    assert capacity.expected(p, n) == tried
