"""How well a criterion, or a whole definition, tells those who were won from the rest: exact shares with their intervals.

Lift = share won among those it hits ÷ share won among all; its 95 % interval is Wilson's interval of the first share ÷ the second
(E. B. Wilson, 1927). Precision = won among those flagged, recall = flagged among those won.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, comb, floor

FEW = 20  # fewer cases are shown grey
Interval = tuple[Decimal, Decimal]
Wilson = Callable[[int, int], Interval | None]

GOOD, OPEN, BAD, THIN = "good", "open", "bad", "thin"


@dataclass(frozen=True)
class Lift:
    """`won` of `hit` leads that a condition hits, `all_won` of `all_hit` leads in all."""

    won: int
    hit: int
    all_won: int
    all_hit: int
    wilson: Wilson

    def __post_init__(self) -> None:
        if not (0 <= self.won <= self.hit <= self.all_hit and self.won <= self.all_won <= self.all_hit):
            raise ValueError(f"{self.won} of {self.hit}, {self.all_won} of {self.all_hit} are no parts of one whole")

    @property
    def value(self) -> Fraction | None:
        """Lift; None where nobody is hit or nobody was won."""
        if not self.hit or not self.all_won:
            return None
        return Fraction(self.won, self.hit) / Fraction(self.all_won, self.all_hit)

    @property
    def ratio_to_rest(self) -> Fraction | None:
        """Share won among those hit ÷ share won among the rest; None without a rest, or one that was never won."""
        rest, rest_won = self.all_hit - self.hit, self.all_won - self.won
        return Fraction(self.won, self.hit) / Fraction(rest_won, rest) if self.hit and rest and rest_won else None

    @property
    def interval(self) -> tuple[Fraction, Fraction] | None:
        """Of the lift, 95 %."""
        edges = self.wilson(self.won, self.hit)
        if edges is None or not self.all_won:
            return None
        base = Fraction(self.all_won, self.all_hit)
        return Fraction(edges[0]) / base, Fraction(edges[1]) / base

    @property
    def verdict(self) -> str:
        """GOOD when the whole interval lies above 1, BAD when below, OPEN when it holds 1, THIN under 20 cases."""
        edges = self.interval
        if self.hit < FEW or edges is None:
            return THIN
        return GOOD if edges[0] > 1 else BAD if edges[1] < 1 else OPEN

    @property
    def coverage(self) -> Fraction | None:
        """Of those who were won, the share it hits (recall)."""
        return Fraction(self.won, self.all_won) if self.all_won else None


@dataclass(frozen=True)
class Flagged:
    """A definition as a test for being won: `caught` of `flagged` were won, `won` of `leads` in all."""

    caught: int
    flagged: int
    won: int
    leads: int
    wilson: Wilson

    def __post_init__(self) -> None:
        missed = self.won - self.caught
        if not (0 <= self.caught <= self.flagged <= self.leads and 0 <= missed <= self.leads - self.flagged):
            raise ValueError(f"{self.caught} of {self.flagged}, {self.won} of {self.leads} are no parts of one whole")

    @property
    def precision(self) -> Fraction | None:
        return Fraction(self.caught, self.flagged) if self.flagged else None

    @property
    def recall(self) -> Fraction | None:
        return Fraction(self.caught, self.won) if self.won else None

    @property
    def precision_interval(self) -> Interval | None:
        return self.wilson(self.caught, self.flagged)

    @property
    def recall_interval(self) -> Interval | None:
        return self.wilson(self.caught, self.won)

    @property
    def f1(self) -> Fraction | None:
        """Harmonic mean of precision and recall."""
        both = self.flagged + self.won
        return Fraction(2 * self.caught, both) if both else None

    @property
    def false_positives(self) -> Fraction | None:
        """Share flagged of those who were not won."""
        lost = self.leads - self.won
        return Fraction(self.flagged - self.caught, lost) if lost else None


def fisher(won: int, hit: int, other_won: int, other: int) -> Fraction:
    """Two-sided exact p of a difference between `won` of `hit` and `other_won` of `other` (R. A. Fisher): the chance, the margins
    being as they are, of a table no more likely than this one. ValueError unless each is a part of its whole."""
    if not (0 <= won <= hit and 0 <= other_won <= other):
        raise ValueError(f"{won} of {hit}, {other_won} of {other} are no shares")
    total_won = won + other_won
    low, high = max(0, total_won - other), min(hit, total_won)
    ways = [comb(hit, k) * comb(other, total_won - k) for k in range(low, high + 1)]
    mine = ways[won - low]
    return Fraction(sum(one for one in ways if one <= mine), comb(hit + other, total_won))


def threshold(won: Sequence[int], recall: Fraction) -> int | None:
    """The highest score from which on at least `recall` of those won are flagged; None when nobody was won."""
    wanted = -(-recall.numerator * len(won) // recall.denominator)
    return sorted(won, reverse=True)[max(0, wanted - 1)] if won else None


def at_least(edge: int, won: Iterable[int], lost: Iterable[int], wilson: Wilson) -> Flagged:
    """Those from a score on as a test."""
    mine, others = list(won), list(lost)
    caught, false = sum(one >= edge for one in mine), sum(one >= edge for one in others)
    return Flagged(caught, caught + false, len(mine), len(mine) + len(others), wilson)


def auc(won: Sequence[int], lost: Sequence[int]) -> Fraction | None:
    """The chance that one who was won scores above one who was not, ties counting half (area under the ROC curve)."""
    if not won or not lost:
        return None
    halves = sum(2 * (one > other) + (one == other) for one in won for other in lost)
    return Fraction(halves, 2 * len(won) * len(lost))


def carried_over(n: int, drawn: int, of: int) -> int:
    """An estimate for `of` leads where `n` of `drawn` ones, drawn at random, were hit: two digits of it, the rest is not known; never
    more than there are."""
    exact = Fraction(n * of, drawn)
    step = 10 ** max(0, len(str(int(exact))) - 2)
    return min(of, round(exact / step) * step)


def between(n: int, drawn: int, of: int, wilson: Wilson) -> tuple[int, int] | None:
    """What the number hit among `of` leads lies between (95 %), outward to whole leads; never fewer than were seen."""
    edges = wilson(n, drawn)
    if edges is None:
        return None
    low, high = (Fraction(edge) * of for edge in edges)
    return max(n, floor(low)), min(of - (drawn - n), ceil(high))
