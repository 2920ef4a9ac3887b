"""Time decay: 2^(−age ÷ half-life) in whole numbers, the same on every machine. Pure.

The power is taken from two tables of 2^96ths, one of coarse steps and one of single seconds: the error of a weight is below
2^-90 of it, far under what could move a cent.
"""

from decimal import Context, Decimal
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .journeys import DAY

BITS, STEP = 96, 1024
DEEPEST = 4 * BITS  # half-lives after which a touch weighs nothing beside one at the win
SPARE = 256  # bits while a table is made
_CONTEXT = Context(prec=90)


@lru_cache(maxsize=64)
def _tables(half_life: int) -> tuple[list[int], list[int]]:
    """2^(−n·1024 ÷ s) and 2^(−n ÷ s) for the s seconds of a half-life of whole days."""
    seconds = half_life * DAY
    return _powers(STEP, seconds, seconds // STEP + 1), _powers(1, seconds, STEP)


@lru_cache(maxsize=16)
def tables(half_life: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The same two tables as floating-point shares of 1, each value rounded once."""
    coarse, fine = (np.array([value / 2**BITS for value in table]) for table in _tables(half_life))
    return coarse, fine


def _powers(over: int, under: int, count: int) -> list[int]:
    """2^(−n · over ÷ under) for n < count, in 2^96ths: each the one before times one factor, with bits to spare for rounding once."""
    exponent = _CONTEXT.divide(Decimal(-over), Decimal(under))
    factor = int(_CONTEXT.multiply(_CONTEXT.power(Decimal(2), exponent), Decimal(2**SPARE)).to_integral_value())
    value, found = 2**SPARE, []
    for _n in range(count):
        found.append((value + 2 ** (SPARE - BITS - 1)) >> (SPARE - BITS))
        value = value * factor >> SPARE
    return found


def weight(age: int, half_life: int) -> int:
    """The weight of a touch `age` seconds before the win, at a half-life of so many days; 2^(2·96) at the win itself."""
    coarse, fine = _tables(half_life)
    halves, rest = divmod(age, half_life * DAY)
    return (coarse[rest // STEP] * fine[rest % STEP]) >> halves if halves < DEEPEST else 0


def weights(ages: list[int], half_life: int) -> list[int]:
    """The weights of touches, counted from the youngest, so that far ones do not all vanish."""
    if not ages:
        return []
    youngest = min(ages) // (half_life * DAY) * half_life * DAY
    return [weight(age - youngest, half_life) for age in ages]
