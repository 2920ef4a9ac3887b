"""Markov attribution of order 1: credit by what is lost when a channel is taken away. Exact, by one linear system. Pure.

States: start, one per channel, conversion, null. Taking a channel away sends its traffic to null. With N = (I − Q)⁻¹ the
chance to convert without j is P − (N_sj ÷ N_jj) · h_j, where h_j is the chance to convert from j: no second system is needed.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

Path = tuple[Sequence[Hashable], int, int]  # (channels in order, conversions, nulls)
MOST = 120  # channels; beyond them a night is too short for exact figures


@dataclass(frozen=True)
class Removal:
    """`base`: chance to convert; per channel `effect` = 1 − (chance without it ÷ base) and `share` of all effects."""

    base: Fraction
    effect: dict[Any, Fraction]
    share: dict[Any, Fraction]


def removal(paths: Iterable[Path]) -> Removal | None:
    """Removal effects of every channel. None where nothing converts or there are more than MOST channels."""
    moves, begins, wins = _count(paths)
    channels = list(moves)
    started, won = sum(begins.values()), sum(wins.values())
    if not started or not won or len(channels) > MOST:
        return None
    place = {channel: n for n, channel in enumerate(channels)}
    inverse, scale = _inverse([_row(moves[one], place, n) for n, one in enumerate(channels)])
    to_win = [Fraction(wins.get(one, 0)) for one in channels]
    # (D − T)⁻¹ · wins; N is (D − T)⁻¹ · D, of which a quotient is asked: D falls out
    chance = [sum((cell * to_win[j] for j, cell in enumerate(row)), Fraction(0)) / scale for row in inverse]
    start = [Fraction(begins.get(one, 0), started) for one in channels]
    base = sum((part * h for part, h in zip(start, chance, strict=True)), Fraction(0))
    effect = {}
    for channel, j in place.items():
        visits = sum((start[i] * inverse[i][j] for i in range(len(channels)) if start[i]), Fraction(0))
        effect[channel] = visits / inverse[j][j] * chance[j] / base
    whole = sum(effect.values(), Fraction(0))
    return Removal(base, effect, {one: value / whole for one, value in effect.items()})


def _count(paths: Iterable[Path]) -> tuple[dict, dict, dict]:
    """(moves by channel: to another channel, or None for the ways out; begins; wins)."""
    moves: dict[Hashable, dict] = {}
    begins: dict[Hashable, int] = {}
    wins: dict[Hashable, int] = {}
    for channels, won, lost in paths:
        n = won + lost
        if not channels or not n:
            continue
        begins[channels[0]] = begins.get(channels[0], 0) + n
        for here, there in zip(channels, [*channels[1:], None], strict=True):
            row = moves.setdefault(here, {})
            row[there] = row.get(there, 0) + n
        wins[channels[-1]] = wins.get(channels[-1], 0) + won
    return moves, begins, wins


def _row(moves: dict, place: dict, mine: int) -> list[int]:
    """A row of D − T in whole numbers."""
    row = [0] * len(place)
    row[mine] = sum(moves.values())
    for there, n in moves.items():
        if there is not None:
            row[place[there]] -= n
    return row


def _inverse(matrix: list[list[int]]) -> tuple[list[list[int]], int]:
    """(adjugate, determinant) of a whole-number matrix that has an inverse, by Bareiss: no fraction on the way."""
    n = len(matrix)
    rows = [[*row, *(int(i == j) for j in range(n))] for i, row in enumerate(matrix)]
    before = 1
    for i in range(n):
        pivot = next(j for j in range(i, n) if rows[j][i])
        if pivot != i:
            rows[i], rows[pivot] = rows[pivot], rows[i]
        top, lead = rows[i], rows[i][i]
        for j in range(n):
            if j != i:
                row, first = rows[j], rows[j][i]
                rows[j] = [(lead * a - first * b) // before for a, b in zip(row, top, strict=True)]
        before = lead
    return [row[n:] for row in rows], before
