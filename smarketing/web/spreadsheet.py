"""CSV for people's spreadsheets: rows streamed, cells that a spreadsheet would run as a formula made harmless."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from django.utils import timezone

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
BOM = "\ufeff"  # or some spreadsheets read É as two letters


def cell(value: Any) -> str | int:
    """One value as a cell: text that starts like a formula gets an apostrophe, numbers stay numbers, instants are local."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, datetime):
        return timezone.localtime(value).isoformat(sep=" ", timespec="minutes")[:16]
    if isinstance(value, (int, float)) or not isinstance(value, (str, date)):
        text = str(value)
        return text if not text.startswith(DANGEROUS) or _is_number(text) else f"'{text}"
    text = str(value)
    return f"'{text}" if text.startswith(DANGEROUS) else text


def lines(head: Sequence[Any], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """UTF-8 with mark, commas, one line per row, written while it is read."""
    writer = csv.writer(_Echo())
    yield BOM + writer.writerow([cell(str(one)) for one in head])
    for row in rows:
        yield writer.writerow([cell(one) for one in row])


class _Echo:
    def write(self, text: str) -> str:
        return text


def _is_number(text: str) -> bool:
    return text.lstrip("-").replace(".", "", 1).isdigit()
