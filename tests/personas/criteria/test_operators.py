"""Every operator with a case that holds and one that does not, and the NULL law for all of them."""

from datetime import date
from decimal import Decimal

import pytest

from personas.criteria import operators
from personas.criteria.evaluate import Moment
from personas.criteria.operators import OPERATORS, holds

from .samples import CATALOGUE, TODAY, Known, event, field

CASES = [
    # operator, type, operand, a value that holds, a value that does not
    ("is", "text", "Lyon", "lyon", "Lyons"), ("is", "number", "12.50", Decimal("12.5"), 12),
    ("is", "bool", True, True, False), ("is", "date", "2026-11-23", TODAY, date(2026, 11, 22)),
    ("is", "choice", "a", "a", "b"), ("is_not", "text", "École", "ecole", "école"), ("is_not", "bool", True, False, True),
    ("one_of", "text", ["A", "Ç"], "ç", "c"), ("one_of", "number", [1, 2], 2, 3),
    ("none_of", "choice", ["a", "b"], "c", "a"), ("between", "number", [50, 500], 50, 501),
    ("between", "date", ["2026-01-01", "2026-01-31"], date(2026, 1, 31), date(2026, 2, 1)),
    ("at_least", "money", 10, Decimal("10.00"), Decimal("9.99")), ("at_most", "number", 10, 10, 11),
    ("contains", "text", "market", "Head of Marketing", "Sales"), ("starts_with", "text", "head", "Head of", "The head"),
    ("before", "date", "2026-11-23", date(2026, 11, 22), TODAY), ("after", "date", "2026-11-23", date(2026, 11, 24), TODAY),
    ("is_set", "text", None, "x", ""), ("is_not_set", "text", None, "", "x"),
    ("age_between", "date", [25, 60], date(2001, 11, 23), date(2001, 11, 24)),
    ("age_between", "date", [25, 60], date(1965, 11, 24), date(1965, 11, 23)),
    ("days_since_at_most", "date", 30, date(2026, 10, 24), date(2026, 10, 23)),
    ("days_since_at_most", "date", 30, TODAY, date(2026, 11, 24)),
    ("days_since_at_least", "date", 30, date(2026, 10, 24), date(2026, 10, 25)),
    ("days_until_at_most", "date", 7, date(2026, 11, 30), date(2026, 12, 1)),
    ("days_until_at_most", "date", 7, TODAY, date(2026, 11, 22)),
]  # fmt: skip


@pytest.mark.parametrize(("op", "kind", "operand", "good", "bad"), CASES)
def test_an_operator_holds_and_does_not(op, kind, operand, good, bad):
    assert holds(op, kind, good, operand, TODAY)
    assert not holds(op, kind, bad, operand, TODAY)


def test_every_operator_has_a_case():
    assert {case[0] for case in CASES} == set(OPERATORS)


@pytest.mark.parametrize(("op", "kind", "operand", "good", "bad"), CASES)
def test_an_absent_value_makes_it_false(op, kind, operand, good, bad):
    assert holds(op, kind, None, operand, TODAY) is (op == "is_not_set")


@pytest.mark.parametrize(
    ("kind", "raw"),
    [("number", "twelve"), ("number", float("nan")), ("number", True), ("date", "23/11/2026"), ("bool", "maybe")],
)
def test_a_value_of_another_type_is_absent(kind, raw):
    assert operators.read(kind, raw) is None


def test_none_is_not_any_even_when_the_value_is_absent():
    moment = Moment(Known(), TODAY, CATALOGUE)
    inner = [field("lead.x_origin", "is", "x"), field("lead.x_origin", "is_not", "x")]
    assert not moment.holds({"any": inner}) and moment.holds({"none": inner})


def test_a_field_that_left_the_catalogue_is_absent():
    moment = Moment(Known({"lead.x_gone": "x"}), TODAY, CATALOGUE)
    assert not moment.holds(field("lead.x_gone", "is", "x"))
    assert moment.holds(field("lead.x_gone", "is_not_set"))


def test_windows_counts_and_absence():
    moment = Moment(Known(events=[(29, "page", 1), (30, "page", 4), (-1, "page", 9)]), TODAY, CATALOGUE)
    assert moment.holds(event("page", 30)) and not moment.holds(event("page", 29))
    assert not moment.holds(event("page", 30, count=2)) and moment.holds(event("page", 31, count=5))
    assert moment.holds(event("page", 29, absent=True)) and moment.holds(event("page", 30, count=2, absent=True))
    assert moment.holds(event("demo", absent=True))


def test_who_was_born_on_29_february_has_a_birthday_on_1_march():
    born = date(2004, 2, 29)
    assert operators.age_in_years(born, date(2023, 2, 28)) == 18
    assert operators.age_in_years(born, date(2023, 3, 1)) == 19
    assert operators.age_in_years(born, date(2024, 2, 29)) == 20


def test_folding_maps_letter_to_letter():
    assert len(operators.FOLD_FROM) == len(operators.FOLD_TO)
    assert all(operators.fold(a) == b == b.lower() for a, b in zip(operators.FOLD_FROM, operators.FOLD_TO, strict=True))
