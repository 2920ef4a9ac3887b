"""The file's rows in the database: staged once by COPY as they stand, then judged and done chunk by chunk.

A staged row has an outcome as soon as it is settled; rows without one are still to be done.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from leads.intake import bulk
from leads.models import Import

from . import reader
from .context import REJECTED
from .rows import Row
from .sniff import Format, Unreadable

CHUNK = 1000  # rows applied in one transaction
LOOK = 5000  # rows looked at together by the check
_COLUMNS = ("batch_id", "line", "raw", "outcome", "errors")
_READ = ("nul", "undecodable", "open_quote", "lone_quote", "line_too_long")
_UPDATE = """
UPDATE leads_importrow r SET outcome = 'rejected', errors = u.errors
FROM unnest(%s::int[], %s::jsonb[]) AS u(line, errors)
WHERE r.batch_id = %s AND r.line = u.line
"""

_WAITING = """
SELECT json_agg(json_build_array(line, raw))::text FROM (
  SELECT line, raw FROM leads_importrow WHERE batch_id = %s AND line > %s AND outcome = '' ORDER BY line LIMIT %s) r
"""
_EMPTY = """
UPDATE leads_importrow SET raw = coalesce((SELECT jsonb_agg(''::text) FROM jsonb_array_elements(raw)), '[]'::jsonb)
WHERE batch_id = %s AND line = ANY(%s::int[])
"""
_SETTLE = "UPDATE leads_importrow SET outcome = %s, errors = '[]' WHERE batch_id = %s AND line = ANY(%s::int[])"


def folder() -> Path:
    """The folder of uploaded files, never served."""
    found = Path(settings.MEDIA_ROOT) / "imports"
    found.mkdir(parents=True, exist_ok=True)
    return found


def path_of(one: Import) -> Path:
    """Where the uploaded file is kept: named by the import and its content, never by what its sender called it."""
    return Path(settings.MEDIA_ROOT) / "imports" / f"{one.pk}-{one.sha256[:16]}.csv"


@transaction.atomic
def stage(one: Import, format: Format) -> int:
    """Stage every row of the file anew. Returns their number. Unreadable for a header that cannot be read."""
    connection_rows = _rows(one, format)
    one.rows.all().delete()
    total = 0
    for block in _blocks(connection_rows, 5000):
        bulk.copy("leads_importrow", _COLUMNS, block)
        total += len(block)
    return total


def _rows(one: Import, format: Format) -> Iterator[tuple]:
    """Tuples for COPY. The header is looked at, not staged."""
    records = reader.records(path_of(one), format)
    first = next(records, None)
    if first is None:
        raise Unreadable("empty")
    if first.problems:
        raise Unreadable("header_broken", line=first.line, why=first.problems[0][1])
    for record in records:
        cells = bulk.json_text(record.cells)
        if record.problems:
            yield one.pk, record.line, cells, REJECTED, bulk.json_text([_error(*found) for found in record.problems])
        else:
            yield one.pk, record.line, cells, "", "[]"


def _blocks(rows: Iterator[tuple], size: int) -> Iterator[list[tuple]]:
    block: list[tuple] = []
    weight = 0
    for row in rows:
        block.append(row)
        weight += len(row[2])
        if len(block) >= size or weight > 8_000_000:
            yield block
            block, weight = [], 0
    if block:
        yield block


@transaction.atomic
def forget_outcomes(one: Import) -> None:
    """Before judging anew: only what could not be read at all stays settled."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE leads_importrow SET outcome = '', errors = '[]' WHERE batch_id = %s AND outcome <> ''"
            " AND NOT coalesce(errors -> 0 ->> 'key' = ANY(%s), false)",
            [one.pk, list(_READ)],
        )


def waiting(one: Import, after: int, size: int = CHUNK) -> list[tuple[int, list[str]]]:
    """The next rows without an outcome, by line: (line, cells)."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, [one.pk, after, size])
        found = cursor.fetchone()[0]
        return [tuple(row) for row in json.loads(found)] if found else []


def settle(one: Import, rows: Sequence[tuple[Row, str]]) -> None:
    """Write outcomes and reasons of rows."""
    if not rows:
        return
    by_outcome: dict[str, list[Row]] = {}
    for row, outcome in rows:
        by_outcome.setdefault(outcome, []).append(row)
    with connection.cursor() as cursor:
        for outcome, mine in by_outcome.items():
            lines = [row.line for row in mine]
            if outcome == REJECTED:
                errors = [bulk.json_text([_error(*error) for error in row.errors]) for row in mine]
                cursor.execute(_UPDATE, [lines, errors, one.pk])
                if gone := [row.line for row in mine if any(code == "erased_opposed" for _n, code, _p in row.errors)]:
                    cursor.execute(_EMPTY, [one.pk, gone])
            else:
                cursor.execute(_SETTLE, [outcome, one.pk, lines])


def counts(one: Import) -> dict[str, int]:
    """How many staged rows have which outcome; "" are still to be done."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT outcome, count(*) FROM leads_importrow WHERE batch_id = %s GROUP BY 1", [one.pk])
        return dict(cursor.fetchall())


def dated_cells(one: Import, columns: Sequence[int]) -> Iterator[str]:
    """Every different cell of these columns that may be a date with the day or the month first."""
    with connection.cursor() as cursor:
        for column in columns:
            cursor.execute(
                "SELECT DISTINCT btrim(raw ->> %s) FROM leads_importrow WHERE batch_id = %s"
                " AND raw ->> %s ~ '^\\s*[0-9]{1,2}[/.-]'",
                [column, one.pk, column],
            )
            yield from (row[0] for row in cursor)


def persons(one: Import, columns: Sequence[int]) -> list[set[str]]:
    """Distinct persons of each of these columns."""
    out = []
    with connection.cursor() as cursor:
        for column in columns:
            cursor.execute(
                "SELECT DISTINCT btrim(raw ->> %s) FROM leads_importrow WHERE batch_id = %s AND btrim(raw ->> %s) <> ''",
                [column, one.pk, column],
            )
            out.append({row[0] for row in cursor.fetchall()})
    return out


def words(one: Import, column: int) -> list[tuple[str, int]]:
    """Distinct values of a column and how often each stands there, the most frequent first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT left(btrim(raw ->> %s), 80) AS word, count(*) FROM leads_importrow WHERE batch_id = %s"
            " AND btrim(raw ->> %s) <> '' GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 20",
            [column, one.pk, column],
        )
        return cursor.fetchall()


def forget(before: datetime) -> int:
    """Delete staged rows and files of imports opened before then (kept 30 days). Returns how many rows."""
    total = 0
    for one in Import.objects.filter(created_at__lt=before).exclude(state__in=("checking", "running", "undoing")):
        with transaction.atomic():
            total += one.rows.all().delete()[0]
        path_of(one).unlink(missing_ok=True)
    return total


def _error(column: int, code: str, params: dict) -> dict:
    return {"column": column, "key": code, "params": params}
