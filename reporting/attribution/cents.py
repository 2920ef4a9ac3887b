"""Cents: an amount shared by whole-number weights, to the cent. Pure."""

from collections.abc import Sequence


def share(cents: int, weights: Sequence[int]) -> list[int]:
    """`cents` by largest remainder, ties to the earliest: the parts add up to it. A negative amount is shared as its opposite.

    ValueError for weights that are negative or all 0, while there are any.
    """
    if not weights:
        return []
    whole = sum(weights)
    if whole <= 0 or min(weights) < 0:
        raise ValueError("weights are whole numbers of at least 0, one of them more")
    if cents < 0:
        return [-part for part in share(-cents, weights)]
    parts, left = [], []
    for weight in weights:
        part, rest = divmod(cents * weight, whole)
        parts.append(part)
        left.append(rest)
    missing = cents - sum(parts)
    if missing:
        for place in sorted(range(len(weights)), key=lambda place: (-left[place], place))[:missing]:
            parts[place] += 1
    return parts
