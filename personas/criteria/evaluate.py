"""The oracle: a definition judged on the facts of one lead, as known at one moment. Pure and exact."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from . import decay, grade, tree
from .fields import Catalogue
from .operators import holds as value_holds
from .operators import read


class Facts(Protocol):
    """What is known of one lead at t. Values are Python's own (text, int or Decimal, date, bool) or None."""

    @property
    def personas(self) -> Collection[int]: ...

    def value(self, field: str) -> Any: ...

    def events(self, filter_: Mapping[str, Any]) -> Iterable[tuple[date, int]]:
        """(local day it occurred, how many): several rows a day and negative corrections are allowed."""
        ...


@dataclass(frozen=True)
class Row:
    """One slot: whole points that add up to the axis. `raw` in millionths before cap and truncation (criteria only).

    `kind` is "criterion", "group" or "axis"; the last two hold the signed points by which their bound bites, or 0.
    """

    key: str
    axis: str
    kind: str
    points: int
    raw: int = 0
    events: int = 0
    capped: bool = False


@dataclass(frozen=True)
class Failure:
    """A must that is not met or a never that is; `path` leads to the condition in the body."""

    kind: str
    path: tree.Path
    condition: Mapping[str, Any]


@dataclass(frozen=True)
class Judgement:
    """fit and engagement in whole points 0…100; `rows` in slot order; `missing` are empty mandatory fields."""

    fit: int
    engagement: int
    grade: str
    rows: tuple[Row, ...]
    mql: bool
    direct: bool
    failures: tuple[Failure, ...]
    missing: tuple[str, ...]

    @property
    def contributions(self) -> list[int]:
        """Whole points per slot, as stored."""
        return [row.points for row in self.rows]

    @property
    def qualifies(self) -> bool:
        return self.mql or self.direct


@dataclass(frozen=True)
class Moment:
    """Facts of a lead on a local date, read through a catalogue."""

    facts: Facts
    today: date
    catalogue: Catalogue

    def holds(self, cond: Mapping[str, Any]) -> bool:
        """Whether a condition tree holds; `none` is the contrary of `any`."""
        if "all" in cond:
            return all(map(self.holds, cond["all"]))
        if "any" in cond:
            return any(map(self.holds, cond["any"]))
        if "none" in cond:
            return not any(map(self.holds, cond["none"]))
        if "persona" in cond:
            return cond["persona"] in self.facts.personas
        if "event" in cond:
            enough = sum(self.days(cond).values()) >= cond.get("count", 1)
            return enough is not bool(cond.get("absent"))
        info = self.catalogue.get(cond["field"])
        if info is None:  # a field that no longer exists is absent
            return cond["op"] == "is_not_set"
        return value_holds(cond["op"], info.type, self.facts.value(cond["field"]), cond.get("value"), self.today)

    def days(self, cond: Mapping[str, Any]) -> dict[int, int]:
        """Events of an event condition by age in days, inside its window; days that cancel out are left out."""
        found: dict[int, int] = defaultdict(int)
        within = cond.get("within")
        for day, count in self.facts.events(cond["event"]):
            age = (self.today - day).days
            if age >= 0 and (within is None or age < within):
                found[age] += count
        return {age: count for age, count in found.items() if count}

    def raw(self, item: Mapping[str, Any]) -> tuple[int, int]:
        """(millionths of points before the cap, events counted) of a criterion."""
        points = item["points"]
        if not tree.is_event_item(item):
            return (points * decay.MILLION if self.holds(item["when"]) else 0), 0
        days = self.days(item["when"])
        events = sum(days.values())
        if item.get("each"):
            days = {age: counted(item, count) for age, count in days.items()}
            return points * sum(count * decay.weight(item, age) for age, count in days.items()), sum(days.values())
        if events < item["when"].get("count", 1):
            return 0, events
        youngest = min((age for age, count in days.items() if count > 0), default=-1)
        return points * decay.weight(item, youngest), events


def judge(
    body: Mapping[str, Any], facts: Facts, today: date, *, catalogue: Catalogue, after_no: bool = False
) -> Judgement:
    """Judge one lead on local date `today`. `after_no`: it said no earlier in this cycle, so hysteresis applies."""
    return judged(body, Moment(facts, today, catalogue), after_no=after_no)


def judged(body: Mapping[str, Any], moment: Moment, *, after_no: bool = False) -> Judgement:
    """The same from a moment, whatever it stands on."""
    scores, rows = {}, []
    for axis in tree.AXES:
        axis_rows = _axis(moment, body[axis], axis)
        scores[axis] = sum(row.points for row in axis_rows)
        rows += axis_rows
    failures = tuple(_failures(moment, body))
    return Judgement(
        fit=scores["fit"],
        engagement=scores["engagement"],
        grade=grade.grade(scores["fit"], scores["engagement"], body["fit"]["bands"], body["engagement"]["bands"]),
        rows=tuple(rows),
        mql=not failures and grade.reaches(body, scores["fit"], scores["engagement"], after_no=after_no),
        direct=not failures and any(map(moment.holds, body.get("direct") or ())),
        failures=failures,
        missing=tuple(name for name in body.get("mandatory") or () if _is_missing(name, moment)),
    )


def whole_points(raw: int, cap: int) -> int:
    """Millionths, bounded to ±cap points, truncated towards zero to whole points."""
    bounded = max(-cap * decay.MILLION, min(cap * decay.MILLION, raw))
    return bounded // decay.MILLION if bounded >= 0 else -(-bounded // decay.MILLION)


def counted(item: Mapping[str, Any], count: int) -> int:
    """How many of the `count` events of one local day give points: at most `daily` of them."""
    return count if item.get("daily") is None else min(count, item["daily"])


def cap_of(item: Mapping[str, Any]) -> int:
    """Absolute cap of a criterion in points; without one, the overflow limit."""
    return item.get("cap") or tree.MAX_POINTS


def _axis(moment: Moment, axis: Mapping[str, Any], name: str) -> list[Row]:
    rows = []
    for entry in axis["items"]:
        mine = [_criterion(moment, item, name) for item in entry.get("items", (entry,))]
        rows += mine
        if tree.is_group(entry):
            rows.append(_bound(entry["key"], name, "group", mine, -entry["cap"], entry["cap"]))
    return [*rows, _bound(name, name, "axis", rows, 0, axis.get("cap", 100))]


def _bound(key: str, axis: str, kind: str, rows: Iterable[Row], low: int, high: int) -> Row:
    total = sum(row.points for row in rows)
    bite = max(low, min(high, total)) - total
    return Row(key, axis, kind, bite, capped=bite != 0)


def _criterion(moment: Moment, item: Mapping[str, Any], axis: str) -> Row:
    raw, events = moment.raw(item)
    cap = cap_of(item)
    return Row(item["key"], axis, "criterion", whole_points(raw, cap), raw, events, abs(raw) > cap * decay.MILLION)


def _failures(moment: Moment, body: Mapping[str, Any]) -> Iterable[Failure]:
    for kind in ("must", "never"):
        for index, cond in enumerate(body.get(kind) or ()):
            if moment.holds(cond) is (kind == "never"):
                yield Failure(kind, (kind, index), cond)


def _is_missing(name: str, moment: Moment) -> bool:
    return name not in moment.catalogue or read(moment.catalogue[name].type, moment.facts.value(name)) is None
