"""Closing the book of a month: frozen figures, cut-off, digest. A closed month never changes in silence."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from reporting.models import BookClose
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
        if not restatements.recorded_after(contract, shown.until, cutoff):
            return shown
        derive.catch_up(at)
    raise BookError(_("Facts about this month are being recorded right now: close it in a moment."))


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


def frozen(contract: Contract, months: Sequence[date]) -> Mapping[date, Frozen]:
    """The closed books among these months, as the contract shows them, each with what restated it."""
    out = {}
    books = BookClose.objects.filter(contract=contract, month__in=months, reopened=None).select_related("contract")
    late = restatements.of_all(list(books))
    for book in books:
        clauses, found = json.loads(book.figures)["clauses"], late[book.pk]
        out[book.month] = Frozen(
            book.number, book.cutoff, book.sha256, {key: one["figure"] for key, one in clauses.items()},
            parts={key: one.get("parts", ()) for key, one in clauses.items()},
            days={key: one["days"] for key, one in clauses.items() if "days" in one},
            restated=len(found), restated_at=max((one.recorded_at for one in found), default=None),
        )  # fmt: skip
    return out


def parsed(book: BookClose) -> dict[str, Any]:
    """The figures of a book."""
    return json.loads(book.figures)


def parsed_reason(paper: Paper) -> str:
    """The reason on a paper that proposes to open a month again."""
    return json.loads(paper.body)["reason"]
