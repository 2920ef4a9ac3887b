"""Fading of points with age: integer weights in millionths, by whole local days since the fact.

A fact of today has age 0; a fact of a later day has no weight yet. `window` N and `within` N keep ages 0 … N−1;
`linear` N falls to 0 at age N; `half_life` N is 2^(−age/N); `steps` hold from their day on.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

MILLION = 1_000_000
HALVINGS = 20  # 2^-20 is below one millionth: nothing is left
LONGEST = 1_095
Table = tuple[tuple[int, ...], int]  # weights of ages 0, 1, ...; weight of every later age


@dataclass(frozen=True)
class Decay:
    """One row of the table. `table(days)`, or of `steps` ((day, share), ...), gives the weights.

    `label` is how the builder offers it, `phrase` how a sentence says it; both English, French. `negative`: whether points
    taken away may fade so. `longest`: the most days.
    """

    name: str
    table: Callable[[Any], Table]
    label: tuple[str, str]
    phrase: tuple[str, str]
    negative: bool = False
    longest: int = LONGEST

    @property
    def by_steps(self) -> bool:
        """Whether it is written as steps, not as days."""
        return self.name == STEPS


def _linear(days: int) -> Table:
    return tuple(MILLION * (days - age) // days for age in range(days)), 0


def _half_life(days: int) -> Table:
    """floor(10^6 · 2^(−age/days)), proved with whole numbers, so that no processor can round it differently."""
    table, bound = [], MILLION**days
    for age in range(HALVINGS * days):
        guess = int(MILLION * 2 ** (-age / days))  # right or one off; the truth is w^days · 2^age ≤ 10^(6·days)
        while guess**days > bound:
            guess -= 1
        while (guess + 1) ** days <= bound:
            guess += 1
        if guess == 0:
            break
        table.append(guess)
        bound >>= 1
    return tuple(table), 0


def _window(days: int) -> Table:
    return (MILLION,) * days, 0


def _steps(steps: tuple[tuple[int, int], ...]) -> Table:
    table: list[int] = []
    share = MILLION
    for day, then in steps:
        table += [share] * (day - len(table))
        share = then
    return tuple(table), share


STEPS = "steps"
DECAYS: dict[str, Decay] = {
    one.name: one
    for one in (
        Decay(
            "linear", _linear,
            ("evenly, to nothing after so many days", "régulière, jusqu’à zéro après tant de jours"),
            (", fading to nothing in {value} {days}", ", érosion jusqu’à zéro en {value} {days}"),
        ),
        Decay(
            "half_life", _half_life,
            ("by half, every so many days", "de moitié, tous les tant de jours"),
            (", halved every {value} {days}", ", moitié moins tous les {value} {days}"),
            longest=365,  # its table has 20 times as many ages
        ),
        Decay(
            STEPS, _steps,
            ("in steps", "par paliers"),
            (", then {value}", ", puis {value}"),
            negative=True,
        ),
        Decay(
            "window", _window,
            ("not at all, then gone after so many days", "aucune, puis plus rien après tant de jours"),
            (", for {value} {days}", ", pendant {value} {days}"),
            negative=True,
        ),
    )
}  # fmt: skip


def weight(item: Mapping[str, Any], age: int) -> int:
    """Millionths of a criterion's points that a fact of this age (days) still gives; 0 before its day."""
    table, tail = _item_table(item)
    if age < 0:
        return 0
    return table[age] if age < len(table) else tail


def weight_table(item: Mapping[str, Any], horizon: int) -> tuple[int, ...]:
    """Weights of ages 0 … horizon, both included."""
    table, tail = _item_table(item)
    return table[: horizon + 1] + (tail,) * max(0, horizon + 1 - len(table))


def span(item: Mapping[str, Any]) -> tuple[int, int]:
    """(number of ages with their own weight, weight of every later age). A tail above 0 never fades."""
    table, tail = _item_table(item)
    return len(table), tail


def edges(item: Mapping[str, Any]) -> tuple[int, ...]:
    """Ages at whose local midnight the weight differs from the day before; age 0 is always one."""
    table, tail = _item_table(item)
    before = (0, *table)
    return tuple(age for age, now in enumerate((*table, tail)) if now != before[age])


def _item_table(item: Mapping[str, Any]) -> Table:
    fading = item.get("decay") or {}
    table: tuple[int, ...] = ()
    tail = MILLION
    if fading:
        steps = tuple((int(day), int(share)) for day, share in fading.get("steps") or ())
        table, tail = _table(DECAYS[fading["kind"]], steps or int(fading["days"]))
    within = item["when"].get("within") if "event" in item["when"] else None
    return _cut(table, tail, within) if within is not None else (table, tail)


@lru_cache(maxsize=512)
def _table(decay: Decay, operand: Any) -> Table:
    return decay.table(operand)


def _cut(table: tuple[int, ...], tail: int, within: int) -> Table:
    return table[:within] + (tail,) * max(0, within - len(table)), 0
