"""What a table is made of: its columns, the deeds on rows that were picked, and how a value is shown by its type."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib.postgres.lookups import Unaccent
from django.db.models.functions import Lower
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from . import keyset

BLANK = "–"


@dataclass(frozen=True)
class Column:
    """`value`: name of the attribute, or a function of the row; default the key. `sort`: the ORM name it sorts by.

    `show`: what a cell shows for (value, row); default by type. `url`: where a cell leads. `head`: names the row.
    `personal`: left out where the table is made without personal values. `align`: "", "num" or "nowrap". `wide`: hidden on phones.
    `nullable`: whether what it sorts by may be without a value; None asks the model. `extra`: shown when it is chosen.
    """

    key: str
    label: Any
    value: str | Callable[[Any], Any] = ""
    sort: str = ""
    align: str = ""
    show: Callable[[Any, Any], Any] | None = None
    url: Callable[[Any], str] | None = None
    head: bool = False
    personal: bool = False
    wide: bool = False
    nullable: bool | None = None
    extra: bool = False

    def of(self, row: Any) -> Any:
        """The value of a row, as it is exported."""
        return self.value(row) if callable(self.value) else keyset.read(row, self.value or self.key)

    def text(self, row: Any) -> Any:
        """The value as it is shown."""
        value = self.of(row)
        return self.show(value, row) if self.show else shown(value)


@dataclass(frozen=True)
class Cell:
    column: Column
    text: Any
    url: str


@dataclass(frozen=True)
class Deed:
    """What may be done with rows that were picked: a form is sent to `url` with their keys as `pick`.

    `name`, `value`: sent along. `saves`: it answers a file, so that the page stays.
    """

    label: Any
    url: str
    icon: str = ""
    name: str = ""
    value: str = ""
    saves: bool = False


@dataclass(frozen=True)
class Heading:
    """A column's head: `url` sorts by it, `order` is "ascending", "descending" or "" as in aria-sort."""

    column: Column
    url: str
    order: str


def plain(name: str) -> Lower:
    """A name without case and accents, to sort by."""
    return Lower(Unaccent(name))


def shown(value: Any) -> Any:
    """A value by its type, in the reader's language; nothing is shown as –."""
    if value is None or value == "":
        return BLANK
    if isinstance(value, datetime):
        return formats.date_format(timezone.localtime(value), "SHORT_DATETIME_FORMAT")
    if isinstance(value, date):
        return formats.date_format(value, "SHORT_DATE_FORMAT")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, (int, float, Decimal)):
        return formats.number_format(value, use_l10n=True, force_grouping=True)
    return value
