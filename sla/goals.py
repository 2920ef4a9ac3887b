"""From a revenue goal to the leads it needs, exact: fractions throughout, rounded up once, at the end.

customers = revenue goal × share expected from marketing ÷ average deal; leads = customers ÷ Π stage rates. Binary floats
give 31 for 21 ÷ 70 %; the answer is 30.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

Exact = int | Decimal | Fraction


@dataclass(frozen=True)
class Needed:
    """Unrounded; `up` gives the whole number that still reaches the goal."""

    customers: Fraction
    leads: Fraction


def up(value: Exact) -> int:
    """Smallest whole number not below `value`."""
    exact = Fraction(value)
    return -(-exact.numerator // exact.denominator)


def rate(rates: Iterable[Exact]) -> Fraction:
    """Lead-to-customer rate: the product of the stage rates, each above 0 and at most 1. ValueError otherwise."""
    product = Fraction(1)
    for one in (Fraction(value) for value in rates):
        if not 0 < one <= 1:
            raise ValueError("a rate lies above 0 and at most at 100 %")
        product *= one
    return product


def customers_needed(revenue: Exact, deal: Exact, share: Exact = 1) -> Fraction:
    """Customers that bring `share` of `revenue` at `deal` each (same currency). ValueError for a deal of nothing."""
    if Fraction(deal) <= 0:
        raise ValueError("an average deal is worth something")
    return Fraction(revenue) * Fraction(share) / Fraction(deal)


def needed(revenue: Exact, deal: Exact, rates: Iterable[Exact], share: Exact = 1, *, each_step: bool = False) -> Needed:
    """Customers and leads for a goal. `each_step`: customers are rounded up before leads are counted."""
    customers = customers_needed(revenue, deal, share)
    return Needed(customers, (up(customers) if each_step else customers) / rate(rates))


def value_of_lead(deal: Exact, rates: Iterable[Exact]) -> Fraction:
    """What a lead is worth: average deal × lead-to-customer rate."""
    return Fraction(deal) * rate(rates)


def value_of_mix(counts: Iterable[int], values: Iterable[Exact]) -> Fraction:
    """Worth of so many leads of each kind."""
    return sum((Fraction(n) * Fraction(v) for n, v in zip(counts, values, strict=True)), Fraction(0))


def per_business_day(leads: Exact, days: int) -> Fraction:
    """Leads a business day; ValueError for a month without business days."""
    if days < 1:
        raise ValueError("no business day to divide by")
    return Fraction(leads) / days
