"""Many rows at once by COPY."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from io import StringIO
from typing import Any

from django.db import connection

_ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})
_SPECIAL = re.compile(r"[\\\n\r\t]")


def copy(table: str, columns: Iterable[str], rows: Iterable[Sequence[Any]]) -> None:
    """COPY rows into a table."""
    copy_text(f"{table} ({', '.join(columns)})", "".join(["\t".join(map(_copied, row)) + "\n" for row in rows]))


def copy_text(table: str, text: str) -> None:
    """COPY rows that are written as COPY wants them into a table, its columns named with it or in their order."""
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {table} FROM STDIN", StringIO(text))


def copied(column: Sequence[str]) -> Sequence[str]:
    """Texts of one column as COPY wants them."""
    joined = "".join(column)
    if joined.isprintable() and "\\" not in joined:
        return column
    return [_copied(text) for text in column]


def _copied(value: Any) -> str:
    if isinstance(value, str):
        return value.translate(_ESCAPES) if _SPECIAL.search(value) else value
    if value is None:
        return "\\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return str(value).translate(_ESCAPES)
