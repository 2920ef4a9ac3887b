"""Pages by key: the rows after or before a row in an order, found by an index however deep the page is."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import BooleanField, F, Func, Q, QuerySet, Value


@dataclass(frozen=True)
class Page:
    """`first` and `last` are the marks of its outermost rows; `earlier`, `later`: whether there are more."""

    rows: list[Any]
    earlier: bool = False
    later: bool = False

    @property
    def first(self) -> str:
        return mark(self.rows[0])

    @property
    def last(self) -> str:
        return mark(self.rows[-1])


class Order:
    """Rows by one value, then by key; those without a value last, whichever way.

    `sort`: ORM name of a field or annotation; `nullable` None asks the model (an annotation counts as nullable).
    """

    def __init__(self, rows: QuerySet, sort: str, down: bool, nullable: bool | None = None):
        self.rows, self.down = rows.annotate(_sort=F(sort)), down
        self.nullable = _nullable(rows, sort) if nullable is None else nullable

    def ordered(self, back: bool = False) -> QuerySet:
        """All rows in order, or in the contrary order."""
        down = self.down ^ back
        nulls = {"nulls_first": True} if back else {"nulls_last": True}
        by = F("_sort").desc if down else F("_sort").asc
        return self.rows.order_by(by(**nulls) if self.nullable else by(), "-pk" if down else "pk")

    def page(self, after: str, before: str, size: int) -> Page:
        """The page after or before a mark; the first one where there is no such mark."""
        for text, back in ((after, False), (before, True)):
            at = self.parse(text)
            if at is None:
                continue
            found = list(self.ordered(back).filter(self._beyond(*at, back))[: size + 1])
            more, found = len(found) > size, found[:size]
            if found:
                return Page(found[::-1], more, True) if back else Page(found, True, more)
        found = list(self.ordered()[: size + 1])
        return Page(found[:size], False, len(found) > size)

    def parse(self, text: str) -> tuple[Any, int] | None:
        """What `mark` wrote; None for anything else."""
        try:
            value, pk = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            kind = self.rows.query.annotations["_sort"].output_field
            value = value if value is None else kind.to_python(str(value))
            if isinstance(value, str) and "\x00" in value:
                return None
            return value, int(pk)
        except (ValueError, TypeError, ValidationError, binascii.Error, OverflowError, RecursionError):
            return None

    def _beyond(self, value: Any, pk: int, back: bool) -> Any:
        down = self.down ^ back
        by_key = Q(pk__lt=pk) if down else Q(pk__gt=pk)
        if value is None:
            same = Q(_sort__isnull=True) & by_key
            return same | Q(_sort__isnull=False) if back else same
        past = Q(_Beyond(value, pk, down, self.rows.query.annotations["_sort"].output_field))
        return past | Q(_sort__isnull=True) if self.nullable and not back else past


class _Beyond(Func):
    """(value, key) of a row after those given, as one comparison: an index of both begins right there."""

    output_field = BooleanField()

    def __init__(self, value: Any, pk: int, down: bool, kind: Any):
        super().__init__(F("_sort"), F("pk"), Value(value, kind), Value(pk))
        self.sign = "<" if down else ">"

    def as_sql(self, compiler, connection, **_more):  # type: ignore[override]
        parts = [compiler.compile(one) for one in self.source_expressions]
        (sort, key, value, pk), params = zip(*parts, strict=True)
        return f"({sort}, {key}) {self.sign} ({value}, {pk})", [one for some in params for one in some]


def mark(row: Any) -> str:
    """The place of a row in its order, for an address."""
    value = read(row, "_sort")
    value = value.isoformat() if isinstance(value, (date, datetime)) else value
    text = json.dumps([value if value is None else str(value), read(row, "pk")])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read(row: Any, name: str) -> Any:
    """A value of an instance or a dict, "company.name" across relations; None where a relation is empty."""
    for part in name.split("."):
        row = row.get(part) if isinstance(row, Mapping) else getattr(row, part, None)
    return row


def _nullable(rows: QuerySet, sort: str) -> bool:
    try:
        return rows.model._meta.get_field(sort).null
    except FieldDoesNotExist:
        return True
