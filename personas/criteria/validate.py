"""Validation of a definition or a single condition tree against a catalogue: a list of problems, empty when it is sound."""

from collections.abc import Collection, Mapping
from itertools import pairwise
from typing import Any

from . import grade, operands, tree
from .check import MAX_CHILDREN, MAX_DAYS, Check
from .decay import DECAYS, MILLION
from .fields import Catalogue
from .problems import Problem
from .tree import Path

MAX_ITEMS, MAX_BANDS, MAX_BUILDER_POINTS, MAX_PACE = 60, 5, 100, 100_000
MAX_DAILY = 100


class DefinitionCheck(Check):
    """The checks of criteria, groups, axes and the rest of a definition."""

    def key(self, entry: Mapping, path: Path) -> None:
        key = entry["key"]
        if not operands.is_text(key, limit=40):
            self.add((*path, "key"), "key_missing")
        elif key in tree.AXES:
            self.add((*path, "key"), "key_reserved", key=key)
        elif key in self.keys:
            self.add((*path, "key"), "key_twice", key=key)
        else:
            self.keys.add(key)

    def item(self, item: Mapping, path: Path) -> None:
        if not self.shape(item, path, ("key", "points", "when"), ("cap", "each", "daily", "decay")):
            return
        self.key(item, path)
        limit = MAX_BUILDER_POINTS
        if self.whole(item["points"], (*path, "points"), -limit, limit) and item["points"] == 0:
            self.add((*path, "points"), "points_zero")
        if item.get("cap") is not None:
            self.whole(item["cap"], (*path, "cap"), 1, limit)
        if not isinstance(item.get("each", False), bool):
            self.add((*path, "each"), "value_bool")
        if item.get("daily") is not None:
            self.whole(item["daily"], (*path, "daily"), 1, MAX_DAILY)
            if not item.get("each"):
                self.add((*path, "daily"), "daily_needs_each")
        before = len(self.problems)
        self.condition(item["when"], (*path, "when"))
        if len(self.problems) == before:
            self._following_events(item, path)

    def _following_events(self, item: Mapping, path: Path) -> None:
        follows = tree.is_event_item(item)
        if item.get("each") and not follows:
            self.add((*path, "each"), "each_needs_event")
        elif item.get("each") and item["when"].get("count", 1) > 1:
            self.add((*path, "when", "count"), "each_with_count")
        if item.get("decay") is not None:
            if follows:
                self._decay(item["decay"], item["points"], (*path, "decay"))
            else:
                self.add((*path, "decay"), "decay_needs_event")

    def _decay(self, decay: Any, points: Any, path: Path) -> None:
        if not self.shape(decay, path, ("kind",), ("days", "steps")):
            return
        row = DECAYS.get(decay["kind"]) if isinstance(decay["kind"], str) else None
        if row is None:
            return self.add((*path, "kind"), "decay_unknown", kind=decay["kind"])
        if isinstance(points, int) and points < 0 and not row.negative:
            self.add((*path, "kind"), "decay_negative")
        if not row.by_steps:
            self.whole(decay.get("days"), (*path, "days"), 1, row.longest)
        elif not _good_steps(decay.get("steps")):
            self.add((*path, "steps"), "decay_steps")

    def axis(self, axis: Any, path: Path) -> None:
        if not self.shape(axis, path, ("bands", "items"), ("cap",)):
            return
        if not _good_bands(axis["bands"]):
            self.add((*path, "bands"), "bands", limit=MAX_BANDS)
        self.whole(axis.get("cap", 100), (*path, "cap"), 1, 100)
        if not self.listing(axis["items"], (*path, "items"), MAX_ITEMS):
            return
        for index, entry in enumerate(axis["items"]):
            here = (*path, "items", index)
            if isinstance(entry, Mapping) and tree.is_group(entry):
                self._item_group(entry, here)
            else:
                self.item(entry, here)

    def _item_group(self, group: Mapping, path: Path) -> None:
        if not self.shape(group, path, ("key", "cap", "items"), ("label",)):
            return
        self.key(group, path)
        self.whole(group["cap"], (*path, "cap"), 1, MAX_BUILDER_POINTS)
        if group.get("label") not in (None, "") and not operands.is_text(group["label"]):
            self.add((*path, "label"), "value_text", limit=operands.MAX_TEXT)
        if not self.listing(group["items"], (*path, "items"), MAX_CHILDREN):
            return
        if not group["items"]:
            self.add((*path, "items"), "empty_group")
        for index, item in enumerate(group["items"]):
            here = (*path, "items", index)
            if isinstance(item, Mapping) and tree.is_group(item):
                self.add(here, "group_in_group")
            else:
                self.item(item, here)

    def body(self, body: Any) -> None:
        rest = ("must", "never", "mql", "direct", "hysteresis", "cooldown_days", "pace", "mandatory")
        if not self.shape(body, (), tree.AXES, rest):
            return
        for axis in tree.AXES:
            self.axis(body[axis], (axis,))
        for name in tree.LISTS:
            if self.listing(body.get(name, []), (name,), MAX_ITEMS):
                for index, cond in enumerate(body.get(name, [])):
                    self.condition(cond, (name, index))
        for name, high in (("hysteresis", 50), ("cooldown_days", MAX_DAYS)):
            self.whole(body.get(name, 0), (name,), 0, high)
        self.whole(body.get("pace", tree.NUMBERS["pace"]), ("pace",), 1, MAX_PACE)
        self._cells(body)
        self._mandatory(body.get("mandatory", []))

    def _cells(self, body: Mapping) -> None:
        axes = [body[axis] for axis in tree.AXES]
        if not self.listing(body.get("mql", []), ("mql",), 36):
            return
        if not all(isinstance(axis, Mapping) and _good_bands(axis.get("bands")) for axis in axes):
            return  # said already; no matrix to compare with
        known, seen = [cell for row in grade.cells(body) for cell in row], []
        for index, cell in enumerate(body.get("mql", [])):
            if cell not in known:
                self.add(("mql", index), "unknown_cell", cell=cell)
            elif cell in seen:
                self.add(("mql", index), "cell_twice", cell=cell)
            seen.append(cell)

    def _mandatory(self, names: Any) -> None:
        if self.listing(names, ("mandatory",), MAX_ITEMS):
            for index, name in enumerate(names):
                if not isinstance(name, str) or name not in self.catalogue:
                    self.add(("mandatory", index), "unknown_field", field=name)
                elif self.catalogue[name].counted:
                    self.add(("mandatory", index), "field_counted", field=name)


