"""What is told about closed months: closed, opened again, restated by facts that came late; to managers and marketers."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reporting.models import BookClose
from sla.models import Contract
from smarketing.accounts.models import Role, User
from smarketing.accounts.policy import may
from smarketing.jobs.models import Run
from smarketing.notify import notices, registry
from smarketing.notify.models import Notice
from smarketing.notify.registry import Line

from . import restatements

KIND = "month"


def register() -> None:
    registry.register(
        registry.Kind(KIND, gettext_lazy("A month is closed, opened again or restated"), "calendar-check", say)
    )


def tell_closed(book: BookClose, at: datetime) -> None:
    _tell(f"book:{book.pk}", book.closed_by, at, book=book.pk)


def tell_reopened(book: BookClose, at: datetime) -> None:
    _tell(f"reopened:{book.pk}", None, at, book=book.pk, reopened=True)


def look(run: Run) -> int:
    """By night: tell of the closed months about which facts came late, once for the newest of these. Returns how many."""
    told = 0
    for contract in Contract.objects.order_by("pk"):
        books = list(BookClose.objects.filter(contract=contract, reopened=None).select_related("contract"))
        for pk, late in restatements.of_all(books).items():
            late = [one for one in late if one.recorded_at <= run.cutoff]
            if late and notices.is_news(late[-1].recorded_at, run.cutoff):
                about = f"restated:{pk}@{late[-1].recorded_at:%Y%m%d%H%M%S%f}"
                told += _tell(about, None, late[-1].recorded_at, book=pk, late=len(late)) > 0
    return told


def _tell(about: str, by: User | None, at: datetime, **params) -> int:
    users = User.objects.filter(role__in=(Role.MANAGER, Role.MARKETER), is_active=True).values_list("pk", flat=True)
    return notices.tell(kind=KIND, users=users, about=about, at=at, by=by, **params)


def say(some: Sequence[Notice], reader: User) -> Mapping[int, Line]:
    """ "October 2026 is closed", with the contract."""
    if not may(reader, "contract.view"):
        return {}
    books = BookClose.objects.select_related("contract").in_bulk([one.params["book"] for one in some])
    return {one.pk: _line(one.params, books[one.params["book"]]) for one in some if one.params["book"] in books}


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
