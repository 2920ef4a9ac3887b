"""Since when a share is another one: only where the intervals before and after do not touch."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from reporting.loop.trend import Turn, turn
from smarketing.measures import numbers


def months(*counts: tuple[int, int]) -> list[tuple[date, int, int]]:
    return [(date(2026, 1 + n, 1), hits, of) for n, (hits, of) in enumerate(counts)]


def test_the_month_from_which_a_reason_is_said_more_often_is_named():
    assert turn(months((2, 40), (3, 40), (2, 40), (18, 40), (20, 40))) == Turn(date(2026, 4, 1), up=True)
    assert turn(months((30, 40), (28, 40), (5, 40))) == Turn(date(2026, 3, 1), up=False)


def test_little_or_uncertain_change_is_none():
    assert turn(months((4, 40), (5, 40), (6, 40))) is None
    assert turn(months((0, 19), (19, 19))) is None, "under twenty cases on either side"
    assert turn(months((1, 50))) is None and turn([]) is None


counts = st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda pair: (min(pair), max(pair)))


@given(st.lists(counts, max_size=8))
def test_what_is_named_holds_before_and_after(some):
    found = turn(months(*some))
    if found is not None:
        place = found.month.month - 1
        (a, n), (b, m) = ((sum(x for x, _ in part), sum(y for _, y in part)) for part in (some[:place], some[place:]))
        low, high = sorted((numbers.wilson(a, n), numbers.wilson(b, m)))
        assert low[1] < high[0] and min(n, m) >= 20 and found.up == (a * m < b * n)
