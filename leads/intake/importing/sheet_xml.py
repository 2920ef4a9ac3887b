"""The XML inside a workbook, read as it comes: rows, texts, names of sheets, styles that show dates.

Memory does not grow with the file: a row is given away once it ends, a cell's text is cut where no workbook goes on, and
what Excel itself cannot hold (more rows, more columns, entities, one tag without end) is no workbook.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from xml.parsers import expat

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel, from_ISO8601

ROWS, COLUMNS, STYLES = 1 << 20, 1 << 14, 100_000
TEXT = 40_000  # characters of a cell; Excel holds 32,767
ROW = 24 * 1024 * 1024  # characters of a row
_TAG = 1 << 20  # bytes of one tag
_CODED = re.compile(r"_x([0-9A-Fa-f]{4})_")


class Broken(ValueError):
    """The workbook cannot be read; `code` is a key of importing.reasons."""

    def __init__(self, code: str, **params: Any):
        super().__init__(code)
        self.code, self.params = code, params


@dataclass
class Row:
    """`whole`: False where it was too long to be read to its end."""

    number: int
    cells: list[str]
    whole: bool = True


@dataclass
class Styles:
    """Which styles (by number) show dates and spans of time, and from when days are counted."""

    epoch: datetime = WINDOWS_EPOCH
    dates: set[int] = field(default_factory=set)
    spans: set[int] = field(default_factory=set)


def rows(part: Iterable[bytes], text: Callable[[int], str], styles: Styles) -> Iterator[Row]:
    """Rows of a sheet that are not blank. `text`: the shared text of a number."""
    yield from _read(part, _Rows(text, styles))


def strings(part: Iterable[bytes]) -> Iterator[str]:
    """The shared texts, in their order."""
    yield from _read(part, _Texts())


def sheets(part: Iterable[bytes], styles: Styles) -> Iterator[tuple[str, bool, str]]:
    """(name, shown, reference) of each sheet; the workbook's epoch is put into the styles."""
    yield from _read(part, _Sheets(styles))


def relations(part: Iterable[bytes]) -> Iterator[tuple[str, str]]:
    """(reference, part) of each sheet with cells."""
    yield from _read(part, _Relations())


def read_styles(part: Iterable[bytes], styles: Styles) -> None:
    """Tell which styles show dates."""
    for _nothing in _read(part, _Styles(styles)):
        pass


class _Handler:
    """Told of each tag by its name without prefix; `out`: what is ready to be given away."""

    def __init__(self) -> None:
        self.out: list[Any] = []

    def start(self, name: str, said: dict[str, str]) -> None: ...

    def end(self, name: str) -> None: ...

    def data(self, text: str) -> None: ...


def _read(part: Iterable[bytes], handler: _Handler) -> Iterator[Any]:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, said: handler.start(name.rpartition(":")[2], said)
    parser.EndElementHandler = lambda name: handler.end(name.rpartition(":")[2])
    parser.CharacterDataHandler = handler.data
    parser.StartDoctypeDeclHandler = _no_doctype
    fed = 0
    for block in part:
        parser.Parse(block)
        fed += len(block)
        if fed - parser.CurrentByteIndex > _TAG:
            raise Broken("broken_xlsx")
        yield from handler.out
        handler.out.clear()
    parser.Parse(b"", True)
    yield from handler.out


def _no_doctype(*_said: Any) -> None:
    raise Broken("broken_xlsx")  # no workbook has one; it is where entities that unfold are declared


