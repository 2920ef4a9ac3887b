"""Figures as people read them: short on top, with more digits beside it where the short one leaves some out."""

from fractions import Fraction

import pytest
from django.utils import translation

from smarketing.measures import shown
from smarketing.measures.words import stat


@pytest.mark.parametrize(
    ("value", "unit", "short", "more"),
    [
        (Fraction(421, 4000), "ratio", "10.5%", "10.525%"),
        (Fraction(1, 10), "ratio", "10.0%", ""),
        (Fraction(219, 4), "days", "54.8", "54.75"),
        (Fraction(14), "days", "14", ""),
        (Fraction(-2), "days", "−2", ""),
        (842, "count", "842", ""),
        (Fraction(1, 3), "money", "0.33", ""),
        (None, "ratio", "–", ""),
    ],
)
def test_a_figure_is_short_and_its_other_digits_are_not_hidden(value, unit, short, more):
    with translation.override("en"):
        assert (shown.figure(value, unit), shown.exactly(value, unit)) == (short, more)


def test_a_quantile_is_named_as_its_language_writes_numbers():
    with translation.override("fr"):
        assert stat("p05") == "quantile 0,05"
    with translation.override("en"):
        assert stat("p95") == "quantile 0.95"
