"""A condition tree or criterion as what its form shows: name of each field → its values."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from personas.criteria.behaviours import ATTEMPT_PARTS, property_type
from personas.criteria.decay import DECAYS, MILLION
from personas.criteria.operators import LIST, NONE, OPERATORS, RANGE, YEARS
from personas.criteria.tree import GROUPS

from .names import CHILDREN

Shown = dict[str, list[str]]


def condition(cond: Mapping[str, Any], name: str) -> Shown:
    """Fields of a tree under `name`. {} shows a choice not made yet."""
    for group in GROUPS:
        if group in cond:
            shown = {f"{name}.kind": [group]}
            for index, child in enumerate(cond[group]):
                shown |= condition(child, f"{name}.{CHILDREN}.{index}")
            return shown
    if "persona" in cond:
        return {f"{name}.kind": ["persona"], f"{name}.persona": [text(cond["persona"])]}
    if "event" in cond:
        return {f"{name}.kind": ["event"]} | _event(cond, name)
    if "field" not in cond:
        return {f"{name}.kind": [""]}
    shown = {f"{name}.kind": ["field"], f"{name}.field": [text(cond["field"])], f"{name}.op": [text(cond["op"])]}
    return shown | operand(cond, f"{name}.value")


def _event(cond: Mapping[str, Any], name: str) -> Shown:
    filter_, here = cond["event"], f"{name}.event"
    shown = {f"{here}.kind": [text(filter_["kind"])]}
    for part in ("name", "form", "campaign", *ATTEMPT_PARTS):
        if filter_.get(part) not in (None, ""):
            shown[f"{here}.{part}"] = [text(filter_[part])]
    if filter_.get("page"):
        shown |= {f"{here}.page.op": [filter_["page"]["op"]], f"{here}.page.value": [filter_["page"]["value"]]}
    for index, prop in enumerate(filter_.get("props") or ()):
        under = f"{here}.props.{index}"
        shown |= {f"{under}.key": [prop["key"]], f"{under}.op": [prop["op"]], f"{under}.type": [property_type(prop)]}
        shown |= operand(prop, f"{under}.value")
    for part in ("within", "count"):
        if cond.get(part) is not None:
            shown[f"{name}.{part}"] = [text(cond[part])]
    return shown | ({f"{name}.absent": ["yes"]} if cond.get("absent") else {})


def operand(cond: Mapping[str, Any], name: str) -> Shown:
    """Fields of the operand of a test under `name`."""
    op, value = OPERATORS[cond["op"]], cond.get("value")
    if op.operand == NONE or value is None:
        return {}
    if op.operand in (RANGE, YEARS):
        return {f"{name}.{index}": [text(one)] for index, one in enumerate(value)}
    return {name: [text(one) for one in value] if op.operand == LIST else [text(value)]}


def text(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


# --- criteria


def worth(item: Mapping[str, Any]) -> Shown:
    """Fields of points, cap, each, fading."""
    shown = {"points": [text(item["points"])]}
    if item.get("cap") is not None:
        shown["cap"] = [text(item["cap"])]
    if item.get("each"):
        shown["each"] = ["yes"]
    if item.get("daily") is not None:
        shown["daily"] = [text(item["daily"])]
    fading = item.get("decay")
    if fading:
        shown["decay.kind"] = [fading["kind"]]
        if DECAYS[fading["kind"]].by_steps:
            shown["decay.steps"] = ["\n".join(f"{day}: {_percent(share)} %" for day, share in fading["steps"])]
        else:
            shown["decay.days"] = [text(fading["days"])]
    return shown


def _percent(millionths: int) -> str:
    return f"{Decimal(millionths) / (MILLION // 100):f}"


def criterion(item: Mapping[str, Any]) -> Shown:
    return worth(item) | condition(item["when"], "when")
