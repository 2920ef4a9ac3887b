"""How long first attempts took: what is read of packed values equals what is reckoned of the values themselves."""

from fractions import Fraction
from statistics import median

from hypothesis import given
from hypothesis import strategies as st

from sla import took

MICROS = st.lists(st.integers(0, 2**52), max_size=40)


@given(st.lists(MICROS, max_size=6))
def test_percentiles_of_packed_values_are_those_of_the_values(parts):
    values = sorted(value for part in parts for value in part)
    found = took.spread(map(took.pack, parts))
    if not values:
        assert found is None
        return
    nine, half, n = found
    assert n == len(values) and half == median(map(Fraction, values)) / took.HOUR
    rank = next(k for k in range(1, n + 1) if k * 10 >= n * 9)  # the nearest rank
    assert nine == Fraction(values[rank - 1], took.HOUR)


@given(MICROS)
def test_what_is_packed_comes_back_sorted(values):
    assert took.unpack([took.pack(values)]).tolist() == sorted(values)
