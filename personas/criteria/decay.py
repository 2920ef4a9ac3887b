"""Fading of points with age: integer weights in millionths, by whole local days since the fact.

A fact of today has age 0; a fact of a later day has no weight yet. `window` N and `within` N keep ages 0 … N−1;
`linear` N falls to 0 at age N; `half_life` N is 2^(−age/N); `steps` hold from their day on.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

MILLION = 1_000_000
KINDS = ("linear", "half_life", "steps", "window")
HALVINGS = 20  # 2^-20 is below one millionth: nothing is left


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


def _item_table(item: Mapping[str, Any]) -> tuple[tuple[int, ...], int]:
    decay = item.get("decay") or {}
    steps = tuple((int(day), int(share)) for day, share in decay.get("steps") or ())
    table, tail = _table(decay.get("kind") or "", int(decay.get("days") or 0), steps)
    within = item["when"].get("within") if "event" in item["when"] else None
    return _cut(table, tail, within) if within is not None else (table, tail)


@lru_cache(maxsize=512)
def _table(kind: str, days: int, steps: tuple[tuple[int, int], ...]) -> tuple[tuple[int, ...], int]:
    if kind == "linear":
        return tuple(MILLION * (days - age) // days for age in range(days)), 0
    if kind == "half_life":
        return _half_life(days), 0
    if kind == "window":
        return (MILLION,) * days, 0
    if kind == "steps":
        table: list[int] = []
        share = MILLION
        for day, then in steps:
            table += [share] * (day - len(table))
            share = then
        return tuple(table), share
    return (), MILLION


def _half_life(days: int) -> tuple[int, ...]:
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
    return tuple(table)


def _cut(table: tuple[int, ...], tail: int, within: int) -> tuple[tuple[int, ...], int]:
    return table[:within] + (tail,) * max(0, within - len(table)), 0
