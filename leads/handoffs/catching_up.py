"""Whose turn it is among broken promises, pure: one turn in CATCH_UP goes to them, to each grade after the other.

Promises that can still be kept come first; were the broken ones never to come up while more is owed than can be done, a lead
might be forgotten. So each fifth lead that a rep works is the one of a grade that is late for longest. Turns are counted from
a rep's first one and never begin anew: who makes four attempts a day gets to the fifth the day after.

Few and long turns are slow to come round. So a grade is pressing when its longest broken promise is broken for half a business
day and none of that grade was worked for as long; each second turn is its turn. Whatever comes above it, a lead is shown
within a business day after its due time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

CATCH_UP, PRESSING = 5, 2


@dataclass(frozen=True)
class Late:
    """Of a grade, in working time: for how long its oldest broken promise is broken, how long ago one of the grade was worked
    (None: never)."""

    broken: Any
    worked: Any = None


def grade_of_turn(turn: int, late: Mapping[int, Late], half: Any) -> int | None:
    """The grade rank to which the turn after `turn` others goes, of those with broken promises; None: to the order.
    `half`: half a business day, in the unit of `late`."""
    if turn % PRESSING == PRESSING - 1:
        waits = [rank for rank, one in late.items() if is_pressing(one, half)]
        if waits:
            return max(sorted(waits), key=lambda rank: late[rank].broken)
    return rank_of_turn(turn, sorted(late)) if late and catches_up(turn) else None


def may_be(turn: int) -> bool:
    """Whether the turn after `turn` others may go to a broken promise at all."""
    return turn % PRESSING == PRESSING - 1 or catches_up(turn)


def is_pressing(late: Late, half: Any) -> bool:
    """Whether a grade has waited for half a business day, itself and with all of its leads."""
    return late.broken >= half and (late.worked is None or late.worked >= half)


def catches_up(turn: int) -> bool:
    """Whether the turn after `turn` others goes to a broken promise, pressing or not."""
    return turn % CATCH_UP == CATCH_UP - 1


def rank_of_turn(turn: int, ranks: Sequence[int]) -> int:
    """The grade whose turn it is, of those (ascending) that have broken promises."""
    return ranks[turn // CATCH_UP % len(ranks)]
