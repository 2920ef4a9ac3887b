"""What people are called on the bench: a few names that very many share, and a long tail that hardly anybody does.

The demo's names are the most common ones; behind them stand names put together from syllables, double names and
short ones, French and English, with their accents, hyphens and apostrophes.
"""

from dataclasses import replace
from itertools import product

import numpy as np

from reporting.demo import words
from reporting.demo.crowd import Crowd
from reporting.demo.plan import Plan

SHORT = ("Li", "Wu", "Ng", "Bo", "Lê", "Ek", "Cy", "Vo", "Xu", "Yi")
BEGINS = ("Bel", "Bon", "Bré", "Car", "Cha", "Des", "Del", "Fau", "Gar", "Gué", "Hart", "Hol", "Jac", "Ker", "Lan", "Mac", "Mon", "Pel", "Rob", "Sal", "Ther", "Val", "Vin", "Wal")  # fmt: skip
MIDDLES = ("", "a", "bert", "ce", "de", "gnon", "le", "li", "man", "mor", "na", "ré", "ro", "ta", "ver", "vi")
ENDS = ("ard", "eau", "ély", "er", "et", "ford", "in", "ier", "îne", "ley", "lot", "mont", "nac", "net", "on", "ot", "quet", "ral", "son", "sse", "ston", "tel", "ton", "ville")  # fmt: skip
BEFORE = ("", "", "", "Le ", "De ", "d’", "O’", "Saint-")
FIRST_TAIL, LAST_TAIL = 1_500, 60_000


def given(plan: Plan, people: Crowd) -> Crowd:
    """The same people under names of such a spread."""
    dice, count = plan.dice("bench names"), len(people.born)
    first, last = _first(dice), _last(dice)
    return replace(
        people,
        first_name=dice.choice(len(first), count, p=_odds(len(first), 12)),
        last_name=dice.choice(len(last), count, p=_odds(len(last), 30)),
        first_names=first,
        last_names=last,
    )


def _odds(count: int, flat: int) -> np.ndarray:
    """The n-th name is had by one in n + flat."""
    weight = 1.0 / (np.arange(count) + flat)
    return weight / weight.sum()


def _first(dice: np.random.Generator) -> list[str]:
    double = [f"{one}-{other}" for one, other in product(words.FIRST_NAMES, repeat=2) if one != other]
    return [*words.FIRST_NAMES, *_some(dice, double, FIRST_TAIL)]


def _last(dice: np.random.Generator) -> list[str]:
    made = ["".join(parts) for parts in product(BEGINS, MIDDLES, ENDS)]
    longer = [f"{one}{part}{end}" for one, part, end in product(made, MIDDLES[1:5], ENDS[:3])]
    tail = [f"{before}{name}" for before, name in zip(dice.choice(BEFORE, len(longer)), longer, strict=True)]
    return [*words.LAST_NAMES, *SHORT, *made[:: len(made) // 400], *_some(dice, [*made, *tail], LAST_TAIL)]


def _some(dice: np.random.Generator, names: list[str], most: int) -> list[str]:
    return [names[n] for n in dice.permutation(len(names))[:most]]
