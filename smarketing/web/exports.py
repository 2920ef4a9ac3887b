"""Rows as a file: one way for every list, as CSV and as XLSX, with a line in the audit log.

A table says that it may be saved by `Table(exports=Export("leads", "leads.export", "lead"))`: its page offers the files
(`web/export.html`) and `lists.answer` gives them. Lists that are not tables call `save`.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone, translation

from smarketing.rows import clock

from . import spreadsheet, workbook

if TYPE_CHECKING:
    from .tables import Table

LARGE = 20_000  # rows; a file of more is written by the worker
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS: dict[str, tuple[str, str, Callable[[str, Sequence[Any], Iterable[Sequence[Any]]], Iterator]]] = {
    "csv": ("CSV", "text/csv; charset=utf-8", lambda _title, head, rows: spreadsheet.lines(head, rows)),
    "xlsx": ("Excel (XLSX)", XLSX, workbook.lines),
}


@dataclass(frozen=True)
class Export:
    """`name`: of the file, without day and ending. `verb`, `subject`: of the audit line that every file leaves."""

    name: str
    verb: str
    subject: str


@dataclass(frozen=True)
class Offer:
    """One file on offer."""

    label: str
    url: str


def asked(request: HttpRequest) -> str:
    """The format asked for in the address, "" for none."""
    wanted = request.GET.get("export", "")
    return wanted if wanted in FORMATS else ""


def offers(address: Callable[..., str]) -> list[Offer]:
    """A file in each format; `address(export=…)` makes an address."""
    return [Offer(label, address(export=key)) for key, (label, _type, _lines) in FORMATS.items()]


def answer(request: HttpRequest, table: "Table") -> HttpResponseBase | None:
    """Every row of the table, in its order and with its columns, when that is asked for and may be."""
    wanted, export = asked(request), table.exports
    if not wanted or export is None:
        return None
    labels = [one.label for one in table.exported]
    columns = ",".join(one.key for one in table.exported)
    return save(
        request, export, table.caption or export.name, labels, table.values(), table.counted,
        address=table.address(export=wanted, columns=columns), filters=table.used,
    )  # fmt: skip


def save(
    request: HttpRequest, export: Export, title: Any, head: Sequence[Any], rows: Iterable[Sequence[Any]],
    count: Callable[[int | None], int], /, *, address: str, **detail: Any,
) -> HttpResponseBase:  # fmt: skip
    """These rows as a file, with a line in the audit log; more than LARGE are left to the worker (`export_files`).

    `count(limit)`: how many there are, counted no further than the limit. `address`: the query that asks for the same rows.
    """
    from . import export_files

    wanted = asked(request)
    if (progress := getattr(request, "progress", None)) is not None:  # the worker asks
        return file(wanted, export.name, title, head, progress.over(rows, count(None)))
    if count(LARGE + 1) > LARGE:
        return export_files.answer(request, export, title, wanted, request.path + address, detail)
    log(request, export, **detail)
    return file(wanted, export.name, title, head, rows)


def log(request: HttpRequest, export: Export, **detail: Any) -> None:
    """The audit line of an export."""
    from smarketing.accounts.audit import record

    with transaction.atomic():
        record(request.user, export.verb, export.subject, None, clock.now(), **detail, format=asked(request))


def file(
    wanted: str, name: str, title: Any, head: Sequence[Any], rows: Iterable[Sequence[Any]]
) -> StreamingHttpResponse:
    """A file to save, written while it is read, in the language and zone of the page."""
    _label, kind, lines = FORMATS[wanted]
    language, zone = translation.get_language(), timezone.get_current_timezone()

    def read() -> Iterator:
        with translation.override(language), timezone.override(zone):
            yield from lines(str(title), [str(one) for one in head], rows)

    response = StreamingHttpResponse(read(), content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{file_name(name, wanted)}"'
    response["Cache-Control"] = "no-store"
    return response


def file_name(name: str, wanted: str, at: datetime | None = None) -> str:
    """What a file is called where it is saved."""
    return f"{name}-{clock.today(at).isoformat()}.{wanted}"
