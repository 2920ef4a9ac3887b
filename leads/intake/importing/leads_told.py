"""Blocks of a file of leads as rows of one temporary table, read column by column, for the database to judge in sets.

A row that anything is odd about (a cell that cannot be read, a missing cell, a date to come, no identity) is marked, and
is judged by itself as `leads.classify` does. `company` and `campaign` are ids; below 0 the n-th one to be made or filled.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from leads.intake import bulk, columns, suppression
from smarketing.rows.bulk import copied

from .cells import BLANK, TEXTS, ColumnReader, Read
from .context import Context, campaigns_by_word
from .firms import NONE, Firms
from .rows import Moment
from .twice import Twice

TABLE = "import_told"
_BASE = "line int, odd boolean, key text, mail text, mql boolean, company bigint, campaign bigint, born timestamptz, day boolean"
_NO_DATE = "\\N\tf"


@dataclass(frozen=True)
class Told:
    """A field of leads in the table: column `name`, its value as text or as JSON."""

    name: str
    target: str
    field: str
    json: bool


@dataclass
class Lot:
    """What one block told: companies and campaigns to be made or filled."""

    rows: int
    odd: set[int]
    read: dict[int, Read]
    companies: list[tuple] = field(default_factory=list)  # what rows say of them, see `Teller.company_of`
    campaigns: list[str] = field(default_factory=list)
    newest: datetime | None = None


class Teller:
    """Tells blocks to the database. `make` once, then `tell` each block. `twice` hears of all keys and addresses."""

    def __init__(self, ctx: Context, twice: Twice | None = None):
        self.ctx, self._twice = ctx, twice
        self._reader = ColumnReader(ctx.mapping, ctx.reading)
        self._at = ctx.reader.column_of
        self._constants = ctx.reader.constants
        self.fields = [
            Told(f"f{n}", target, name, self._is_json(target, name))
            for n, (target, name) in enumerate(ctx.fields("lead."))
        ]
        self._of_company = ctx.fields("company.")
        self._firms = Firms(ctx)
        self._campaigns: dict[str, int] = {}

    def make(self, drop: str = "") -> None:
        """An empty table. `drop`: ON COMMIT DROP for one that lives as long as its transaction."""
        names = "".join(f", {one.name} text" for one in self.fields)
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")
            cursor.execute(f"CREATE TEMP TABLE {TABLE} ({_BASE}{names}) {drop}")

    def tell(self, lines: Sequence[int], rows: Sequence[Sequence[str]]) -> Lot:
        """Read a block and write it into the table."""
        width = self.ctx.reader.width
        odd = set()
        if not set(map(len, rows)) <= {width}:
            odd = {n for n, row in enumerate(rows) if len(row) != width}
            rows = [[BLANK] * width if n in odd else row for n, row in enumerate(rows)]
        cells = list(zip(*rows, strict=True))
        lot = Lot(len(rows), odd, {c.index: self._reader.read(c.index, cells[c.index]) for c in self.ctx.mapping.used})
        for read in lot.read.values():
            odd |= read.odd()
        if "deleted" in self._at or "deleted" in self._constants:
            odd |= {n for n, gone in enumerate(self._said(lot, "deleted")) if gone is True}
        key, mail = self._said(lot, "key"), list(map(str.lower, self._said(lot, "lead.email")))
        if BLANK in key and BLANK in mail:
            odd |= {n for n, names in enumerate(zip(key, mail, strict=True)) if names == (BLANK, BLANK)}
        if self._twice:
            self._twice.add("key", key)
            self._twice.add("mail", mail)
        if gone := suppression.gone(mail):
            odd |= {n for n, one in enumerate(mail) if one in gone}
        company, campaign = self._company(lot), self._campaign(lot)
        born, mql = self._born(lot), self._said(lot, "mql")
        told = [
            list(map(str, lines)),
            ["t" if n in odd else "f" for n in range(lot.rows)] if odd else ["f"] * lot.rows,
            self._copied(lot, "key"),
            copied(mail),
            ["t" if said else "f" for said in mql],
            company,
            campaign,
            born,
            *(self._field(lot, one) for one in self.fields),
        ]
        text = "\n".join(map("\t".join, zip(*told, strict=True))) + "\n"
        bulk.copy_text(TABLE, text)
        return lot

    def _is_json(self, target: str, name: str) -> bool:
        """Whether the field's values are kept as JSON: other types than text."""
        if name in columns.TABLES["lead"][1]:
            return columns.TABLES["lead"][1][name].type == "boolean"
        types = {one: column.type for column in self.ctx.mapping.used for one in column.targets}
        return (types.get(target) or "text") not in TEXTS

    def _said(self, lot: Lot, target: str) -> Sequence[Any]:
        """A target's value in each row; what the mapping says for every row stands where the row says nothing."""
        always = self._constants.get(target, BLANK)
        if target not in self._at:
            return [always] * lot.rows
        said = lot.read[self._at[target]].said()
        return said if always == BLANK else [always if value == BLANK else value for value in said]

    def _copied(self, lot: Lot, target: str) -> Sequence[str]:
        """The same as COPY wants it."""
        said = self._said(lot, target)
        ready = target in self._at and lot.read[self._at[target]].ready and target not in self._constants
        return said if ready else copied(said)

    def _field(self, lot: Lot, one: Told) -> Sequence[str]:
        if not one.json:
            return self._copied(lot, one.target)
        always = self._constants.get(one.target, BLANK)
        always = always if always == BLANK else bulk.json_text(always)
        if one.target not in self._at:
            return copied([always] * lot.rows)
        texts = lot.read[self._at[one.target]].told(bulk.json_text)
        return copied(texts if always == BLANK else [text or always for text in texts])

    def _born(self, lot: Lot) -> Sequence[str]:
        """Instant and "day only" when each lead came to be, as two columns; dates to come make rows odd."""
        created, mql = (self._moments(lot, target) for target in ("created", "mql"))
        return [one or other or _NO_DATE for one, other in zip(created, mql, strict=True)]

    def _moments(self, lot: Lot, target: str) -> Sequence[str]:
        if target not in self._at:
            always = self._constants.get(target)
            if not always:
                return [BLANK] * lot.rows
            self._latest(lot, always.at)
            lot.odd.update(range(lot.rows) if always.at > self.ctx.at else ())
            return [_moment(always)] * lot.rows
        read = lot.read[self._at[target]]
        late = {cell for cell, said in (read.values or {}).items() if said != BLANK and said.at > self.ctx.at}
        if late:
            lot.odd.update(n for n, cell in enumerate(read.cells) if cell in late)
        for said in read.found():
            self._latest(lot, said.at)
        return read.told(_moment)

    @staticmethod
    def _latest(lot: Lot, at: datetime) -> None:
        lot.newest = at if lot.newest is None else max(lot.newest, at)

    def _campaign(self, lot: Lot) -> Sequence[str]:
        words = self._said(lot, "campaign")
        different = set(words) - {BLANK}
        if not different:
            return ["\\N"] * lot.rows
        if fresh := {word.lower() for word in different} - self._campaigns.keys():
            self._campaigns |= dict.fromkeys(fresh, 0) | campaigns_by_word(fresh)
        numbers = {BLANK: "\\N"}
        for word in words:
            if word not in numbers:
                numbers[word] = str(self._campaigns[word.lower()])
                if numbers[word] == "0":
                    lot.campaigns.append(word)
                    numbers[word] = str(-len(lot.campaigns))
        if not self.ctx.mapping.make_missing:
            lot.odd.update(n for n, word in enumerate(words) if numbers[word][0] == "-")
        return list(map(numbers.__getitem__, words))

    def _company(self, lot: Lot) -> Sequence[str]:
        if not self._of_company:
            return [NONE] * lot.rows
        said = list(zip(*(self._said(lot, target) for target, _field in self._of_company), strict=True))
        return self._firms.numbers(said, lot.companies)

    def company_of(self, said: tuple) -> dict[str, Any]:
        """What a row says of its company, by field."""
        return self._firms.said(said)


def _moment(said: Moment) -> str:
    return f"{said.at.isoformat()}\t{'t' if said.day_only else 'f'}"
