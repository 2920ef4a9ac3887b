"""Shapley values of campaigns in two games, which are different and both stated. Pure, exact.

`of_sums`: a set of campaigns is worth the sum of what journeys brought that met only campaigns of the set. Any number of them.
`of_game`: the worth of every set is given, for instance the rate of success among journeys that met exactly this set.
"""

from collections.abc import Hashable, Iterable, Mapping
from fractions import Fraction
from itertools import combinations
from math import factorial

MOST = 12  # campaigns: 4,096 sets

Worth = Mapping[frozenset, Fraction | int]


def of_sums(brought: Worth) -> dict[Hashable, Fraction]:
    """Values where worth is the sum over subsets: what each exact set brought is shared equally by its members."""
    found: dict[Hashable, Fraction] = {}
    for members, worth in brought.items():
        for one in members:
            found[one] = found.get(one, Fraction(0)) + Fraction(worth) / len(members)
    return found


def of_game(worth: Worth, players: Iterable[Hashable]) -> dict[Hashable, Fraction]:
    """Σ |S|!(n−|S|−1)! ÷ n! · (v(S ∪ i) − v(S)); a set that is not given is worth 0. ValueError for more than MOST players."""
    everybody = sorted(set(players), key=repr)
    n = len(everybody)
    if n > MOST:
        raise ValueError(f"{n} campaigns are too many for all their sets")
    found = {one: Fraction(0) for one in everybody}
    for size in range(n):
        times = Fraction(factorial(size) * factorial(n - size - 1), factorial(n))
        for some in combinations(everybody, size):
            without = frozenset(some)
            for one in everybody:
                if one not in without:
                    found[one] += times * (Fraction(worth.get(without | {one}, 0)) - Fraction(worth.get(without, 0)))
    return found


def rates(journeys: Iterable[tuple[frozenset, bool]]) -> dict[frozenset, Fraction]:
    """The rate of success among journeys that met exactly each set."""
    count: dict[frozenset, list[int]] = {}
    for members, won in journeys:
        row = count.setdefault(members, [0, 0])
        row[0] += won
        row[1] += 1
    return {members: Fraction(won, of) for members, (won, of) in count.items()}
