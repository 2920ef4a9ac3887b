"""Checking one condition tree against a catalogue: fields, operators, operands, event filters, depth and size."""

from collections.abc import Collection, Mapping
from typing import Any

from . import operands, tree
from .behaviours import ATTEMPT, ATTEMPT_PARTS, EVENT_KINDS, LEAD_PARTS, PAGE_OPERATORS, property_type
from .fields import SUBJECTS, Catalogue
from .operators import OPERATORS, property_operators
from .problems import Problem
from .tree import Path, written

MAX_DEPTH, MAX_CHILDREN = 4, 20
MAX_CONDITIONS = (
    400  # of a whole definition, groups of them counted: more than anybody reads, and a statement has room for
)
MAX_DAYS, MAX_COUNT = 1_095, 1_000
LEAF_KINDS = ("field", "persona", "event")


class Check:
    """One pass. `problems` fills up; `personas` None means that any version is accepted."""

    def __init__(self, catalogue: Catalogue, personas: Collection[int] | None = None) -> None:
        self.catalogue, self.personas = catalogue, personas
        self.problems: list[Problem] = []
        self.keys: set[str] = set()  # of criteria and groups, in a whole definition
        self.seen = 0  # conditions

    def add(self, path: Path, key: str, /, **params: Any) -> None:
        self.problems.append(Problem(written(path), key, params))

    def whole(self, value: Any, path: Path, low: int, high: int) -> bool:
        good = isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
        if not good:
            self.add(path, "value_whole", low=low, high=high)
        return good

    def shape(self, value: Any, path: Path, needed: Collection[str], optional: Collection[str] = ()) -> bool:
        """An object with all `needed` keys and no key beyond `optional`."""
        if not isinstance(value, Mapping):
            self.add(path, "not_object")
            return False
        missing = [part for part in needed if part not in value]
        unknown = [part for part in value if part not in needed and part not in optional]
        for part in missing:
            self.add(path, "missing_part", part=part)
        for part in unknown:
            self.add((*path, part), "unknown_part", part=part)
        return not missing and not unknown

    def listing(self, value: Any, path: Path, limit: int) -> bool:
        if not isinstance(value, list):
            self.add(path, "not_list")
            return False
        if len(value) > limit:
            self.add(path, "too_many", limit=limit, count=len(value))
            return False
        return True

    def condition(self, cond: Any, path: Path, kinds: Collection[str] = LEAF_KINDS, depth: int = 1) -> None:
        if not isinstance(cond, Mapping):
            return self.add(path, "not_object")
        self.seen += 1
        if self.seen > MAX_CONDITIONS:  # said once, at the first one too many
            return self.add(path, "too_large", limit=MAX_CONDITIONS) if self.seen == MAX_CONDITIONS + 1 else None
        for name in tree.GROUPS:
            if name in cond:
                return self._group(cond, name, path, kinds, depth)
        kind = next((kind for kind in LEAF_KINDS if kind in cond), None)
        if kind is None:
            return self.add(path, "no_condition")
        if kind not in kinds:
            return self.add(path, "not_here")
        return {"field": self._field, "persona": self._persona, "event": self._event}[kind](cond, path)

    def _group(self, cond: Mapping, name: str, path: Path, kinds: Collection[str], depth: int) -> None:
        if not self.shape(cond, path, (name,)) or not self.listing(cond[name], (*path, name), MAX_CHILDREN):
            return
        if not cond[name]:
            self.add((*path, name), "empty_group")
        if depth >= MAX_DEPTH:
            return self.add(path, "too_deep", limit=MAX_DEPTH)
        for index, child in enumerate(cond[name]):
            self.condition(child, (*path, name, index), kinds, depth + 1)

    def _field(self, cond: Mapping, path: Path) -> None:
        if not self.shape(cond, path, ("field", "op"), ("value",)):
            return
        info = self.catalogue.get(cond["field"]) if isinstance(cond["field"], str) else None
        if info is None or info.subject not in SUBJECTS:
            return self.add((*path, "field"), "unknown_field", field=cond["field"])
        op = OPERATORS.get(cond["op"]) if isinstance(cond["op"], str) else None
        if op is None:
            return self.add((*path, "op"), "unknown_operator", op=cond["op"])
        if info.type not in op.types:
            return self.add((*path, "op"), "wrong_operator", op=op.name, field=info.key, type=info.type)
        fault = operands.fault(op, info.type, cond, info)
        if fault:
            self.add((*path, "value"), fault[0], **fault[1])

    def _persona(self, cond: Mapping, path: Path) -> None:
        if not self.shape(cond, path, ("persona",)):
            return
        value = cond["persona"]
        known = isinstance(value, int) and not isinstance(value, bool)
        if not known or (self.personas is not None and value not in self.personas):
            self.add((*path, "persona"), "unknown_persona")

    def _event(self, cond: Mapping, path: Path) -> None:
        if not self.shape(cond, path, ("event",), ("within", "count", "absent")):
            return
        if cond.get("within") is not None:
            self.whole(cond["within"], (*path, "within"), 1, MAX_DAYS)
        if "count" in cond:
            self.whole(cond["count"], (*path, "count"), 1, MAX_COUNT)
        if not isinstance(cond.get("absent", False), bool):
            self.add((*path, "absent"), "value_bool")
        self._filter(cond["event"], (*path, "event"))

    def _filter(self, raw: Any, path: Path) -> None:
        attempt = isinstance(raw, Mapping) and raw.get("kind") == ATTEMPT
        if not self.shape(raw, path, ("kind",), tuple(ATTEMPT_PARTS) if attempt else LEAD_PARTS):
            return
        for part, values in ATTEMPT_PARTS.items() if attempt else ():
            if raw.get(part) is not None and raw[part] not in values:
                self.add((*path, part), "value_of_list", value=raw[part])
        if raw["kind"] not in EVENT_KINDS:
            self.add((*path, "kind"), "unknown_kind", kind=raw["kind"])
        if raw["kind"] == "track" and not raw.get("name"):
            self.add((*path, "name"), "name_missing")
        self._filter_names(raw, path)
        if raw.get("page") is not None:
            self._page(raw["page"], (*path, "page"))
        if raw.get("props") is not None and self.listing(raw["props"], (*path, "props"), MAX_CHILDREN):
            for index, prop in enumerate(raw["props"]):
                self._property(prop, (*path, "props", index))

    def _filter_names(self, raw: Mapping, path: Path) -> None:
        for part in ("name", "form"):
            if raw.get(part) is not None and not operands.is_text(raw[part]):
                self.add((*path, part), "value_text", limit=operands.MAX_TEXT)
        campaign = raw.get("campaign")
        if isinstance(campaign, str):
            good = not campaign or operands.is_text(campaign)
        else:
            good = campaign is None or (isinstance(campaign, int) and not isinstance(campaign, bool))
        if not good:
            self.add((*path, "campaign"), "value_text", limit=operands.MAX_TEXT)

    def _page(self, page: Any, path: Path) -> None:
        if not self.shape(page, path, ("op", "value")):
            return
        if page["op"] not in PAGE_OPERATORS:
            self.add((*path, "op"), "unknown_operator", op=page["op"])
        if not operands.is_text(page["value"]):
            self.add((*path, "value"), "value_text", limit=operands.MAX_TEXT)

    def _property(self, prop: Any, path: Path) -> None:
        if not self.shape(prop, path, ("key", "op"), ("value",)):
            return
        if not operands.is_text(prop["key"]):
            self.add((*path, "key"), "value_text", limit=operands.MAX_TEXT)
        if prop["op"] not in [op.name for op in property_operators()]:
            return self.add((*path, "op"), "unknown_operator", op=prop["op"])
        kind = property_type(prop)
        if kind not in OPERATORS[prop["op"]].types:
            return self.add((*path, "op"), "wrong_operator", op=prop["op"], field=prop["key"], type=kind)
        fault = operands.fault(OPERATORS[prop["op"]], kind, prop)
        if fault:
            self.add((*path, "value"), fault[0], **fault[1])
