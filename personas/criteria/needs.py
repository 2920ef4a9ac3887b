"""How many elements a criterion takes before it brings anything: a bound from below, for the search by size."""

from collections.abc import Iterator, Mapping
from itertools import combinations, islice, product
from typing import Any

from .imagined import Imagination, State

MOST_NEEDED = 3
MOST_TRIED = 200  # states tried for one criterion and number of elements


def at_least(imagination: Imagination, item: Mapping[str, Any]) -> int:
    """So many elements at least must be otherwise for a criterion to give points that it does not give; 1 where one does, where
    it gives some already, or where that is not soon told."""
    if item["points"] < 0 or _gives(imagination, item, imagination.nothing):
        return 1
    for size in range(1, MOST_NEEDED):
        tried = list(islice(_states(imagination, imagination.touched[id(item)], size), MOST_TRIED + 1))
        if len(tried) > MOST_TRIED or any(_gives(imagination, item, state) for state in tried):
            return size
    return MOST_NEEDED


def _gives(imagination: Imagination, item: Mapping[str, Any], state: State) -> bool:
    raw, _events = imagination.moment(state).raw(item)
    return raw > 0


def _states(imagination: Imagination, touched: tuple[int, ...], size: int) -> Iterator[State]:
    """Those in which so many of these variables are otherwise."""
    for chosen in combinations(touched, size):
        for options in product(*(range(1, len(imagination.variables[at].options) + 1) for at in chosen)):
            taken = dict(zip(chosen, options, strict=True))
            yield tuple(taken.get(at, 0) for at in range(len(imagination.variables)))
