"""XLSX written while it is read: a workbook of plain sheets, no formula in it, memory for one row."""

import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, islice
from typing import Any
from xml.sax.saxutils import escape

from django.utils import timezone

from . import spreadsheet

ROWS = 1_000_000  # of one sheet, its head apart; the format ends at 1,048,576
CHUNK = 500
LONGEST = 32_767  # characters of a cell
EXACT = 10**15  # from here on a spreadsheet rounds whole numbers
_HEAD, _DAY, _INSTANT = 1, 2, 3  # places in cellXfs below
_FIRST_DAY = date(1900, 3, 1)  # earlier days are counted differently by spreadsheets
_ZERO = date(1899, 12, 30)
_DIGITS = 9  # of a day: a tenth of a millisecond; with six a second became the one before
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml."
_START = f'{_XML}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/><cols><col min="1" max="{{columns}}" width="20" customWidth="1"/></cols><sheetData>'
_END = "</sheetData></worksheet>"
_STYLES = f"""{_XML}<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="4"><xf xfId="0"/><xf xfId="0" fontId="1" applyFont="1"/><xf xfId="0" numFmtId="14" applyNumberFormat="1"/><xf xfId="0" numFmtId="22" applyNumberFormat="1"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>"""


def lines(title: str, head: Sequence[Any], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """The bytes of the workbook, piece by piece. Rows beyond ROWS go on in a further sheet with the same head."""
    sink, count, left = _Sink(), 0, iter(rows)
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as book:
        following: list[Sequence[Any]] = []
        while following or not count:
            count += 1
            with book.open(f"xl/worksheets/sheet{count}.xml", "w") as sheet:
                sheet.write(_START.format(columns=max(1, len(head))).encode())
                sheet.write(_row(head, _HEAD).encode())
                own = islice(chain(following, left), ROWS)
                while chunk := list(islice(own, CHUNK)):
                    sheet.write("".join(map(_row, chunk)).encode())
                    yield sink.taken()
                sheet.write(_END.encode())
            following = list(islice(left, 1))
        for name, text in _frame(_name(title), count):
            book.writestr(name, text)
    yield sink.taken()


def _row(values: Sequence[Any], style: int = 0) -> str:
    return f"<row>{''.join(_cell(value, style) for value in values)}</row>"


def _cell(value: Any, style: int) -> str:
    """A number, an instant or a day as such; everything else as text that no spreadsheet runs."""
    if value is None or value == "":
        return "<c/>"
    if isinstance(value, bool):
        return f'<c t="b"><v>{int(value)}</v></c>'
    if isinstance(value, datetime):
        value = timezone.localtime(value) if timezone.is_aware(value) else value
        if value.date() >= _FIRST_DAY:
            part = (value.hour * 3600 + value.minute * 60 + value.second + value.microsecond / 1e6) / 86400
            return f'<c s="{_INSTANT}"><v>{(value.date() - _ZERO).days + part:.{_DIGITS}f}</v></c>'
    elif isinstance(value, date) and value >= _FIRST_DAY:
        return f'<c s="{_DAY}"><v>{(value - _ZERO).days}</v></c>'
    if isinstance(value, (int, float, Decimal)) and -EXACT < value < EXACT:
        return f"<c><v>{value}</v></c>"
    text = escape(_NOT_XML.sub("", str(spreadsheet.cell(value)))[:LONGEST])
    return f'<c s="{style}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _name(title: str) -> str:
    """A sheet's name: no sign that the format forbids, at most 25 letters, so that a number fits behind."""
    return re.sub(r"[\[\]:*?/\\']", " ", _NOT_XML.sub("", title)).strip()[:25] or "1"


def _frame(name: str, count: int) -> Iterator[tuple[str, str]]:
    """The parts around the sheets."""
    numbers = range(1, count + 1)
    sheets = "".join(
        f'<sheet name="{escape(name if n == 1 else f"{name} {n}", {chr(34): "&quot;"})}" sheetId="{n}" r:id="rId{n}"/>'
        for n in numbers
    )
    yield (
        "xl/workbook.xml",
        f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets></workbook>',
    )
    links = "".join(_link(f"rId{n}", f"{_OFFICE}/worksheet", f"worksheets/sheet{n}.xml") for n in numbers)
    links += _link("styles", f"{_OFFICE}/styles", "styles.xml")
    yield "xl/_rels/workbook.xml.rels", f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>'
    yield "xl/styles.xml", _STYLES
    root = _link("rId1", f"{_OFFICE}/officeDocument", "xl/workbook.xml")
    yield "_rels/.rels", f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{root}</Relationships>'
    parts = {"/xl/workbook.xml": "sheet.main", "/xl/styles.xml": "styles"}
    parts |= {f"/xl/worksheets/sheet{n}.xml": "worksheet" for n in numbers}
    said = "".join(f'<Override PartName="{part}" ContentType="{_TYPES}{kind}+xml"/>' for part, kind in parts.items())
    yield (
        "[Content_Types].xml",
        f'{_XML}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>{said}</Types>',
    )


def _link(key: str, kind: str, target: str) -> str:
    return f'<Relationship Id="{key}" Type="{kind}" Target="{target}"/>'


class _Sink:
    """What the archive writes to: kept until it is taken."""

    def __init__(self):
        self.pieces: list[bytes] = []

    def write(self, piece: Any, /) -> int:
        self.pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        pass

    def close(self) -> None:
        pass

    def taken(self) -> bytes:
        pieces, self.pieces = self.pieces, []
        return b"".join(pieces)
