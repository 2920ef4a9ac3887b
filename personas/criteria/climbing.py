"""A set found by always taking what brings a lead nearest, where there are too many sets to try.

A step is one element, or as many as one condition asks for: where two conditions are joined by "all of", neither brings
anything alone.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from . import tree
from .imagined import Imagination, State

MOST_CLIMBED = 60  # steps
Cond = Mapping[str, Any]
Worth = tuple[bool, int, int]


class Search(Protocol):
    """What is looked for: `looked` says whether a state is enough, and its worth."""

    all: Imagination

    def looked(self, state: State) -> tuple[bool, Worth]: ...


def climb(search: Search) -> State | None:
    """A state that is enough and of which no single element can be left out; None where no step brings it nearer."""
    state = search.all.nothing
    _enough, best = search.looked(state)
    for _step in range(MOST_CLIMBED):
        tried = {one: search.looked(one) for one in (*nearby(search.all, state), *_completed(search.all, state))}
        if not tried:
            return None
        state = max(tried, key=lambda one: tried[one][1])
        enough, worth = tried[state]
        if enough:
            return _spared(search, state)
        if worth <= best:
            return None
        best = worth
    return None


def nearby(imagination: Imagination, state: State) -> Iterator[State]:
    """States that differ in one element: another value, or an act done more often."""
    for at, one in enumerate(imagination.variables):
        options = [state[at] + 1] if one.event else range(1, len(one.options) + 1)
        for option in options:
            if option <= len(one.options) and option != state[at]:
                yield _with(state, at, option)


def _with(state: State, at: int, option: int) -> State:
    return (*state[:at], option, *state[at + 1 :])


def _spared(search: Search, state: State) -> State:
    """Without what is not needed, and acts no more often than needed."""
    for less in _less(search.all, state):
        if search.looked(less)[0]:
            return _spared(search, less)
    return state


def _less(imagination: Imagination, state: State) -> Iterator[State]:
    for at, one in enumerate(imagination.variables):
        if state[at]:
            yield _with(state, at, 0)
        if state[at] > 1 and one.event:
            yield _with(state, at, state[at] - 1)


# --- all that one condition asks for


def _completed(imagination: Imagination, state: State) -> Iterator[State]:
    """States under which one criterion, must or direct path more holds, or one that takes away or excludes no longer."""
    for cond, touched in _wanted(imagination.body, imagination):
        if (found := _until_it_holds(imagination, cond, touched, state)) is not None and found != state:
            yield found


def _wanted(body: Mapping[str, Any], imagination: Imagination) -> Iterator[tuple[Cond, tuple[int, ...]]]:
    for axis in tree.AXES:
        for _path, item, _group in tree.items(body, axis):
            yield item["when"] if item["points"] > 0 else {"none": [item["when"]]}, imagination.touched[id(item)]
    for name in tree.LISTS:
        for cond in body.get(name) or ():
            yield {"none": [cond]} if name == "never" else cond, imagination.touched[id(cond)]


def _until_it_holds(imagination: Imagination, cond: Cond, touched: tuple[int, ...], state: State) -> State | None:
    """The state with what a condition lacks, always by the element that leaves least to do; None where none helps."""
    lacking = _lacking(imagination, cond, state)
    while lacking:
        tried = [
            _with(state, at, option)
            for at in touched
            for option in range(1, len(imagination.variables[at].options) + 1)
            if option != state[at]
        ]
        if not tried:
            return None
        state = min(tried, key=lambda one: _lacking(imagination, cond, one))
        if (left := _lacking(imagination, cond, state)) >= lacking:
            return None
        lacking = left
    return state


def _lacking(imagination: Imagination, cond: Cond, state: State, *, wanted: bool = True) -> int:
    """How many tests of a condition would have to turn out otherwise for it to hold, or not to hold."""
    if "persona" in cond and imagination.personas.get(cond["persona"]):
        return _lacking(imagination, imagination.personas[cond["persona"]], state, wanted=wanted)
    for name in tree.GROUPS:
        if name in cond:
            each = [_lacking(imagination, one, state, wanted=wanted is not (name == "none")) for one in cond[name]]
            every = wanted is not (name == "any")
            return sum(each) if every else min(each, default=0)
    return int(imagination.moment(state).holds(cond) is not wanted)
