"""Restatements: what was recorded after the cut-off of a closed month and moves what is known of it, dated and shown, never
silent. Of every kind of clause: each part below reads the facts on which some of them hang."""

from collections.abc import Callable, Sequence
from datetime import date, datetime

from reporting.models import BookClose
from sla.follow import Reader
from sla.models import Contract
from smarketing.calendars import services as calendars
from smarketing.rows.days import Days

from . import late_deals, late_leads, late_work
from .window import Found, Restatement, Window, longer

PARTS: tuple[Callable[[int, Sequence[Window]], Found], ...] = (
    late_work.facts, late_work.corrections, late_work.standing, late_deals.of, late_deals.begun, late_leads.merges,
    late_leads.values, late_leads.hand_over,
)  # fmt: skip


def of(book: BookClose, until: datetime | None = None) -> list[Restatement]:
    """The late facts of a closed month, in the order in which they were recorded (up to `until`)."""
    return [one for one in of_all([book])[book.pk] if until is None or one.recorded_at <= until]


def of_all(books: Sequence[BookClose]) -> dict[int, list[Restatement]]:
    """Book -> its late facts, in the order in which they were recorded. They are books of one contract."""
    if not books:
        return {}
    contract = books[0].contract
    zone, files = Days(Reader(contract, books[0].closed_at, books[0].cutoff).zone), Days(calendars.file_zone())
    long = longer(contract)
    return _read([Window(one.pk, contract, one.month, one.cutoff, zone, files, long) for one in books])


def recorded_after(contract: Contract, month: date, cutoff: datetime) -> bool:
    """Whether something was recorded after an instant that moves a month of this contract."""
    zone, files = Days(Reader(contract, cutoff, cutoff).zone), Days(calendars.file_zone())
    return bool(_read([Window(0, contract, month, cutoff, zone, files, longer(contract))])[0])


def _read(windows: Sequence[Window]) -> dict[int, list[Restatement]]:
    found: dict[int, list[Restatement]] = {one.key: [] for one in windows}
    for part in PARTS:
        told = {
            key: set(some) for key, some in found.items()
        }  # clauses that another part reads may hang on the same fact
        for key, restatement in part(windows[0].contract.line_id, windows):
            if restatement not in told[key]:
                found[key].append(restatement)
    return {key: sorted(some, key=lambda one: one.recorded_at) for key, some in found.items()}
