"""A definition's body as JSON Schema (2020-12), made of the same tables as everything else: the fields of a catalogue, the
operators, the kinds of event, the fadings. It says what may stand where; `validate` also says what goes together.
"""

from collections.abc import Mapping
from typing import Any

from . import operands, tree
from .behaviours import ATTEMPT, ATTEMPT_PARTS, LEAD_KINDS, PAGE_OPERATORS
from .check import MAX_CHILDREN, MAX_COUNT, MAX_DAYS
from .decay import DECAYS, MILLION, Decay
from .fields import BOOL, CHOICE, DATE, MONEY, NUMBER, SUBJECTS, TEXT, Catalogue, FieldInfo
from .operators import DAYS, LIST, NONE, ONE, OPERATORS, RANGE, YEARS, Operator, property_operators
from .validate import MAX_BANDS, MAX_BUILDER_POINTS, MAX_DAILY, MAX_ITEMS, MAX_PACE

Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
_TEXT: Schema = {"type": "string", "minLength": 1, "maxLength": operands.MAX_TEXT}
_AMOUNT: Schema = {"oneOf": [{"type": "integer"}, {"type": "string", "pattern": r"^-?[0-9]{1,15}(\.[0-9]{1,6})?$"}]}
_SCALARS: Mapping[str, Schema] = {
    NUMBER: _AMOUNT,
    MONEY: _AMOUNT,
    DATE: {"type": "string", "format": "date"},
    BOOL: {"type": "boolean"},
}
_CONDITION: Schema = {"$ref": "#/$defs/condition"}


def schema(catalogue: Catalogue, lang: str = "en") -> Schema:
    """The schema of a body. `lang` ("en", "fr"): of the titles."""
    french = lang == "fr"
    axis = _object(
        {"bands": _some(_whole(1, 100), MAX_BANDS, least=1), "items": _some({"$ref": "#/$defs/entry"}, MAX_ITEMS)},
        {"cap": _whole(1, 100)},
    )
    conditions, cells = _some(_CONDITION, MAX_ITEMS), {"type": "string", "pattern": "^[A-F][1-6]$"}
    rest = {
        **dict.fromkeys(tree.LISTS, conditions),
        "mql": {**_some(cells, 36), "uniqueItems": True},
        "hysteresis": _whole(0, 50),
        "cooldown_days": _whole(0, MAX_DAYS),
        "pace": _whole(1, MAX_PACE),
        "mandatory": _some({"enum": sorted(catalogue)}, MAX_ITEMS),
    }
    whole = _object({name: {"$ref": "#/$defs/axis"} for name in tree.AXES}, rest)
    parts = {
        "axis": axis,
        "entry": {"oneOf": [{"$ref": "#/$defs/criterion"}, {"$ref": "#/$defs/group"}]},
        "group": _group(),
        "criterion": _criterion(french),
        "condition": _conditions(catalogue, french),
    }
    return {"$schema": DIALECT, **whole, "$defs": parts}


def _criterion(french: bool) -> Schema:
    fading = {"oneOf": [{"type": "null"}, *(_decay(row, french) for row in DECAYS.values())]}
    points = {**_whole(-MAX_BUILDER_POINTS, MAX_BUILDER_POINTS), "not": {"const": 0}}
    return _object(
        {"key": {"type": "string", "minLength": 1, "maxLength": 40}, "points": points, "when": _CONDITION},
        {
            "cap": _or_null(_whole(1, MAX_BUILDER_POINTS)), "each": {"type": "boolean"},
            "daily": _or_null(_whole(1, MAX_DAILY)), "decay": fading,
        },
    )  # fmt: skip


def _group() -> Schema:
    inner = _some({"$ref": "#/$defs/criterion"}, MAX_CHILDREN, least=1)
    return _object(
        {"key": {"type": "string"}, "cap": _whole(1, MAX_BUILDER_POINTS), "items": inner}, {"label": {"type": "string"}}
    )


