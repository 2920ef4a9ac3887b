"""Whether conditions can hold together: for each field some value must be left, for each behaviour some number of acts."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import Any

from . import candidates, tree
from .behaviours import matches
from .fields import Catalogue
from .operators import DAYS, OPERATORS, YEARS, holds

Cond = Mapping[str, Any]
Todo = tuple[tuple[Cond, bool], ...]  # conditions, and whether they are to hold
MOST_WAYS = 256
_TODAY = date(2024, 6, 15)  # conditions that move with the day are compared with one another only: any day will do


def possible(wanted: Iterable[Cond], catalogue: Catalogue, unwanted: Iterable[Cond] = ()) -> bool:
    """Whether a lead may have all of `wanted` and none of `unwanted`. False only where it is certain that none can: after
    `MOST_WAYS` ways of having them it is taken to be possible.
    """
    todo = (*((one, True) for one in wanted), *((one, False) for one in unwanted))
    ways = islice(_ways(todo, (), ()), MOST_WAYS + 1)
    return any(tried >= MOST_WAYS or _together(yes, no, catalogue) for tried, (yes, no) in enumerate(ways))


def _ways(
    todo: Todo, yes: tuple[Cond, ...], no: tuple[Cond, ...]
) -> Iterator[tuple[tuple[Cond, ...], tuple[Cond, ...]]]:
    """(tests that hold, tests that do not): every way in which conditions are, or are not, as they are wanted."""
    if not todo:
        yield yes, no
        return
    (cond, wanted), *rest = todo
    for name in tree.GROUPS:
        if name in cond:
            each = [(one, wanted is not (name == "none")) for one in cond[name]]
            every = wanted is not (name == "any")
            for some in (each,) if every else ([one] for one in each):
                yield from _ways((*some, *rest), yes, no)
            return
    yield from _ways(tuple(rest), (*yes, cond), no) if wanted else _ways(tuple(rest), yes, (*no, cond))


def _together(yes: Sequence[Cond], no: Sequence[Cond], catalogue: Catalogue) -> bool:
    personas = {one["persona"] for one in yes if "persona" in one} & {one["persona"] for one in no if "persona" in one}
    return not personas and _fields_allow(yes, no, catalogue) and _acts_allow(yes, no)


def _fields_allow(yes: Iterable[Cond], no: Iterable[Cond], catalogue: Catalogue) -> bool:
    asked: dict[tuple[str, bool], tuple[list[Cond], list[Cond]]] = defaultdict(lambda: ([], []))
    for at, conds in enumerate((yes, no)):
        for cond in conds:
            if "field" in cond and cond["field"] in catalogue:
                asked[cond["field"], _moves(cond)][at].append(cond)
    for (name, moves), (wanted, unwanted) in asked.items():
        if moves:  # presence stands for both
            wanted = [*wanted, *(one for one in asked.get((name, False), ([], []))[0] if one["op"] == "is_not_set")]
        if not _value_left(name, wanted, unwanted, catalogue):
            return False
    return True


def _moves(cond: Cond) -> bool:
    """Whether its outcome moves with the day."""
    return OPERATORS[cond["op"]].operand in (DAYS, YEARS)


def _value_left(name: str, wanted: list[Cond], unwanted: list[Cond], catalogue: Catalogue) -> bool:
    info = catalogue[name]

    def holds_for(cond: Cond, value: Any) -> bool:
        return holds(cond["op"], info.type, value, cond.get("value"), _TODAY)

    tried = [None, *candidates.pool(info, [*wanted, *unwanted], _TODAY)]
    return any(
        all(holds_for(cond, value) for cond in wanted) and not any(holds_for(cond, value) for cond in unwanted)
        for value in tried
    )


def _acts_allow(yes: Iterable[Cond], no: Iterable[Cond]) -> bool:
    """No act that must have been done is one that must not have been: so often, in so many days."""
    events = [cond for cond in yes if "event" in cond]
    done = [cond for cond in events if not cond.get("absent")]
    shut = [cond for cond in events if cond.get("absent")] + [
        one for one in no if "event" in one and not one.get("absent")
    ]
    done += [one for one in no if "event" in one and one.get("absent")]
    return not any(_within(one, other) for one in done for other in shut)


def _within(done: Cond, shut: Cond) -> bool:
    """Whether whoever has done the one has done the other."""
    act = candidates.an_act(done["event"])
    if act is None or not matches(shut["event"], act) or not _narrower(done["event"], shut["event"]):
        return False
    longer = shut.get("within") is None or (done.get("within") is not None and done["within"] <= shut["within"])
    return longer and done.get("count", 1) >= shut.get("count", 1)


def _narrower(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether every act of the one is one of the other: nothing is asked of the other that the one leaves open."""
    return set(other) <= set(one) and all(prop in (one.get("props") or ()) for prop in other.get("props") or ())
