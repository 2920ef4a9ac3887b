"""Many rows in one statement: INSERT … FROM unnest, and COPY where it pays (from a thousand rows)."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import BooleanField, F, Func
from django.db.models.expressions import RawSQL

from smarketing.rows.bulk import copy, copy_text

__all__ = ["add", "among", "copy", "copy_text", "insert", "json_text", "next_ids", "together"]

COPY_FROM = 1000
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)


Statement = tuple[str, list[Any]]


def inserting(table: str, types: Mapping[str, str], rows: Sequence[Sequence[Any]], tail: str = "") -> Statement:
    """The statement of `insert`, for one or more rows."""
    columns = dict(zip(types, zip(*rows, strict=True), strict=True))
    same = {name for name, values in columns.items() if values.count(values[0]) == len(values)}  # written and read once
    varying = [name for name in columns if name not in same] or list(columns)[:1]
    names = ", ".join(varying)
    said = ", ".join(name if name in varying else f"%s::{types[name]}" for name in columns)
    arrays = ", ".join(f"%s::{types[name]}[]" for name in varying)
    once = [columns[name][0] for name in columns if name not in varying]
    sql = (
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {said} FROM unnest({arrays}) WITH ORDINALITY"
        f" AS u({names}, nth) ORDER BY nth {tail}"
    )
    return sql, [*once, *(array(columns[name]) for name in varying)]


def insert(table: str, types: Mapping[str, str], rows: Sequence[Sequence[Any]], tail: str = "") -> list[tuple]:
    """Insert `rows` (values in the order of `types`: column -> SQL type) in their order. Returns what `tail` returns.

    Table, columns, types and tail come from code. JSON values are passed as `json_text` made them.
    """
    if not rows:
        return []
    with connection.cursor() as cursor:
        cursor.execute(*inserting(table, types, rows, tail))
        return cursor.fetchall() if "RETURNING" in tail else []


def together(statements: Iterable[Statement]) -> None:
    """Run statements whose answers nobody needs one after the other, sent at once: none waits for the one before."""
    if wanted := list(statements):
        with connection.cursor() as cursor:
            cursor.execute(
                "; ".join(sql for sql, _params in wanted), [one for _sql, params in wanted for one in params]
            )


def next_ids(table: str, count: int) -> list[int]:
    """The next `count` ids of a table, in order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH s AS MATERIALIZED (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS name)"
            " SELECT nextval(name) FROM s, generate_series(1, %s) ORDER BY 1",
            [table, count],
        )
        return [row[0] for row in cursor.fetchall()]


def add(table: str, types: Mapping[str, str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert or COPY, whichever is faster for so many rows."""
    if len(rows) >= COPY_FROM:
        copy(table, types, rows)
    else:
        insert(table, types, rows)


def among(column: str, ids: Iterable[int]) -> Func:
    """Condition for `filter(among("lead_id", ids))`: one array, however many there are."""
    wanted = RawSQL("%s::bigint[]", [array(sorted(set(ids)))])
    return Func(F(column), wanted, template="(%(expressions)s)", arg_joiner=" = ANY ", output_field=BooleanField())


def json_text(value: Any) -> str | None:
    """A JSON column's value as text; None stays SQL's NULL."""
    return None if value is None else _JSON.encode(value)


def array(values: Iterable[Any]) -> str:
    """An array as PostgreSQL reads it from one text: quicker to write, and to read, than a list of constants."""
    given = list(values)
    kinds = set(map(type, given))
    if kinds == {int}:
        return f"{{{','.join(map(str, given))}}}"
    if kinds == {bytes}:
        return f"{{{','.join([_hexed(value) for value in given])}}}"
    if kinds == {datetime}:  # few different ones
        texts = {value: _element(value) for value in set(given)}
        return f"{{{','.join(map(texts.__getitem__, given))}}}"
    return f"{{{','.join(map(_element, given))}}}"


def _element(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, bytes):
        return _hexed(value)
    if isinstance(value, (datetime, date)):
        return f'"{value.isoformat()}"'
    return str(value)


def _hexed(value: bytes) -> str:
    return f'"\\\\x{value.hex()}"'


def _quoted(text: str) -> str:
    if "\\" in text or '"' in text:
        text = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'
