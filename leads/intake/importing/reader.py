"""From bytes to records, one bad record never spoiling the next: lone quotes, mixed line ends, NULs, huge cells.

A record that cannot be read becomes a record with a problem, kept as it stands; reading goes on with its next line.
What is well written is read in blocks, about a million characters at a time.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from operator import itemgetter
from pathlib import Path

from . import workbook
from .sniff import Format, Unreadable, check_header

MAX_RECORD = 24 * 1024 * 1024  # characters
MAX_LINES = 200  # lines of one quoted cell; a quote that stays open longer was never meant as one
SOME = 1 << 20  # characters read together
csv.field_size_limit(MAX_RECORD)
_BAD = re.compile("[\ud800-\udfff]")


@dataclass
class Record:
    """`line`: the first line of the record in the file, 1 is the header's. `problems`: (column or -1, code, params)."""

    line: int
    cells: list[str]
    problems: list[tuple[int, str, dict]] = field(default_factory=list)


@dataclass
class Block:
    """Records together: `lines[n]` is where `rows[n]` begins; those with problems stand in `broken` instead."""

    lines: list[int]
    rows: list[list[str]]
    broken: list[Record] = field(default_factory=list)


def blocks(path: Path, format: Format) -> Iterator[Block]:
    """Every record below the header that is not blank, as `records` gives them, some thousand at a time."""
    if format.is_workbook:
        yield from _gathered(islice(_of_workbook(path, format.separator), 1, None))
        return
    with _opened(path, format) as handle:
        lines = _Lines(handle)
        next(_of_text(lines, format.separator), None)
        while True:
            if lines.given:
                yield from _gathered(_of_text(lines, format.separator, given=True))
            start, text = lines.number + 1, lines.some()
            if not text:
                return
            if plain := _plain(text, start, format.separator):
                lines.number += text.count("\n") + (not text.endswith("\n"))
                yield Block(*plain)
            else:
                lines.back(_lines_of(text), counted=False)


def header(path: Path, format: Format) -> list[str]:
    """The cells of the first record that is not blank; empty when there is none. Unreadable for what is no header."""
    cells = next((record.cells for record in records(path, format)), [])
    check_header(cells)
    return cells


def records(path: Path, format: Format) -> Iterator[Record]:
    """Every record that is not blank, the header first. Unreadable for a workbook that is broken."""
    if format.is_workbook:
        yield from _of_workbook(path, format.separator)
        return
    with _opened(path, format) as handle:
        yield from _of_text(_Lines(handle), format.separator)


def _opened(path: Path, format: Format):
    return path.open(encoding=format.codec, errors="importing.mark", newline=None)


def _of_text(lines: "_Lines", separator: str, given: bool = False) -> Iterator[Record]:
    """Records of these lines. `given`: only those that begin in lines put back."""
    while (lines.given or not given) and (text := lines.next()) is not None:
        start = lines.number
        if '"' not in text and "\0" not in text and text.isascii() and len(text) < MAX_RECORD:
            if text.replace(separator, "").strip():
                yield Record(start, text.removesuffix("\n").split(separator))
            continue
        if not text.strip():
            continue
        record = _record(text, start, lines, separator)
        if any(cell.strip() for cell in record.cells):
            yield _told(record)


def _plain(text: str, start: int, separator: str) -> tuple[list[int], list[list[str]]] | None:
    """(lines, rows) of whole lines that hold nothing odd; None where they must be read one by one."""
    if "\0" in text or len(text) >= MAX_RECORD or not (text.isascii() or _BAD.search(text) is None):
        return None
    if '"' not in text:
        texts = text.removesuffix("\n").split("\n")
        lines = list(range(start, start + len(texts)))
        if "" in texts:
            lines, texts = [n for n, line in zip(lines, texts, strict=True) if line], list(filter(None, texts))
        rows = [line.split(separator) for line in texts]
    else:
        rows, lines, at = [], [], start
        source = csv.reader(io.StringIO(text, newline="\n"), delimiter=separator, strict=True)
        try:
            for cells in source:
                lines.append(at)
                rows.append(cells)
                at = start + source.line_num
                if at - lines[-1] > MAX_LINES:
                    return None
        except csv.Error:
            return None
    if [] in rows or "" in map(str.strip, map(itemgetter(0), rows)):
        filled = [n for n, row in enumerate(rows) if any(cell.strip() for cell in row)]
        lines, rows = [lines[n] for n in filled], [rows[n] for n in filled]
    return lines, rows


def _lines_of(text: str) -> list[str]:
    *whole, last = text.split("\n")
    return [f"{line}\n" for line in whole] + ([last] if last else [])


def _gathered(records: Iterator[Record]) -> Iterator[Block]:
    """Records one by one, as blocks."""
    block, weight = Block([], []), 0
    for record in records:
        if record.problems:
            block.broken.append(record)
        else:
            block.lines.append(record.line)
            block.rows.append(record.cells)
        weight += sum(map(len, record.cells)) + len(record.cells)
        if weight > SOME:
            yield block
            block, weight = Block([], []), 0
    if block.rows or block.broken:
        yield block


def _of_workbook(path: Path, sheet: str) -> Iterator[Record]:
    try:
        for row in workbook.rows(path, sheet):
            yield _told(Record(row.number, row.cells, [] if row.whole else [(-1, "line_too_long", {})]))
    except workbook.Broken as problem:
        raise Unreadable(problem.code, **problem.params) from None


class _Lines:
    """Lines of a file with their numbers, and a way to put some back."""

    def __init__(self, handle):
        self._handle, self._back, self.number = handle, [], 0

    @property
    def given(self) -> bool:
        """Whether lines were put back that nobody took."""
        return bool(self._back)

    def some(self) -> str:
        """About a million characters of whole lines, not counted yet; "" at the end."""
        text = self._handle.read(SOME)
        return text if not text or text.endswith("\n") else text + self._handle.readline(MAX_RECORD)

    def next(self) -> str | None:
        line = self._back.pop() if self._back else self._handle.readline(MAX_RECORD)
        if not line:
            return None
        self.number += 1
        if len(line) >= MAX_RECORD and not line.endswith("\n"):
            while (more := self._handle.readline(MAX_RECORD)) and not more.endswith("\n"):
                pass
        return line

    def back(self, lines: Sequence[str], counted: bool = True) -> None:
        self._back += reversed(lines)
        self.number -= len(lines) if counted else 0


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
