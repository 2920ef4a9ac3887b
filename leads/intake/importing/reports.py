"""What an import says of itself: figures kept with it, and words and persons read from its staged rows."""

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

from leads.models import Import

from . import staging
from .attempts import people_by_word
from .context import REJECTED
from .reasons import sentence
from .rows import bare
from .sniff import SEPARATORS
from .synonyms import OURS

FIRST_ERRORS = 50
COUNTED_ROWS = 50_000
_DANGEROUS = re.compile(r"'*[=+\-@\t\r]")


def report(one: Import) -> dict[str, Any]:
    """The whole report: {"state", "rows", "expected" or "done", "columns", "problems", "errors", "warnings", "persons"}."""
    kept = one.report
    return {
        "state": one.state,
        "rows": kept.get("rows", 0),
        "expected": kept.get("expected"),
        "done": kept.get("done"),
        "problems": problems(one),
        "columns": columns(one),
        "errors": errors(one),
        "warnings": warnings(one),
        "persons": persons(one),
        "strangers": strangers(one),
    }


def problems(one: Import) -> list[str]:
    """Why the file as a whole cannot be imported, in words."""
    return [sentence(problem["key"], problem["params"]) for problem in one.report.get("problems", [])]


def columns(one: Import) -> list[dict[str, Any]]:
    """Figures of each column; where it holds few different values and the file is not huge, these with their counts."""
    kept = one.report.get("columns", [])
    small = one.report.get("rows", 0) <= COUNTED_ROWS
    return [
        column | {"values": staging.words(one, n) if small and column["few"] else None} for n, column in enumerate(kept)
    ]


def errors(one: Import, limit: int = FIRST_ERRORS) -> list[dict[str, Any]]:
    """The first rejected rows: line, column, cell and reason in words, one entry per reason."""
    return _said(one, REJECTED, limit)


def warnings(one: Import, limit: int = FIRST_ERRORS) -> list[dict[str, Any]]:
    """The first rows that come in without some of their cells, told as `errors` are."""
    return _said(one, staging.WARNED, limit) if one.report.get("warned") else []


def _said(one: Import, outcome: str, limit: int) -> list[dict[str, Any]]:
    headers = one.report.get("headers", [])
    out = []
    for row in one.rows.filter(outcome=outcome).order_by("line")[:limit]:
        for error in row.errors:
            n = error["column"]
            out.append(
                {
                    "line": row.line,
                    "column": headers[n] if 0 <= n < len(headers) else "",
                    "cell": row.raw[n][:200] if 0 <= n < len(row.raw) else "",
                    "reason": sentence(error["key"], error["params"]),
                }
            )
    return out


def persons(one: Import) -> dict[str, Any]:
    """For columns that hold people: how many each, and who stands in more than one."""
    columns = [(n, c["name"]) for n, c in enumerate(one.report.get("columns", [])) if c["type"] == "person"]
    sets = staging.persons(one, [n for n, _name in columns])
    both: set[str] = set()
    for n, first in enumerate(sets):
        for second in sets[n + 1 :]:
            both |= first & second
    return {
        "columns": [{"name": name, "persons": len(found)} for (_n, name), found in zip(columns, sets, strict=True)],
        "both": sorted(both),
    }


def strangers(one: Import, limit: int = 100) -> list[str]:
    """Owners that a file of deals names and the portal does not know: their deals come in without a person in charge."""
    at = [
        n
        for n, c in enumerate(one.report.get("columns", []))
        if one.kind == "deals" and "rep" in c["target"].split("+")
    ]
    said = {bare(cell) for found in staging.persons(one, at) for cell in found}
    for n in at:
        table = one.mapping.get("values", {}).get(one.report["headers"][n], {})
        said = {str(table.get(cell, cell)) for cell in said}
    known = people_by_word() if said else {}
    return sorted(cell for cell in said if cell.lower() not in known)[:limit]


def rejected_file(one: Import) -> Iterator[str]:
    """The rejected rows as CSV: line and reason first, then the row as it stood, fit to be mended and uploaded again.

    Cells that a spreadsheet would run as formulas begin with an apostrophe, which the importer takes off again.
    """
    separator = one.report.get("found", {}).get("separator", ",")
    separator = one.mapping.get("separator") or separator
    separator = separator if separator in SEPARATORS else ","
    yield "\ufeff" + _line([*OURS, *one.report.get("headers", [])], separator)
    for row in one.rows.filter(outcome=REJECTED).order_by("line").iterator(chunk_size=2000):
        reasons = " ".join(_reason(one, error) for error in row.errors)
        yield _line([str(row.line), reasons, *row.raw], separator)


def safe(cell: str) -> str:
    """The cell as a spreadsheet will not run it."""
    return f"'{cell}" if _DANGEROUS.match(cell) else cell


def _reason(one: Import, error: dict[str, Any]) -> str:
    headers, n = one.report.get("headers", []), error["column"]
    where = f"{headers[n]}: " if 0 <= n < len(headers) else ""
    return where + sentence(error["key"], error["params"])


def _line(cells: list[str], separator: str) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator="\r\n").writerow([safe(cell) for cell in cells])
    return text.getvalue()
