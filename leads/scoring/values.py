"""Values as conditions compare them, and the operators' tests, in SQL: the twin of `personas.criteria.operators`.

A value that is absent, or not of its type, is NULL; a test of NULL is NULL, and `guarded` makes that false.
"""

from collections.abc import Callable
from typing import Any

from personas.criteria.fields import BOOL, CHOICE, DATE, MONEY, NUMBER, PERSON, TEXT
from personas.criteria.operators import FOLD_FROM, FOLD_TO, OPERATORS, read_operand

from .sql import Params

_PLAIN = "('string', 'number', 'boolean')"
_NUMBER = r"'^-?[0-9]{1,15}(\.[0-9]{1,6})?$'"
_DATE = r"'^[0-9]{4}-[0-9]{2}-[0-9]{2}$'"
SQL_TYPES = {
    TEXT: "text",
    CHOICE: "text",
    PERSON: "text",
    NUMBER: "numeric",
    MONEY: "numeric",
    DATE: "date",
    BOOL: "boolean",
}


def folded(column: str) -> str:
    """A column of text in lower case by the fixed table, NULL when empty. Most text is plain ASCII, and that a tenth as costly."""
    plain = f'WHEN octet_length({column}) = length({column}) THEN lower({column} COLLATE "C")'
    return f"nullif(CASE {plain} ELSE {_translated(column)} END, '')"


def _translated(text: str) -> str:
    return f"translate({text}, '{FOLD_FROM}', '{FOLD_TO}')"


def of_json(kind: str, value: str) -> str:
    """A jsonb expression read as a field type."""
    return _FROM_JSON[SQL_TYPES[kind]](value)


def _text(j: str) -> str:
    text = f"CASE WHEN jsonb_typeof({j}) IN {_PLAIN} THEN {j} #>> '{{}}' END"
    return f"nullif({_translated(text)}, '')"


def _number(j: str) -> str:
    text = f"({j} #>> '{{}}')"
    return (
        f"CASE jsonb_typeof({j}) WHEN 'number' THEN {text}::numeric"
        f" WHEN 'string' THEN CASE WHEN {text} ~ {_NUMBER} THEN {text}::numeric END END"
    )


def _date(j: str) -> str:
    text = f"({j} #>> '{{}}')"
    year, month, day = (f"substr({text}, {start}, {length})::int" for start, length in ((1, 4), (6, 2), (9, 2)))
    length_of_month = f"date_part('day', make_date({year}, {month}, 1) + interval '1 month' - interval '1 day')"
    return (
        f"CASE WHEN jsonb_typeof({j}) = 'string' AND {text} ~ {_DATE}"
        f" THEN CASE WHEN {year} >= 1 AND {month} BETWEEN 1 AND 12 AND {day} >= 1"
        f" THEN CASE WHEN {day} <= {length_of_month} THEN make_date({year}, {month}, {day}) END END END"
    )


def _bool(j: str) -> str:
    return (
        f"CASE WHEN jsonb_typeof({j}) = 'boolean' OR ({j} #>> '{{}}') IN ('true', 'false')"
        f" THEN ({j} #>> '{{}}')::boolean END"
    )


_FROM_JSON: dict[str, Callable[[str], str]] = {"text": _text, "numeric": _number, "date": _date, "boolean": _bool}


def _age(v: str, today: str) -> str:
    """Completed years, as `operators.age_in_years`."""
    part = "date_part('{}', {})".format
    not_yet = f"(({part('month', today)}, {part('day', today)}) < ({part('month', v)}, {part('day', v)}))::int"
    return f"({part('year', today)} - {part('year', v)} - {not_yet})"


# One test per operator: (value, parameters, operand as the tests compare it, today) -> SQL, NULL or false for NULL.
Test = Callable[[str, Params, Any, str], str]
TESTS: dict[str, Test] = {
    "is": lambda v, p, o, t: f"{v} = {p.add(o)}",
    "is_not": lambda v, p, o, t: f"{v} <> {p.add(o)}",
    "one_of": lambda v, p, o, t: f"{v} = ANY({p.add(list(o))})",
    "none_of": lambda v, p, o, t: f"{v} <> ALL({p.add(list(o))})",
    "between": lambda v, p, o, t: f"{v} BETWEEN {p.add(o[0])} AND {p.add(o[1])}",
    "at_least": lambda v, p, o, t: f"{v} >= {p.add(o)}",
    "at_most": lambda v, p, o, t: f"{v} <= {p.add(o)}",
    "contains": lambda v, p, o, t: f"position({p.add(o)} IN {v}) > 0",
    "starts_with": lambda v, p, o, t: f"starts_with({v}, {p.add(o)})",
    "before": lambda v, p, o, t: f"{v} < {p.add(o)}",
    "after": lambda v, p, o, t: f"{v} > {p.add(o)}",
    "is_set": lambda v, p, o, t: f"{v} IS NOT NULL",
    "is_not_set": lambda v, p, o, t: f"{v} IS NULL",
    "age_between": lambda v, p, o, t: f"{_age(v, t)} BETWEEN {p.add(o[0])} AND {p.add(o[1])}",
    "days_since_at_most": lambda v, p, o, t: f"{t} - {v} BETWEEN 0 AND {p.add(o)}",
    "days_since_at_least": lambda v, p, o, t: f"{t} - {v} >= {p.add(o)}",
    "days_until_at_most": lambda v, p, o, t: f"{v} - {t} BETWEEN 0 AND {p.add(o)}",
}


def test(name: str, kind: str, value: str, operand: Any, today: str, params: Params) -> str:
    """SQL that is true where a value (an SQL expression, read as `kind`) passes an operator's test, else false."""
    compared = read_operand(OPERATORS[name], kind, operand)
    return guarded(TESTS[name](value, params, compared, today))


def guarded(condition: str) -> str:
    """The NULL law: what cannot be said is false."""
    return f"coalesce({condition}, false)"
