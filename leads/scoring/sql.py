"""SQL as text with named parameters: no text of a user ever becomes SQL."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

from leads.intake import bulk

FEW = 30  # a list of so many is written out: what a statement says of few ids may be planned by them
ROOM = {
    "work_mem": "64MB",
    "enable_sort": "off",
}  # of statements over very many leads: hashed in memory, not sorted on disk


class Params(dict):
    """Parameters of one statement. `add(value)` keeps a value and returns its placeholder."""

    def add(self, value: Any) -> str:
        name = f"p{len(self)}"
        self[name] = value
        return f"%({name})s"

    def array(self, values: Iterable[Any], kind: str) -> str:
        """A list of whole numbers as one array constant of SQL type `kind` (cheap to plan, however long)."""
        return f"{self.add('{' + ','.join(map(str, values)) + '}')}::{kind}[]"


def all_of(parts: Iterable[str]) -> str:
    """Conjunction; true when there is none."""
    return "(" + (" AND ".join(parts) or "true") + ")"


def any_of(parts: Iterable[str]) -> str:
    """Disjunction; false when there is none."""
    return "(" + (" OR ".join(parts) or "false") + ")"


def given(params: Mapping[str, Any] | None) -> dict[str, Any]:
    """Parameters as a statement takes them: many ids as one text, which is read at once, not as so many constants."""
    return {name: bulk.array(one) if _long(one) else one for name, one in (params or {}).items()}


def _long(value: Any) -> bool:
    return isinstance(value, list) and len(value) > FEW and set(map(type, value)) == {int}


def fetch(sql: str, params: Mapping[str, Any] | None = None) -> list[tuple]:
    """Rows of a statement."""
    with connection.cursor() as cursor:
        cursor.execute(sql, given(params))
        return cursor.fetchall()


def execute(sql: str, params: Mapping[str, Any] | None = None) -> int:
    """Run a statement; rows touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, given(params))
        return cursor.rowcount


@contextmanager
def roomy() -> Iterator[None]:
    """A transaction whose statements have room for very many leads; whoever goes on in it afterwards has what there was."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"current_setting('{name}')" for name in ROOM))
        before = cursor.fetchone()
        _set(cursor, ROOM.values())
        yield
        _set(cursor, before)


def _set(cursor: Any, values: Iterable[str]) -> None:
    parts = ", ".join(f"set_config('{name}', %s, true)" for name in ROOM)
    cursor.execute(f"SELECT {parts}", list(values))
