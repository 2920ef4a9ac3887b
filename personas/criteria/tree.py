"""The shape of a definition: walking it, finding and replacing parts by path, its slots.

A path is a tuple of keys and indexes: ("fit", "items", 0, "when", "value"). Written with dots it names a part on screen.
"""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

AXES = ("fit", "engagement")
GROUPS = ("all", "any", "none")
LISTS = ("must", "never", "direct")
# Settings that are numbers, and what holds where a definition says none: points, days, handoffs a business day.
NUMBERS = {"hysteresis": 0, "cooldown_days": 0, "pace": 15}
MAX_POINTS = 2_000  # overflow limit of one criterion; the builder stays within 100

Path = tuple[str | int, ...]


def empty_body() -> dict[str, Any]:
    """A definition with nothing in it yet: judges everybody D4 and qualifies nobody."""
    axis = {"bands": [75, 50, 25], "cap": 100, "items": []}
    return {
        "fit": deepcopy(axis), "engagement": deepcopy(axis), "must": [], "never": [], "mql": ["A1", "A2", "B1"],
        "direct": [], **NUMBERS, "mandatory": ["lead.email"],
    }  # fmt: skip


def is_group(item: Mapping[str, Any]) -> bool:
    return "items" in item


def is_event_item(item: Mapping[str, Any]) -> bool:
    """A criterion whose points follow events one by one (they may fade and add up); others just hold or not."""
    return "event" in item["when"] and not item["when"].get("absent")


def items(body: Mapping[str, Any], axis: str) -> Iterator[tuple[Path, Mapping[str, Any], Mapping[str, Any] | None]]:
    """(path, criterion, its group or None) in order, groups themselves left out."""
    for index, entry in enumerate(body[axis]["items"]):
        path: Path = (axis, "items", index)
        if not is_group(entry):
            yield path, entry, None
        for inner, item in enumerate(entry["items"] if is_group(entry) else ()):
            yield (*path, "items", inner), item, entry


def slots(body: Mapping[str, Any]) -> list[str]:
    """Keys in slot order: per axis its criteria, each group after its own criteria, then the axis itself."""
    order: list[str] = []
    for axis in AXES:
        for entry in body[axis]["items"]:
            order += [item["key"] for item in entry.get("items", ())] + [entry["key"]]
        order.append(axis)
    return order


def leaves(cond: Mapping[str, Any], path: Path = ()) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """(path, condition) of the tests inside a condition tree, groups left out."""
    for name in GROUPS:
        if name in cond:
            for index, child in enumerate(cond[name]):
                yield from leaves(child, (*path, name, index))
            return
    yield path, cond


def roots(body: Mapping[str, Any]) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """(path, condition tree) of every criterion and of must, never, direct."""
    for axis in AXES:
        for path, item, _ in items(body, axis):
            yield (*path, "when"), item["when"]
    for name in LISTS:
        for index, cond in enumerate(body.get(name) or ()):
            yield (name, index), cond


def conditions(body: Mapping[str, Any]) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """(path, leaf condition) everywhere in a definition."""
    for path, cond in roots(body):
        yield from leaves(cond, path)


def fields_used(body: Mapping[str, Any]) -> set[str]:
    """Keys of the fields a definition reads, mandatory ones included."""
    return {cond["field"] for _, cond in conditions(body) if "field" in cond} | set(body.get("mandatory") or ())


def personas_used(body: Mapping[str, Any]) -> set[int]:
    """Persona versions a definition names and therefore pins."""
    return {cond["persona"] for _, cond in conditions(body) if "persona" in cond}


def find(body: Any, path: Path) -> Any:
    """The part at a path; KeyError, IndexError or TypeError when there is none."""
    for step in path:
        body = body[step]
    return body


def replace(body: Any, path: Path, value: Any) -> Any:
    """A copy of `body` with the part at `path` set to `value`; the original is left as it is."""
    fresh = deepcopy(body)
    find(fresh, path[:-1])[path[-1]] = value
    return fresh


def written(path: Path) -> str:
    """ "fit.items.0.when.value"."""
    return ".".join(map(str, path))


def parsed(text: str) -> Path:
    """The path that `written` wrote."""
    return tuple(int(step) if step.isdigit() else step for step in text.split("."))
