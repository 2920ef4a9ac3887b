"""What stands in each column, over the whole file: blanks, distinct values, ranges, and the type of unknown columns.

Only figures are kept with the import: words and persons are read from the staged rows, which are forgotten after a month.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from .cells import Read
from .mapping import Column, Mapping
from .rows import Moment, Row, bare, type_of
from .targets import PERSONAL
from .values import Reading, infer

MANY = 50_000
FEW = 20
_RANGED = {"number", "money", "whole"}


@dataclass
class Seen:
    """One column's profile as it grows."""

    column: Column
    kind: str
    blank: int = 0
    filled: int = 0
    distinct: set[int] = field(default_factory=set)
    least: Any = None
    most: Any = None

    def add(self, cells: Sequence[str], different: set[str], plain: bool = False) -> None:
        """Count these cells of the column; `different`: each once. `plain`: there is nothing to trim around any of them."""
        blanks = {""} & different if plain else ({""} & different).union(filter(str.isspace, different))
        blank = sum(map(cells.count, blanks))
        self.filled += len(cells) - blank
        self.blank += blank
        if len(self.distinct) < MANY:
            self.distinct.update(map(hash, (different if plain else set(map(str.strip, different))) - {""}))

    def range(self, values: Iterable[Any]) -> None:
        """Widen the range by these values."""
        found = set(values)
        if found:
            self.least = min(found) if self.least is None else min(self.least, *found)
            self.most = max(found) if self.most is None else max(self.most, *found)

    def as_json(self, reading: Reading) -> dict[str, Any]:
        target = "+".join(self.column.targets)
        how = type_of(self.kind, self.column.targets[0], self.column.type) if target else ""
        hidden = not target or how in ("person", "email") or not PERSONAL.isdisjoint(self.column.targets)
        return {
            "name": self.column.header,
            "target": target,
            "type": how,
            "blank": self.blank,
            "filled": self.filled,
            "distinct": min(len(self.distinct), MANY),
            "many": len(self.distinct) >= MANY,
            "few": not hidden and len(self.distinct) <= FEW,
            "min": None if hidden else _shown(self.least, reading),
            "max": None if hidden else _shown(self.most, reading),
        }


class Profile:
    """Profiles of all columns of a file, left-out ones included."""

    def __init__(self, mapping: Mapping, reading: Reading):
        self._reading = reading
        self.columns = [Seen(column, mapping.kind) for column in mapping.columns]
        self._types = [
            type_of(mapping.kind, column.targets[0], column.type) if column.targets else ""
            for column in mapping.columns
        ]

    def add(self, rows: Sequence[Row]) -> None:
        """Count rows and what was read of them."""
        for index, (seen, how) in enumerate(zip(self.columns, self._types, strict=True)):
            mine = [row for row in rows if len(row.cells) > index]
            cells = [row.cells[index] for row in mine]
            seen.add(cells, set(cells))
            if how in _RANGED or how in ("date", "when"):
                target = seen.column.targets[0]
                found = {value for row in mine if (value := row.values.get(target)) is not None}
                seen.range(_ranged(how, value) for value in found)

    def add_columns(self, rows: Sequence[Sequence[str]], read: dict[int, Read]) -> None:
        """Count rows whose columns were read as a whole."""
        whole = set(map(len, rows)) <= {len(self.columns)}
        for index, (seen, how) in enumerate(zip(self.columns, self._types, strict=True)):
            if whole and index in read:
                seen.add(read[index].cells, read[index].different, read[index].plain)
            else:
                cells = [row[index] for row in rows if len(row) > index]
                seen.add(cells, set(cells))
            if index in read and (how in _RANGED or how in ("date", "when")):
                seen.range(_ranged(how, value) for value in read[index].found())

    def as_json(self) -> list[dict[str, Any]]:
        return [seen.as_json(self._reading) for seen in self.columns]


class Types:
    """The type of each unknown column: told from every cell that is not blank, a chunk at a time."""

    def __init__(self, columns: Sequence[Column], reading: Reading):
        self._open = {column.index: column for column in columns}
        self._kinds: dict[int, set[str]] = {}
        self._reading = reading

    def add(self, rows: Sequence[Sequence[str]]) -> bool:
        """Look at more rows. False when nothing is left to tell."""
        for index in list(self._open):
            cells = [cell for row in rows if index < len(row) and (cell := bare(row[index]))]
            if not cells:
                continue
            kinds = self._kinds.setdefault(index, set())
            kinds.add(infer(cells, self._reading))
            if len(kinds) > 1 or "text" in kinds:
                self._open.pop(index).type = "text"
        return bool(self._open)

    def settle(self) -> None:
        """Give the columns still open the one type that all of their cells have."""
        for index, column in self._open.items():
            column.type = next(iter(self._kinds.get(index, {"text"})))


def _ranged(how: str, value: Any) -> Any:
    if how in _RANGED:
        return Decimal(str(value))
    return (value.at, value.day_only) if isinstance(value, Moment) else value


def _shown(value: Any, reading: Reading) -> str | None:
    """Numbers and dates as text; an instant as the file's local time."""
    if isinstance(value, tuple):
        at, day_only = value
        zone = reading.day_zone if day_only else reading.zone
        return at.astimezone(zone).strftime("%Y-%m-%d" if day_only else "%Y-%m-%d %H:%M:%S")
    return format(value, "f") if isinstance(value, Decimal) else value
