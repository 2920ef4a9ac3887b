"""Which persona is *the* persona of a lead that resembles several: the first in the agreed order. Pure.

In SQL the same law reads ORDER BY place, id LIMIT 1, where `place` is the position in the agreed order.
"""

from collections.abc import Collection, Iterable, Sequence

NONE, ONE, SEVERAL = "none", "one", "several"


def the_one(resembled: Collection[int], order: Sequence[int]) -> int | None:
    """The persona that counts, of those resembled; None for none. One that the order leaves out comes after all others,
    the older (smaller id) first."""
    return min(resembled, key=lambda one: (order.index(one) if one in order else len(order), one), default=None)


def how_many(resembled: Collection[int]) -> str:
    """ "none", "one" or "several": the three parts into which the personas divide all leads."""
    return (NONE, ONE)[len(resembled)] if len(resembled) < 2 else SEVERAL


def moved(order: Sequence[int], one: int, to: int) -> list[int]:
    """The order after `one` is put at position `to` (from 0; beyond either end means that end). ValueError for a stranger."""
    rest = list(order)
    rest.remove(one)
    rest.insert(max(0, min(to, len(rest))), one)
    return rest


def is_order(said: Iterable[int], known: Collection[int]) -> bool:
    """Whether `said` names every known persona exactly once."""
    listed = list(said)
    return len(listed) == len(known) and set(listed) == set(known)