def validate(body: Any, catalogue: Catalogue, personas: Collection[int] | None = None) -> list[Problem]:
    """Everything wrong with a definition; `personas` are the versions that may be named (None: any)."""
    check = DefinitionCheck(catalogue, personas)
    check.body(body)
    return check.problems


def retired(body: Mapping[str, Any], catalogue: Catalogue) -> list[Problem]:
    """Where a definition asks for a field that is offered no more: a draft may, what is proposed may not."""
    asked = [((*path, "field"), cond["field"]) for path, cond in tree.conditions(body) if "field" in cond]
    asked += [(("mandatory", index), name) for index, name in enumerate(body.get("mandatory") or ())]
    return [
        Problem(tree.written(path), "field_retired", {"field": name})
        for path, name in asked
        if name in catalogue and catalogue[name].retired
    ]


def validate_condition(cond: Any, catalogue: Catalogue, kinds: Collection[str] = ("field",)) -> list[Problem]:
    """Everything wrong with one condition tree; persona rules allow fields only."""
    check = Check(catalogue)
    check.condition(cond, (), kinds)
    return check.problems


def _good_steps(steps: Any) -> bool:
    """[[day, millionths] …]: days grow from 1, shares fall from below a million; at most 12."""
    if not isinstance(steps, list) or not 1 <= len(steps) <= 12:
        return False
    day, share = 0, MILLION
    for step in steps:
        if not isinstance(step, (list, tuple)) or len(step) != 2 or not all(type(one) is int for one in step):
            return False
        if not (day < step[0] <= MAX_DAYS and 0 <= step[1] < share):
            return False
        day, share = step
    return True


def _good_bands(bands: Any) -> bool:
    if not isinstance(bands, list) or not 1 <= len(bands) <= MAX_BANDS or not all(type(edge) is int for edge in bands):
        return False
    return all(1 <= edge <= 100 for edge in bands) and all(a > b for a, b in pairwise(bands))
