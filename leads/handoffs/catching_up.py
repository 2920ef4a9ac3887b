"""Whose turn it is among broken promises, pure: one turn in CATCH_UP goes to them, to each grade after the other.

Promises that can still be kept come first; were the broken ones never to come up while more is owed than can be done, a lead
might be forgotten. So each fifth lead that a rep works is the one of a grade that is late for longest.
"""

from collections.abc import Sequence

CATCH_UP = 5


def catches_up(turn: int) -> bool:
    """Whether the turn after `turn` others of a day goes to a broken promise."""
    return turn % CATCH_UP == CATCH_UP - 1


def rank_of_turn(turn: int, ranks: Sequence[int]) -> int:
    """The grade whose turn it is, of those (ascending) that have broken promises."""
    return ranks[turn // CATCH_UP % len(ranks)]
