"""A catalogue, facts and definitions for the tests of criteria."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from personas.criteria.behaviours import matches
from personas.criteria.fields import FieldInfo
from personas.criteria.tree import empty_body

TODAY = date(2026, 11, 23)

CATALOGUE = {
    info.key: info
    for info in (
        FieldInfo("lead.email", "text", "e-mail", "adresse e-mail", "l'", "f", personal=True),
        FieldInfo("lead.function", "choice", "function", "fonction", "la",
                  choices={"marketing": ("Marketing", "Marketing"), "direction": ("Management", "Direction"), "student": ("Student", "Étudiant")}),
        FieldInfo("lead.birth_date", "date", "date of birth", "date de naissance", "la", personal=True),
        FieldInfo("lead.renewal", "date", "renewal date", "date de renouvellement", "la"),
        FieldInfo("lead.opted_out", "bool", "opposition", "opposition", "l'", "f"),
        FieldInfo("lead.x_origin", "text", "origin", "origine", "l'", "f"),
        FieldInfo("company.employees", "number", "number of employees", "nombre de salariés", "le"),
        FieldInfo("company.industry", "text", "industry", "secteur", "le"),
        FieldInfo("company.sites", "text", "sites", "sites", "les", "m", plural=True),
        FieldInfo("company.revenue", "money", "revenue", "chiffre d’affaires", "le"),
    )
}  # fmt: skip


class Known:
    """Facts from plain values and raw events: [(days ago, event dict or kind, count)]."""

    def __init__(self, values: Mapping[str, Any] | None = None, events: list | None = None, personas=(), today=TODAY):
        self._values, self.personas = values or {}, frozenset(personas)
        self._events = [
            (today - timedelta(days=ago), {"kind": event} if isinstance(event, str) else event, count)
            for ago, event, count in events or ()
        ]

    def value(self, field: str) -> Any:
        return self._values.get(field)

    def events(self, filter_: Mapping[str, Any]) -> list[tuple[date, int]]:
        return [(day, count) for day, event, count in self._events if matches(filter_, event)]


def body(fit: list | None = None, engagement: list | None = None, **rest: Any) -> dict[str, Any]:
    fresh = empty_body() | rest
    fresh["fit"]["items"], fresh["engagement"]["items"] = fit or [], engagement or []
    return fresh


def item(key: str, points: int, when: Mapping[str, Any], **rest: Any) -> dict[str, Any]:
    return {"key": key, "points": points, "cap": None, "each": False, "decay": None, "when": when} | rest


def event(kind: str, within: int | None = None, **rest: Any) -> dict[str, Any]:
    outer = {name: rest.pop(name) for name in ("count", "absent") if name in rest}
    return {"event": {"kind": kind, **rest}, "within": within, **outer}


def field(name: str, op: str, value: Any = None) -> dict[str, Any]:
    return {"field": name, "op": op} | ({} if value is None else {"value": value})


PRICING = {"op": "like", "value": "/pricing"}


def screen_definition() -> dict[str, Any]:
    """The definition of the worked waterfall: fit 25+20+15+10+10, engagement 40+20+15−20."""
    return body(
        fit=[
            item("function", 25, field("lead.function", "one_of", ["marketing", "direction"])),
            item("size", 20, field("company.employees", "between", [50, 500])),
            item("industry", 15, field("company.industry", "one_of", ["SaaS", "Services"])),
            item("maud", 10, {"persona": 12}),
            item("origin", 10, field("lead.x_origin", "is", "France")),
        ],
        engagement=[
            item("pricing", 20, event("page", 30, page=PRICING), each=True, cap=40),
            item("clicks", 5, event("mail_click", 30), each=True, cap=20),
            item("webinar", 15, event("webinar"), decay={"kind": "steps", "steps": [[30, 500000]]}),
            item("gone", -20, event("unsubscribe")),
        ],
        never=[{"persona": 13}, field("lead.opted_out", "is", True)],
        direct=[event("demo", 30)],
    )


def marie() -> Known:
    return Known(
        {
            "lead.function": "marketing", "company.employees": 120, "company.industry": "saas",
            "lead.x_origin": "France", "lead.email": "marie@example.org",
        },
        [(3, {"kind": "page", "page": "/pricing"}, 2), (5, {"kind": "page", "page": "/pricing/team"}, 1),
         (26, "mail_click", 7), (11, "webinar", 1), (20, "unsubscribe", 1)],
        personas=[12],
    )  # fmt: skip
