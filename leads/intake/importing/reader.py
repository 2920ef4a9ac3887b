"""From bytes to records, one bad record never spoiling the next: lone quotes, mixed line ends, NULs, huge cells.

A record that cannot be read becomes a record with a problem, kept as it stands; reading goes on with its next line.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from . import workbook
from .sniff import Format, Unreadable

MAX_RECORD = 24 * 1024 * 1024  # characters
MAX_LINES = 200  # lines of one quoted cell; a quote that stays open longer was never meant as one
csv.field_size_limit(MAX_RECORD)
_BAD = re.compile("[\ud800-\udfff]")


@dataclass
class Record:
    """`line`: the first line of the record in the file, 1 is the header's. `problems`: (column or -1, code, params)."""

    line: int
    cells: list[str]
    problems: list[tuple[int, str, dict]] = field(default_factory=list)


def header(path: Path, format: Format) -> list[str]:
    """The cells of the first record that is not blank; empty when there is none."""
    return next((record.cells for record in records(path, format)), [])


def records(path: Path, format: Format) -> Iterator[Record]:
    """Every record that is not blank, the header first. Unreadable for a workbook that is broken."""
    if format.is_workbook:
        yield from _of_workbook(path, format.separator)
        return
    with path.open(encoding=format.codec, errors="importing.mark", newline=None) as handle:
        lines = _Lines(handle)
        while (text := lines.next()) is not None:
            start = lines.number
            if '"' not in text and "\0" not in text and text.isascii() and len(text) < MAX_RECORD:
                if text.replace(format.separator, "").strip():
                    yield Record(start, text.removesuffix("\n").split(format.separator))
                continue
            if not text.strip():
                continue
            record = _record(text, start, lines, format.separator)
            if any(cell.strip() for cell in record.cells):
                yield _told(record)


def _of_workbook(path: Path, sheet: str) -> Iterator[Record]:
    try:
        for number, cells in workbook.rows(path, sheet):
            yield _told(Record(number, cells))
    except workbook.Broken as problem:
        raise Unreadable(problem.code) from None


class _Lines:
    """Lines of a file with their numbers, and a way to put some back."""

    def __init__(self, handle):
        self._handle, self._back, self.number = handle, [], 0

    def next(self) -> str | None:
        line = self._back.pop() if self._back else self._handle.readline(MAX_RECORD)
        if not line:
            return None
        self.number += 1
        if len(line) >= MAX_RECORD:
            while (more := self._handle.readline(MAX_RECORD)) and not more.endswith("\n"):
                pass
        return line

    def back(self, lines: list[str]) -> None:
        self._back += reversed(lines)
        self.number -= len(lines)


def _record(text: str, start: int, lines: _Lines, separator: str) -> Record:
    taken: list[str] = []
    problem = ""
    if len(text) >= MAX_RECORD:
        return Record(start, [text[:1000]], [(-1, "line_too_long", {})])
    while True:
        try:
            rows = list(csv.reader([text + "".join(taken)], delimiter=separator, strict=True))
            return Record(start, rows[0] if rows else [])
        except csv.Error as error:
            problem = "open_quote" if "unexpected end" in str(error) else "lone_quote"
        if problem == "lone_quote" or not _join(taken, lines, len(text)):
            lines.back(taken)
            cells = text.rstrip("\r\n").split(separator)
            column = next((n for n, cell in enumerate(cells) if '"' in cell), -1)
            return Record(start, cells, [(column, problem, {})])


def _join(taken: list[str], lines: _Lines, length: int) -> bool:
    """Take lines up to the next one with a quote in it. False when there is none near."""
    length += sum(map(len, taken))
    while len(taken) < MAX_LINES and length < MAX_RECORD:
        more = lines.next()
        if more is None:
            return False
        taken.append(more)
        length += len(more)
        if '"' in more:
            return True
    return False


def _told(record: Record) -> Record:
    """Cells as they may be stored, what they could not hold told as problems."""
    for n, cell in enumerate(record.cells):
        if "\0" in cell:
            record.problems.append((n, "nul", {}))
            record.cells[n] = cell = cell.replace("\0", "␀")
        if not cell.isascii() and _BAD.search(cell):
            byte = f"{ord(_BAD.search(cell).group()) & 0xFF:02X}"
            record.problems.append((n, "undecodable", {"byte": byte}))
            record.cells[n] = _BAD.sub(lambda found: f"\\x{ord(found.group()) & 0xFF:02X}", cell)
    return record
