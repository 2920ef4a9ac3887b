"""Notes on a sound definition: nothing here forbids signing, each says what deserves a second look."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from . import canonical, decay, grade, tree
from .behaviours import canonical_filter
from .evaluate import cap_of
from .fields import Catalogue
from .operators import OPERATORS, read, read_operand
from .problems import Problem
from .tree import Path, written


def lint(body: Mapping[str, Any], catalogue: Catalogue) -> list[Problem]:
    """Notes in reading order; the definition must have passed `validate`."""
    notes: list[Problem] = []
    for rule in (_duplicates, _contradictions, _must_and_never, _cells, _mail_opens, _never_fades, _personal):
        notes += rule(body, catalogue)
    return notes


def spelling(cond: Mapping[str, Any]) -> str:
    """Equal for conditions that mean the same: order in groups and lists, and defaults, do not matter."""
    return canonical.dumps(_plain(cond))


def _plain(cond: Mapping[str, Any]) -> Any:
    for name in tree.GROUPS:
        if name in cond:
            children = sorted({spelling(child) for child in cond[name]})
            return {name: children}
    if "event" in cond:
        rest = [cond.get("within"), cond.get("count", 1), bool(cond.get("absent"))]
        return {"event": canonical_filter(cond["event"]), "rest": rest}
    if isinstance(cond.get("value"), list) and cond["op"] in ("one_of", "none_of"):
        return {**cond, "value": sorted(cond["value"], key=str)}
    return dict(cond)


def _duplicates(body: Mapping, catalogue: Catalogue) -> Iterator[Problem]:
    for scope in (tree.AXES, ("must",), ("never",), ("direct",)):
        seen: dict[str, Path] = {}
        for path, cond in tree.roots(body):
            if path[0] not in scope:
                continue
            first = seen.setdefault(spelling(cond), path)
            if first != path:
                yield Problem(written(path), "duplicate", {"other": written(first)})


def _contradictions(body: Mapping, catalogue: Catalogue) -> Iterator[Problem]:
    """Conditions asked for together that exclude one another: within one `all`, and among the musts."""
    if _impossible(_flat(body.get("must") or ()), catalogue):
        yield Problem("must", "contradiction")
    for path, cond in tree.roots(body):
        if path[0] != "must":
            yield from _in_groups(cond, path, catalogue)


def _in_groups(cond: Mapping, path: Path, catalogue: Catalogue) -> Iterator[Problem]:
    if "all" in cond and _impossible(_flat(cond["all"]), catalogue):
        yield Problem(written(path), "contradiction")
        return
    for name in tree.GROUPS:
        for index, child in enumerate(cond.get(name) or ()):
            yield from _in_groups(child, (*path, name, index), catalogue)


def _flat(conds: Iterable[Mapping]) -> Iterator[Mapping]:
    for cond in conds:
        if "all" in cond:
            yield from _flat(cond["all"])
        else:
            yield cond


def _impossible(conds: Iterable[Mapping], catalogue: Catalogue) -> bool:
    by_field: dict[str, list[Mapping]] = defaultdict(list)
    for cond in conds:
        if "field" in cond and cond["field"] in catalogue:
            by_field[cond["field"]].append(cond)
    return any(_excludes(found, catalogue[name].type) for name, found in by_field.items())


def _excludes(conds: list[Mapping], kind: str) -> bool:
    """No value satisfies all of them. Every value named by a condition is tried; bounds are compared besides."""
    names = {cond["op"] for cond in conds}
    if "is_not_set" in names:
        return len(names) > 1
    fixed = [cond for cond in conds if cond["op"] in ("is", "one_of")]
    if fixed:
        listed = fixed[0]["value"] if fixed[0]["op"] == "one_of" else [fixed[0]["value"]]
        timeless = [cond for cond in conds if not OPERATORS[cond["op"]].edges(cond.get("value")).days]
        timeless = [cond for cond in timeless if cond["op"] != "age_between"]
        return not any(all(_holds(cond, kind, value) for cond in timeless) for value in listed)
    low, high = _bounds(conds, kind)
    return low is not None and high is not None and low > high


def _holds(cond: Mapping, kind: str, value: Any) -> bool:
    op = OPERATORS[cond["op"]]
    return op.test(read(kind, value), read_operand(op, kind, cond.get("value")), date.min)


def _bounds(conds: list[Mapping], kind: str) -> tuple[Any, Any]:
    lows, highs = [], []
    for cond in conds:
        operand = read_operand(OPERATORS[cond["op"]], kind, cond.get("value"))
        if cond["op"] == "between":
            lows.append(operand[0])
            highs.append(operand[1])
        elif cond["op"] == "at_least":
            lows.append(operand)
        elif cond["op"] == "at_most":
            highs.append(operand)
        elif cond["op"] == "after" and operand < date.max:
            lows.append(date.fromordinal(operand.toordinal() + 1))
        elif cond["op"] == "before" and operand > date.min:
            highs.append(date.fromordinal(operand.toordinal() - 1))
    return max(lows, default=None), min(highs, default=None)


def _must_and_never(body: Mapping, catalogue: Catalogue) -> Iterator[Problem]:
    never = {spelling(cond) for cond in body.get("never") or ()}
    for index, cond in enumerate(body.get("must") or ()):
        if spelling(cond) in never:
            yield Problem(f"must.{index}", "must_and_never")


def _cells(body: Mapping, catalogue: Catalogue) -> Iterator[Problem]:
    if not body.get("mql") and not body.get("direct"):
        yield Problem("mql", "no_way")
    tops = [grade.band(most(body[axis]), body[axis]["bands"]) for axis in tree.AXES]
    for index, cell in enumerate(body.get("mql") or ()):
        if grade.LETTERS.index(cell[0]) < tops[0] or grade.DIGITS.index(cell[1]) < tops[1]:
            yield Problem(f"mql.{index}", "unreachable_cell", {"cell": cell})


def most(axis: Mapping[str, Any]) -> int:
    """The most points an axis can give, negative criteria left out."""
    total = 0
    for entry in axis["items"]:
        if tree.is_group(entry):
            total += min(entry["cap"], sum(map(_most_of, entry["items"])))
        else:
            total += _most_of(entry)
    return min(total, axis.get("cap", 100))


def _most_of(item: Mapping[str, Any]) -> int:
    if item["points"] < 0:
        return 0
    return cap_of(item) if item.get("each") else min(item["points"], cap_of(item))


def _mail_opens(body: Mapping, catalogue: Catalogue) -> Iterator[Problem]:
    for path, cond in tree.conditions(body):
        if "event" in cond and cond["event"]["kind"] == "mail_open" and path[0] not in ("must", "never"):
            yield Problem(written(path), "mail_opens")


def _never_fades(body: Mapping, catalogue: Catalogue) -> Iterator[Problem]:
    for path, item, _ in tree.items(body, "engagement"):
        if item["points"] > 0 and tree.is_event_item(item) and decay.span(item)[1] > 0:
            yield Problem(written(path), "never_fades")


def _personal(body: Mapping, catalogue: Catalogue) -> Iterator[Problem]:
    for path, cond in tree.conditions(body):
        if "field" in cond and cond["field"] in catalogue and catalogue[cond["field"]].personal:
            yield Problem(written(path), "personal", {"field": cond["field"]})
