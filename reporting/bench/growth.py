"""How cost grows: the same lines measured on three companies of one run, a tenth in all, ten times the leads, ten times their events."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Any

UNITS = ("s", "ms")  # what is a cost; rates and ratios are not


@dataclass(frozen=True)
class Grown:
    """One line: its cost on the three companies (in its unit) and the powers by which it grows.

    A power of 1 is cost in proportion, 0 cost that stays, 2 cost by the square.
    """

    key: str
    what: str
    unit: str
    costs: tuple[float, float, float]
    by_leads: float
    by_events: float


def sizes(leads: int, events: int, times: int = 10) -> tuple[tuple[int, int], ...]:
    """(leads, events) of the three companies, the one asked for last.

    Raises ValueError where a share of it would be empty.
    """
    if min(leads, events) < times:
        raise ValueError(f"Growth wants {times} leads and events at least.")
    return (leads // times, events // times), (leads, events // times), (leads, events)


def grown(sheets: Sequence[Sequence[Mapping[str, Any]]], times: float = 10) -> list[Grown]:
    """Lines of cost that all three sheets have, in their order. A cost too small to be told from nothing has no power: left out."""
    few, wide, whole = ({line["key"]: line for line in lines} for lines in sheets)
    found = []
    for key, line in whole.items():
        if line["unit"] not in UNITS or key not in few or key not in wide:
            continue
        costs = few[key]["value"], wide[key]["value"], line["value"]
        if min(costs) > 0:
            by_leads, by_events = (log(costs[n + 1] / costs[n]) / log(times) for n in (0, 1))
            found.append(Grown(key, line["what"], line["unit"], costs, by_leads, by_events))
    return found


def spoken(lines: Sequence[Grown], companies: Sequence[tuple[int, int]]) -> list[str]:
    """The table that is printed."""
    heads = "".join(f"{leads:>12,}/{events:<12,}" for leads, events in companies)
    said = [f"  {'Growth: leads/events':<58} {heads} power of leads, of events"]
    for one in lines:
        costs = "".join(f"{cost:>18,.3f} {one.unit:<6}" for cost in one.costs)
        said.append(f"  {one.what[:58]:<58} {costs} {one.by_leads:>6.2f} {one.by_events:>6.2f}")
    return said