class _Text(_Handler):
    """Gathers the characters of tags that hold text, up to a cell's most."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[str] = []
        self._length, self._open = 0, False

    def data(self, text: str) -> None:
        if self._open and self._length < TEXT:
            self._pieces.append(text)
            self._length += len(text)

    def _taken(self) -> str:
        found = "".join(self._pieces)[:TEXT] if self._pieces else ""
        self._pieces, self._length, self._open = [], 0, False
        return found


class _Texts(_Text):
    """Pronunciations beside a text (rPh) are no part of it."""

    def __init__(self) -> None:
        super().__init__()
        self._beside = False

    def start(self, name: str, said: dict[str, str]) -> None:
        self._beside = self._beside or name == "rPh"
        self._open = name == "t" and not self._beside

    def end(self, name: str) -> None:
        self._open = False
        if name == "rPh":
            self._beside = False
        elif name == "si":
            self.out.append(_decoded(self._taken()))


class _Rows(_Text):
    def __init__(self, text: Callable[[int], str], styles: Styles):
        super().__init__()
        self._shared, self._styles = text, styles
        self._row, self._column, self._long = 0, -1, 0
        self._cells: list[str] = []
        self._kind, self._style, self._beside = "n", 0, False

    def start(self, name: str, said: dict[str, str]) -> None:
        if name == "row":
            self._row = max(_whole(said.get("r")), self._row + 1)
            if self._row > ROWS:
                raise Broken("broken_xlsx")
            self._cells, self._column, self._long = [], -1, 0
        elif name == "c":
            self._column = _column(said["r"]) if "r" in said else self._column + 1
            if self._column >= COLUMNS:
                raise Broken("broken_xlsx")
            self._kind, self._style = said.get("t", "n"), _whole(said.get("s"))
            self._taken()
        elif name == "rPh":
            self._beside = True
        elif name in ("v", "t"):
            self._open = (name == "v") is (self._kind != "inlineStr") and not self._beside

    def end(self, name: str) -> None:
        if name in ("v", "t"):
            self._open = False
        elif name == "rPh":
            self._beside = False
        elif name == "c":
            self._put(self._value(self._taken()))
        elif name == "row":
            while self._cells and not self._cells[-1].strip():
                self._cells.pop()
            if self._cells:
                self.out.append(Row(self._row, self._cells, self._long <= ROW))
                self._cells = []

    def _put(self, text: str) -> None:
        self._long += len(text)
        if not text or self._long > ROW:
            return
        self._cells += [""] * (self._column + 1 - len(self._cells))
        self._cells[self._column] = text

    def _value(self, text: str) -> str:
        if not text:
            return ""
        if self._kind == "n":
            return _number(text, self._style, self._styles)
        if self._kind == "s":
            return self._shared(int(text))
        if self._kind == "b":
            return text_of(text.strip() not in ("0", "false"))
        if self._kind == "d":
            return text_of(from_ISO8601(text))
        return _decoded(text)


class _Sheets(_Handler):
    def __init__(self, styles: Styles):
        super().__init__()
        self._styles, self._count = styles, 0

    def start(self, name: str, said: dict[str, str]) -> None:
        if name == "workbookPr" and said.get("date1904") in ("1", "true", "on"):
            self._styles.epoch = MAC_EPOCH
        if name == "sheet":
            self._count += 1
            if self._count > 1000:
                raise Broken("broken_xlsx")
            ref = next((value for key, value in said.items() if key.rpartition(":")[2] == "id"), "")
            self.out.append((said.get("name", ""), said.get("state", "visible") == "visible", ref))


class _Relations(_Handler):
    def start(self, name: str, said: dict[str, str]) -> None:
        if name == "Relationship" and said.get("Type", "").endswith("/worksheet"):
            self.out.append((said.get("Id", ""), said.get("Target", "")))


class _Styles(_Handler):
    def __init__(self, styles: Styles):
        super().__init__()
        self._styles, self._formats, self._in, self._count = styles, dict(BUILTIN_FORMATS), False, 0

    def start(self, name: str, said: dict[str, str]) -> None:
        if name == "numFmt" and len(self._formats) < STYLES:
            self._formats[_whole(said.get("numFmtId"))] = said.get("formatCode", "")[:1000]
        self._in = self._in or name == "cellXfs"
        if name == "xf" and self._in:
            code = self._formats.get(_whole(said.get("numFmtId")))
            if is_date_format(code):
                self._styles.dates.add(self._count)
            if is_timedelta_format(code):
                self._styles.spans.add(self._count)
            self._count += 1
            if self._count > STYLES:
                raise Broken("broken_xlsx")

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self._in = False


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


def _number(text: str, style: int, styles: Styles) -> str:
    """A number, or the date that its style shows it as; what is no number stays as it is written."""
    try:
        value = int(text) if text.isascii() and text.lstrip("-").isdigit() and len(text) < 30 else float(text)
        if style in styles.dates:
            value = from_excel(value, styles.epoch, timedelta=style in styles.spans)
    except OverflowError:
        return "#VALUE!"  # as Excel shows a date that is out of its range
    except ValueError:
        return text if style not in styles.dates else "#VALUE!"
    return text_of(value)


def _decoded(text: str) -> str:
    """Characters that XML cannot hold are written as _x000D_."""
    if "_x" not in text:
        return text
    return _CODED.sub(
        lambda found: found[0] if found[1][0] in "dD" and found[1][1] > "7" else chr(int(found[1], 16)), text
    )


def _whole(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0


def _column(place: str) -> int:
    """The column of a cell's place, from 0: "A1" is 0, "AB7" is 27. Broken for no place."""
    found = 0
    for letter in place[:4]:
        if not "A" <= letter <= "Z":
            break
        found = found * 26 + ord(letter) - 64
    if not found:
        raise Broken("broken_xlsx")
    return found - 1
