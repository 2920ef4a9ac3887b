"""Whether a conclusion about a campaign holds under every model. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

ROBUST, DEPENDS, UNKNOWN = "robust", "depends", "unknown"


@dataclass(frozen=True)
class Verdict:
    """`key` ROBUST: the same sign of return and the same rank, one up or down, under every model; UNKNOWN without cost.

    `sign`: 1 where it pays, -1 where it does not, 0 where it brings exactly what it costs or models disagree.
    """

    key: str
    sign: int


def returns(revenue: Mapping[str, Mapping], cost: Mapping) -> dict[str, dict]:
    """Per model and campaign (revenue − cost) ÷ cost; only campaigns that cost something."""
    paid = {name: Fraction(some) for name, some in cost.items() if name and some and some > 0}
    return {
        key: {name: (Fraction(got.get(name, 0)) - some) / some for name, some in paid.items()}
        for key, got in revenue.items()
    }


def verdicts(found: Mapping[str, Mapping], chosen: str, names: Sequence) -> dict:
    """The verdict on each campaign, from the returns of `returns`; ranks are compared with the chosen model's."""
    ranks = {key: _ranks(got) for key, got in found.items()}
    out = {}
    for name in names:
        if name not in found[chosen]:
            out[name] = Verdict(UNKNOWN, 0)
            continue
        signs = {(got[name] > 0) - (got[name] < 0) for got in found.values()}
        near = all(abs(rank[name] - ranks[chosen][name]) <= 1 for rank in ranks.values())
        same = len(signs) == 1
        out[name] = Verdict(ROBUST if same and near else DEPENDS, next(iter(signs)) if same else 0)
    return out


def _ranks(got: Mapping) -> dict:
    """1 for the highest return; equal returns share a rank."""
    ordered = sorted(set(got.values()), reverse=True)
    return {name: ordered.index(one) + 1 for name, one in got.items()}
