"""Closing the book of a month: frozen figures, cut-off, digest. A closed month never changes in silence."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from reporting.models import BookClose, BookShown
from sla import derive, follow
from sla.hooks import Frozen
from sla.models import Contract
from smarketing.accounts import audit
from smarketing.accounts.models import User
from smarketing.agreements.canonical import canonical, sha256
from smarketing.agreements.models import Paper
from smarketing.rows import fence

from . import figures, notices, refusals, restatements

TRIES = 5


class BookError(ValueError):
    """Why a month cannot be closed or opened again; translated and meant for the screen."""


@transaction.atomic
def close_month(*, contract: Contract, month: date, by: User | None, at: datetime) -> BookClose:
    """Close the book of the month that begins on `month`. BookError when it is too early, or closed already."""
    contract = Contract.objects.select_for_update().get(pk=contract.pk)
    derive.catch_up(at)
    shown = steady(contract, month, at)
    if reason := refusals.why_not(shown):
        raise BookError(reason)
    text = canonical(figures.body(shown))
    number = (newest(contract, month).number if newest(contract, month) else 0) + 1
    book = BookClose.objects.create(
        contract=contract, month=month, number=number, cutoff=shown.cutoff, figures=text, sha256=sha256(text),
        closed_by=by, closed_at=at,
    )  # fmt: skip
    show([book])
    audit.record(by, "month.close", "book", book.pk, at, month=f"{month:%Y-%m}", number=number, sha256=book.sha256)
    notices.tell_closed(book, at)
    return book


def steady(contract: Contract, month: date, at: datetime) -> follow.Month:
    """The month at a cut-off after which nothing about it was recorded while it was being read.

    BookError when late facts keep arriving.
    """
    for _try in range(TRIES):
        cutoff = fence.cutoff()
        shown = follow.month(contract, month, at, cutoff)
        if not restatements.recorded_after(contract, month, cutoff):
            return shown
        derive.catch_up(at)
    raise BookError(_("Facts about this month are being recorded right now: close it in a moment."))


SHOWN = ("figure", "parts", "days", "late", "waiting")  # of each clause: what pages show


def show(books: Iterable[BookClose]) -> int:
    """Write what pages show of these books. Returns how many."""
    rows = [BookShown(book=book, clauses=shown_of(book)) for book in books]
    BookShown.objects.bulk_create(rows, update_conflicts=True, unique_fields=["book"], update_fields=["clauses"])
    return len(rows)


def shown_of(book: BookClose) -> dict[str, Any]:
    """Clause key -> what pages show of it, out of the book's text."""
    clauses = json.loads(book.figures)["clauses"]
    return {key: {name: one[name] for name in SHOWN if name in one} for key, one in clauses.items()}


def rebuild(at: datetime) -> int:
    """Wipe what pages show of books and write it again, out of their text."""
    BookShown.objects.all().delete()
    return show(BookClose.objects.order_by("pk").iterator(20))


def newest(contract: Contract, month: date) -> BookClose | None:
    """The last book of a month, opened again or not."""
    return BookClose.objects.filter(contract=contract, month=month).order_by("-number").first()


def in_force(contract: Contract) -> list[BookClose]:
    """The closed books of a contract that were not opened again, by month."""
    return list(BookClose.objects.filter(contract=contract, reopened=None).order_by("month"))


def verify(book: BookClose) -> list[str]:
    """Sentences naming what no longer fits. Empty: nothing was touched."""
    name = {"book": f"{book.contract.name} {book.month:%Y-%m} ({book.number})"}
    try:
        kept = json.loads(book.figures)
        is_canonical = canonical(kept) == book.figures
    except ValueError:
        return [_("%(book)s: the figures were changed") % name]
    if sha256(book.figures) != book.sha256:
        return [_("%(book)s: the figures or their digest were changed") % name]
    if not is_canonical or kept["cutoff"] != figures.instant(book.cutoff) or kept["month"] != f"{book.month:%Y-%m}":
        return [_("%(book)s: month or cut-off do not fit the figures") % name]
    shown = BookShown.objects.filter(book=book).first()
    if shown is not None and shown.clauses != shown_of(book):
        return [_("%(book)s: what pages show of it does not fit the figures") % name]
    return []


# --- what lower rooms ask (hooks)


def closed_through(contract: Contract) -> date | None:
    """First day of the newest closed month of a contract."""
    found = in_force(contract)
    return found[-1].month if found else None


def closed_months(first: date, last: date) -> set[date]:
    """First days of the months from that of `first` to that of `last` in which any contract's book is closed."""
    found = BookClose.objects.filter(reopened=None, month__gte=first.replace(day=1), month__lte=last)
    return set(found.values_list("month", flat=True))


def frozen(contract: Contract, months: Sequence[date], told: Sequence[date] | None = None) -> Mapping[date, Frozen]:
    """The closed books among these months, as the contract shows them; with what restated those among `told` (None: all)."""
    found = BookClose.objects.filter(contract=contract, month__in=months, reopened=None).defer("figures")
    books = list(found.select_related("contract", "shown"))
    late = restatements.of_all([one for one in books if told is None or one.month in told])
    out = {}
    for book in books:
        clauses = book.shown.clauses if hasattr(book, "shown") else shown_of(book)
        some = late.get(book.pk, ())
        out[book.month] = Frozen(
            book.number, book.cutoff, book.sha256, {key: one["figure"] for key, one in clauses.items()},
            parts={key: one.get("parts", ()) for key, one in clauses.items()},
            **{
                name: {key: one[name] for key, one in clauses.items() if name in one}
                for name in ("days", "late", "waiting")
            },
            restated=len(some), restated_at=max((one.recorded_at for one in some), default=None),
        )  # fmt: skip
    return out


def parsed(book: BookClose) -> dict[str, Any]:
    """The figures of a book."""
    return json.loads(book.figures)


def parsed_reason(paper: Paper) -> str:
    """The reason on a paper that proposes to open a month again."""
    return json.loads(paper.body)["reason"]
