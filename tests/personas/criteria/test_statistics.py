"""The worked examples K4 to K8, and laws of the figures."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personas.criteria import statistics
from personas.criteria.statistics import Flagged, Lift
from smarketing.measures.numbers import wilson


def near(value, digits: int = 4) -> float:
    return round(float(value), digits)


@pytest.mark.parametrize(
    ("sent", "found", "recall", "precision", "ratio", "lift"),
    [(30, 8, 0.8, 8 / 30, 9.333, 2.667), (10, 6, 0.6, 0.6, 13.5, 6)],
)
def test_k4_a_hundred_leads_of_whom_ten_convert(sent, found, recall, precision, ratio, lift):
    one, whole = Lift(found, sent, 10, 100, wilson), Flagged(found, sent, 10, 100, wilson)
    assert (float(whole.recall), float(whole.precision)) == pytest.approx((recall, precision))
    assert (near(one.ratio_to_rest, 3), near(one.value, 3)) == (ratio, lift)


def test_k5_a_definition_that_flags_two_hundred():
    one = Flagged(40, 200, 50, 1000, wilson)
    assert (one.precision, one.recall) == (Fraction(1, 5), Fraction(4, 5))
    assert [near(edge) for edge in one.precision_interval] == [0.1505, 0.2609]
    assert [near(edge) for edge in one.recall_interval] == [0.6696, 0.8876]
    assert (one.f1, near(one.false_positives)) == (Fraction(8, 25), 0.1684)
    assert Lift(40, 200, 50, 1000, wilson).value == 4


def test_k6_a_criterion_to_keep():
    one = Lift(20, 200, 50, 1000, wilson)
    assert (one.value, near(one.ratio_to_rest, 3), one.coverage) == (2, 2.667, Fraction(2, 5))
    assert [near(edge) for edge in wilson(20, 200)] == [0.0657, 0.1494]
    assert [near(edge) for edge in wilson(30, 800)] == [0.0264, 0.0530]
    assert near(statistics.fisher(20, 200, 30, 800), 5) == 0.00083
    assert one.verdict == "good"


def test_k7_a_criterion_without_evidence():
    one = Lift(32, 600, 50, 1000, wilson)
    assert near(one.value, 3) == 1.067
    assert [near(edge) for edge in wilson(32, 600)] == [0.0380, 0.0743]
    assert [near(edge) for edge in wilson(18, 400)] == [0.0287, 0.0700]
    assert near(statistics.fisher(32, 600, 18, 400), 3) == 0.657
    assert one.verdict == "open"


def test_k8_thresholds():
    won = [35, 42, 55, 58, 61, 64, 70, 72, 80, 91]
    lost = [10, 15, 20, 25, 28, 30, 33, 36, 38, 41, 44, 47, 49, 50, 52, 54, 56, 57, 59, 63]
    edge = statistics.threshold(won, Fraction(4, 5))
    found = {at: statistics.at_least(at, won, lost, wilson) for at in (50, 55, 60)}
    assert edge == 55
    assert (found[55].caught, found[55].flagged - found[55].caught, near(found[55].precision)) == (8, 4, 0.6667)
    assert near(found[50].precision) == 0.5333
    assert (found[60].recall, near(found[60].precision)) == (Fraction(3, 5), 0.8571)
    assert statistics.auc(won, lost) == Fraction(17, 20)


def test_under_twenty_cases_nothing_is_said_and_clear_losers_are_named():
    assert Lift(10, 19, 20, 400, wilson).verdict == "thin"
    assert Lift(1, 300, 100, 1000, wilson).verdict == "bad"
    assert Lift(0, 30, 0, 100, wilson).verdict == "thin" and Lift(0, 30, 0, 100, wilson).value is None


def test_parts_that_are_greater_than_their_whole_are_refused():
    for bad in ((5, 4, 5, 10), (3, 5, 2, 10), (1, 11, 1, 10)):
        with pytest.raises(ValueError, match="no parts"):
            Lift(*bad, wilson)
    with pytest.raises(ValueError, match="no parts"):
        Flagged(2, 9, 5, 10, wilson)
    with pytest.raises(ValueError, match="no shares"):
        statistics.fisher(3, 2, 0, 1)


WHOLES = st.tuples(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))


@given(WHOLES)
def test_lift_above_one_means_better_than_the_rest_and_its_interval_holds_it(parts):
    won, lost, other_won, other_lost = parts
    one = Lift(won, won + lost, won + other_won, sum(parts), wilson)
    if one.value is not None:
        low, high = one.interval
        assert low <= one.value <= high
        rest = other_won + other_lost
        if rest and other_won:
            assert (one.value > 1) == (one.ratio_to_rest > 1)


@given(WHOLES)
def test_fisher_is_symmetric_and_one_where_nothing_differs(parts):
    won, lost, other_won, other_lost = parts
    p = statistics.fisher(won, won + lost, other_won, other_won + other_lost)
    assert 0 < p <= 1
    assert p == statistics.fisher(other_won, other_won + other_lost, won, won + lost)
    assert p == statistics.fisher(lost, won + lost, other_lost, other_won + other_lost)


@given(
    st.lists(st.integers(0, 100), min_size=1, max_size=30),
    st.lists(st.integers(0, 100), max_size=30),
    st.fractions(0, 1),
)
def test_a_threshold_catches_the_share_asked_for_and_one_above_does_not(won, lost, share):
    edge = statistics.threshold(won, share)
    assert statistics.at_least(edge, won, lost, wilson).recall >= share
    if share * len(won) > 1:
        assert statistics.at_least(max(won) + 1, won, lost, wilson).recall < share


@given(st.lists(st.integers(0, 20), min_size=1), st.lists(st.integers(0, 20), min_size=1))
def test_auc_of_the_other_way_round_is_the_rest(won, lost):
    assert statistics.auc(won, lost) + statistics.auc(lost, won) == 1


@given(st.integers(1, 5_000), st.data())
def test_an_estimate_says_two_digits_and_lies_between_its_bounds(drawn, data):
    n, of = data.draw(st.integers(0, drawn)), data.draw(st.integers(drawn, 2_000_000))
    said, (low, high) = statistics.carried_over(n, drawn, of), statistics.between(n, drawn, of, wilson)
    exact = Fraction(n * of, drawn)
    assert said <= of and (abs(said - exact) * 20 <= exact or said == round(exact))
    assert str(said).rstrip("0") in str(said)[:2] or said == of
    assert n <= low <= exact <= high <= of - (drawn - n)


def test_everybody_drawn_is_everybody_counted():
    assert statistics.carried_over(37, 80, 80) == 37
