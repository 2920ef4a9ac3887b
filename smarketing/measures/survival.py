"""Waiting that is not over yet, counted right: the estimator of Kaplan and Meier (JASA 53, 1958), pure and exact.

In: how long each waited and whether it came (a hit) or is still waited for (censored at that time). Out: the share that
has come by each time, as an exact fraction. Whoever comes at a time is counted before those who are only watched that long.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction

from .numbers import Z

_CONTEXT = Context(prec=40)
Waits = Iterable[tuple[int, bool, int]]  # (time, came, how many)


@dataclass(frozen=True)
class Step:
    """At `time`, of `at_risk` still waiting, `came`; `share` of all has come by then; `spread`: Greenwood's sum."""

    time: int
    at_risk: int
    came: int
    share: Fraction
    spread: Fraction


def curve(waits: Waits) -> list[Step]:
    """The steps of the curve, one for each time at which somebody came; nothing before any did."""
    came: dict[int, int] = {}
    watched: dict[int, int] = {}
    for time, hit, times in waits:
        watched[time] = watched.get(time, 0) + times
        if hit:
            came[time] = came.get(time, 0) + times
    at_risk, left, spread, steps = sum(watched.values()), Fraction(1), Fraction(0), []
    for time in sorted(watched):
        events = came.get(time, 0)
        if events:
            left *= Fraction(at_risk - events, at_risk)
            if at_risk > events:
                spread += Fraction(events, at_risk * (at_risk - events))
            steps.append(Step(time, at_risk, events, 1 - left, spread))
        at_risk -= watched[time]
    return steps


def by(steps: list[Step], time: int | None = None) -> Fraction:
    """The share that has come by a time (None: by the end of what was watched)."""
    reached = [one.share for one in steps if time is None or one.time <= time]
    return reached[-1] if reached else Fraction(0)


def quantile(steps: list[Step], share: Fraction) -> int | None:
    """The first time by which this share has come; None where it has not yet."""
    return next((one.time for one in steps if one.share >= share), None)


def interval(steps: list[Step]) -> tuple[Decimal, Decimal] | None:
    """95 % interval of the last share: Greenwood's variance on the log-log scale, so that it stays within 0 and 1. None
    where nobody came, or everybody."""
    if not steps or steps[-1].share == 1:
        return None
    last, c = steps[-1], _CONTEXT
    left = c.divide(Decimal((1 - last.share).numerator), Decimal((1 - last.share).denominator))
    error = c.sqrt(c.divide(Decimal(last.spread.numerator), Decimal(last.spread.denominator)))
    wide = c.divide(c.multiply(Z, error), abs(c.ln(left)))
    edges = (c.power(left, c.exp(sign)) for sign in (-wide, wide))
    low, high = (c.subtract(Decimal(1), edge) for edge in edges)
    return low, high
