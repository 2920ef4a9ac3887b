"""What buttons do to a definition's body: move, remove, put under a common cap, take apart. Always a changed copy."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from personas.criteria import grade, tree

Body = dict[str, Any]


def apply(body: Body, deed: str, path: tree.Path, keys: set[str]) -> tuple[Body, tree.Path]:
    """(the body after a deed, where the line is now). `keys`: those of criteria and groups ever used on the line.

    KeyError for an unknown deed; KeyError, IndexError or TypeError where there is no such line.
    """
    act, fresh = DEEDS[deed], deepcopy(body)
    tree.find(fresh, path)
    return fresh, act(fresh, path, keys)


def place(body: Body, path: tree.Path, index: int) -> tuple[Body, tree.Path]:
    """(the body with the line at `path` at another place of its list, where it is now); a place beyond the ends is an end.

    KeyError, IndexError or TypeError where there is no such line, ValueError for what stands in no list.
    """
    fresh = deepcopy(body)
    siblings = tree.find(fresh, path[:-1])
    if not isinstance(siblings, list) or not isinstance(path[-1], int):
        raise ValueError(tree.written(path))
    line = siblings.pop(int(path[-1]))
    index = max(0, min(index, len(siblings)))
    siblings.insert(index, line)
    return fresh, (*path[:-1], index)


def cell(body: Body, name: str) -> Body:
    """The body with a cell of the matrix chosen, or left again. ValueError for what is no cell of it."""
    every = [one for row in grade.cells(body) for one in row]
    if name not in every:
        raise ValueError(name)
    chosen = {*(body.get("mql") or ())} ^ {name}
    return deepcopy(body) | {"mql": [one for one in every if one in chosen] + sorted(chosen.difference(every))}


def fresh_key(keys: set[str]) -> str:
    """A key that no criterion of the line ever had: c1, c2, ..."""
    number = len(keys) + 1
    while f"c{number}" in keys:
        number += 1
    return f"c{number}"


def keys_of(body: Body) -> set[str]:
    """Keys of criteria and groups of a body."""
    return set(tree.slots(body)) - set(tree.AXES)


def _step(by: int) -> Callable[[Body, tree.Path, set[str]], tree.Path]:
    def move(body: Body, path: tree.Path, keys: set[str]) -> tree.Path:
        siblings, index = tree.find(body, path[:-1]), int(path[-1])
        other = index + by
        if not 0 <= other < len(siblings):
            return path
        siblings[index], siblings[other] = siblings[other], siblings[index]
        return (*path[:-1], other)

    return move


def _remove(body: Body, path: tree.Path, keys: set[str]) -> tree.Path:
    """Takes the line out, and a group with its last criterion. The line after it, else before it, is next."""
    siblings = tree.find(body, path[:-1])
    del siblings[path[-1]]
    if not siblings and len(path) > 3:
        return _remove(body, path[:-2], keys)
    return (*path[:-1], max(0, min(int(path[-1]), len(siblings) - 1)))


def _group(body: Body, path: tree.Path, keys: set[str]) -> tree.Path:
    siblings = tree.find(body, path[:-1])
    item = siblings[path[-1]]
    if not tree.is_group(item) and len(path) == 3:
        siblings[path[-1]] = {"key": fresh_key(keys), "cap": 40, "items": [item]}
    return path


def _ungroup(body: Body, path: tree.Path, keys: set[str]) -> tree.Path:
    siblings = tree.find(body, path[:-1])
    if tree.is_group(siblings[path[-1]]):
        siblings[path[-1] : int(path[-1]) + 1] = siblings[path[-1]]["items"]
    return path


DEEDS = {"up": _step(-1), "down": _step(1), "remove": _remove, "group": _group, "ungroup": _ungroup}
