"""What was wrong with a draft before: it stays where nobody touched it, and keeps nobody from writing elsewhere."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from . import tree
from .problems import Problem

LEAVES = ("field", "persona", "event")


def fresh(
    before: Mapping[str, Any], known: Iterable[Problem], after: Mapping[str, Any], found: Iterable[Problem]
) -> list[Problem]:
    """Those of the problems `found` in a body that the body before it did not have: its own were `known`."""
    had = {_trace(one, before) for one in known}
    return [one for one in found if _trace(one, after) not in had]


def _trace(problem: Problem, body: Mapping[str, Any]) -> tuple[str, str, str]:
    """A problem without the place of its line: its kind, the condition it is about, where in it. What is no part of a condition
    is known by its place."""
    path, here = tree.parsed(problem.path), 0
    part: Any = body
    for step, key in enumerate(path):
        try:
            part = part[key]
        except (KeyError, IndexError, TypeError):
            return problem.key, problem.path, ""
        if isinstance(part, Mapping) and any(name in part for name in LEAVES):
            here = step + 1
            break
    inside = tree.written(path[here:]) if here else tree.written(tuple(one for one in path if not isinstance(one, int)))
    return problem.key, inside, json.dumps(part, sort_keys=True, default=str)
