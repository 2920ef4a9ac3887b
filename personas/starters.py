"""Definitions to start from, so that nobody begins on an empty page. Both teams change them before they sign."""

from copy import deepcopy
from typing import Any

from django.utils.translation import gettext_lazy as _

from personas.criteria import tree

LABELS = {"b2b": _("the template for selling to companies (B2B)")}


def body(name: str) -> dict[str, Any]:
    """A fresh copy of a starter. KeyError for an unknown one."""
    return deepcopy(_BODIES[name])


def _item(key: str, points: int, when: dict[str, Any], **rest: Any) -> dict[str, Any]:
    return {"key": key, "points": points, "cap": None, "each": False, "decay": None, "when": when} | rest


def _event(kind: str, within: int | None = 30, **filter_: Any) -> dict[str, Any]:
    return {"event": {"kind": kind, **filter_}, "within": within}


_FIT = [
    _item("function", 30, {"field": "lead.function", "op": "one_of", "value": ["Marketing", "Sales", "Direction"]}),
    _item("employees", 25, {"field": "company.employees", "op": "between", "value": [50, 500]}),
    _item("industry", 20, {"field": "company.industry", "op": "one_of", "value": ["Software", "Services"]}),
    _item("country", 15, {"field": "lead.country", "op": "one_of", "value": ["FR", "BE", "CH"]}),
    _item("phone", 10, {"field": "lead.phone", "op": "is_set"}),
]
_ENGAGEMENT = [
    _item("pricing", 20, _event("page", page={"op": "like", "value": "/pricing"}), each=True, cap=40),
    _item("form", 25, _event("form")),
    _item("webinar", 20, _event("webinar", None), decay={"kind": "steps", "steps": [[30, 500_000], [90, 0]]}),
    _item("clicks", 5, _event("mail_click"), each=True, cap=20),
    _item("unsubscribed", -20, _event("unsubscribe", 365)),
]
_BODIES: dict[str, dict[str, Any]] = {
    "b2b": tree.empty_body()
    | {
        "fit": {"bands": [75, 50, 25], "cap": 100, "items": _FIT},
        "engagement": {"bands": [60, 40, 20], "cap": 100, "items": _ENGAGEMENT},
        "never": [{"field": "lead.opted_out", "op": "is", "value": True}],
        "direct": [_event("demo")],
        "mql": ["A1", "A2", "B1"],
    }
}
