"""Definitions with a name, each for one thing that the compiler does: what it writes for them is kept word for word (`golden/`)."""

from typing import Any

from personas.criteria import tree
from personas.criteria.behaviours import EVENT_KINDS
from personas.criteria.fields import TYPES
from personas.criteria.operators import OPERATORS, property_operators

FIELDS = {
    "text": "lead.country", "choice": "lead.function", "person": "lead.x_person", "number": "company.employees",
    "money": "company.x_revenue", "date": "lead.birth_date", "bool": "lead.opted_out",
}  # fmt: skip
CUSTOM = [
    ("lead", "x_person", "person"),
    ("company", "x_revenue", "money"),
    ("lead", "x_note", "text"),
    ("lead", "x_day", "date"),
]
_ONE = {
    "text": "Élan",
    "choice": "CEO",
    "person": "Ann",
    "number": 12,
    "money": "12.5",
    "date": "2026-03-29",
    "bool": True,
}
_OTHER = {
    "text": "l'été 50 %",
    "choice": "CMO",
    "person": "Bob",
    "number": 50,
    "money": "60",
    "date": "2026-04-01",
    "bool": False,
}


def operand(op: str, kind: str) -> dict[str, Any]:
    one, other = _ONE[kind], _OTHER[kind]
    found = {"none": None, "one": one, "list": [one, other], "range": [one, other], "days": 30, "years": [30, 45]}
    value = found[OPERATORS[op].operand]
    return {} if value is None else {"value": value}


def body(fit: list = (), engagement: list = (), **rest: Any) -> dict[str, Any]:
    made = tree.empty_body() | {"mandatory": []} | rest
    made["fit"]["items"], made["engagement"]["items"] = _keyed("f", fit), _keyed("e", engagement)
    return made


def _keyed(letter: str, conditions: list) -> list:
    found = []
    for at, one in enumerate(conditions):
        entry = one if "points" in one or "items" in one else {"points": 10, "when": one}
        found.append({"key": f"{letter}{at}"} | entry)
    return found


def event(kind: str = "page", **parts: Any) -> dict[str, Any]:
    outer = {name: parts.pop(name) for name in ("within", "count", "absent") if name in parts}
    return {"event": {"kind": kind, **parts}, **outer}


def _operators(kind: str) -> dict[str, Any]:
    """Every operator of a type."""
    some = [op for op in OPERATORS.values() if kind in op.types]
    return body([{"field": FIELDS[kind], "op": op.name, **operand(op.name, kind)} for op in some])


def _property(op: str, kind: str) -> dict[str, Any]:
    return {"key": "it's 50 %", "op": op, **operand(op, kind)}


_PAGE = {"op": "like", "value": "/pricing"}
_NOTE = {"field": "lead.x_note", "op": "is", "value": "'; DROP TABLE leads_lead; -- %s"}
CORPUS: dict[str, dict[str, Any]] = {
    "nothing": body(mql=[]),
    **{f"operators of {kind}": _operators(kind) for kind in TYPES},
    "kinds of event": body([], [event(kind, **({"name": "x"} if kind == "track" else {})) for kind in EVENT_KINDS]),
    "parts of an event": body([], [
        event("page", page=_PAGE), event("page", page={"op": "is", "value": "/a"}), event("form", form="l'été"), event("track", name="50 %"),
        event("mail_click", campaign=3), event("mail_click", campaign="fair"),
        event("attempt", channel="call", outcome="reached"),
    ]),
    **{f"properties as {kind}": body([], [
        event("form", props=[_property(op.name, kind)]) for op in property_operators() if kind in op.types
    ]) for kind in ("text", "number", "bool")},
    "counts, windows, absence": body([event(count=3), event(within=30), event(within=7, count=2), event(absent=True), event(within=14, absent=True)]),
    "points each time and fading": body([], [
        {"points": 5, "each": True, "cap": 20, "when": event(within=30)},
        {"points": 5, "each": True, "daily": 2, "when": event("mail_click", within=30)},
        {"points": 10, "decay": {"kind": "linear", "days": 4}, "when": event("form")},
        {"points": 10, "each": True, "decay": {"kind": "half_life", "days": 1}, "when": event("demo", within=3)},
        {"points": 10, "decay": {"kind": "window", "days": 3}, "when": event("webinar")},
        {"points": -10, "each": True, "cap": 30, "decay": {"kind": "steps", "steps": [[7, 500_000], [30, 250_000]]}, "when": event("unsubscribe")},
    ]),
    "groups and caps": body(
        [{"cap": 15, "items": [{"key": "a", "points": 10, "cap": 5, "when": _NOTE}, {"key": "b", "points": 20, "when": event()}]}],
        [{"cap": 30, "items": [{"key": "c", "points": 100, "each": True, "when": event("form")}]}],
        mql=["A1"],
    ),
    "all, any, none, one in another": body([{"all": [_NOTE, {"any": [event(), {"none": [event("form"), {"field": "lead.country", "op": "is_set"}]}]}]}]),
    "musts, nevers, direct ways, hysteresis": body(
        must=[{"field": "lead.country", "op": "is", "value": "FR"}, event(within=90)], never=[{"field": "lead.opted_out", "op": "is", "value": True}],
        direct=[event("demo", within=30)], mql=["A1", "B1", "A2", "D4"], hysteresis=5,
    ),
    "a field that is gone": body([{"field": "lead.x_gone", "op": "is_not_set"}, {"field": "lead.x_gone", "op": "is", "value": "x"}]),
    "when somebody was first known": body([{"field": "lead.created", "op": "days_since_at_most", "value": 30}, {"field": "lead.x_day", "op": "days_until_at_most", "value": 7}]),
}  # fmt: skip
