"""Groups of an answer of several dimensions, gathered by one of them."""

from collections.abc import Mapping

from smarketing.measures.engine import Answer


def sums(answer: Answer, name: str) -> dict[str, int]:
    """Value of a dimension → how many rows, whatever the others say."""
    found: dict[str, int] = {}
    for row in answer.rows:
        found[row.group[name]] = found.get(row.group[name], 0) + row.n
    return found


def order(sizes: Mapping[str, int]) -> list[str]:
    """The greatest first, the blank one last."""
    return sorted(sizes, key=lambda name: (name == "", -sizes[name], name))