def _decay(row: Decay, french: bool) -> Schema:
    kind = {"const": row.name, "title": row.label[french]}
    if not row.by_steps:
        return _object({"kind": kind, "days": _whole(1, row.longest)})
    step = {"type": "array", "prefixItems": [_whole(1, MAX_DAYS), _whole(0, MILLION - 1)], "minItems": 2, "maxItems": 2}
    return _object({"kind": kind, "steps": _some(step, 12, least=1)})


def _conditions(catalogue: Catalogue, french: bool) -> Schema:
    groups = [_object({name: _some(_CONDITION, MAX_CHILDREN, least=1)}) for name in tree.GROUPS]
    usable = [info for info in catalogue.values() if info.subject in SUBJECTS]
    fields = [
        _test({"field": {"const": info.key, "title": info.label_fr if french else info.label_en}}, op, info, french)
        for info in usable
        for op in OPERATORS.values()
        if info.type in op.types
    ]
    persona = _object({"persona": {"type": "integer"}})
    often = {"within": _or_null(_whole(1, MAX_DAYS)), "count": _whole(1, MAX_COUNT), "absent": {"type": "boolean"}}
    acts = [_object({"event": filter_}, often) for filter_ in (_of_lead(french), _attempt())]
    return {"oneOf": [*groups, *fields, persona, *acts]}


def _of_lead(french: bool) -> Schema:
    props = [
        _test({"key": _TEXT}, op, FieldInfo("event.any", kind, "", ""), french)
        for op in property_operators()
        for kind in (TEXT, NUMBER, BOOL)
        if kind in op.types
    ]
    rest = {
        "name": _or_null(_TEXT), "form": _or_null(_TEXT), "campaign": {"type": ["string", "integer", "null"]},
        "page": _or_null(_object({"op": {"enum": list(PAGE_OPERATORS)}, "value": _TEXT})),
        "props": _or_null(_some({"anyOf": props}, MAX_CHILDREN)),
    }  # fmt: skip
    return _object({"kind": {"enum": list(LEAD_KINDS)}}, rest)


def _attempt() -> Schema:
    parts = {part: _or_null({"enum": list(values)}) for part, values in ATTEMPT_PARTS.items()}
    return _object({"kind": {"const": ATTEMPT}}, parts)


def _test(subject: Schema, op: Operator, info: FieldInfo, french: bool) -> Schema:
    """A test of one field or property by one operator."""
    name = {"const": op.name, "title": op.label[french]}
    if op.operand == NONE:
        return _object({**subject, "op": name}, {"value": {"type": "null"}})
    return _object({**subject, "op": name, "value": _operand(op, info)})


def _operand(op: Operator, info: FieldInfo) -> Schema:
    scalar = _SCALARS.get(info.type, _TEXT)
    if info.type == CHOICE and info.choices:
        scalar = {"enum": list(info.choices)}
    pair = {"type": "array", "minItems": 2, "maxItems": 2}
    return {
        ONE: scalar,
        LIST: {**_some(scalar, operands.MAX_LIST, least=1), "uniqueItems": True},
        RANGE: {**pair, "items": scalar},
        DAYS: _whole(0, operands.MAX_OFFSET),
        YEARS: {**pair, "items": _whole(0, operands.MAX_AGE)},
    }[op.operand]


def _object(needed: Schema, optional: Schema | None = None) -> Schema:
    return {
        "type": "object",
        "properties": {**needed, **(optional or {})},
        "required": list(needed),
        "additionalProperties": False,
    }


def _whole(low: int, high: int) -> Schema:
    return {"type": "integer", "minimum": low, "maximum": high}


def _some(items: Schema, most: int, least: int = 0) -> Schema:
    return {"type": "array", "items": items, "minItems": least, "maxItems": most}


def _or_null(what: Schema) -> Schema:
    return {"oneOf": [{"type": "null"}, what]}
