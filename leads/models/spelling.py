"""How far two words are apart. Pure."""

from functools import lru_cache


def mistakes(word: str) -> int:
    """Mistakes that are forgiven in a word: one in a short one, two in others."""
    return 1 if len(word) < 5 else 2


@lru_cache(maxsize=20_000)  # names repeat
def distance(one: str, other: str) -> int:
    """Letters added, left out, wrong, or in the place of their neighbour, to get from one word to the other."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, sign in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != sign))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == sign:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]
