"""Many rows at once by COPY: written as text, whole numbers read as arrays."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from io import BytesIO, StringIO
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

_ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})
_HEAD, _TAIL = 19, 2  # bytes before the first row and after the last one of a binary COPY
_SPECIAL = re.compile(r"[\\\n\r\t]")


def copy(table: str, columns: Iterable[str], rows: Iterable[Sequence[Any]]) -> None:
    """COPY rows into a table."""
    copy_text(f"{table} ({', '.join(columns)})", "".join(["\t".join(map(_copied, row)) + "\n" for row in rows]))


def copy_text(table: str, text: str) -> None:
    """COPY rows that are written as COPY wants them into a table, its columns named with it or in their order."""
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {table} FROM STDIN", StringIO(text))


def columns(sql: str, params: Mapping[str, Any], count: int) -> list[NDArray[np.int64]]:
    """The columns of a statement of `count` bigint columns without NULL, read by binary COPY: no object per value.

    ValueError where the rows are not of that shape.
    """
    out = BytesIO()
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY ({cursor.mogrify(sql, params).decode()}) TO STDOUT (FORMAT binary)", out)
    shape = [("fields", ">i2")] + [pair for n in range(count) for pair in ((f"bytes{n}", ">i4"), (f"value{n}", ">i8"))]
    body = out.getbuffer()[_HEAD:-_TAIL]
    rows = np.frombuffer(body, np.dtype(shape))
    if len(rows) and not (
        (rows["fields"] == count).all() and all((rows[f"bytes{n}"] == 8).all() for n in range(count))
    ):
        raise ValueError("these rows are not whole numbers alone")
    return [rows[f"value{n}"].astype(np.int64) for n in range(count)]


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
