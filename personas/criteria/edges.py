"""Edges of a definition: the only days on which time alone can change a judgement."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from . import decay, tree
from .behaviours import key_of
from .operators import OPERATORS, Edges


@dataclass(frozen=True)
class Edge:
    """After a fact of this source ("field", key) or ("behaviour", key): days and years that may change a value.

    Days may be negative (a date ahead). Ages of behaviours count from the local day an event occurred.
    """

    source: str
    key: str
    days: tuple[int, ...]
    years: tuple[int, ...] = ()

    def dates(self, day: date) -> set[date]:
        """Local dates at whose midnight the value may change, for a fact of this day."""
        return {day + timedelta(days=days) for days in self.days} | {anniversary(day, years) for years in self.years}


def anniversary(born: date, years: int) -> date:
    """The day `years` are completed; 29 February becomes 1 March in other years. date.max beyond the calendar."""
    if born.year + years > date.max.year:
        return date.max
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 3, 1)


def edges(body: Mapping[str, Any], personas: Mapping[int, Mapping[str, Any]] | None = None) -> list[Edge]:
    """Every edge of a definition, one row per source, sorted. `personas`: rules of the persona versions it names."""
    days: dict[tuple[str, str], set[int]] = defaultdict(set)
    years: dict[tuple[str, str], set[int]] = defaultdict(set)
    for axis in tree.AXES:
        for _, item, _ in tree.items(body, axis):
            if tree.is_event_item(item):
                days["behaviour", key_of(item["when"]["event"])].update(decay.edges(item))
    for _, cond in tree.conditions(body):
        _collect(cond, days, years)
        rules = (personas or {}).get(cond["persona"]) if "persona" in cond else None
        for _, inner in tree.leaves(rules) if rules else ():
            _collect(inner, days, years)
    return [Edge(*source, tuple(sorted(days[source])), tuple(sorted(years[source]))) for source in sorted(days)]


def _collect(cond: Mapping[str, Any], days: dict, years: dict) -> None:
    if "event" in cond:
        days["behaviour", key_of(cond["event"])].update({0, *_window(cond)})
    elif "field" in cond:
        found: Edges = OPERATORS[cond["op"]].edges(cond.get("value"))
        if found.days or found.years:
            days["field", cond["field"]].update(found.days)
            years["field", cond["field"]].update(found.years)


def _window(cond: Mapping[str, Any]) -> tuple[int, ...]:
    return () if cond.get("within") is None else (cond["within"],)
