"""The operators, one literal table: the types they take, their operand, their test in Python, their words, their edges.

NULL law: a test only ever sees a value that is present; an absent value makes every operator false except
`is_not_set`. Text is compared letter by letter after `fold`, which SQL repeats with translate(x, FOLD_FROM, FOLD_TO),
so that no collation can make two engines disagree.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from .fields import BOOL, CHOICE, DATE, MONEY, NUMBER, PERSON, TEXT, TYPES

FOLD_FROM = "ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŸ"
FOLD_TO = "abcdefghijklmnopqrstuvwxyzàáâãäåæçèéêëìíîïñòóôõöøùúûüýœÿ"
_FOLD = str.maketrans(FOLD_FROM, FOLD_TO)
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")

# Kinds of operand
NONE, ONE, LIST, RANGE, DAYS, YEARS = "none", "one", "list", "range", "days", "years"


@dataclass(frozen=True)
class Edges:
    """Days and years after a dated fact at whose local midnight a value may change."""

    days: tuple[int, ...] = ()
    years: tuple[int, ...] = ()


@dataclass(frozen=True)
class Operator:
    """One row of the table. `test(value, operand, today)`: value present and normalised, operand normalised, today a local date.

    `label` is how the builder offers it, `phrase` how a sentence says it (`phrases.py`), `of_property` how of a property of an
    event (None: it does not ask of those); each English, French. Its twin in SQL is one case of the scorer's.
    """

    name: str
    types: tuple[str, ...]
    operand: str
    test: Callable[[Any, Any, date], bool]
    label: tuple[str, str]
    phrase: tuple[str, str]
    edges: Callable[[Any], Edges] = lambda operand: Edges()
    of_property: tuple[str, str] | None = None


def fold(text: str) -> str:
    """Lower case by a fixed table (ASCII and French letters), the same in Python and SQL."""
    return text.translate(_FOLD)


def age_in_years(born: date, today: date) -> int:
    """Completed years; who was born on 29 February has the birthday on 1 March in other years (as SQL's age())."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _since(value: date, today: date) -> int:
    return (today - value).days


_WORDS = (TEXT, CHOICE, PERSON)
_AMOUNTS = (NUMBER, MONEY)
_ORDERED = (NUMBER, MONEY, DATE)

OPERATORS: dict[str, Operator] = {
    op.name: op
    for op in (
        Operator(
            "is", TYPES, ONE, lambda v, o, t: v == o,
            ("is", "est"),
            ("{S} {is_} {value}", "{S} {est} {value}"),
            of_property=("{S} = {value}", "{S} = {value}"),
        ),
        Operator(
            "is_not", TYPES, ONE, lambda v, o, t: v != o,
            ("is not", "n’est pas"),
            ("{S} {isnt} {value}", "{S} {nest} pas {value}"),
            of_property=("{S} other than {value}", "{S} sauf {value}"),
        ),
        Operator(
            "one_of", _WORDS + _AMOUNTS, LIST, lambda v, o, t: v in o,
            ("is one of", "est l’un de"),
            ("{S} {is_} {value}", "{S} {est} {value}"),
            of_property=("{S} among {value}", "{S} parmi {value}"),
        ),
        Operator(
            "none_of", _WORDS + _AMOUNTS, LIST, lambda v, o, t: v not in o,
            ("is none of", "n’est aucun de"),
            ("{S} {isnt} {value}", "{S} {nest} {value}"),
            of_property=("{S} outside {value}", "{S} excepté {value}"),
        ),
        Operator(
            "between", _ORDERED, RANGE, lambda v, o, t: o[0] <= v <= o[1],
            ("is between", "est entre"),
            ("{S} {is_} between {low} and {high}", "{S} {est} {compris} entre {low} et {high}"),
            of_property=("{S} between {low} and {high}", "{S} entre {low} et {high}"),
        ),
        Operator(
            "at_least", _AMOUNTS, ONE, lambda v, o, t: v >= o,
            ("is at least", "est d’au moins"),
            ("{S} {is_} at least {value}", "{S} {est} d’au moins {value}"),
            of_property=("{S} of at least {value}", "{S} d’au moins {value}"),
        ),
        Operator(
            "at_most", _AMOUNTS, ONE, lambda v, o, t: v <= o,
            ("is at most", "est d’au plus"),
            ("{S} {is_} at most {value}", "{S} {est} d’au plus {value}"),
            of_property=("{S} of at most {value}", "{S} d’au plus {value}"),
        ),
        Operator(
            "contains", (TEXT,), ONE, lambda v, o, t: o in v,
            ("contains", "contient"),
            ("{S} {contains_} {value}", "{S} {contient} {value}"),
            of_property=("{S} containing {value}", "{S} contenant {value}"),
        ),
        Operator(
            "starts_with", (TEXT,), ONE, lambda v, o, t: v.startswith(o),
            ("starts with", "commence par"),
            ("{S} {starts} with {value}", "{S} {commence} par {value}"),
            of_property=("{S} starting with {value}", "{S} commençant par {value}"),
        ),
        Operator(
            "before", (DATE,), ONE, lambda v, o, t: v < o,
            ("is before", "est avant"),
            ("{S} {is_} before {value}", "{S} {est} avant le {value}"),
        ),
        Operator(
            "after", (DATE,), ONE, lambda v, o, t: v > o,
            ("is after", "est après"),
            ("{S} {is_} after {value}", "{S} {est} après le {value}"),
        ),
        Operator(
            "is_set", TYPES, NONE, lambda v, o, t: True,
            ("is filled in", "est renseigné"),
            ("{S} {is_} filled in", "{S} {est} renseigné{e}"),
            of_property=("{S} filled in", "{S} présent"),
        ),
        Operator(
            "is_not_set", TYPES, NONE, lambda v, o, t: False,
            ("is not filled in", "n’est pas renseigné"),
            ("{S} {isnt} filled in", "{S} {nest} pas renseigné{e}"),
            of_property=("{S} left empty", "{S} absent"),
        ),
        Operator(
            "age_between", (DATE,), YEARS, lambda v, o, t: o[0] <= age_in_years(v, t) <= o[1],
            ("gives an age between", "donne un âge entre"),
            ("{S} {gives} an age of {low} to {high} years", "{S} {donne} un âge de {low} à {high} ans"), lambda o: Edges(years=(o[0], o[1] + 1)),
        ),
        Operator(
            "days_since_at_most", (DATE,), DAYS, lambda v, o, t: 0 <= _since(v, t) <= o,
            ("is at most so many days ago", "remonte à tant de jours au plus"),
            ("{S} {is_} at most {value} {days} ago", "{S} {remonte} à {value} {days} au plus"), lambda o: Edges(days=(0, o + 1)),
        ),
        Operator(
            "days_since_at_least", (DATE,), DAYS, lambda v, o, t: _since(v, t) >= o,
            ("is at least so many days ago", "remonte à tant de jours au moins"),
            ("{S} {is_} at least {value} {days} ago", "{S} {remonte} à {value} {days} au moins"), lambda o: Edges(days=(o,)),
        ),
        Operator(
            "days_until_at_most", (DATE,), DAYS, lambda v, o, t: 0 <= -_since(v, t) <= o,
            ("is at most so many days away", "tombe dans tant de jours au plus"),
            ("{S} {is_} at most {value} {days} away", "{S} {tombe} dans {value} {days} au plus"), lambda o: Edges(days=(-o, 1)),
        ),
    )
}  # fmt: skip


def operators_for(field_type: str) -> list[Operator]:
    """The operators a field of this type takes, in the table's order (for the builder's choices)."""
    return [op for op in OPERATORS.values() if field_type in op.types]


def property_operators() -> list[Operator]:
    """Those that also ask of a property of an event, whose type is known only from the operand; in the table's order."""
    return [op for op in OPERATORS.values() if op.of_property is not None]


def read(field_type: str, raw: Any) -> Any:
    """A stored value as the tests compare it, None when absent or not of its type. Empty text is absent."""
    if raw is None or raw == "":
        return None
    return _READERS[field_type](raw)


def read_operand(op: Operator, field_type: str, raw: Any) -> Any:
    """The operand of a valid condition as the tests compare it."""
    if op.operand in (NONE, DAYS, YEARS):
        return raw
    if op.operand in (LIST, RANGE):
        return [read(field_type, one) for one in raw]
    return read(field_type, raw)


def holds(name: str, field_type: str, raw: Any, operand: Any, today: date) -> bool:
    """Whether a condition on a value holds on a local date, under the NULL law."""
    op = OPERATORS[name]
    value = read(field_type, raw)
    if value is None:
        return name == "is_not_set"
    return op.test(value, read_operand(op, field_type, operand), today)


def _text(raw: Any) -> str | None:
    if isinstance(raw, bool):
        return "true" if raw else "false"
    return fold(format(raw, "f") if isinstance(raw, Decimal) else str(raw))  # no exponents, as the database writes them


def _number(raw: Any) -> Decimal | None:
    if isinstance(raw, bool):
        return None
    if isinstance(raw, (int, Decimal)):
        return Decimal(raw) if Decimal(raw).is_finite() else None
    text = str(raw)
    try:
        return Decimal(text) if _NUMBER.fullmatch(text) else None
    except InvalidOperation:  # pragma: no cover - the pattern leaves nothing that Decimal refuses
        return None


def _date(raw: Any) -> date | None:
    if isinstance(raw, datetime):
        raise TypeError("conditions compare local dates: give a date, not an instant")
    if isinstance(raw, date):
        return raw
    try:
        return date.fromisoformat(raw) if isinstance(raw, str) and len(raw) == 10 else None
    except ValueError:
        return None


def _bool(raw: Any) -> bool | None:
    return raw if isinstance(raw, bool) else {"true": True, "false": False}.get(raw if isinstance(raw, str) else "")


_READERS: dict[str, Callable[[Any], Any]] = {
    TEXT: _text, CHOICE: _text, PERSON: _text, NUMBER: _number, MONEY: _number, DATE: _date, BOOL: _bool,
}  # fmt: skip
