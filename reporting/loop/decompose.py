"""Why a share differs between two periods, pure and exact: other parts (mix), or other rates in the same parts.

    rate₂ − rate₁ = Σ (share₂ − share₁) × mean rate + Σ mean share × (rate₂ − rate₁)

over the groups of a dimension; `share` is a group's part of all cases, means are of the two periods. A group that one of the
periods lacks has no rate there: it takes that of the other, so that all it brings is mix.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

Cases = Mapping[str, tuple[int, int]]  # group → (hits, cases)


@dataclass(frozen=True)
class Part:
    """What one group brings to the difference."""

    group: str
    before: tuple[int, int]
    after: tuple[int, int]
    mix: Fraction
    rate: Fraction

    @property
    def both(self) -> Fraction:
        return self.mix + self.rate


@dataclass(frozen=True)
class Difference:
    """`mix` + `rate` = `after` − `before`, exactly."""

    before: Fraction
    after: Fraction
    parts: list[Part]

    @property
    def mix(self) -> Fraction:
        return sum((one.mix for one in self.parts), Fraction(0))

    @property
    def rate(self) -> Fraction:
        return sum((one.rate for one in self.parts), Fraction(0))


def shares(before: Cases, after: Cases) -> Difference | None:
    """The difference of two shares by the groups that make them; None where a period has no cases. The weightiest first."""
    of_before, of_after = (sum(of for _n, of in some.values()) for some in (before, after))
    if not of_before or not of_after:
        return None
    parts = [
        _part(group, before.get(group, (0, 0)), after.get(group, (0, 0)), of_before, of_after)
        for group in {*before, *after}
    ]
    parts.sort(key=lambda one: (-abs(one.both), one.group))
    total = [Fraction(sum(n for n, _of in some.values()), of) for some, of in ((before, of_before), (after, of_after))]
    return Difference(total[0], total[1], parts)


def _part(group: str, before: tuple[int, int], after: tuple[int, int], of_before: int, of_after: int) -> Part:
    share = Fraction(before[1], of_before), Fraction(after[1], of_after)
    rates = [Fraction(n, of) if of else None for n, of in (before, after)]
    first = rates[0] if rates[0] is not None else rates[1] or Fraction(0)
    second = rates[1] if rates[1] is not None else first
    mix = (share[1] - share[0]) * (first + second) / 2
    return Part(group, before, after, mix, (share[0] + share[1]) / 2 * (second - first))
