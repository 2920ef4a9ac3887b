"""Acts inside a condition: which of them are enough for it alone, and whether it then holds for ever."""

from collections.abc import Iterator, Mapping
from typing import Any

from .tree import Path

Cond = Mapping[str, Any]


def enough(cond: Cond) -> Iterator[Cond]:
    """The acts each of which is enough by itself: of several joined by "all of", none is."""
    for one in cond.get("any") or (cond,):
        if "any" in one:
            yield from enough(one)
        elif "event" in one and not one.get("absent"):
            yield one


def done(cond: Cond, path: Path = ()) -> Iterator[tuple[Path, Cond]]:
    """(path, test) of the acts that a condition asks for; what it asks not to be done is left out."""
    if "event" in cond and not cond.get("absent"):
        yield path, cond
    for name in ("all", "any"):
        for index, one in enumerate(cond.get(name) or ()):
            yield from done(one, (*path, name, index))


def for_ever(cond: Cond) -> bool:
    """Whether an act, once done, keeps a condition for ever: an act without a window, and nothing beside it that must be anew."""
    if "all" in cond:
        return any(map(for_ever, cond["all"])) and not any(map(_passes, cond["all"]))
    if "any" in cond:
        return any(map(for_ever, cond["any"]))
    return _is_act(cond) and cond.get("within") is None


def _passes(cond: Cond) -> bool:
    """Whether a condition stops to hold unless something is done again."""
    if "all" in cond:
        return any(map(_passes, cond["all"]))
    if "any" in cond:
        return all(map(_passes, cond["any"]))
    return _is_act(cond) and cond.get("within") is not None


def _is_act(cond: Cond) -> bool:
    return "event" in cond and not cond.get("absent")
