"""The arithmetic behind the targets, of terms: revenue goal to MQL, promises against the time that sales have. Exact."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from .. import capacity, goals
from ..kinds import periods
from .reading import Promise, Reading

STEPS = ("accepted", "sql", "won")


@dataclass(frozen=True)
class Goal:
    """What the revenue goal needs: unrounded, and as the rounding agreed makes it whole."""

    revenue: Fraction
    mine: Fraction  # expected from marketing
    deal: Fraction
    rates: tuple[Fraction, ...]
    customers: Fraction
    leads: Fraction
    months: int
    each_step: bool

    @property
    def rate(self) -> Fraction:
        return goals.rate(self.rates)

    @property
    def worth(self) -> Fraction:
        """What one MQL is worth."""
        return goals.value_of_lead(self.deal, self.rates)

    @property
    def a_month(self) -> int:
        """MQL a month that reach it, whole."""
        return goals.up(self.leads / self.months)


@dataclass(frozen=True)
class Check:
    """Promises of a month against the time that sales have for them."""

    load: capacity.Load
    volume: Fraction  # MQL a month
    each: Fraction  # attempts reckoned on each
    days: int
    leads: int  # as many MQL as there is time for


def goal_of(section: Mapping[str, Any]) -> Goal | None:
    """The goal of a section; None while revenue, deal or every rate is missing. ValueError for what cannot be."""
    rates = tuple(Fraction(Decimal(section[name])) / 100 for name in STEPS if section.get(name))
    if not (section.get("revenue") and section.get("deal") and rates):
        return None
    share, deal = Fraction(Decimal(section["share"])) / 100, Fraction(Decimal(section["deal"]))
    revenue, each = Fraction(Decimal(section["revenue"])), section["rounding"] == "each"
    found = goals.needed(revenue, deal, rates, share, each_step=each)
    return Goal(revenue, revenue * share, deal, rates, found.customers, found.leads, int(section["months"]), each)


def most(said: Mapping[str, Any], days: int, attempts: int) -> int:
    """MQL that sales can follow up on so many business days, by a capacity as its section says it, at so many attempts each
    at most; 0 where it says nothing."""
    if not (said["reps"] and said["hours_a_day"] and days and attempts):
        return 0
    return capacity.leads(_there(said, days), _each(said, attempts))


def check(reading: Reading, said: Mapping[str, Any] | None = None) -> Check | None:
    """The promises against the capacity; None where either is not said. `said`: the capacity, in place of the section's."""
    said, days = reading.section("capacity") if said is None else said, reading.business_days
    volume = sum((a_month(one) for one in whole_volume(reading)), Fraction(0))
    attempts = _attempts(reading)
    if not (said["reps"] and said["hours_a_day"] and days and volume and attempts):
        return None
    there, each = _there(said, days), _each(said, attempts)
    return Check(capacity.load(volume, each, there), volume, each, days, capacity.leads(there, each))


def _there(said: Mapping[str, Any], days: int) -> Fraction:
    return capacity.attempts(int(said["reps"]), Decimal(said["hours_a_day"]), days, Decimal(said["minutes"]))


def _each(said: Mapping[str, Any], attempts: int) -> Fraction:
    """Attempts that an MQL takes: fewer than promised where the chance to reach somebody is said."""
    return capacity.expected(Fraction(Decimal(said["reach"])) / 100, attempts) if said["reach"] else Fraction(attempts)


def a_month(promise: Promise) -> Fraction:
    """What a volume promises a month: of a quarter a third."""
    return Fraction(promise.target) / periods.MONTHS[periods.of(promise.params)]


def whole_volume(reading: Reading) -> list[Promise]:
    """The volume clause of everybody; the sum of those of a part where there is none of all."""
    found = reading.of_kind("mql_volume")
    whole = [one for one in found if not one.params.get("where")]
    return whole[:1] or found


def _attempts(reading: Reading) -> int:
    """Attempts promised on each MQL; one where only a first attempt is."""
    found = [int(one.target) for one in reading.of_kind("min_attempts")]
    return max(found, default=1 if reading.of_kind("first_attempt") else 0)
