"""What is told about months: ending, over, closed, opened again, restated by facts that came late; to managers and marketers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reporting.models import BookClose
from sla import follow
from sla.models import Contract
from smarketing.accounts.models import Role, User
from smarketing.accounts.policy import may
from smarketing.jobs.models import Run
from smarketing.notify import notices, registry
from smarketing.notify.models import Notice
from smarketing.notify.registry import Line
from smarketing.rows import clock

from . import picture, refusals, report, restatements

KIND = "month"
LEFT = 3  # business days after today: with so many, what is missing can still be done


def register() -> None:
    registry.register(
        registry.Kind(
            KIND, gettext_lazy("A month ends soon, may be closed, is closed, opened again or restated"), "calendar-check", say,
            whom=lambda user: user.role != Role.REP or user.signs,
        )
    )  # fmt: skip


def tell_closed(book: BookClose, at: datetime) -> None:
    """Whoever gets the report of the month as a letter is told by it; the others by a notice."""
    if _of_the_past(book.contract, book.month, at) or not notices.is_news(at, clock.now()):
        return
    told = report.send(book, at)
    _tell(f"book:{book.pk}", book.contract, book.month, book.closed_by, at, without=told, book=book.pk)


def tell_refused(contract: Contract, month: date, at: datetime) -> None:
    """That a month does not close although its day has come; once, however many nights try it."""
    said: dict[str, Any] = {"contract": contract.pk, "month": f"{month:%Y-%m-%d}", "refused": True}
    _tell(f"unclosed:{contract.pk}@{month:%Y-%m}", contract, month, None, at, **said)


def tell_reopened(book: BookClose, at: datetime) -> None:
    _tell(f"reopened:{book.pk}", book.contract, book.month, None, at, book=book.pk, reopened=True)


def look(run: Run) -> int:
    """By night: tell of the closed months about which facts came late, once for the newest of these; of a month that
    ends soon, and of one that may be closed now. Returns how many of them."""
    told = 0
    for contract in Contract.objects.order_by("pk"):
        told += _ends(contract, run) + _over(contract, run)
        books = list(BookClose.objects.filter(contract=contract, reopened=None).select_related("contract"))
        months = {book.pk: book.month for book in books}
        for pk, late in restatements.of_all(books).items():
            late = [one for one in late if one.recorded_at <= run.cutoff]
            if late and notices.is_news(late[-1].recorded_at, run.cutoff):
                about, month = f"restated:{pk}@{late[-1].recorded_at:%Y%m%d%H%M%S%f}", months[pk]
                told += _tell(about, contract, month, None, late[-1].recorded_at, book=pk, late=len(late)) > 0
    return told


def _ends(contract: Contract, run: Run) -> bool:
    """Tell once that the running month ends, while there are days left to do what is missing."""
    first = run.business_date.replace(day=1)
    month = follow.month(contract, first, run.cutoff, run.cutoff)
    left = month.days - month.elapsed
    if month.phase != follow.RUNNING or left > LEFT or not notices.is_news(run.cutoff, clock.now()):
        return False
    said: dict[str, Any] = {"contract": contract.pk, "month": f"{first:%Y-%m-%d}", "left": left}
    return _tell(f"ends:{contract.pk}@{first:%Y-%m}", contract, first, None, run.cutoff, **said) > 0


def _over(contract: Contract, run: Run) -> bool:
    """Tell once that the month before is over and nothing of it is pending."""
    first = (run.business_date.replace(day=1) - timedelta(days=1)).replace(day=1)
    month = follow.month(contract, first, run.cutoff, run.cutoff)
    if month.phase != follow.OVER or not notices.is_news(run.cutoff, clock.now()):
        return False
    said: dict[str, Any] = {"contract": contract.pk, "month": f"{first:%Y-%m-%d}"}
    return _tell(f"over:{contract.pk}@{first:%Y-%m}", contract, first, None, run.cutoff, **said) > 0


def _of_the_past(contract: Contract, first: date, at: datetime) -> bool:
    """Whether a month's terms were all signed after it: these never tell anything."""
    reader = follow.Reader(contract, at, at)
    until = follow.next_month(first)
    parts = reader.inside(first)
    return bool(parts) and all(
        terms.retrospective and terms.published_at.astimezone(reader.zone).date() >= until for terms, _a, _b in parts
    )


def _tell(
    about: str, contract: Contract, month: date, by: User | None, at: datetime, /, without: Iterable[int] = (), **params
) -> int:
    if _of_the_past(contract, month, at):
        return 0
    whom = Q(role__in=(Role.MANAGER, Role.MARKETER)) | Q(signs=True)
    users = User.objects.filter(whom, is_active=True).exclude(pk__in=without).values_list("pk", flat=True)
    return notices.tell(kind=KIND, users=users, about=about, at=at, by=by, **params)


def say(some: Sequence[Notice], reader: User) -> Mapping[int, Line]:
    """ "October 2026 is closed", with the contract; by mail a manager sees the month drawn, too."""
    if not may(reader, "contract.view"):
        return {}
    books = BookClose.objects.select_related("contract").in_bulk([one.params.get("book") for one in some])
    contracts = Contract.objects.in_bulk([one.params.get("contract") for one in some])
    out = {}
    for one in some:
        if book := books.get(one.params.get("book")):
            drawn = partial(picture.of, book.contract, book.month) if reader.role == Role.MANAGER else None
            out[one.pk] = replace(_line(one.params, book), picture=drawn)
        elif contract := contracts.get(one.params.get("contract")):
            month = date.fromisoformat(one.params["month"])
            drawn = partial(picture.of, contract, month) if reader.role == Role.MANAGER else None
            address, detail = reverse("sla:month", args=[f"{month:%Y-%m}"]) + f"?contract={contract.pk}", contract.name
            if one.params.get("refused"):
                address = reverse("reporting:book", args=[contract.pk, f"{month:%Y-%m}"])
                detail = " · ".join(filter(None, [contract.name, refusals.of(contract, month)]))
            out[one.pk] = Line(capfirst(_of_month(one.params, month)), address, detail, drawn)
    return out


def _of_month(params: Mapping, month: date) -> str:
    name = {"month": date_format(month, "YEAR_MONTH_FORMAT")}
    if params.get("refused"):
        return _("%(month)s should have been closed by itself and was not") % name
    if "left" not in params:
        return _("%(month)s is over and may be closed") % name
    if not params["left"]:
        return _("%(month)s: this is the last business day") % name
    return ngettext(
        "%(month)s ends soon: %(n)s business day left after today", "%(month)s ends soon: %(n)s business days left after today",
        params["left"],
    ) % (name | {"n": params["left"]})  # fmt: skip


def _line(params: Mapping, book: BookClose) -> Line:
    words = {"month": date_format(book.month, "YEAR_MONTH_FORMAT"), "n": params.get("late", 0)}
    if params.get("reopened"):
        text = _("%(month)s was opened again")
    elif "late" in params:
        text = ngettext(
            "%(month)s, closed, is restated: %(n)s fact came late", "%(month)s, closed, is restated: %(n)s facts came late",
            params["late"],
        )  # fmt: skip
    else:
        text = _("%(month)s is closed")
    return Line(
        capfirst(text % words),
        reverse("reporting:book", args=[book.contract_id, f"{book.month:%Y-%m}"]),
        book.contract.name,
    )
