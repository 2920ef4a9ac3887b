"""One cell to one value: text in, JSON value out, or a reason why not. Pure; nothing is guessed in silence."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal, InvalidOperation

MAX_CELL = 10_000
DMY, MDY, ISO = "dmy", "mdy", "iso"
TRUE = frozenset(["true", "yes", "y", "1", "oui", "o", "vrai", "x", "t", "on"])
FALSE = frozenset(["false", "no", "n", "0", "non", "faux", "f", "off"])
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](.+))?")
DATED = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})(?:,?[T ]+(.+))?")
DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:,?[T ]+(.+))?")  # day first wherever it is written
_CLOCK = re.compile(
    r"(\d{1,2})[:h](\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*([AaPp][Mm])?\s*(Z|z|UTC|[+-]\d{2}:?\d{2})?"
)
_GROUPED = re.compile(r"-?\d{1,3}(\.\d{3})+(,\d+)?")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
# MD5, SHA-1 and the SHA-2s as hexadecimal digits, or as Base64.
_HEX = re.compile(r"[0-9a-fA-F]{32}|[0-9a-fA-F]{40}|[0-9a-fA-F]{56}|[0-9a-fA-F]{64}|[0-9a-fA-F]{96}|[0-9a-fA-F]{128}")
_BASE64 = re.compile(
    r"[A-Za-z0-9+/]{22}==|[A-Za-z0-9+/]{27}=|[A-Za-z0-9+/]{38}==|[A-Za-z0-9+/]{43}=|[A-Za-z0-9+/]{86}=="
)
SHOWN = 20  # values of a choice named in a reason
_SPACES = str.maketrans("", "", " \u00a0\u2009\u202f'")
_CURRENCY = re.compile(r"^(?:[€$£]|EUR|USD|GBP|BRL|R\$)|(?:[€$£]|EUR|USD|GBP|BRL)$")


class Bad(ValueError):
    """The cell cannot be read; `code` is a key of importing.reasons."""

    def __init__(self, code: str, **params):
        super().__init__(code)
        self.code, self.params = code, params


@dataclass(frozen=True)
class Reading:
    """How this file writes things: order of dates, its zone, the zone that cuts days, decimal comma or point."""

    dates: str = ISO
    zone: tzinfo = UTC
    day_zone: tzinfo = UTC
    decimal: str = "."


def text(cell: str, _reading: Reading | None = None) -> str:
    """The text as written, outer spaces and NULs gone. Formula cells are text like any other."""
    if len(cell) > MAX_CELL:
        raise Bad("too_long", limit=MAX_CELL)
    if cell.isascii() and "\0" not in cell:
        return cell.strip()
    return unicodedata.normalize("NFC", cell.replace("\0", "")).strip()


def number(cell: str, reading: Reading = Reading()) -> str | int | None:
    """A number as JSON: int when whole, else decimal text ("1234.5"); None when it is none."""
    plain = _CURRENCY.sub("", cell.strip()).translate(_SPACES)
    if not plain.isascii():
        return None
    if reading.decimal == ",":
        if "." in plain and not _GROUPED.fullmatch(plain):  # 1234.5 is no number here, and never 12345
            return None
        plain = plain.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"-?\d{1,3}(,\d{3})+(\.\d+)?", plain):
        plain = plain.replace(",", "")
    try:
        found = Decimal(plain) if re.fullmatch(r"[+-]?\d{1,15}(\.\d*)?(?:[eE][+-]?\d{1,2})?", plain) else None
    except InvalidOperation:
        found = None
    if found is None or abs(found) >= 10**15:
        return None
    if found == found.to_integral_value():
        return int(found)
    return format(found.quantize(Decimal("0.000001")).normalize(), "f")


def _number(cell: str, reading: Reading) -> str | int:
    found = number(cell, reading)
    if found is None:
        raise Bad("bad_number")
    return found


def _money(cell: str, reading: Reading) -> str:
    return str(Decimal(str(_number(cell, reading))).quantize(Decimal("0.01")))


def _whole(cell: str, reading: Reading) -> int:
    found = _number(cell, reading)
    if not isinstance(found, int) or not 0 <= found < 2**31:
        raise Bad("bad_whole")
    return found


def _bool(cell: str, reading: Reading) -> bool:
    word = cell.strip().lower()
    if word in TRUE or word in FALSE:
        return word in TRUE
    raise Bad("bad_bool")


def when(cell: str, reading: Reading) -> tuple[datetime, bool]:
    """(instant in UTC, day_only). A date without a time is the start of that day in the installation's zone.

    Bad: no date, a date that does not exist, a local time that does not exist or is written in the other order.
    """
    day, clock = _day(cell.strip(), reading)
    if not clock:
        return datetime.combine(day, time.min, reading.day_zone).astimezone(UTC), True
    match = _CLOCK.fullmatch(clock.strip())
    if match is None:
        raise Bad("bad_time")
    hour, minute, second, fraction, half, offset = match.groups()
    try:
        local = time(_hour(int(hour), half), int(minute), int(second or 0), int((fraction or "0").ljust(6, "0")[:6]))
        if offset:
            plain = "+00:00" if offset in ("Z", "z", "UTC") else offset
            return datetime.fromisoformat(f"{day.isoformat()}T{local.isoformat()}{plain}").astimezone(UTC), False
    except ValueError:
        raise Bad("bad_time") from None
    naive = datetime.combine(day, local)
    aware = naive.replace(tzinfo=reading.zone)
    if aware.astimezone(UTC).astimezone(reading.zone).replace(tzinfo=None) != naive:
        raise Bad("no_such_hour", zone=str(reading.zone))
    return aware.astimezone(UTC), False


def day(cell: str, reading: Reading) -> str:
    """The date, ISO; the time of day, if any, is dropped as written."""
    return _day(cell.strip(), reading)[0].isoformat()


def _day(cell: str, reading: Reading) -> tuple[date, str]:
    match = _ISO.fullmatch(cell)
    if match:
        year, month, number_of_day, clock = match.groups()
    else:
        dotted = DOTTED.fullmatch(cell)
        match = dotted or DATED.fullmatch(cell)
        if match is None or reading.dates == ISO:
            raise Bad("bad_date", order=reading.dates)
        first, second, year, clock = match.groups()
        number_of_day, month = (first, second) if dotted or reading.dates == DMY else (second, first)
    try:
        found = date(int(year), int(month), int(number_of_day))
    except ValueError:
        raise Bad("no_such_date", order=reading.dates) from None
    if not 1900 <= found.year <= 2200:
        raise Bad("no_such_date", order=reading.dates)
    return found, clock or ""


def _hour(hour: int, half: str | None) -> int:
    if half is None:
        return hour
    if not 1 <= hour <= 12:
        raise ValueError(hour)
    return hour % 12 + (12 if half.lower() == "pm" else 0)


def email(cell: str, _reading: Reading | None = None) -> str:
    found = text(cell)
    if not EMAIL.fullmatch(found) or len(found) > 320:
        raise Bad("hashed_email" if hash_of(found) else "bad_email")
    return found


def hash_of(cell: str) -> str:
    """The hash that stands where an address should, as anonymised exports write it; "" when it is none."""
    word = cell.strip()
    if _HEX.fullmatch(word):
        return word.lower()
    return word if _BASE64.fullmatch(word) else ""


def choice(cell: str, offered: Mapping[str, str]) -> str:
    """The value that a cell names, of those offered (word in any case -> value). Bad for another one, naming them all."""
    found = text(cell)
    if (value := offered.get(found.casefold())) is None:
        names = list(dict.fromkeys(offered.values()))
        allowed = ", ".join(names[:SHOWN]) + (", …" if len(names) > SHOWN else "")
        raise Bad("bad_choice", value=found[:80], allowed=allowed)
    return value


READERS: dict[str, Callable[[str, Reading], object]] = {
    "text": text, "choice": text, "person": text, "number": _number, "whole": _whole, "money": _money,
    "date": day, "bool": _bool, "email": email,
}  # fmt: skip


def read(kind: str, cell: str, reading: Reading) -> object:
    """A cell that is not blank as JSON. Bad when it is not of its type."""
    return READERS[kind](cell, reading)


def infer(cells: list[str], reading: Reading) -> str:
    """The type of an unknown column from its cells that are not blank: bool, number, date, else text."""
    kinds = ("bool", "number", "date")
    for kind in kinds:
        if cells and all(_reads(kind, cell, reading) for cell in cells):
            return kind
    return "text"


def _reads(kind: str, cell: str, reading: Reading) -> bool:
    word = cell.strip()
    if kind == "number" and re.match(r"\+|-?0\d|\d{12}", word):  # telephone numbers, "007", long ids
        return False
    if kind == "bool" and (len(word) < 2 or word in ("on", "off")):
        return False
    try:
        READERS[kind](cell, reading)
    except Bad:
        return False
    return True
