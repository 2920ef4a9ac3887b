"""The rows of an import: read from the kept file whenever they are needed, in its order.

The database holds only the rows of which something is to be said (rejected, with reasons) and which lines the check
found to change nothing. All other rows are still to be done, from where the last chunk ended.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from leads.intake import bulk
from leads.models import Import

from . import reader
from .context import REJECTED
from .dates import is_dated
from .mapping import format_of
from .reader import Block, Record
from .rows import Row
from .sniff import MAX_COLUMNS, Format, Unreadable

CHUNK = 1000  # rows applied in one transaction, one by one
LOOK = 5000  # rows looked at together by the check
WORDS = 20
MOST_CELLS = 5 * MAX_COLUMNS  # of a row that is kept to be mended: far more than any table has
WARNED = ""  # outcome of a row that something is said of and that is still to be done
_SETTLE = """
INSERT INTO leads_importrow (batch_id, line, raw, outcome, errors)
SELECT %s, line, raw, %s, errors FROM unnest(%s::int[], %s::jsonb[], %s::jsonb[]) AS u(line, raw, errors)
ON CONFLICT (batch_id, line) DO UPDATE SET raw = excluded.raw, outcome = excluded.outcome, errors = excluded.errors
"""
_SAME = "INSERT INTO leads_importspan (batch_id, first, last) SELECT %s, line, line FROM unnest(%s::int[]) line"
_SETTLED = """
SELECT line, line FROM leads_importrow WHERE batch_id = %(one)s AND line BETWEEN %(low)s AND %(high)s AND outcome <> ''
UNION ALL SELECT first, last FROM leads_importspan WHERE batch_id = %(one)s AND last >= %(low)s AND first <= %(high)s
"""


def folder() -> Path:
    """The folder of uploaded files, never served."""
    found = Path(settings.MEDIA_ROOT) / "imports"
    found.mkdir(parents=True, exist_ok=True)
    return found


def path_of(one: Import) -> Path:
    """Where the uploaded file is kept: named by the import and its content, never by what its sender called it."""
    return Path(settings.MEDIA_ROOT) / "imports" / f"{one.pk}-{one.sha256[:16]}.csv"


def format(one: Import) -> Format:
    """How the file of an import is written: as its mapping says, else as recognised."""
    return format_of(one.mapping, Format(**one.report["found"]))


def blocks(one: Import) -> Iterator[Block]:
    """The rows of the file in order, some thousand at a time; none when it is gone."""
    if path_of(one).exists():
        yield from reader.blocks(path_of(one), format(one))


@transaction.atomic
def begin(one: Import) -> None:
    """Forget what an earlier check said. Unreadable for a header that cannot be read."""
    first = next(reader.records(path_of(one), format(one)), None)
    if first is None:
        raise Unreadable("empty")
    if first.problems:
        raise Unreadable("header_broken", line=first.line, why=first.problems[0][1])
    one.rows.all().delete()
    one.spans.all().delete()


def keep_broken(one: Import, records: Sequence[Record]) -> None:
    """Records that cannot be read are rejected as they stand."""
    _keep(one, [(r.line, r.cells, r.problems) for r in records], REJECTED)


def settle(one: Import, rows: Sequence[tuple[Row, str]]) -> None:
    """Keep that these rows are settled: rejected ones with their reasons, others as changing nothing."""
    _keep(one, [(row.line, row.cells, row.errors) for row, outcome in rows if outcome == REJECTED], REJECTED)
    if same := [row.line for row, outcome in rows if outcome != REJECTED]:
        with connection.cursor() as cursor:
            cursor.execute(_SAME, [one.pk, same])


def warn(one: Import, rows: Sequence[Row]) -> None:
    """Keep what is to be said of rows that come in without some of their cells; they stay to be done."""
    _keep(one, [(row.line, row.cells, row.warnings) for row in rows if row.warnings], WARNED)


def warned(one: Import) -> int:
    """Rows that come in without some of their cells."""
    return one.rows.filter(outcome=WARNED).count()


def _keep(one: Import, rows: Sequence[tuple[int, Sequence[str], Sequence[tuple]]], outcome: str) -> None:
    if rows:
        errors = [bulk.json_text([_error(*error) for error in found]) for _line, _cells, found in rows]
        cells = [bulk.json_text(list(cells[:MOST_CELLS])) for _line, cells, _errors in rows]
        with connection.cursor() as cursor:
            cursor.execute(_SETTLE, [one.pk, outcome, [line for line, _cells, _errors in rows], cells, errors])


class Waiting:
    """The rows of an import that are still to be done, in the order of their lines."""

    def __init__(self, one: Import):
        self._one = one
        self._rows: list[tuple[int, list[str]]] = []
        self._blocks: Iterator[Block] | None = None
        self._after = -1

    def take(self, after: int, size: int) -> list[tuple[int, list[str]]]:
        """The next rows past line `after`, at most `size`: asked again with the same line, the same again."""
        if self._blocks is None or after < self._after:
            path_of(self._one).stat()  # a file that is gone is no file without rows
            self._blocks, self._rows, self._after = blocks(self._one), [], after
        if after > self._after:
            self._rows = [row for row in self._rows if row[0] > after]
            self._after = after
        while len(self._rows) < size and (block := next(self._blocks, None)):
            if block.lines and block.lines[-1] > after:
                self._rows += self._open(block, after)
        return self._rows[:size]

    def _open(self, block: Block, after: int) -> Iterator[tuple[int, list[str]]]:
        params = {"one": self._one.pk, "low": block.lines[0], "high": block.lines[-1]}
        with connection.cursor() as cursor:
            cursor.execute(_SETTLED, params)
            settled = set().union(*(range(first, last + 1) for first, last in cursor.fetchall()))
        return (row for row in zip(block.lines, block.rows, strict=True) if row[0] > after and row[0] not in settled)


def counts(one: Import) -> dict[str, int]:
    """How many rows have which outcome so far; "" are still to be done."""
    if "counts" not in one.report:  # checked before rows were counted as they are done
        with connection.cursor() as cursor:
            cursor.execute("SELECT outcome, count(*) FROM leads_importrow WHERE batch_id = %s GROUP BY 1", [one.pk])
            return dict(cursor.fetchall())
    found = {name: count for name, count in one.report["counts"].items() if count}
    left = one.report["rows"] - sum(found.values())
    return found | ({"": left} if left else {})


def dated_cells(block: Block, columns: Sequence[int]) -> Iterator[str]:
    """Different cells of these columns that are dates with the day or the month first."""
    for n in columns:
        yield from filter(is_dated, {row[n] for row in block.rows if n < len(row)})


def persons(one: Import, columns: Sequence[int]) -> list[set[str]]:
    """Distinct persons of each of these columns."""
    out: list[set[str]] = [set() for _column in columns]
    for cells in _columns(one, columns):
        for found, mine in zip(out, cells, strict=True):
            found |= {text for cell in set(mine) if (text := cell.strip())}
    return out


def words(one: Import, column: int) -> list[tuple[str, int]]:
    """Distinct values of a column and how often each stands there, the most frequent first."""
    found: dict[str, int] = {}
    for (cells,) in _columns(one, [column]):
        for cell in cells:
            if word := cell.strip():
                found[word[:80]] = found.get(word[:80], 0) + 1
    return sorted(found.items(), key=lambda one: (-one[1], one[0]))[:WORDS]


def _columns(one: Import, columns: Sequence[int]) -> Iterator[list[list[str]]]:
    """The cells of these columns, block by block; broken records have none."""
    for block in blocks(one) if columns else ():
        yield [[row[n] for row in block.rows if n < len(row)] for n in columns]


def forget(before: datetime) -> int:
    """Delete rows and files of imports opened before then (kept 30 days). Returns how many rows."""
    total = 0
    for one in Import.objects.filter(created_at__lt=before).exclude(state__in=("checking", "running", "undoing")):
        with transaction.atomic():
            one.spans.all().delete()
            total += one.rows.all().delete()[0]
        path_of(one).unlink(missing_ok=True)
    return total


def _error(column: int, code: str, params: dict) -> dict:
    return {"column": column, "key": code, "params": params}
