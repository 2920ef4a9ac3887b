"""One row of cells to one row of values, or reasons why not. Pure; every cell is read by its column's type."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from . import targets, values
from .mapping import Column, Mapping
from .targets import BY_KIND
from .values import Bad, Reading, hash_of

_NEUTRALISED = re.compile(r"'+[=+\-@\t\r]")
_KEYS = {"lead.email": "key", "lead_email": "lead"}  # where an address names a lead -> where its key does
KEPT = 5000  # cells of a column whose value is not read twice
_STATES = {
    "open": {
        "open",
        "new",
        "engaging",
        "prospecting",
        "ouverte",
        "ouvert",
        "en cours",
        "qualification",
        "negotiation",
        "needs analysis",
        "value proposition",
        "id. decision makers",
        "perception analysis",
        "proposal/price quote",
        "negotiation/review",
        "appointment scheduled",
        "qualified to buy",
        "presentation scheduled",
        "decision maker bought-in",
        "contract sent",
        "appointmentscheduled",
        "qualifiedtobuy",
        "presentationscheduled",
        "decisionmakerboughtin",
        "contractsent",
        "proposition",
        "négociation",
        "rendez-vous programmé",
    },
    "won": {"won", "closed won", "closedwon", "gagnée", "gagné", "gagne", "gagnee", "true", "1"},
    "lost": {"lost", "closed lost", "closedlost", "perdue", "perdu", "false", "0"},
}
STATES = {word: state for state, words in _STATES.items() for word in words}


@dataclass(frozen=True)
class Moment:
    """An instant, or a day as its start."""

    at: datetime
    day_only: bool


@dataclass
class Row:
    """`values`: target -> JSON value or Moment, blank cells left out. `errors`: (column or -1, code, params); `warnings`
    alike, of cells left out of a row that comes in all the same."""

    line: int
    cells: Sequence[str]
    values: dict[str, Any] = field(default_factory=dict)
    errors: list[tuple[int, str, dict]] = field(default_factory=list)
    warnings: list[tuple[int, str, dict]] = field(default_factory=list)

    def refuse(self, code: str, column: int = -1, **params) -> None:
        self.errors.append((column, code, params))

    def moment(self, target: str) -> Moment | None:
        return self.values.get(target)


class Reader:
    """Reads rows by one mapping. `column_of` tells where a target's cell stands, for reasons found later."""

    def __init__(self, mapping: Mapping, reading: Reading):
        self.width = len(mapping.columns)
        self.column_of = {one: column.index for column in mapping.used for one in column.targets}
        self._cells = [(c.index, c.targets, cell_reader(mapping, c, reading)) for c in mapping.used]
        self._reading, self._mapping = reading, mapping
        self._constants = Row(0, ())
        for target, text in mapping.constants.items():
            self._put(self._constants, target, _reader_of(mapping.kind, target, "", reading), text)

    @property
    def constants(self) -> dict[str, Any]:
        """What the mapping says of every row, by target."""
        return self._constants.values

    @property
    def sound(self) -> bool:
        """Whether what the mapping says of every row can be read."""
        return not self._constants.errors

    def read(self, line: int, cells: Sequence[str]) -> Row:
        row = Row(line, cells, dict(self._constants.values), list(self._constants.errors))
        if len(cells) != self.width:
            code = "too_many_cells" if len(cells) > self.width else "too_few_cells"
            row.refuse(code, cells=len(cells), headers=self.width)
            return row
        values = row.values
        hashed: list[tuple[int, str, str]] = []
        for index, wanted, reader in self._cells:
            cell = cells[index]
            if cell and (cell := bare(cell)):
                try:
                    value = reader(cell)
                except Bad as problem:
                    if problem.code == "hashed_email":
                        hashed.append((index, wanted[0], cell))
                    else:
                        row.refuse(problem.code, index, **problem.params)
                    continue
                for target in wanted:
                    values[target] = value
        for one in hashed:
            _take_hash(row, *one)
        if row.values.pop("deleted", False):
            row.refuse("deleted_there", self.column_of["deleted"])
        return row

    @staticmethod
    def _put(row: Row, target: str, reader: Callable[[str], Any], cell: str) -> None:
        try:
            row.values[target] = reader(cell)
        except Bad as problem:
            row.refuse(problem.code, -1, **problem.params)


def _take_hash(row: Row, index: int, target: str, cell: str) -> None:
    """A hash is no address and nobody can be written to: the row goes by its own key, else by the hash."""
    name = _KEYS[target]
    taken = name in row.values
    row.values.setdefault(name, hash_of(cell))
    row.warnings.append((index, "hashed_email" if taken else "hashed_key", {}))


def bare(cell: str) -> str:
    """The cell without outer spaces and without the apostrophe that keeps spreadsheets from running it."""
    text = cell.strip()
    return text[1:] if text and text[0] == "'" and _NEUTRALISED.match(text) else text


def cell_reader(mapping: Mapping, column: Column, reading: Reading) -> Callable[[str], Any]:
    """The function that reads a cell of this column that is not blank."""
    reader = _reader_of(mapping.kind, column.targets[0], column.type, reading)
    said = mapping.values.get(column.header)
    return (lambda cell: reader(said.get(cell, cell))) if said else reader


def type_of(kind: str, target: str, type: str) -> str:
    """How cells of a target are read."""
    known = BY_KIND[kind].get(target)
    return known.type if known else (type or "text")


def _reader_of(kind: str, target: str, type: str, reading: Reading) -> Callable[[str], Any]:
    how = type_of(kind, target, type)
    if how == "when":
        return _kept(lambda cell: Moment(*values.when(cell, reading)))
    if how == "state":
        return _state
    if how == "choice" and (offered := targets.choices(kind, target)):
        return _kept(lambda cell: values.choice(cell, offered))
    read = values.READERS[how]
    return read if read in (values.text, values.email) else _kept(lambda cell: read(cell, reading))


def _kept(read: Callable[[str], Any]) -> Callable[[str], Any]:
    """The same function, with what it read of the last few thousand different cells kept at hand."""
    known: dict[str, Any] = {}

    def again(cell: str) -> Any:
        found = known.get(cell)
        if found is None:
            found = read(cell)
            if len(known) >= KEPT:
                known.clear()
            known[cell] = found
        return found

    return again


def _state(cell: str) -> str:
    found = STATES.get(values.text(cell).lower())
    if found is None:
        raise Bad("bad_state")
    return found
