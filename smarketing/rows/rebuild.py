"""Derived rows wiped and derived again from facts and acts, app after app: to the same bytes, and nobody is told.

Each app registers its part in `AppConfig.ready()`; `order` is the line of the house: calendars (10), leads (20), contract
(30). Parts write derived rows only: no act, no side effect.
"""

from collections.abc import Callable
from datetime import datetime

from django.apps import apps
from django.db import connection

Part = Callable[[datetime], int]
_PARTS: dict[str, tuple[int, Part]] = {}


def register(key: str, part: Part, order: int) -> None:
    """`part(at)` wipes and derives an app's rows as of `at`; returns how many it wrote. The same key replaces."""
    _PARTS[key] = (order, part)


def run(at: datetime, tell: Callable[[str, int], None] = lambda key, rows: None) -> dict[str, int]:
    """Rebuild everything as of `at` (a cut-off of the fence). Returns rows written by part."""
    done = {}
    for key, (_order, part) in sorted(_PARTS.items(), key=lambda pair: pair[1][0]):
        done[key] = part(at)
        tell(key, done[key])
    return done


def compare(at: datetime, tell: Callable[[str, int], None] = lambda key, rows: None) -> dict[str, int]:
    """Rebuild everything as of `at`. Returns how many rows of which table came back otherwise than they were."""
    models = [one for one in apps.get_models() if getattr(one, "row_kind", "") in ("derived", "identity")]
    kept = [one for one in models if one._meta.managed and not getattr(one, "is_cache", False)]
    tables = sorted({one._meta.db_table for one in kept})
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f'CREATE TEMPORARY TABLE "before_{table}" AS {_ROWS.format(table)}')
    run(at, tell)
    wrong = {}
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(_DIFFERENT.format(now=_ROWS.format(table), before=f'TABLE "before_{table}"'))
            wrong[table] = cursor.fetchone()[0]
            cursor.execute(f'DROP TABLE "before_{table}"')
    return {table: count for table, count in wrong.items() if count}


_ROWS = """SELECT (to_jsonb(t) - 'id')::text AS said FROM "{}" t"""
_DIFFERENT = """
SELECT greatest(count(*) FILTER (WHERE old), count(*) FILTER (WHERE NOT old)) FROM (
  SELECT true AS old, said FROM ({before} EXCEPT ALL {now}) gone
  UNION ALL SELECT false, said FROM ({now} EXCEPT ALL {before}) come) d
"""
