"""Pure figures against plain Python: intervals, quantiles, rounding."""

import random
import statistics
from collections import Counter
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personas.criteria import statistics as criteria
from smarketing.measures import numbers
from smarketing.measures.reduces import REDUCES, STATS, Figure, quotient, returned

values = st.lists(st.integers(-500, 5000) | st.decimals(-999, 999, places=2), min_size=1, max_size=60)


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [
        (3, 4, ".3006", ".9544"),  # domain.md, K9
        (2, 2, ".3424", "1"),
        (0, 5, "0", ".4345"),
        (120, 200, ".5308", ".6654"),
        (40, 200, ".1505", ".2609"),  # K5
        (40, 50, ".6696", ".8876"),
        (20, 200, ".0657", ".1494"),  # K6
        (271, 2296, ".105468", ".131871"),  # the API's example
    ],
)
def test_the_worked_intervals(hits, of, low, high):
    places = max(4, len(low) - 1)
    found = [numbers.half_even(edge, places) for edge in numbers.wilson(hits, of)]
    assert found == [Decimal(low).quantize(found[0]), Decimal(high).quantize(found[1])]


@given(st.integers(0, 3000), st.integers(1, 3000))
def test_an_interval_is_wilsons_and_holds_its_share(hits, of):
    hits = min(hits, of)
    low, high = numbers.wilson(hits, of)
    z, p = 1.959963984540054, hits / of
    middle, half = p + z * z / (2 * of), z * sqrt(p * (1 - p) / of + z * z / (4 * of * of))
    assert abs(float(low) - (middle - half) / (1 + z * z / of)) < 1e-9
    assert abs(float(high) - (middle + half) / (1 + z * z / of)) < 1e-9
    assert 0 <= low <= Fraction(hits, of) <= high <= 1


def test_a_share_of_nothing_has_no_interval_and_more_hits_than_rows_is_a_fault():
    assert numbers.wilson(0, 0) is None
    with pytest.raises(ValueError):
        numbers.wilson(3, 2)


@given(values, st.sampled_from([Fraction(1, 2), Fraction(9, 10), Fraction(1, 4)]))
def test_the_interval_of_a_quantile_ends_at_values_and_holds_it(some, share):
    spread = list(Counter(some).items())
    low, high = numbers.around(spread, share)
    assert low in set(map(Fraction, some)) and high in set(map(Fraction, some))
    assert low <= numbers.nearest_rank(spread, share) <= high
    assert numbers.around([], share) is None


def test_the_interval_of_a_median_is_that_of_the_ranks():
    # n = 100, share 1/2: Wilson 0.4038 to 0.5962, so the 40th and the 61st value (Woodruff 1952)
    assert numbers.around([(n, 1) for n in range(1, 101)], Fraction(1, 2)) == (40, 61)
    assert numbers.around([(0, 60), (7, 1)], Fraction(1, 2)) == (0, 0)


def test_planted_fault_an_interval_around_the_mean_is_caught():
    spread = [(n, 1) for n in range(1, 100)] + [(10_000, 1)]
    low, high = numbers.around(spread, Fraction(1, 2))
    assert not low <= numbers.mean(spread) <= high


def test_in_most_samples_the_interval_of_a_median_holds_the_median_of_all():
    draw, held = random.Random(7), 0
    for _sample in range(400):
        some = [draw.expovariate(1) for _case in range(40)]
        low, high = numbers.around([(Fraction(value), 1) for value in some], Fraction(1, 2))
        held += low <= Fraction(0.6931471805599453) <= high
    assert held >= 370  # 95 % of 400 are 380


