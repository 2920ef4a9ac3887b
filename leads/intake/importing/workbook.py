"""XLSX workbooks, read sheet by sheet as a stream: every cell becomes the text that a CSV would hold.

Numbers are written with a decimal point, dates as ISO, so nothing depends on how the sheet shows them.
"""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

MAX_UNPACKED = 2 * 1024 * 1024 * 1024  # bytes
NAME = "xlsx"
_WIDE = 2000  # columns looked at in a header; a sheet formatted to its last column is no wider table


class Broken(ValueError):
    """The workbook cannot be read; `code` is a key of importing.reasons."""

    def __init__(self, code: str):
        super().__init__(code)
        self.code = code


def is_workbook(path: Path) -> bool:
    """Whether the file is an XLSX workbook, whatever its name. Broken for one that unpacks to a huge size."""
    try:
        with zipfile.ZipFile(path) as packed:
            names = {one.filename: one.file_size for one in packed.infolist()}
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False
    if "xl/workbook.xml" not in names:
        return False
    if sum(names.values()) > MAX_UNPACKED:
        raise Broken("too_large_unpacked")
    return True


def sheets(path: Path) -> list[str]:
    """Names of the visible sheets that hold anything, in their order."""
    with _book(path) as book:
        shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        return [sheet.title for sheet in shown if any(True for _row in _filled(sheet))]


def rows(path: Path, sheet: str) -> Iterator[tuple[int, list[str]]]:
    """(row number, cells) of every row that is not blank; rows are as wide as the first one, or wider where filled."""
    with _book(path) as book:
        if sheet not in book.sheetnames:
            return
        width = 0
        for number, cells in _filled(book[sheet]):
            width = width or len(cells)
            yield number, cells + [""] * (width - len(cells))


@contextmanager
def _book(path: Path) -> Iterator[Any]:
    book = None
    try:
        with path.open("rb") as handle:
            book = load_workbook(handle, read_only=True, data_only=True)
            yield book
    except Broken:
        raise
    except Exception as problem:  # openpyxl fails in as many ways as files are broken
        raise Broken("broken_xlsx") from problem
    finally:
        if book is not None:
            with suppress(Exception):
                book.close()


def _filled(sheet: Any) -> Iterator[tuple[int, list[str]]]:
    sheet.reset_dimensions()  # what the file says of its own size is often wrong
    for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
        cells = [text_of(value) for value in row]
        while cells and not cells[-1].strip():
            cells.pop()
        if cells:
            yield number, cells[:_WIDE]


def text_of(value: Any) -> str:
    """A cell's value as text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time.min else value.isoformat(" ", "seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 10**15 else format(value, ".15g")
    return str(value)
