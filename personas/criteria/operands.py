"""Operands: is the value written in a condition one that its operator takes."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from .fields import BOOL, CHOICE, DATE, MONEY, NUMBER, FieldInfo
from .operators import DAYS, LIST, NONE, RANGE, YEARS, Operator, read

MAX_TEXT, MAX_LIST, MAX_OFFSET, MAX_AGE = 200, 200, 3_650, 130

_UNSPEAKABLE = re.compile("[\x00\ud800-\udfff]")  # nothing, and halves of characters

Fault = tuple[str, dict[str, Any]] | None


def fault(op: Operator, field_type: str, cond: Mapping[str, Any], info: FieldInfo | None = None) -> Fault:
    """(message key, params) of what is wrong with cond["value"], None when it is right."""
    if op.operand == NONE:
        return ("value_unexpected", {"op": op.name}) if cond.get("value") is not None else None
    if "value" not in cond or cond["value"] is None:
        return "value_missing", {}
    return _BY_OPERAND[op.operand](cond["value"], field_type, info)


def is_text(value: Any, limit: int = MAX_TEXT) -> bool:
    """A text that is not blank, not longer than `limit`, and made of characters that a database can hold."""
    return isinstance(value, str) and bool(value.strip()) and len(value) <= limit and not _UNSPEAKABLE.search(value)


def _one(value: Any, field_type: str, info: FieldInfo | None) -> Fault:
    if field_type in (NUMBER, MONEY):
        good = not isinstance(value, float) and isinstance(value, (int, str)) and read(field_type, value) is not None
        return None if good else ("value_number", {})
    if field_type == DATE:
        return None if isinstance(value, str) and isinstance(read(DATE, value), date) else ("value_date", {})
    if field_type == BOOL:
        return None if isinstance(value, bool) else ("value_bool", {})
    if not is_text(value):
        return "value_text", {"limit": MAX_TEXT}
    if field_type == CHOICE and info is not None and info.choices and value not in info.choices:
        return "value_choice", {"value": value, "field": info.key}
    return None


def _list(value: Any, field_type: str, info: FieldInfo | None) -> Fault:
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_LIST:
        return "value_list", {"limit": MAX_LIST}
    for one in value:
        wrong = _one(one, field_type, info)
        if wrong:
            return wrong
        if value.count(one) > 1:
            return "value_twice", {"value": one}
    return None


def _range(value: Any, field_type: str, info: FieldInfo | None) -> Fault:
    if not isinstance(value, list) or len(value) != 2:
        return "value_range", {}
    wrong = _one(value[0], field_type, info) or _one(value[1], field_type, info)
    if wrong:
        return wrong
    return None if read(field_type, value[0]) <= read(field_type, value[1]) else ("value_range", {})


def _days(value: Any, field_type: str, info: FieldInfo | None) -> Fault:
    return None if _whole(value, MAX_OFFSET) else ("value_whole", {"low": 0, "high": MAX_OFFSET})


def _years(value: Any, field_type: str, info: FieldInfo | None) -> Fault:
    if not isinstance(value, list) or len(value) != 2 or not all(_whole(one, MAX_AGE) for one in value):
        return "value_range", {}
    return None if value[0] <= value[1] else ("value_range", {})


def _whole(value: Any, high: int) -> bool:
    return type(value) is int and 0 <= value <= high


_BY_OPERAND = {"one": _one, LIST: _list, RANGE: _range, DAYS: _days, YEARS: _years}