@given(values, st.integers(0, 100))
def test_a_quantile_of_a_spread_is_that_of_the_list(some, percent):
    spread = list(Counter(some).items())
    ordered = sorted(map(Fraction, some))
    place = Fraction(percent, 100) * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    want = ordered[low] + (place - low) * (ordered[high] - ordered[low])
    assert numbers.quantile(spread, Fraction(percent, 100)) == want
    assert STATS["median"](spread) == statistics.median(ordered)
    assert numbers.mean(spread) == sum(ordered) / len(ordered)
    assert (STATS["min"](spread), STATS["max"](spread), STATS["sum"](spread)) == (ordered[0], ordered[-1], sum(ordered))


@given(values)
def test_nearest_rank_is_a_value_with_enough_at_or_below_it(some):
    found = numbers.nearest_rank(list(Counter(some).items()), Fraction(9, 10))
    ordered = sorted(map(Fraction, some))
    assert found == next(one for one in ordered if sum(other <= one for other in ordered) * 10 >= 9 * len(ordered))


@given(st.fractions(-(10**18), 10**18, max_denominator=10**6), st.integers(0, 6))  # as many digits as the reference has
def test_rounding_is_half_to_even(value, places):
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    if Fraction(exact) == value:
        assert numbers.rounded(value, places) == exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)
    assert abs(Fraction(numbers.rounded(value, places)) - value) * 2 * 10**places <= 1


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (Fraction(271, 2296), "ratio", "0.118031"), (Fraction(0), "ratio", "0.000000"), (None, "ratio", None),
        (Fraction(1, 8), "money", "0.12"), (Fraction(3, 8), "money", "0.38"), (842, "count", 842),
        (Fraction(29, 2), "days", "14.500000"), (61784006, "number", "61784006"), (Fraction(5, 2), "number", "2.5"),
    ],
)  # fmt: skip
def test_figures_as_the_api_says_them(value, unit, text):
    assert numbers.api(value, unit) == text


@given(st.lists(st.tuples(st.booleans(), st.none() | st.decimals(-99, 99, places=2)), max_size=40))
def test_each_reduce_is_that_of_the_plain_rows(rows):
    filled = [value for _hit, value in rows if value is not None]
    assert REDUCES["count"].finish([(len(rows),)], "").value == len(rows)
    share = REDUCES["share"].finish([(sum(hit for hit, _value in rows), len(rows))], "")
    assert share.value == (Fraction(sum(hit for hit, _ in rows), len(rows)) if rows else None)
    assert REDUCES["sum"].finish([(sum(filled) if filled else None, len(filled))], "").value == sum(
        map(Fraction, filled)
    )
    spread = REDUCES["spread"].finish(list(Counter(value for _hit, value in rows).items()), "median")
    assert spread.n == len(filled)
    assert spread.value == (statistics.median(map(Fraction, filled)) if filled else None)


def test_the_money_of_a_campaign():
    """domain.md, G1: cost 10,000; 500 leads; 100 MQL; 5 customers; revenue 40,000."""
    cost, revenue = Figure(Decimal(10_000), 3), Figure(Decimal(40_000), 5)
    assert [quotient([cost, Figure(n, n)]).value for n in (500, 100, 5)] == [20, 100, 2000]
    assert returned([revenue, cost]).value == 3
    assert quotient([cost, Figure(0, 0)]).value is None
    assert returned([revenue, Figure(None, 0)]).value is None


def test_a_share_is_grey_under_as_many_cases_as_a_criterion_is():
    """Criteria are pure and import nothing of the platform: the number stands there once more."""
    assert criteria.FEW == numbers.FEW


@pytest.mark.parametrize(
    ("count", "low", "high"),
    [(0, "0", "3.689"), (1, "0.025", "5.572"), (12, "6.201", "20.962"), (100, "81.364", "121.627")],
)
def test_the_interval_of_a_count_is_that_of_poisson_to_one_percent(count, low, high):
    found = numbers.poisson(count)
    for edge, exact in zip(found, (low, high), strict=True):  # exact limits: Garwood, Biometrika 28 (1936)
        assert abs(edge - Decimal(exact)) <= max(Decimal(exact) / 100, Decimal("0.03"))
