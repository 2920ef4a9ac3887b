"""How far two words are apart. Pure."""

from functools import lru_cache


def mistakes(word: str) -> int:
    """Mistakes that are forgiven in a word: one in a short one, two in others."""
    return 1 if len(word) < 5 else 2


@lru_cache(maxsize=20_000)  # names repeat
def distance(one: str, other: str) -> int:
    """Letters added, left out, wrong, or in the place of their neighbour, to get from one word to the other."""
    return within(one, other, max(len(one), len(other)))


def within(one: str, other: str, most: int) -> int:
    """The same, told up to `most`: `most` + 1 for any words that are farther apart. What both begin and end with is nothing to
    get over, and a step so far beside the way that it costs more than `most` is not taken."""
    one, other = _apart(one, other)
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = [min(n, most + 1) for n in range(len(other) + 1)]
    for i, letter in enumerate(one, 1):
        before, last, row = row, before, [min(i, most + 1)] + [most + 1] * len(other)
        for j in range(max(1, i - most), min(len(other), i + most) + 1):
            sign = other[j - 1]
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != sign))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == sign:
                cost = min(cost, last[j - 2] + 1)
            row[j] = cost
        if min(row) > most and min(before) >= most:
            return most + 1
    return min(row[-1], most + 1)


def _apart(one: str, other: str) -> tuple[str, str]:
    """Two words without what both begin with, then without what both end with."""
    shorter = min(len(one), len(other))
    first = 0
    while first < shorter and one[first] == other[first]:
        first += 1
    last = 0
    while last < shorter - first and one[-1 - last] == other[-1 - last]:
        last += 1
    return one[first : len(one) - last], other[first : len(other) - last]
