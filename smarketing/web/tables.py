"""Tables of rows: columns that sort, filters in the address, pages by key (never OFFSET), export of what is shown.

    COLUMNS = (
        Column("name", _("Name"), sort="plain_name", url=lambda row: reverse("leads:lead", args=[row.pk]), head=True),
        Column("created", _("Created"), value="created_at", sort="created_at"),
        Column("amount", _("Amount"), sort="amount", align="num"),
    )
    table = tables.Table(COLUMNS, rows=Lead.objects.visible_to(user), params=request.GET, default="-created")
    {% include "web/table.html" with table=table %}      in a page that loads css/table.css
    return lists.answer(request, table, "page.html")     the page, or its rows as a file (`web/lists.py`)

Rows are model instances, or dicts of `.values()` that hold "pk". Rows without a value come last, whichever way they are
sorted. What is asked in the address is checked against the columns: anything else is as if it had not been asked.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db import OperationalError, connection, transaction
from django.db.models import QuerySet
from django.forms import BoundField, Form
from django.http import QueryDict

from . import exports as files
from . import keyset
from .columns import BLANK, Cell, Column, Deed, Heading, plain, shown

__all__ = ["BLANK", "Cell", "Column", "Deed", "Heading", "Table", "plain", "shown"]

PER_PAGE = 50
COUNT_TO = 10_000
PATIENCE = 30  # milliseconds for reading rows in their order where they can be gathered, too
PAGING = ("after", "before", "export")
PICKING = ("pick", "all", "back")


@dataclass
class Table:
    """One table for one request. `form`: bound filters, shown above it; `default`: the order, "-created".

    `some`: rows that are among them and quick to count. `gathered`: keys of the same rows with what the order needs (or what
    gives them by the ORM name of the order), asked for so that all are read and sorted; for when reading them in order takes
    too long, or (`in_order` False) where no index holds the order: only what the page shows is dressed then.
    `is_part`: its deeds are those of another, longer list: they are done with rows picked one by one, never with all.
    """

    columns: Sequence[Column]
    rows: QuerySet
    params: QueryDict
    default: str
    form: Form | None = None
    personal: bool = True
    per_page: int = PER_PAGE
    count_to: int = COUNT_TO
    some: QuerySet | None = None
    gathered: QuerySet | Callable[[str], QuerySet] | None = None
    in_order: bool = True
    exports: files.Export | None = None
    deeds: Sequence[Deed] = ()
    is_part: bool = False
    caption: Any = ""
    empty: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.offered = [one for one in self.columns if self.personal or not one.personal]
        self.arrange([])
        known = {one.key: one for one in self.offered if one.sort}
        asked = self.params.get("sort", "")
        self.sort = asked if asked.lstrip("-") in known and not asked.startswith("--") else self.default
        self.down = self.sort.startswith("-")
        self._by = known[self.sort.lstrip("-")]

    def arrange(self, remembered: Sequence[str]) -> None:
        """Show the columns that the address asks for, else those remembered, else those given.

        What names a row stays, and so do deeds.
        """
        known = {one.key: one for one in self.offered if one.label}
        for keys in (self.params.get("columns", "").split(","), remembered):
            if chosen := [known[key] for key in dict.fromkeys(keys) if key in known]:
                heads = [one for one in self.offered if one.head and one not in chosen]
                self.columns = [
                    *heads,
                    *(replace(one, wide=False) for one in chosen),
                    *(one for one in self.offered if not one.label),
                ]
                return
        self.columns = [one for one in self.offered if not one.extra]

    # --- what the template asks

    @property
    def choices(self) -> list[tuple[Column, bool]]:
        """(column, whether it is shown) of those that can be chosen; none where there is no choice."""
        free = [one for one in self.offered if not one.head and one.label]
        shown = {one.key for one in self.columns}
        return [(one, one.key in shown) for one in free] if len(free) > 1 else []

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What a form of filters keeps of the address beside them."""
        names = [name for name in ("columns", "view") if self.params.get(name)]
        return [(name, self.params[name]) for name in names]

    @property
    def headings(self) -> list[Heading]:
        return [self._heading(one) for one in self.columns]

    @cached_property
    def lines(self) -> list[list[Cell]]:
        """The cells of this page, row by row."""
        return [self._cells(row) for row in self._page.rows]

    @property
    def marked(self) -> list[tuple[int, str, list[Cell]]]:
        """(key, name, cells) of the rows of this page."""
        rows = zip(self.objects, self.lines, strict=True)
        return [(keyset.read(row, "pk"), self._name(cells), cells) for row, cells in rows]

    @property
    def asked(self) -> list[tuple[str, str]]:
        """What the address asks for, for a form that asks for the same rows."""
        names = [name for name in self.params if name not in (*PAGING, *PICKING)]
        return [(name, value) for name in names for value in self.params.getlist(name) if value]

    @property
    def objects(self) -> list[Any]:
        """The rows of this page."""
        return self._page.rows

    @property
    def previous_url(self) -> str:
        return self.address(before=self._page.first) if self._page.earlier else ""

    @property
    def next_url(self) -> str:
        return self.address(after=self._page.last) if self._page.later else ""

    @property
    def export_offers(self) -> list[files.Offer]:
        return files.offers(self.address) if self.exports else []

    @property
    def clear_url(self) -> str:
        """The table without its filters, when it has any."""
        return f"?{urlencode([('sort', self.sort), *self.kept], safe=',')}" if self.is_filtered else ""

    @property
    def filters(self) -> list[BoundField]:
        """The fields that are always shown."""
        return [field for field in self.form.visible_fields() if field.name not in self._further]

    @property
    def further(self) -> list[BoundField]:
        """The fields that are shown when they are asked for: those the form names in `further`."""
        return [field for field in self.form.visible_fields() if field.name in self._further]

    @property
    def is_further(self) -> bool:
        """Whether one of those is used or wrong."""
        return any(self.params.get(field.name) for field in self.further)

    @property
    def _further(self) -> tuple[str, ...]:
        return getattr(self.form, "further", ())

    @property
    def is_filtered(self) -> bool:
        return bool(self.used)

    @property
    def used(self) -> list[str]:
        """Names of the filters that are asked for."""
        return sorted(name for name in self.form.fields if self.params.get(name)) if self.form else []

    @cached_property
    def count(self) -> int:
        """How many rows there are, counted to `count_to` + 1."""
        return self.counted(self.count_to + 1)

    def counted(self, limit: int | None) -> int:
        """How many rows there are, counted no further than a limit."""
        if limit and self.some is not None and (found := self.some.order_by()[:limit].count()) >= limit:
            return found
        return self.rows.order_by()[:limit].count()

    @property
    def is_many(self) -> bool:
        return self.count > self.count_to

    def address(self, **more: str) -> str:
        """The present address with its filters and order, and other paging."""
        query = self.params.copy()
        for name in PAGING:
            query.pop(name, None)
        for name in [name for name in query if not query[name]]:
            query.pop(name)
        for name, value in more.items():
            query[name] = value
        return f"?{query.urlencode(safe=',')}"

    # --- what an export asks

    @property
    def exported(self) -> list[Column]:
        """The columns of a file: those with a head."""
        return [column for column in self.columns if column.label]

    def values(self) -> Iterator[list[Any]]:
        """Every row of the table in its order, value by value."""
        columns = self.exported
        for row in self._order.ordered().iterator(chunk_size=2000):
            yield [column.of(row) for column in columns]

    # --- order and pages

    @cached_property
    def _order(self) -> keyset.Order:
        return keyset.Order(self.rows, self._by.sort, self.down, self._by.nullable)

    @cached_property
    def _page(self) -> keyset.Page:
        place = (self.params.get("after", ""), self.params.get("before", ""), self.per_page)
        gathered = self.gathered(self._by.sort) if callable(self.gathered) else self.gathered
        if gathered is None:
            return self._order.page(*place)
        if not self.in_order:
            return self._sorted(gathered, place)
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(PATIENCE)])
                page = self._order.page(*place)
                cursor.execute("SELECT set_config('statement_timeout', '0', true)")
                return page
        except OperationalError:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL enable_indexscan = off")  # which would read them in their order again
                page = self._sorted(gathered, place)
                cursor.execute("SET LOCAL enable_indexscan = on")
                return page

    def _sorted(self, gathered: QuerySet, place: tuple[str, str, int]) -> keyset.Page:
        """The page of rows that are all read and sorted; only its own are dressed."""
        page = keyset.Order(gathered, self._by.sort, self.down, self._by.nullable).page(*place)
        keys = [keyset.read(row, "pk") for row in page.rows]
        dressed = self._order.rows.in_bulk(keys)
        return replace(page, rows=[dressed[key] for key in keys if key in dressed])

    # --- cells

    def _heading(self, column: Column) -> Heading:
        if not column.sort:
            return Heading(column, "", "")
        active = column.key == self._by.key
        order = ("descending" if self.down else "ascending") if active else ""
        default_down = column.align == "num" or self.default == f"-{column.key}"
        down = (not self.down) if active else default_down
        return Heading(column, self.address(sort=f"-{column.key}" if down else column.key), order)

    def _name(self, cells: Sequence[Cell]) -> str:
        return next((str(cell.text) for cell in cells if cell.column.head), "")

    def _cells(self, row: Any) -> list[Cell]:
        return [Cell(one, one.text(row), one.url(row) if one.url else "") for one in self.columns]
