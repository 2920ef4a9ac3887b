"""The one table of attribution models, and how each weighs the touches of a journey. Pure.

One name has several readings in the trade ("U", "W"): each reading is a row of its own. Adding one is one row here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm

from . import cents, decay
from .journeys import FIRST, LAST, LEAD, MILESTONES, OPPORTUNITY, Journey

OTHERS, BETWEEN = "others", "between"  # who shares what the milestones leave: all others, or those between milestones
WHOLE = 1000  # shares are thousandths


@dataclass(frozen=True)
class Shares:
    """What each milestone gets, in thousandths, and what is left for the `scope`."""

    anchors: Mapping[str, int] = field(default_factory=dict)
    rest: int = 0
    scope: str = OTHERS

    def problems(self) -> list[str]:
        """What is wrong with them, as keys: "unknown", "negative", "sum"."""
        parts = [*self.anchors.values(), self.rest]
        found = [] if set(self.anchors) <= set(MILESTONES) else ["unknown"]
        found += ["negative"] if min(parts, default=0) < 0 else []
        return found + (["sum"] if sum(parts) != WHOLE else [])


@dataclass(frozen=True)
class Parameters:
    """What a version of the settings says: half-life in days, the shares of the model of one's own."""

    half_life: int = 7
    custom: Shares = Shares({FIRST: 250, LEAD: 250, OPPORTUNITY: 250, LAST: 250})


Weigh = Callable[[Journey, Parameters], list[int] | None]


@dataclass(frozen=True)
class Model:
    """`weigh` gives whole-number weights, None where a milestone is missing: then `fallback` weighs instead.

    `collective`: no journey has credits of its own; the period's whole is shared (`markov`, `shapley`).
    `shares`: what weighs, of models by milestones; `masses` reads them for many journeys at once.
    """

    key: str
    weigh: Weigh | None
    fallback: str = "u"
    collective: bool = False
    shares: Callable[[Parameters], Shares] | None = None


def by_shares(shares: Shares) -> Weigh:
    """A model by milestones. One touch at two milestones gets both; without others the rest goes to milestones pro rata."""

    def weigh(one: Journey, _parameters: Parameters) -> list[int] | None:
        n = len(one.touches)
        got = [0] * n
        for milestone, share in shares.anchors.items():
            if not share:
                continue
            place = one.place(milestone)
            if place is None:
                return None
            got[place] += share
        held = {place for place in range(n) if got[place]}
        others = _others(n, held, shares.scope) if shares.rest else []
        if not others:
            return got
        return [part * len(others) + (shares.rest if place in others else 0) for place, part in enumerate(got)]

    return weigh


def _others(n: int, held: set[int], scope: str) -> set[int]:
    low, high = (min(held), max(held)) if scope == BETWEEN and held else (0, n - 1)
    return {place for place in range(low, high + 1) if place not in held}


def _decay(one: Journey, parameters: Parameters) -> list[int]:
    return decay.weights([one.won_at - touch.at for touch in one.touches], parameters.half_life)


def _milestones(key: str, shares: Callable[[Parameters], Shares]) -> Model:
    """A model by milestones, whose shares may follow the parameters."""
    return Model(key, lambda one, parameters: by_shares(shares(parameters))(one, parameters), shares=shares)


def _fixed(key: str, anchors: Mapping[str, int], rest: int = 0, scope: str = OTHERS) -> Model:
    shares = Shares(anchors, rest, scope)
    return _milestones(key, lambda _parameters: shares)


def _by_campaign(one: Journey, _parameters: Parameters) -> list[int]:
    """Shapley where a set of campaigns is worth the sum of what its subsets brought: each campaign of the journey an equal
    part, shared equally by its touches."""
    count: dict = {}
    for touch in one.touches:
        count[touch.campaign] = count.get(touch.campaign, 0) + 1
    whole = lcm(*count.values())
    return [whole // count[touch.campaign] for touch in one.touches]


MODELS: tuple[Model, ...] = (
    _fixed("first", {FIRST: 1000}),
    _fixed("last", {LAST: 1000}),
    _fixed("linear", {}, 1000),
    _fixed("u", {FIRST: 400, LAST: 400}, 200),
    _fixed("u_lead", {FIRST: 400, LEAD: 400}, 200),
    _fixed("u_lead_between", {FIRST: 400, LEAD: 400}, 200, BETWEEN),
    _fixed("u_half", {FIRST: 500, LEAD: 500}),
    _fixed("w", {FIRST: 300, LEAD: 300, OPPORTUNITY: 300}, 100, BETWEEN),
    _fixed("w_others", {FIRST: 300, LEAD: 300, OPPORTUNITY: 300}, 100),
    _fixed("full", {FIRST: 225, LEAD: 225, OPPORTUNITY: 225, LAST: 225}, 100),
    Model("decay", _decay),
    _milestones("custom", lambda parameters: parameters.custom),
    Model("shapley", _by_campaign),
    Model("markov", None, collective=True),
    Model("shapley_rates", None, collective=True),
)
BY_KEY = {model.key: model for model in MODELS}


def weights(key: str, one: Journey, parameters: Parameters) -> list[int]:
    """Whole-number weights of a journey's touches, [] without touches. ValueError for a collective model."""
    model = BY_KEY[key]
    if model.weigh is None:
        raise ValueError(f"{key} shares a period, no journey")
    found = model.weigh(one, parameters) if one.touches else []
    return weights(model.fallback, one, parameters) if found is None else found


def falls_back(key: str, one: Journey, parameters: Parameters) -> bool:
    """Whether a milestone is missing, so that the model's fallback weighs."""
    weigh = BY_KEY[key].weigh
    return weigh is not None and bool(one.touches) and weigh(one, parameters) is None


def parts(key: str, one: Journey, parameters: Parameters) -> list[Fraction]:
    """What part of the amount each touch gets, exactly; they add up to 1."""
    found = weights(key, one, parameters)
    whole = sum(found)
    return [Fraction(weight, whole) for weight in found]


def credits(key: str, one: Journey, amount: int, parameters: Parameters) -> Sequence[int]:
    """Cents of `amount` for each touch; they add up to it. [] without touches: the amount is unattributed."""
    return cents.share(amount, weights(key, one, parameters))
