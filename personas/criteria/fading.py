"""What time alone will do to a criterion: on which day its points change next, and to how many.

Only the days on which an edge falls can change anything; they are gone through in order until the whole points differ.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from . import behaviours, tree
from .edges import edges
from .evaluate import Moment, cap_of, whole_points
from .operators import read

HORIZON = 3_700  # days: what would change in more than ten years is not told


@dataclass(frozen=True)
class Next:
    """From local day `on` the criterion gives `points`, if nothing else happens."""

    on: date
    points: int


@dataclass(frozen=True)
class Later(Moment):
    """The same facts on another day; `rules`: of the persona versions named, which are asked again on that day."""

    rules: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)

    def holds(self, cond: Mapping[str, Any]) -> bool:
        if "persona" in cond and cond["persona"] in self.rules:
            rules = self.rules[cond["persona"]]
            return bool(rules) and self.holds(rules)
        return super().holds(cond)


def next_change(
    item: Mapping[str, Any], moment: Moment, rules: Mapping[int, Mapping[str, Any]] | None = None
) -> Next | None:
    """When the points of a criterion change next by time alone; None where they never do (or not in ten years)."""
    rules = rules or {}
    now = _points(item, moment)
    for on in sorted(set(_days(item, moment, rules))):
        then = _points(item, Later(moment.facts, on, moment.catalogue, rules))
        if then != now:
            return Next(on, then)
    return None


def fades(item: Mapping[str, Any]) -> bool:
    """Whether time alone can ever change what a fact gives: there is an edge after the day of the fact itself."""
    return any(set(edge.days) - {0} or edge.years for edge in edges(_alone(item)))


def _points(item: Mapping[str, Any], moment: Moment) -> int:
    return whole_points(moment.raw(item)[0], cap_of(item))


def _days(item: Mapping[str, Any], moment: Moment, rules: Mapping[int, Mapping[str, Any]]) -> Iterator[date]:
    """Days to come on which an edge of a fact that is known falls."""
    filters = dict(_filters(item["when"], rules))
    for edge in edges(_alone(item), rules):
        if edge.source == "behaviour":
            began = {day for day, n in moment.facts.events(filters[edge.key]) if n}
        else:
            began = set(_date(edge.key, moment))
        for day in began:
            yield from (on for on in edge.dates(day) if 0 < (on - moment.today).days <= HORIZON)


def _date(key: str, moment: Moment) -> Iterator[date]:
    info = moment.catalogue.get(key)
    value = read(info.type, moment.facts.value(key)) if info else None
    if isinstance(value, date):
        yield value


def _filters(
    cond: Mapping[str, Any], rules: Mapping[int, Mapping[str, Any]]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for _path, leaf in tree.leaves(cond):
        if "event" in leaf:
            yield behaviours.key_of(leaf["event"]), leaf["event"]
        if inner := rules.get(leaf.get("persona", -1)):
            yield from _filters(inner, {})


def _alone(item: Mapping[str, Any]) -> dict[str, Any]:
    """A definition that holds nothing but this criterion."""
    axis = {"items": [item]}
    return {**tree.empty_body(), "fit": {"items": []}, "engagement": axis}
