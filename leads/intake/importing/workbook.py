"""XLSX workbooks, read sheet by sheet as a stream: every cell becomes the text that a CSV would hold.

Numbers are written with a decimal point, dates as ISO, so nothing depends on how the sheet shows them. Nothing that a
file says of its own size is believed: what is unpacked is counted, and memory stays the same however much there is.
"""

import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from . import sheet_xml
from .shared_strings import Strings
from .sheet_xml import Broken, Row

NAME = "xlsx"
MAX_DIRECTORY = 2 * 1024 * 1024  # bytes of an archive's list of files; a workbook's is a hundredth of it
LOOKED_AT = 16 * 1024 * 1024  # bytes of a sheet read to see whether it holds anything
_BOOK, _RELS, _STYLES, _STRINGS = (
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
    "xl/styles.xml",
    "xl/sharedStrings.xml",
)
_END, _END64 = b"PK\x05\x06", b"PK\x06\x07"

__all__ = ["NAME", "Broken", "is_workbook", "rows", "sheets"]


def is_workbook(path: Path) -> bool:
    """Whether the file is an XLSX workbook, whatever its name. Broken for one of another format, locked or huge."""
    if _directory(path) > MAX_DIRECTORY:
        return False
    try:
        with zipfile.ZipFile(path) as packed:
            found = {one.filename: one for one in packed.infolist()}
            kind = packed.read("mimetype")[:80] if "mimetype" in found and found["mimetype"].file_size < 80 else b""
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError, zlib.error):
        return False
    if kind.startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
        raise Broken("is_ods")
    if "xl/workbook.bin" in found:
        raise Broken("is_xlsb")
    if _BOOK not in found:
        return False
    if any(one.flag_bits & 1 for one in found.values()):
        raise Broken("is_locked")
    if sum(one.file_size for one in found.values()) > settings.IMPORT_MAX_UNPACKED:
        raise _too_large()
    return True


def sheets(path: Path) -> list[str]:
    """Names of the visible sheets that hold anything, in their order; one that begins with very much of nothing counts."""
    with _book(path) as book:
        return [sheet.name for sheet in book.sheets if sheet.shown and book.holds_anything(sheet)]


def rows(path: Path, sheet: str) -> Iterator[Row]:
    """Every row that is not blank, under its number; rows are as wide as the first one, or wider where filled."""
    with _book(path) as book:
        found = next((one for one in book.sheets if one.name == sheet), None)
        width = 0
        for row in book.rows(found) if found else ():
            width = width or len(row.cells)
            row.cells += [""] * (width - len(row.cells))
            yield row


@dataclass
class _Sheet:
    name: str
    shown: bool
    part: str


@dataclass
class _Book:
    """A workbook that is open. `dated`: numbers of the styles that show dates; their epoch."""

    packed: zipfile.ZipFile
    folder: Path
    sheets: list[_Sheet] = field(default_factory=list)
    styles: sheet_xml.Styles = field(default_factory=sheet_xml.Styles)
    _strings: Strings | None = None

    def rows(self, sheet: _Sheet, limit: int | None = None) -> Iterator[Row]:
        yield from sheet_xml.rows(self._part(sheet.part, limit), self._text, self.styles)

    def holds_anything(self, sheet: _Sheet) -> bool:
        """Whether a row is filled, or so much comes before one that it may be."""
        try:
            return any(True for _row in self.rows(sheet, LOOKED_AT))
        except _Enough:
            return True

    def read(self) -> None:
        """Read everything but the sheets and the strings, which are read when they are asked for."""
        targets = dict(sheet_xml.relations(self._part(_RELS)))
        said = list(sheet_xml.sheets(self._part(_BOOK), self.styles))
        self.sheets = [_Sheet(name, shown, _path(targets[ref])) for name, shown, ref in said if ref in targets]
        if self._has(_STYLES):
            sheet_xml.read_styles(self._part(_STYLES), self.styles)

    def close(self) -> None:
        if self._strings is not None:
            self._strings.close()

    def _text(self, number: int) -> str:
        if self._strings is None:
            self._strings = Strings(self.folder)
            for text in sheet_xml.strings(self._part(_STRINGS)) if self._has(_STRINGS) else ():
                self._strings.add(text)
            self._strings.ready()
        return self._strings[number]

    def _has(self, name: str) -> bool:
        return name in self.packed.NameToInfo

    def _part(self, name: str, limit: int | None = None) -> Iterator[bytes]:
        """The bytes of a part, unpacked and counted. Broken past the limit of what may be unpacked."""
        done = 0
        with self.packed.open(name) as part:
            while block := part.read(1 << 16):
                done += len(block)
                if done > settings.IMPORT_MAX_UNPACKED:
                    raise _too_large()
                if limit and done > limit:
                    raise _Enough
                yield block


class _Enough(Exception):
    """As much was read of a part as was asked for."""


@contextmanager
def _book(path: Path) -> Iterator[_Book]:
    try:
        with zipfile.ZipFile(path) as packed:
            book = _Book(packed, path.parent)
            try:
                book.read()
                yield book
            finally:
                book.close()
    except (Broken, GeneratorExit):
        raise
    except Exception as problem:  # archives fail in as many ways as they are broken
        raise Broken("broken_xlsx") from problem


def _path(target: str) -> str:
    return posixpath.normpath(target.lstrip("/") if target.startswith("/") else posixpath.join("xl", target))


def _too_large() -> Broken:
    return Broken("too_large_unpacked", limit=settings.IMPORT_MAX_UNPACKED // 1024 // 1024)


def _directory(path: Path) -> int:
    """Bytes of the archive's list of files, as Python would read it: known before it is held in memory."""
    with path.open("rb") as handle:
        size = handle.seek(0, 2)
        handle.seek(max(0, size - 66_000))
        tail = handle.read()
    at = tail.rfind(_END, 0, max(0, len(tail) - 18))
    if at < 0:
        return 0
    if at >= 76 and tail[at - 20 : at - 16] == _END64:  # of an archive with very much in it
        return int.from_bytes(tail[at - 36 : at - 28], "little")
    return int.from_bytes(tail[at + 12 : at + 16], "little")
