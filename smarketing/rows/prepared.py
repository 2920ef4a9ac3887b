"""Statements that a connection plans once and is asked with other values from then on.

Of a statement that PostgreSQL answers from an index most of its work is planning: a page of the queue spent two thirds of the
database's time on it. A connection is told such a statement once (PREPARE), and from then on only its name and values. Its
plan is the one that knows no values: it is for what is found by an index whatever they are. (Left to itself PostgreSQL plans
anew each time it believes a list of five cheaper than a list of ten.) Inside a transaction PostgreSQL chooses, for what is set
there would hold for all that follows in it.

A connection that forgot the name, or whose tables changed under the plan, is told again. It must be a session of its own, as
our connections are: a pooler that gives each transaction another session has to keep prepared statements itself.
"""

import re
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any
from weakref import WeakKeyDictionary

from django.db import connection
from psycopg2 import errors

_NAMED = re.compile(r"%%|%\((\w+)\)s")
_KEPT_PLAN = "SET LOCAL plan_cache_mode = force_generic_plan; "  # holds for what is sent with it
_FORGOT = (errors.InvalidSqlStatementName, errors.FeatureNotSupported)
_told: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()  # connection -> names of what it was told


class Prepared:
    """SQL that names its values as %(name)s; of which type each is, PostgreSQL takes from its place. `fixed` are those that
    are part of the words."""

    def __init__(self, sql: str, fixed: Mapping[str, Any] | None = None):
        self._sql, self._fixed = sql, dict(fixed or {})
        self._names: list[str] = []
        self._words = _NAMED.sub(self._placed, sql)
        self.name = "p_" + blake2b(repr((sql, sorted(self._fixed.items()))).encode(), digest_size=10).hexdigest()
        marks = ", ".join(f"%({name})s" for name in self._names)
        self._ask = f"EXECUTE {self.name}({marks})" if marks else f"EXECUTE {self.name}"

    def _placed(self, mark: re.Match[str]) -> str:
        name = mark[1]
        if not name:
            return "%%" if self._fixed else "%"
        if name in self._fixed:
            return mark[0]
        if name not in self._names:
            self._names.append(name)
        return f"${self._names.index(name) + 1}"

    def rows(self, values: Mapping[str, Any]) -> list[tuple]:
        """The rows, asked with these values; those that it does not name are left aside."""
        self._tell()
        try:
            return self._asked(values)
        except Exception as problem:
            if not isinstance(problem.__cause__, _FORGOT):
                raise
            _told[connection.connection].discard(self.name)
            if connection.in_atomic_block:  # which is lost; whoever asks after it is answered
                raise
        self._tell()
        return self._asked(values)

    def afresh(self, values: Mapping[str, Any]) -> list[tuple]:
        """The rows, planned for these values: where the best way depends on them."""
        with connection.cursor() as cursor:
            cursor.execute(self._sql, self._fixed | dict(values))
            return cursor.fetchall()

    def _asked(self, values: Mapping[str, Any]) -> list[tuple]:
        with connection.cursor() as cursor:
            cursor.execute(self._ask if connection.in_atomic_block else _KEPT_PLAN + self._ask, values)
            return cursor.fetchall()

    def _tell(self) -> None:
        connection.ensure_connection()
        told = _told.setdefault(connection.connection, set())
        if self.name in told:
            return
        with connection.wrap_database_errors, connection.connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_prepared_statements WHERE name = %s", [self.name])
            if cursor.fetchone():
                cursor.execute(f"DEALLOCATE {self.name}")
            cursor.execute(f"PREPARE {self.name} AS {self._words}", self._fixed or None)
        told.add(self.name)
