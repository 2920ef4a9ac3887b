"""Cells read column by column, each different one once: a million rows cost what their different cells cost."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from operator import contains
from typing import Any

from .mapping import Column, Mapping
from .rows import bare, cell_reader, type_of
from .values import EMAIL, MAX_CELL, Bad, Reading

BLANK = ""
TEXTS = ("text", "choice", "person")


@dataclass
class Read:
    """What a column of a block says. No `values`: each cell says itself; bad cells say nothing."""

    cells: Sequence[str]
    different: set[str]
    values: dict[str, Any] | None = None
    bad: set[str] = field(default_factory=set)
    ready: bool = False  # each cell says itself, and is written as COPY wants it

    @property
    def plain(self) -> bool:
        """Whether each cell says itself, with nothing to trim around it and no line end in it."""
        return self.values is None

    def said(self) -> Sequence[Any]:
        """The value of each row, BLANK where it says nothing."""
        return self.cells if self.values is None else list(map(self.values.__getitem__, self.cells))

    def told(self, write: Callable[[Any], str]) -> Sequence[str]:
        """Each row's value as `write` writes it: asked once for each different value that is not blank."""
        known = self.values or {cell: cell for cell in self.different}
        texts = {cell: BLANK if value == BLANK else write(value) for cell, value in known.items()}
        return list(map(texts.__getitem__, self.cells))

    def found(self) -> list[Any]:
        """The different values, blank ones left out."""
        return [
            value for value in (self.values.values() if self.values is not None else self.different) if value != BLANK
        ]

    def odd(self) -> set[int]:
        """Positions of the rows whose cell cannot be read."""
        return {n for n, cell in enumerate(self.cells) if cell in self.bad} if self.bad else set()


class ColumnReader:
    """Reads one column of a block after the other, as `rows.Reader` reads a row."""

    def __init__(self, mapping: Mapping, reading: Reading):
        self._readers = {
            column.index: (_how(mapping, column), cell_reader(mapping, column, reading)) for column in mapping.used
        }

    def read(self, index: int, cells: Sequence[str]) -> Read:
        how, reader = self._readers[index]
        found = Read(cells, set(cells))
        if how in (*TEXTS, "email"):
            joined = f"|{'|'.join(found.different)}|"
            if plain(found.different, joined, how):
                found.ready = "\\" not in joined
                return found
        found.values = {}
        for cell in found.different:
            text = bare(cell) if cell else BLANK
            try:
                found.values[cell] = reader(text) if text else BLANK
            except Bad:
                found.bad.add(cell)
                found.values[cell] = BLANK
        return found


def plain(different: set[str], joined: str, how: str) -> bool:
    """Whether texts say themselves: nothing to trim, to normalise or to refuse. `joined`: each of them between two bars."""
    if not joined.isprintable() or "| " in joined or " |" in joined or "|'" in joined:
        return False
    if not joined.isascii() and not unicodedata.is_normalized("NFC", joined):
        return False
    longest = max(map(len, different), default=0)
    if how == "email":
        return longest <= 320 and addresses(different - {BLANK}, joined)
    return longest <= MAX_CELL


def addresses(different: set[str], joined: str) -> bool:
    """Whether all of these printable texts are addresses."""
    if " " in joined or "|@" in joined or "@|" in joined:  # a bar of their own, too: it is looked at letter by letter
        return all(map(EMAIL.fullmatch, different))
    return joined.count("@") == len(different) and all(map(contains, different, repeat("@")))


def _how(mapping: Mapping, column: Column) -> str:
    """How the column's cells are read; "" where a cell may not say itself: other words in the mapping, a list of values."""
    how = type_of(mapping.kind, column.targets[0], column.type)
    return "" if how == "choice" or mapping.values.get(column.header) else how
