"""What kind of file this is, told from its bytes: encoding and separator, or a reason why it cannot be a table.

Both are proposals: they are shown on the mapping page and may be chosen otherwise.
"""

import codecs
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from . import workbook

ENCODINGS = ("utf-8", "utf-16", "utf-16-le", "utf-16-be", "cp1252")
SEPARATORS = (",", ";", "\t")
MAX_COLUMNS, MAX_HEADER = 2000, 1000  # columns of a file; characters of the name of one
_BLOCK = 1 << 20
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_LOCKED = "EncryptedPackage".encode("utf-16-le")  # the part of an Excel file with a password that holds the workbook
_PAGE = re.compile(r"\ufeff?\s*<(!doctype html|html|head|meta|body|table|style|\?xml|workbook)\b", re.IGNORECASE)
_WRONG, _BEYOND = re.compile("[\udc00-\udcff]"), re.compile("[^\0-\x7f]")
# First bytes of files that are no text, however they are named -> key of importing.reasons.
_MAGIC = (
    (b"PK\x03\x04", "is_zip"),
    (b"\xd0\xcf\x11\xe0", "is_xls"),
    (b"%PDF", "is_pdf"),
    (b"\x1f\x8b", "is_gzip"),
    (b"{\\rtf", "is_rtf"),
    (b"\x89PNG", "is_binary"),
    (b"\xff\xd8\xff", "is_binary"),
)


class Unreadable(ValueError):
    """The file is no table at all; `code` is a key of importing.reasons."""

    def __init__(self, code: str, **params):
        super().__init__(code)
        self.code, self.params = code, params


@dataclass(frozen=True)
class Format:
    """How a file is written. A workbook has the encoding "xlsx", and its sheet stands where the separator does."""

    encoding: str = "utf-8"
    separator: str = ","
    sheets: tuple[str, ...] = ()

    @property
    def is_workbook(self) -> bool:
        return self.encoding == workbook.NAME

    @property
    def codec(self) -> str:
        """Name for Python: a byte order mark is dropped."""
        return "utf-8-sig" if self.encoding == "utf-8" else self.encoding


def mark_undecodable(problem: UnicodeError) -> tuple[str, int]:
    """Undecodable bytes become lone surrogates, which the reader refuses cell by cell: no row disappears."""
    bad = problem.object[problem.start : problem.end]
    return "".join(chr(0xDC00 + byte) for byte in bad), problem.end


codecs.register_error("importing.mark", mark_undecodable)


def sniff(path: Path) -> Format:
    """The format of a file. Unreadable for a file that is empty, too large or no text."""
    if path.stat().st_size > settings.IMPORT_MAX_BYTES:
        raise too_large()
    with path.open("rb") as handle:
        head = handle.read(64 * 1024)
    if head.startswith(b"PK\x03\x04") and (found := _workbook(path)):
        return found
    for magic, code in _MAGIC:
        if head.startswith(magic):
            raise Unreadable("is_locked" if code == "is_xls" and _is_locked(path, head) else code)
    encoding = _encoding(path, head)
    text = head.decode(Format(encoding).codec, "importing.mark")
    if _PAGE.match(text):
        raise Unreadable("is_page")
    if not text.strip("\ufeff \t\r\n,;"):
        raise Unreadable("empty")
    return Format(encoding, _separator(text.lstrip("\ufeff")))


def _workbook(path: Path) -> Format | None:
    try:
        if not workbook.is_workbook(path):
            return None
        names = workbook.sheets(path)
    except workbook.Broken as problem:
        raise Unreadable(problem.code, **problem.params) from None
    if not names:
        raise Unreadable("empty")
    return Format(workbook.NAME, names[0], tuple(names))


def _encoding(path: Path, head: bytes) -> str:
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name
    even, odd = head[0:4096:2].count(0), head[1:4096:2].count(0)
    pairs = max(1, len(head[:4096]) // 2)
    if odd > 0.3 * pairs and odd > 3 * even:
        return "utf-16-le"
    if even > 0.3 * pairs and even > 3 * odd:
        return "utf-16-be"
    good, bad = _utf8(path)
    return "cp1252" if bad > good else "utf-8"


def _utf8(path: Path) -> tuple[int, int]:
    """(characters beyond ASCII that decode, bytes that do not) when the file is read as UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")("importing.mark")
    good = bad = 0
    with path.open("rb") as handle:
        while True:
            block = handle.read(_BLOCK)
            text = decoder.decode(block, final=not block)
            if not text.isascii():
                wrong = sum(1 for _one in _WRONG.finditer(text))
                bad += wrong
                good += sum(1 for _one in _BEYOND.finditer(text)) - wrong
            if not block:
                return good, bad


def _separator(text: str) -> str:
    """The candidate that most lines hold equally often (outside quotes), the header's count first."""
    lines = [line for line in text.splitlines()[:60] if line.strip()]
    if len(lines) > 1 and len(text) >= 60_000:
        lines = lines[:-1] or lines
    best, score = ",", (0.0, 0)
    for mark in SEPARATORS:
        counts = [sum(part.count(mark) for part in line.split('"')[::2]) for line in lines]
        if not counts or not counts[0]:
            continue
        usual, times = Counter(counts).most_common(1)[0]
        if usual and (found := (times / len(counts), counts[0])) > score:
            best, score = mark, found
    return best


def too_large() -> Unreadable:
    """What is said of a file beyond the size that is taken."""
    return Unreadable("too_large", limit=settings.IMPORT_MAX_BYTES // 1024 // 1024)


def check_header(cells: Sequence[str]) -> None:
    """Unreadable for a first line that is no header: more columns than a table has, or a name that is a text."""
    if len(cells) > MAX_COLUMNS:
        raise Unreadable("too_many_columns", columns=len(cells), limit=MAX_COLUMNS)
    for number, cell in enumerate(cells, 1):
        if len(cell) > MAX_HEADER:
            raise Unreadable("header_too_long", column=number, limit=MAX_HEADER)


def _is_locked(path: Path, head: bytes) -> bool:
    """Whether an old Office file is one with a password: its first folder of parts names the locked workbook."""
    size = 1 << min(int.from_bytes(head[30:32], "little"), 12)
    with path.open("rb") as handle:
        handle.seek((int.from_bytes(head[48:52], "little") + 1) * size)
        return _LOCKED in handle.read(64 * 1024)
