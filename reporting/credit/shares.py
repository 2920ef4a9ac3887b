"""Credits of the deals of a question, by model: cents of (deal, campaign), None for what no touch explains. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from reporting.attribution import cents, markov, models, shapley
from reporting.attribution.journeys import Journey
from reporting.attribution.models import BY_KEY, Parameters


@dataclass(frozen=True)
class Case:
    """A deal: its amount in cents (None: missing, counts nothing), whether it was won, its journey."""

    deal: int
    cents: int | None
    won: bool
    journey: Journey


Credit = tuple[int, int | None, int]  # deal, campaign (None: unattributed), cents


def credited(key: str, cases: Iterable[Case], parameters: Parameters) -> list[Credit]:
    """Who is credited with what, by deal and campaign: of each won deal the credits add up to its amount.

    A collective model shares every won deal that was touched by the same parts, taken from won and lost deals together.
    """
    cases = list(cases)
    parts = shares(key, cases) if BY_KEY[key].collective else None
    found: list[Credit] = []
    for case in cases:
        if case.won and case.cents is not None:
            found += _of_case(key, case, parameters, parts)
    return found


def _of_case(key: str, case: Case, parameters: Parameters, parts: Mapping | None) -> list[Credit]:
    amount = case.cents or 0
    if not case.journey.touches or (BY_KEY[key].collective and not parts):
        return [(case.deal, None, amount)]
    if parts is not None:
        names = list(parts)
        whole = lcm(*(part.denominator for part in parts.values()))
        got = cents.share(amount, [int(parts[name] * whole) for name in names])
        return [(case.deal, name, some) for name, some in zip(names, got, strict=True) if some or not amount]
    by_campaign: Counter = Counter()
    for touch, some in zip(case.journey.touches, models.credits(key, case.journey, amount, parameters), strict=True):
        by_campaign[touch.campaign] += some
    return [(case.deal, campaign, some) for campaign, some in by_campaign.items() if some or not amount]


def shares(key: str, cases: Sequence[Case]) -> dict[int, Fraction] | None:
    """A collective model's part of each campaign; None where it cannot be told (nothing won, or too many campaigns)."""
    touched = [case for case in cases if case.journey.touches]
    if key == "markov":
        found = markov.removal(paths(touched))
        return dict(sorted(found.share.items())) if found else None
    ways = [(frozenset(touch.campaign for touch in case.journey.touches), case.won) for case in touched]
    players = sorted({campaign for members, _won in ways for campaign in members})
    if not players or len(players) > shapley.MOST:
        return None
    worth = shapley.of_game(shapley.rates(ways), players)
    above = {campaign: max(part, Fraction(0)) for campaign, part in worth.items()}
    whole = sum(above.values(), Fraction(0))
    return {campaign: part / whole for campaign, part in above.items()} if whole else None


def paths(touched: Iterable[Case]) -> list[markov.Path]:
    """Ways of closed deals: won ones convert, lost ones end in null."""
    count: dict[tuple, list[int]] = {}
    for case in touched:
        row = count.setdefault(tuple(touch.campaign for touch in case.journey.touches), [0, 0])
        row[0 if case.won else 1] += 1
    return [(path, won, lost) for path, (won, lost) in count.items()]
