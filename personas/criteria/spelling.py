"""The one spelling of a condition or criterion: parts that say nothing left out, whole numbers as numbers.

Two spellings of the same tree are equal after `condition`; sentences say no more than that, and are read back as this.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from .behaviours import property_type
from .fields import MONEY, NUMBER, Catalogue
from .operators import NONE, OPERATORS
from .tree import GROUPS

WORTH = {"cap": None, "each": False, "daily": None, "decay": None}


def condition(cond: Mapping[str, Any], catalogue: Catalogue) -> dict[str, Any]:
    """A valid condition tree in its one spelling; the order of its parts is kept."""
    for name in GROUPS:
        if name in cond:
            return {name: [condition(child, catalogue) for child in cond[name]]}
    if "event" in cond:
        outer = {part: cond[part] for part in ("within", "count", "absent") if cond.get(part) not in (None, False, 1)}
        if cond.get("within") is not None:
            outer["within"] = cond["within"]
        return {"event": _filter(cond["event"])} | outer
    if "field" not in cond:
        return dict(cond)
    info = catalogue.get(cond["field"])
    return _test(cond, info.type if info else "")


def criterion(item: Mapping[str, Any], catalogue: Catalogue) -> dict[str, Any]:
    """A criterion with all its parts, its condition in its one spelling."""
    return WORTH | dict(item) | {"when": condition(item["when"], catalogue)}


def line(said: Mapping[str, Any], catalogue: Catalogue) -> dict[str, Any]:
    """A criterion, or {"when": …} alone."""
    return criterion(said, catalogue) if "points" in said else {"when": condition(said["when"], catalogue)}


def amount(value: Any) -> Any:
    """12 for 12, "12" and "0012"; "12.50" stays as precise as it is."""
    read = Decimal(value)
    return int(read) if "." not in str(value) else f"{read:f}"


def _filter(raw: Mapping[str, Any]) -> dict[str, Any]:
    clean = {part: value for part, value in raw.items() if value not in (None, "", []) and part != "props"}
    props = [_test(prop, property_type(prop)) for prop in raw.get("props") or ()]
    return clean | ({"props": props} if props else {})


def _test(cond: Mapping[str, Any], type_: str) -> dict[str, Any]:
    clean = {part: value for part, value in cond.items() if value is not None}
    if type_ in (NUMBER, MONEY) and "value" in clean and OPERATORS[cond["op"]].operand != NONE:
        value = clean["value"]
        clean["value"] = [_amount(one) for one in value] if isinstance(value, list) else _amount(value)
    return clean


def _amount(value: Any) -> Any:
    return value if isinstance(value, bool) else amount(value)
