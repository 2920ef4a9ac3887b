"""What was posted, as a condition tree or criterion. Nothing is refused here: what cannot be read stays as typed, and
`personas.criteria.validate` says what is wrong with it, at its place."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from personas.criteria.behaviours import ATTEMPT, ATTEMPT_PARTS
from personas.criteria.decay import DECAYS, MILLION
from personas.criteria.fields import BOOL, MONEY, NUMBER, TEXT, Catalogue
from personas.criteria.operators import DAYS, LIST, NONE, OPERATORS, RANGE, YEARS, Operator
from personas.criteria.tree import GROUPS

from .names import CHILDREN, DEEPEST, Posted, lines, numbered, one

_WHOLE = re.compile(r"-?\d{1,15}")
_DECIMAL = re.compile(r"-?\d{1,15}\.\d{1,6}")
_THOUSANDS = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?")
_STEP = re.compile(
    r"(\d{1,5})\s*[:=]?\s+(\d{1,3}(?:[.,]\d{1,4})?)\s*%?|(\d{1,5})\s*[:=]\s*(\d{1,3}(?:[.,]\d{1,4})?)\s*%?"
)
_SPACES = str.maketrans("", "", " \u00a0\u202f")


def condition(posted: Posted, name: str, fields: Catalogue, depth: int = 1) -> dict[str, Any]:
    """The tree under `name`; {} when nothing was chosen, and below what may be nested."""
    kind = one(posted, f"{name}.kind") if depth <= DEEPEST else ""
    if kind in GROUPS:
        under = f"{name}.{CHILDREN}"
        return {kind: [condition(posted, f"{under}.{index}", fields, depth + 1) for index in numbered(posted, under)]}
    if kind == "persona":
        return {"persona": whole(one(posted, f"{name}.persona"))}
    if kind == "event":
        return event(posted, name)
    return field(posted, name, fields) if kind == "field" else {}


def field(posted: Posted, name: str, fields: Catalogue) -> dict[str, Any]:
    """A test of a field; the operand is read as the field's type."""
    key, op = one(posted, f"{name}.field"), one(posted, f"{name}.op")
    cond: dict[str, Any] = {"field": key, "op": op}
    if key in fields and op in OPERATORS:
        operand(cond, posted, f"{name}.value", OPERATORS[op], fields[key].type)
    return cond


def event(posted: Posted, name: str) -> dict[str, Any]:
    """A test of events: filter, number of times, window, absence."""
    here = f"{name}.event"
    filter_: dict[str, Any] = {"kind": one(posted, f"{here}.kind")}
    attempt = filter_["kind"] == ATTEMPT
    for part in ATTEMPT_PARTS if attempt else ("name", "form", "campaign"):
        if value := one(posted, f"{here}.{part}"):
            filter_[part] = value
    cond: dict[str, Any] = {"event": filter_ if attempt else filter_ | _of_lead(posted, here)}
    if within := one(posted, f"{name}.within"):
        cond["within"] = whole(within)
    if (count := one(posted, f"{name}.count")) not in ("", "1"):
        cond["count"] = whole(count)
    if one(posted, f"{name}.absent"):
        cond["absent"] = True
    return cond


def _of_lead(posted: Posted, here: str) -> dict[str, Any]:
    """Page and properties of what a lead did."""
    found: dict[str, Any] = {}
    if page := one(posted, f"{here}.page.value"):
        found["page"] = {"op": one(posted, f"{here}.page.op", "like"), "value": page}
    props = [prop(posted, f"{here}.props.{index}") for index in numbered(posted, f"{here}.props")]
    if props:
        found["props"] = props
    return found


def prop(posted: Posted, name: str) -> dict[str, Any]:
    """A test of a property of an event; its type is the one chosen beside it."""
    op = one(posted, f"{name}.op")
    cond: dict[str, Any] = {"key": one(posted, f"{name}.key"), "op": op}
    if op in OPERATORS:
        operand(cond, posted, f"{name}.value", OPERATORS[op], one(posted, f"{name}.type", TEXT))
    return cond


def operand(cond: dict[str, Any], posted: Posted, name: str, op: Operator, kind: str) -> None:
    """Put the operand into `cond`; a missing one stays out."""
    if op.operand == NONE:
        return
    if op.operand in (RANGE, YEARS):
        read = whole if op.operand == YEARS else lambda text: scalar(kind, text)
        cond["value"] = [read(one(posted, f"{name}.{index}")) for index in (0, 1)]
    elif op.operand == LIST:
        typed = [text.strip() for text in posted.get(name) or () if text.strip()] + lines(posted, f"{name}.more")
        cond["value"] = [scalar(kind, text) for text in dict.fromkeys(typed)]
    elif text := one(posted, name):
        cond["value"] = whole(text) if op.operand == DAYS else scalar(kind, text)


def scalar(kind: str, text: str) -> Any:
    """One value of a type; text that is none of it comes back as typed."""
    if kind in (NUMBER, MONEY):
        return number(text)
    if kind == BOOL:
        return {"true": True, "false": False}.get(text, text)
    return text


def number(text: str) -> Any:
    """Whole numbers as int, others as decimal text; 12,5 and 12 000 and 12,000.5 as their writers meant."""
    plain = text.translate(_SPACES).replace("−", "-")
    plain = plain.replace(",", "") if _THOUSANDS.fullmatch(plain) else plain.replace(",", ".")
    if _WHOLE.fullmatch(plain):
        return int(plain)
    return plain if _DECIMAL.fullmatch(plain) else text


def whole(text: str) -> Any:
    """A whole number, or the text as typed."""
    plain = text.translate(_SPACES).replace("−", "-").removeprefix("+")
    return int(plain) if _WHOLE.fullmatch(plain) else text


# --- criteria


def worth(posted: Posted) -> dict[str, Any]:
    """points, cap, each, how many a day, and decay of a criterion."""
    cap, daily = one(posted, "cap"), one(posted, "daily")
    return {
        "points": whole(one(posted, "points")),
        "cap": whole(cap) if cap else None,
        "each": bool(one(posted, "each")),
        "daily": whole(daily) if daily else None,
        "decay": fading(posted),
    }


def fading(posted: Posted) -> dict[str, Any] | None:
    """None where points stay; steps such as "30: 50 %" stand on lines of their own, or between semicolons."""
    kind = one(posted, "decay.kind")
    if not kind:
        return None
    if kind not in DECAYS or not DECAYS[kind].by_steps:
        return {"kind": kind, "days": whole(one(posted, "decay.days"))}
    steps = [step.strip() for line in lines(posted, "decay.steps") for step in line.split(";")]
    return {"kind": kind, "steps": [_step(step) for step in steps if step]}


def _step(line: str) -> Any:
    found = _STEP.fullmatch(line)
    if not found:
        return line
    day, percent = found[1] or found[3], found[2] or found[4]
    return [int(day), int(Decimal(percent.replace(",", ".")) * (MILLION // 100))]


def keep(fresh: Any, original: Any, shown: Any) -> Any:
    """`original` where the form still says what it `shown` of it, else `fresh`: what nobody touched stays as it was."""
    return original if _loose(fresh) == _loose(shown) else fresh


def _loose(value: Any) -> Any:
    """Equal for lists of choices in another order."""
    if isinstance(value, Mapping):
        listed = value.get("op") in ("one_of", "none_of") and isinstance(value.get("value"), list)
        return {
            part: sorted(map(str, inner)) if listed and part == "value" else _loose(inner)
            for part, inner in value.items()
        }
    return [_loose(one) for one in value] if isinstance(value, list) else value
