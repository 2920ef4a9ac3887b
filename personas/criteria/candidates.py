"""Which other values of a field, and which acts, could make a difference to conditions: few, and none forgotten."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from .behaviours import ATTEMPT_PARTS, POSSIBLE_KINDS, matches, property_type
from .edges import anniversary
from .fields import BOOL, CHOICE, DATE, MONEY, NUMBER, FieldInfo
from .operators import DAYS, LIST, NONE, OPERATORS, RANGE, YEARS, holds, read, read_operand

OTHER = "…"  # a text that no condition asks for
DAY = timedelta(days=1)


def values(info: FieldInfo, leaves: Sequence[Mapping[str, Any]], now: Any, today: date) -> list[Any]:
    """Values that a field might have instead of `now`, one per distinct outcome of `leaves`, the outcome of now left out.

    Nothing is unlearned: an absent value is never proposed. None for a field that may not be advised, or is `steady` and known.
    Numbers and dates are complete (every interval between operands has its value); texts are complete for the texts that
    conditions ask for, one or two of them together, and for any other text.
    """
    known = read(info.type, now) is not None
    if not info.advisable or (info.steady and known):
        return []
    found: dict[tuple[bool, ...], Any] = {outcome(info, leaves, now, today): now}
    for value in pool(info, leaves, today):
        if read(info.type, value) is not None:
            found.setdefault(outcome(info, leaves, value, today), value)
    return list(found.values())[1:]


def act(filter_: Mapping[str, Any], kinds: Collection[str] = POSSIBLE_KINDS) -> dict[str, Any] | None:
    """An event that is one of a behaviour, as little as it takes; None where no person could do it, or where its kind is none of
    `kinds`, those that may be advised."""
    return an_act(filter_) if filter_["kind"] in POSSIBLE_KINDS and filter_["kind"] in kinds else None


def an_act(filter_: Mapping[str, Any]) -> dict[str, Any] | None:
    """The same whoever does it; None where its conditions exclude one another."""
    props = {one["key"]: value for one in filter_.get("props") or () if (value := _property(one)) is not None}
    event = {part: filter_.get(part) or "" for part in ("kind", "name", "form", *ATTEMPT_PARTS)}
    event |= {"page": (filter_.get("page") or {}).get("value", ""), "campaign": filter_.get("campaign"), "props": props}
    return event if matches(filter_, event) else None


def outcome(info: FieldInfo, leaves: Iterable[Mapping[str, Any]], value: Any, today: date) -> tuple[bool, ...]:
    return tuple(holds(leaf["op"], info.type, value, leaf.get("value"), today) for leaf in leaves)


def pool(info: FieldInfo, leaves: Sequence[Mapping[str, Any]], today: date) -> list[Any]:
    """Values to try: for any outcome of the leaves that some value has, one that has it (see `values`)."""
    if info.type == BOOL:
        return [True, False]
    if info.type in (NUMBER, MONEY):
        marks = {mark for leaf in leaves for mark in _operands(info, leaf)}
        return _between(marks, Decimal(1), lambda low, high: (low + high) / 2) or [Decimal(1)]
    if info.type == DATE:
        marks = {mark for leaf in leaves for mark in _days(info, leaf, today)}
        return _between(marks, DAY, lambda low, high: low + (high - low) // 2) or [today]
    asked = [str(raw) for leaf in leaves for raw in _written(leaf)]
    if info.type == CHOICE:
        return [*asked, *info.choices] if info.choices else [*asked, OTHER]
    pairs = [f"{one} {other}" for one in asked for other in (*asked, OTHER) if one != other]
    whole = [" ".join([one, *(other for other in asked if other != one)]) for one in asked[:12]]
    return [*asked, *info.choices, *pairs, *whole, OTHER]


def _between(marks: set, step: Any, middle: Any) -> list[Any]:
    """The marks, what lies between two of them, and what lies outside."""
    if not marks:
        return []
    order = sorted(marks)
    return [*order, *(middle(low, high) for low, high in pairwise(order)), order[-1] + step, order[0] - step]


def _operands(info: FieldInfo, leaf: Mapping[str, Any]) -> list[Any]:
    """Operands of a leaf as they are compared."""
    op = OPERATORS[leaf["op"]]
    if op.operand == NONE:
        return []
    found = read_operand(op, info.type, leaf["value"])
    return list(found) if op.operand in (LIST, RANGE) else [found]


def _days(info: FieldInfo, leaf: Mapping[str, Any], today: date) -> set[date]:
    """Days on which the outcome of a leaf on a date may change, and their neighbours."""
    op = OPERATORS[leaf["op"]]
    if op.operand in (DAYS, YEARS):
        edges = op.edges(leaf["value"])
        marks = {today - timedelta(days=days) for days in edges.days}
        marks |= {_born(today, years) for years in edges.years}
    else:
        marks = set(_operands(info, leaf))
    return {near for mark in marks if 1 < mark.year < date.max.year for near in (mark - DAY, mark, mark + DAY)}


def _born(today: date, years: int) -> date:
    """The latest birthday of whoever has completed so many years today."""
    born = today.replace(year=max(1, today.year - years), day=28) if (today.month, today.day) == (2, 29) else None
    born = born or today.replace(year=max(1, today.year - years))
    while anniversary(born + DAY, years) <= today:
        born += DAY
    return born


def _written(leaf: Mapping[str, Any]) -> Sequence[Any]:
    if OPERATORS[leaf["op"]].operand == NONE:
        return ()
    return leaf["value"] if isinstance(leaf["value"], list) else (leaf["value"],)


def _property(cond: Mapping[str, Any]) -> Any:
    """A value for which a condition on a property holds; None to leave it out."""
    kind = property_type(cond)
    value = cond.get("value")
    if cond["op"] == "is_not_set":
        return None
    if cond["op"] == "is_set":
        return OTHER
    if cond["op"] in ("is_not", "none_of"):
        if kind == BOOL:
            return not value
        return max(map(Decimal, value if isinstance(value, list) else [value])) + 1 if kind == NUMBER else OTHER
    return value[0] if isinstance(value, list) else value
