"""Cents shared in many journeys at once, equal to `cents.share` to the cent. Pure: NumPy over journeys laid end to end.

`starts`: n + 1 places; the weights of journey i lie from starts[i] up to starts[i + 1], at least one each. Whole-number weights
are shared in whole numbers, wherever every product fits 62 bits. Weights known to a few 2^-53ths of themselves are shared
where the error cannot move a cent. Of all other journeys is said that they are left: `cents.share` takes them one by one.
"""

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Marks = NDArray[np.bool_]

BITS = 62
QUANTUM = 2.0**-16  # of a cent: remainders nearer than that are told apart by the exact way
EXACT = 2**53  # whole numbers below it are exact in floating point


def whole(amounts: Ints, weights: Ints, starts: Ints) -> tuple[Ints, Marks]:
    """(cents of each weight, journeys left). Weights are at least 0, one of each journey more."""
    size = np.diff(starts)
    heaviest, total = _most(weights, starts), np.add.reduceat(weights, starts[:-1])
    left = np.abs(amounts) > (2**BITS) // np.maximum(heaviest, 1)
    asked = np.where(left, 0, np.abs(amounts))
    products = np.repeat(asked, size) * weights
    below = np.repeat(total, size)
    parts = products // below
    products -= parts * below
    missing = asked - np.add.reduceat(parts, starts[:-1])
    parts += _largest(products, missing, total, starts)
    return parts * np.repeat(np.sign(amounts), size), left


def near(amounts: Ints, weights: Floats, starts: Ints, alike: Ints) -> tuple[Ints, Marks]:
    """(cents of each weight, journeys left). Each weight is within 3 · 2^-53 of itself of the exact one; `alike`: touches
    of a journey have exactly the same weight where this number is the same.

    A quota is off by less than (n + 16) · 2^-52 of itself: 3 of its weight, as many of their sum and n of adding, a product,
    a quotient, times two. Where it is so near to a whole cent that it may lie on either side, the whole cent is its part both ways.
    """
    size = np.diff(starts)
    quotas = np.repeat(np.abs(amounts).astype(np.float64), size) * weights
    quotas /= np.repeat(np.add.reduceat(weights, starts[:-1]), size)
    off = (size + 16) * 2.0**-52 * np.abs(amounts) + 2.0**-60
    left = (np.abs(amounts) >= EXACT) | (off > QUANTUM / 4)
    error = np.repeat(off, size)
    parts = np.floor(quotas)
    rest = quotas - parts
    up = rest >= 1 - 2 * error
    parts[up] += 1
    rest[up | (rest <= 2 * error)] = 0
    cents = parts.astype(np.int64)
    missing = np.abs(amounts) - np.add.reduceat(cents, starts[:-1])
    left |= (missing < 0) | (missing >= size)
    missing[left] = 0
    steps = (rest / QUANTUM).astype(np.int64)
    cents += _largest(steps, missing, np.full(len(size), round(1 / QUANTUM) + 1), starts)
    left |= _doubtful(steps, missing, alike, starts)
    return cents * np.repeat(np.sign(amounts), size), left


def _most(values: Ints, starts: Ints) -> Ints:
    return np.maximum.reduceat(values, starts[:-1])


def _largest(rest: Ints, missing: Ints, total: Ints, starts: Ints) -> Ints:
    """1 for the `missing` largest remainders of each journey, ties to the earliest; 0 for all others. rest < total."""
    found = np.zeros(len(rest), np.int64)
    some = np.flatnonzero(missing)
    if not len(some):
        return found
    order, base = _ranked(rest, some, total, starts)
    size = np.diff(starts)[some]
    rank = np.arange(len(order)) - np.repeat(base, size)
    found[order[rank < np.repeat(missing[some], size)]] = 1
    return found


def _ranked(rest: Ints, some: Ints, total: Ints, starts: Ints) -> tuple[Ints, Ints]:
    """(places of these journeys' touches, by journey, the largest remainder first, then the earliest; where each journey begins)."""
    size = np.diff(starts)[some]
    base = np.cumsum(size) - size
    place = np.arange(size.sum()) - np.repeat(base, size)
    at = np.repeat(starts[some], size) + place
    number, widest, longest = np.repeat(np.arange(len(some)), size), int(total[some].max()), int(size.max())
    if len(some) * widest * longest < 2**BITS:  # one number says all three: sorted by value, the place is read from it
        keys = np.sort((number * widest + (widest - 1 - rest[at])) * longest + place)
        return np.repeat(starts[some], size) + keys % longest, base
    return at[np.lexsort((place, -rest[at], number))], base


def _doubtful(steps: Ints, missing: Ints, alike: Ints, starts: Ints) -> Marks:
    """Journeys where the last remainder that gets a cent and the first that gets none are too near, and not the same weight."""
    found = np.zeros(len(missing), bool)
    some = np.flatnonzero(missing)
    if not len(some):
        return found
    order, base = _ranked(steps, some, np.full(len(missing), round(1 / QUANTUM) + 1), starts)
    size, edge = np.diff(starts)[some], base + missing[some]
    got, not_got = steps[order[edge - 1]], steps[order[edge]]
    rank = np.arange(len(order)) - np.repeat(base, size)
    inside = rank < np.repeat(missing[some], size)
    near_ = np.where(inside, steps[order] <= np.repeat(not_got, size) + 2, steps[order] >= np.repeat(got, size) - 2)
    near_ &= np.repeat(got <= not_got + 2, size)
    numbers = alike[order]
    most = np.maximum.reduceat(np.where(near_, numbers, np.iinfo(np.int64).min), base)
    least = np.minimum.reduceat(np.where(near_, numbers, np.iinfo(np.int64).max), base)
    found[some] = most > least
    return found
