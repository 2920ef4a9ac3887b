"""State of a clause in a period: worked examples B1, E1, E2 and the drawn follow-up page."""

from decimal import Decimal
from fractions import Fraction as F

from hypothesis import given
from hypothesis import strategies as st

from sla import states


def test_november_2026_stands_18_behind_the_line_and_needs_13_6_a_day():
    assert states.line(F(200), 15, 20) == 150
    assert states.forecast(132, 15, 20) == 176
    assert states.needed(132, F(200), 15, 20) == F(68, 5)
    assert states.volume(132, F(200), states.forecast(132, 15, 20), over=False) == states.BEHIND


def test_200_of_200_is_kept_and_199_is_broken_only_at_the_end():
    assert states.volume(200, F(200), states.forecast(200, 20, 20), over=True) == states.KEPT
    assert states.volume(199, F(200), states.forecast(199, 20, 20), over=True) == states.BROKEN
    assert states.volume(199, F(200), states.forecast(199, 19, 20), over=False) == states.ON_PACE


def test_pending_leads_are_not_failures_and_untouched_ones_are_counted():
    # E1: 150 in time, 30 late, 8 overdue untouched, 12 not yet due
    assert round(F(150, 150 + 30 + 8) * 100, 2) == F("79.79")
    assert states.share(150, 188, 12, F(3, 4), over=True) == states.ON_PACE
    assert states.share(150, 188, 0, F(4, 5), over=True) == states.BROKEN


def test_shown_digits_never_contradict_the_state():
    assert states.shown_percent(88, 104, F(9, 10)) == Decimal(85)
    assert states.shown_percent(78, 87, F(9, 10)) == Decimal("89.7")  # 90 would look kept
    assert states.shown_percent(9, 10, F(9, 10)) == Decimal(90)


def test_nothing_settled_has_no_state():
    assert states.share(0, 0, 4, F(9, 10), over=False) == states.NOTHING


@given(st.integers(1, 5000), st.data(), st.integers(1, 100))
def test_any_share_is_shown_on_the_right_side_of_its_promise(settled, data, promised):
    met = data.draw(st.integers(0, settled))
    shown = F(states.shown_percent(met, settled, F(promised, 100))) / 100
    assert (shown >= F(promised, 100)) == (F(met, settled) >= F(promised, 100))
