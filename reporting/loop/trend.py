"""Since when a share is surely another one than before: the month that parts its months best, or none. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from smarketing.measures import numbers


@dataclass(frozen=True)
class Turn:
    """`month`: its first day, from which on the share is higher (`up`) or lower."""

    month: date
    up: bool


def turn(months: Sequence[tuple[date, int, int]]) -> Turn | None:
    """`months`: (first day, hits, of how many), in their order. The 95 % intervals before and after do not touch, each of twenty
    cases or more; of several such months the one that parts them furthest, the earliest of equals."""
    best: tuple[Decimal, Turn] | None = None
    for place in range(1, len(months)):
        before, after = (_interval(some) for some in (months[:place], months[place:]))
        if before is None or after is None:
            continue
        up, down = after[0] - before[1], before[0] - after[1]
        gap = max(up, down)
        if gap > 0 and (best is None or gap > best[0]):
            best = gap, Turn(months[place][0], up > down)
    return best[1] if best else None


def _interval(months: Sequence[tuple[date, int, int]]) -> tuple[Decimal, Decimal] | None:
    hits, of = sum(one[1] for one in months), sum(one[2] for one in months)
    return numbers.wilson(hits, of) if of >= numbers.FEW else None
