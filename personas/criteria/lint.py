"""Notes on a sound definition: nothing here forbids signing, each says what deserves a second look."""

from collections.abc import Iterator, Mapping
from typing import Any

from . import candidates, canonical, decay, grade, lasting, tree
from .behaviours import ATTEMPT, canonical_filter, matches
from .evaluate import cap_of
from .exclusion import possible
from .fields import Catalogue
from .problems import Problem
from .reach import most
from .tree import Path, written


def lint(body: Mapping[str, Any], catalogue: Catalogue) -> list[Problem]:
    """Notes in reading order; the definition must have passed `validate`."""
    notes: list[Problem] = []
    for rule in RULES:
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
    """Conditions asked for together that exclude one another: within one `all`, among what must and must never be; points that
    nobody can get who has what is asked, and direct paths that nobody can take."""
    must, never = list(body.get("must") or ()), list(body.get("never") or ())
    asked = {spelling(cond) for cond in must}
    never = [cond for cond in never if spelling(cond) not in asked]  # these are told by `_must_and_never`
    sound = possible(must, catalogue, never)
    if not sound:
        yield Problem("must" if must else "never", "contradiction")
    for path, cond in tree.roots(body):
        found = list(_in_groups(cond, path, catalogue))
        yield from found if path[0] != "must" or sound else ()
        if sound and not found and path[0] in tree.AXES and not possible([*must, cond], catalogue, never):
            yield Problem(written(path), "never_with_must")
        if sound and not found and path[0] == "direct" and not possible([*must, cond], catalogue, never):
            yield Problem(written(path), "way_excluded")


def _in_groups(cond: Mapping, path: Path, catalogue: Catalogue) -> Iterator[Problem]:
    if "all" in cond and not possible([cond], catalogue):
        yield Problem(written(path), "contradiction")
        return
    for name in tree.GROUPS:
        for index, child in enumerate(cond.get(name) or ()):
            yield from _in_groups(child, (*path, name, index), catalogue)


def _must_and_never(body: Mapping, catalogue: Catalogue) -> Iterator[Problem]:
    never = {spelling(cond) for cond in body.get("never") or ()}
    for index, cond in enumerate(body.get("must") or ()):
        if spelling(cond) in never:
            yield Problem(f"must.{index}", "must_and_never")


def _cells(body: Mapping, catalogue: Catalogue) -> Iterator[Problem]:
    if not body.get("mql") and not body.get("direct"):
        yield Problem("mql", "no_way")
    tops = [grade.band(most(body[axis], catalogue), body[axis]["bands"]) for axis in tree.AXES]
    for index, cell in enumerate(body.get("mql") or ()):
        if grade.LETTERS.index(cell[0]) < tops[0] or grade.DIGITS.index(cell[1]) < tops[1]:
            yield Problem(f"mql.{index}", "unreachable_cell", {"cell": cell})


def _caps(body: Mapping, catalogue: Catalogue) -> Iterator[Problem]:
    """A cap under the points of a single act or criterion: what is promised is never given."""
    for axis in tree.AXES:
        for path, item, group in tree.items(body, axis):
            if cap_of(item) < abs(item["points"]):
                yield Problem(written(path), "cap_below_points", {"points": item["points"], "cap": item["cap"]})
            elif group is not None and group["cap"] < abs(item["points"]):
                yield Problem(written(path), "group_below_points", {"points": item["points"], "cap": group["cap"]})


def _counted_twice(body: Mapping, catalogue: Catalogue) -> Iterator[Problem]:
    """Two criteria with points for one act, under no common cap. What stands twice word for word is a duplicate."""
    seen: list[tuple[Path, Mapping, Mapping | None]] = []
    for axis in tree.AXES:
        for path, item, group in tree.items(body, axis):
            if item["points"] <= 0 or not any(True for _act in lasting.enough(item["when"])):
                continue
            for before, other, capped in seen:
                apart = group is None or group is not capped
                if apart and _one_act(item["when"], other["when"]):
                    yield Problem(written(path), "counted_twice", {"other": written((*before, "when"))})
                    break
            seen.append((path, item, group))


def _one_act(one: Mapping, other: Mapping) -> bool:
    if spelling(one) == spelling(other):
        return False
    return any(_is_one(mine, theirs) for mine in lasting.enough(one) for theirs in lasting.enough(other))


def _is_one(one: Mapping, other: Mapping) -> bool:
    acts = [(candidates.an_act(one["event"]), other["event"]), (candidates.an_act(other["event"]), one["event"])]
    return any(act is not None and matches(filter_, act) for act, filter_ in acts)


def _mail_opens(body: Mapping, catalogue: Catalogue) -> Iterator[Problem]:
    negative = {path for axis in tree.AXES for path, item, _ in tree.items(body, axis) if item["points"] < 0}
    for path, cond in tree.conditions(body):
        opens = "event" in cond and cond["event"]["kind"] == "mail_open" and path[0] not in ("must", "never")
        if opens and not any(path[: len(one)] == one for one in negative):
            yield Problem(written(path), "mail_opens")


def _own_attempts(body: Mapping, catalogue: Catalogue) -> Iterator[Problem]:
    """What sales did says who was called, not who is good. Points taken away, and what was not done, are no fault."""
    negative = {path for axis in tree.AXES for path, item, _ in tree.items(body, axis) if item["points"] < 0}
    for root, cond in tree.roots(body):
        for path, leaf in lasting.done(cond, root) if root[0] != "never" and root[:-1] not in negative else ():
            if leaf["event"]["kind"] == ATTEMPT:
                yield Problem(written(path), "own_attempts")


def _never_fades(body: Mapping, catalogue: Catalogue) -> Iterator[Problem]:
    for axis in tree.AXES:
        for path, item, _ in tree.items(body, axis):
            lasts = decay.span(item)[1] > 0 if tree.is_event_item(item) else lasting.for_ever(item["when"])
            if item["points"] > 0 and lasts:
                yield Problem(written(path), "never_fades")


def _switched_off(body: Mapping, catalogue: Catalogue) -> Iterator[Problem]:
    """What asks for personal data that nobody sees or writes any more: it counts on, and a lead without it is held for ever."""
    for root, cond in tree.roots(body):
        for path, leaf in tree.leaves(cond, root):
            if leaf.get("field") in catalogue and catalogue[leaf["field"]].off:
                yield Problem(written(path), "switched_off", {"field": leaf["field"]})
    for index, name in enumerate(body.get("mandatory") or ()):
        if name in catalogue and catalogue[name].off:
            yield Problem(f"mandatory.{index}", "mandatory_off", {"field": name})


RULES = (
    _duplicates, _contradictions, _must_and_never, _cells, _caps, _counted_twice, _mail_opens, _own_attempts, _never_fades,
    _switched_off,
)  # fmt: skip
