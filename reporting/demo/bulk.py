"""Columns of many rows, written by COPY."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import StringIO
from typing import Any

import numpy as np
from django.db import connection

PIECE = 50_000


@dataclass(frozen=True)
class Spelled:
    """A column whose texts are spelled piece by piece: those of twenty million instants would take gigabytes."""

    values: np.ndarray
    spell: Callable[[np.ndarray], list[str]]

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, piece: slice) -> list[str]:
        return self.spell(self.values[piece])


def copy(table: str, columns: Mapping[str, Any]) -> int:
    """COPY columns into a table: arrays and lists of one length, or one value for every row. Returns the rows.

    Instants are int64 microseconds wrapped by `times`, bytes rows of uint8 wrapped by `hexed`; None is NULL. Other texts hold no tab,
    line end or backslash.
    """
    rows = max((len(values) for values in columns.values() if _many(values)), default=0)
    names = ", ".join(columns)
    for start in range(0, rows, PIECE):
        stop = min(start + PIECE, rows)
        texts = [_texts(values, start, stop) for values in columns.values()]
        body = StringIO("\n".join(map("\t".join, zip(*texts, strict=True))) + "\n")
        with connection.cursor() as cursor:
            cursor.copy_expert(f"COPY {table} ({names}) FROM STDIN", body)
    return rows


def times(us: np.ndarray) -> Spelled:
    """Microseconds since 1970 as instants that COPY reads; a negative one is NULL."""
    return Spelled(np.asarray(us, dtype=np.int64), _instants)


def hexed(rows: np.ndarray) -> Spelled:
    """Rows of uint8, each one value of bytes."""
    return Spelled(rows, lambda some: [f"\\\\x{one.tobytes().hex()}" for one in some])


def ids(sequence: str, count: int) -> np.ndarray:
    """`count` new ids of a table's sequence (a fresh one gives them without a gap)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s::regclass) FROM generate_series(1, %s)", [sequence, count])
        return np.array([row[0] for row in cursor.fetchall()], dtype=np.int64)


def _many(values: Any) -> bool:
    return isinstance(values, (np.ndarray, Spelled)) or (isinstance(values, Sequence) and not isinstance(values, str))


def _instants(us: np.ndarray) -> list[str]:
    text = np.datetime_as_string(us.astype("datetime64[us]"), unit="us", timezone="UTC")
    return np.where(us < 0, "\\N", text).tolist()


def _texts(values: Any, start: int, stop: int) -> list[str]:
    if not _many(values):
        return [_text(values)] * (stop - start)
    piece = values[start:stop]
    if isinstance(piece, np.ndarray):
        if piece.dtype.kind in "iu":
            return list(map(str, piece.tolist()))
        piece = piece.tolist()
    return piece if piece and isinstance(piece[0], str) and None not in piece else list(map(_text, piece))


def _text(value: Any) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return str(value)
