"""Condition trees in SQL, over a relation `v` with today, fields f0, f1, ... and atoms a0, a1, ... (`program.py`).

Every condition is true or false, never NULL.
"""

from collections.abc import Mapping
from typing import Any

from leads.models import Company, Lead
from personas.criteria.fields import BOOL, DATE
from personas.criteria.operators import NONE, OPERATORS

from . import company_days
from .days import Days
from .program import Program
from .sql import Params, all_of, any_of
from .values import folded, of_json, test

_MODELS = {"lead": ("l", Lead), "company": ("c", Company)}


class Conditions:
    """Compiles the conditions of one program; operands become parameters."""

    def __init__(self, program: Program, params: Params):
        self.program, self.params = program, params
        self.place = {key: f"v.f{index}" for index, key in enumerate(program.fields)}

    def sql(self, cond: Mapping[str, Any]) -> str:
        """A whole tree; an empty one ({}: rules of a persona without rules) holds for nobody."""
        if "all" in cond:
            return all_of(map(self.sql, cond["all"]))
        if "any" in cond:
            return any_of(map(self.sql, cond["any"]))
        if "none" in cond:
            return f"NOT {any_of(map(self.sql, cond['none']))}"
        if "persona" in cond:
            rules = self.program.rules.get(cond["persona"])
            return self.sql(rules) if rules else "false"
        if "event" in cond:
            held = f"coalesce(v.a{self.program.count_atom(cond)}, 0) >= {self.params.add(cond.get('count', 1))}"
            return f"NOT ({held})" if cond.get("absent") else f"({held})"
        return self._field(cond) if cond else "false"

    def _field(self, cond: Mapping[str, Any]) -> str:
        place, op = self.place.get(cond["field"]), OPERATORS[cond["op"]]
        if place is None:
            return "true" if op.name == "is_not_set" else "false"
        operand = None if op.operand == NONE else cond["value"]
        return test(op.name, self.program.catalogue[cond["field"]].type, place, operand, "v.today", self.params)


def column_of(program: Program, key: str) -> str:
    """The database column of a lead or company in which a field stands; `attributes` holds those that a company added."""
    model: Any = _MODELS[key.partition(".")[0]][1]
    name = program.columns[key]
    return model._meta.get_field(name).column if name else "attributes"


def current_value(program: Program, key: str, here: Days) -> str:
    """SQL of a field's current value in lead `l` or company `c`, read as its type."""
    if key in company_days.COLUMNS:
        return company_days.value(key)
    kind, column = program.catalogue[key].type, program.columns[key]
    subject, _, name = key.partition(".")
    alias, model = _MODELS[subject]
    if not column:
        return of_json(kind, f"({alias}.attributes -> '{_plain(name)}')")
    stored: Any = model._meta.get_field(column)
    return _native(kind, f"{alias}.{stored.column}", stored.get_internal_type(), here)


def value_as_of(program: Program, key: str, here: Days) -> str:
    """SQL of a field's value in the JSON objects lv.j and cv.j of values as of an instant; births from lead `l`."""
    kind, column = program.catalogue[key].type, program.columns[key]
    subject, _, name = key.partition(".")
    if column == "created_at" or key in company_days.COLUMNS:
        return current_value(program, key, here)
    value = of_json(kind, f"({subject[0]}v.j -> '{_plain(name)}')")
    return f"coalesce({value}, false)" if column and kind == BOOL else value


def _native(kind: str, column: str, stored: str, here: Days) -> str:
    if stored == "DateTimeField" and kind == DATE:
        return here.sql(column)
    if stored in ("TextField", "CharField"):
        return folded(column)
    if stored == "IntegerField":
        return f"{column}::numeric"
    return column  # dates and booleans; a boolean column without facts says false


def _plain(name: str) -> str:
    """A field's name as it may stand in SQL: names come from the catalogue, and are letters, digits and _ only."""
    if not name.replace("_", "").isalnum() or not name.isascii():
        raise ValueError(f"{name!r} is no name of a field")
    return name
