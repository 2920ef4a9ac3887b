"""Lists that people arrange: one row moved by one place."""

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def moved(rows: Sequence[T], row: T, up: bool) -> list[T]:
    """The rows with `row` one place up or down; as they are where it is the first or the last."""
    found = list(rows)
    here = found.index(row)
    there = here - 1 if up else here + 1
    if 0 <= there < len(found):
        found[here], found[there] = found[there], found[here]
    return found
