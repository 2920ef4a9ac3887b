"""What sales can follow up, exact: attempts there is time for, attempts a lead takes, leads that fit, the number that pays.

`p` is the chance that an attempt reaches the person (0 < p ≤ 1). Tries end when somebody is reached, so the attempts a
lead takes are fewer than the most that are promised: E = (1 − (1−p)^n) ÷ p. Nothing here reads the database.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor

from .goals import Exact


@dataclass(frozen=True)
class Load:
    """Attempts that the promises take against those there is time for."""

    needed: Fraction
    there: Fraction

    @property
    def share(self) -> Fraction:
        return self.needed / self.there

    @property
    def fits(self) -> bool:
        return self.needed <= self.there


@dataclass(frozen=True)
class Worth:
    """The k-th attempt on a lead: what it brings, after its cost, and what all up to it bring per lead that comes in."""

    number: int
    net: Fraction
    so_far: Fraction


def attempts(reps: int, hours: Exact, days: int, minutes: Exact) -> Fraction:
    """Attempts that `reps` have time for on `days` business days. ValueError for attempts that take no time."""
    if Fraction(minutes) <= 0:
        raise ValueError("an attempt takes some time")
    return Fraction(reps) * Fraction(hours) * days * 60 / Fraction(minutes)


def reached(p: Exact, n: int) -> Fraction:
    """Chance to reach the person within `n` attempts."""
    return 1 - (1 - _chance(p)) ** n


def expected(p: Exact, n: int) -> Fraction:
    """Attempts a lead takes on average when at most `n` are made and the first that reaches ends them."""
    return reached(p, n) / _chance(p)


def leads(there: Exact, each: Exact) -> int:
    """Whole leads that `there` attempts are enough for, at `each` a lead."""
    return floor(Fraction(there) / Fraction(each))


def chance_of(within: Exact, n: int, digits: int = 4) -> Fraction:
    """The constant chance at which `within` are reached in `n` attempts, to the nearest of so many digits."""
    goal, unit = Fraction(within), 10**digits
    if not 0 <= goal < 1:
        raise ValueError("a share that may be reached lies below 100 %")
    low, high = 0, 2 * unit  # in halves of the last digit
    while low < high:
        middle = (low + high) // 2
        if 1 - (1 - Fraction(middle, 2 * unit)) ** n < goal:
            low = middle + 1
        else:
            high = middle
    return Fraction(low // 2, unit)


def by_attempt(chances: Sequence[Exact], value: Exact, cost: Exact) -> list[Worth]:
    """What each attempt is worth, its chance of reaching somebody not reached before being given."""
    out: list[Worth] = []
    left, total = Fraction(1), Fraction(0)
    for number, chance in enumerate(chances, 1):
        p = Fraction(chance)
        net = p * Fraction(value) - Fraction(cost)
        total += left * net
        left *= 1 - p
        out.append(Worth(number, net, total))
    return out


def best(chances: Sequence[Exact], value: Exact, cost: Exact) -> int:
    """How many attempts pay: every one that brings more than it costs, up to the first that does not."""
    return next((one.number - 1 for one in by_attempt(chances, value, cost) if one.net <= 0), len(chances))


def profit(p: Exact, n: int, value: Exact, cost: Exact, there: Exact, come: Exact) -> Fraction:
    """What `come` leads bring at a constant chance when there is time for `there` attempts and at most `n` are made."""
    worked = min(Fraction(come), Fraction(there) / expected(p, n))
    return worked * (reached(p, n) * Fraction(value) - expected(p, n) * Fraction(cost))


def load(volume: Exact, each: Exact, there: Exact) -> Load:
    """The load of `volume` leads a month at `each` attempts. ValueError where there is no time at all."""
    if Fraction(there) <= 0:
        raise ValueError("nobody has time for an attempt")
    return Load(Fraction(volume) * Fraction(each), Fraction(there))


def _chance(p: Exact) -> Fraction:
    chance = Fraction(p)
    if not 0 < chance <= 1:
        raise ValueError("a chance lies above 0 and at most at 100 %")
    return chance
