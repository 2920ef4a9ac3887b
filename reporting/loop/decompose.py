"""Why a quotient differs between two periods, pure and exact: other parts (mix), or other rates in the same parts.

    rate₂ − rate₁ = Σ (share₂ − share₁) × mean rate + Σ mean share × (rate₂ − rate₁)

over the groups of a dimension; `share` is a group's part of the denominator (all cases, all cost, all deals), means are of the
two periods. A group that one of the periods lacks has no rate there: it takes that of the other, so that all it brings is mix. A
group that has something to divide but nothing to divide it by (revenue of no campaign, which cost nothing) has no part of the
denominator: what it brings is rate.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from smarketing.measures.numbers import Exact

Side = tuple[Exact, Exact]  # what is divided, what it is divided by
Cases = Mapping[str, Side]


@dataclass(frozen=True)
class Part:
    """What one group brings to the difference."""

    group: str
    before: Side
    after: Side
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


def quotients(before: Cases, after: Cases) -> Difference | None:
    """The difference of two quotients by the groups that make them; None where a period has nothing to divide by. The weightiest
    first."""
    tops, of = (
        [sum((Fraction(side[n]) for side in some.values()), Fraction(0)) for some in (before, after)] for n in (0, 1)
    )
    if not all(of):
        return None
    parts = [
        _part(group, before.get(group, (0, 0)), after.get(group, (0, 0)), of[0], of[1]) for group in {*before, *after}
    ]
    parts.sort(key=lambda one: (-abs(one.both), one.group))
    return Difference(tops[0] / of[0], tops[1] / of[1], parts)


def _part(group: str, before: Side, after: Side, of_before: Fraction, of_after: Fraction) -> Part:
    brought = Fraction(after[0]) / of_after - Fraction(before[0]) / of_before
    if any(top and not below for top, below in (before, after)):
        return Part(group, before, after, Fraction(0), brought)
    if not before[1] or not after[1]:
        return Part(group, before, after, brought, Fraction(0))
    share = Fraction(before[1]) / of_before, Fraction(after[1]) / of_after
    rate = Fraction(before[0]) / Fraction(before[1]), Fraction(after[0]) / Fraction(after[1])
    mix = (share[1] - share[0]) * (rate[0] + rate[1]) / 2
    return Part(group, before, after, mix, (share[0] + share[1]) / 2 * (rate[1] - rate[0]))
