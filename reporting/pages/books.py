"""The book of a month: what will be frozen, the closed book with its restatements, closing and opening again."""

from datetime import date, timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from reporting.books import effects, figures, refusals, reopening, restatements, services
from reporting.models import BookClose
from sla import derive, follow, words
from sla.models import Contract
from smarketing.accounts.policy import may, needs
from smarketing.agreements import services as agreements
from smarketing.agreements.models import Paper
from smarketing.rows import clock, fence
from smarketing.web.once import once

DAY = timedelta(days=1)


@needs("contract.view")
def book(request: HttpRequest, contract: str, month: str) -> HttpResponse:
    found, first, at = _contract(request, contract), _month(month), clock.now()
    derive.catch_up(at)
    closed = BookClose.objects.filter(contract=found, month=first, reopened=None).select_related("closed_by").first()
    shown = follow.Reader(found, at, fence.cutoff(), closed=False).month(first)
    context = {
        "contract": found, "first": first, "month_key": month, "book": closed, "shown": shown,
        "name": date_format(first, "YEAR_MONTH_FORMAT"), "may_close": may(request.user, "month.close"),
        "earlier": BookClose.objects.filter(contract=found, month=first, reopened__isnull=False)
        .select_related("reopened__marketing", "reopened__sales").order_by("number"),
    }  # fmt: skip
    context["closed_by"] = str(closed.closed_by) if closed and closed.closed_by else _("the night, as agreed")
    context |= _closed(request, closed, shown) if closed else _open(shown)
    return render(request, "reporting/book.html", context)


def _open(shown: follow.Month) -> dict:
    return {
        "why_not": refusals.why_not(shown),
        "rows": [_line(row.clause, row.figure) | {"parts": _parts(row.parts)} for row in shown.rows],
    }


def _closed(request: HttpRequest, closed: BookClose, shown: follow.Month) -> dict:
    kept, late = services.parsed(closed), restatements.of(closed)
    rows = [
        _line(one["clause"], one["before"])
        | {"now": words.so_far(one["now"]), "same": one["same"], "parts": _parts(one["parts"])}
        for one in figures.difference(kept, shown)
    ]
    paper = Paper.objects.filter(kind=reopening.PAPER, line=f"book:{closed.pk}").order_by("-number").first()
    return {
        "rows": rows, "problems": services.verify(closed), "restated": late, "effects": effects.of(closed, late),
        "cohorts": figures.since_close(kept, shown), "paper": paper,
        "reason": services.parsed_reason(paper) if paper else "",
        "sides": paper and [(side, signature) for side, signature in agreements.state(paper).items()],
        "why_not_sign": paper and agreements.why_not(paper, request.user, clock.now()),
        "may_reopen": may(request.user, "month.reopen"),
    }  # fmt: skip


def _line(clause, figure) -> dict:
    return {
        "clause": clause, "label": words.clause(clause), "promised": words.promised(figure),
        "so_far": words.so_far(figure), "fraction": words.fraction(figure), "state": words.state(figure.state),
        "apart": ", ".join(text for _key, text in words.apart(figure)),
    }  # fmt: skip


def _parts(parts) -> list[dict]:
    return [
        _line(one.clause, one.figure)
        | {"number": one.number, "first": one.first, "last": one.until and one.until - DAY}
        for one in parts
    ]


@needs("month.close")
@require_POST
@once
def close(request: HttpRequest, contract: str, month: str) -> HttpResponse:
    found, first = _contract(request, contract), _month(month)
    try:
        closed = services.close_month(contract=found, month=first, by=request.user, at=clock.now())
    except services.BookError as refusal:
        messages.error(request, str(refusal))
    else:
        name = {"month": date_format(first, "YEAR_MONTH_FORMAT"), "digest": closed.sha256[:12]}
        messages.success(request, _("%(month)s is closed: digest %(digest)s….") % name)
    return redirect("reporting:book", contract=found.pk, month=month)


@needs("month.reopen")
@require_POST
@once
def reopen(request: HttpRequest, contract: str, month: str) -> HttpResponse:
    found, first = _contract(request, contract), _month(month)
    closed = get_object_or_404(BookClose, contract=found, month=first, reopened=None)
    try:
        reopening.propose_reopening(book=closed, reason=request.POST.get("reason", ""), by=request.user, at=clock.now())
    except services.BookError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Proposed: the month opens when both sides have signed."))
    return redirect("reporting:book", contract=found.pk, month=month)


def _contract(request: HttpRequest, pk: str) -> Contract:
    return get_object_or_404(Contract.objects.visible_to(request.user), pk=pk)


def _month(text: str) -> date:
    try:
        return figures.first_of(text)
    except ValueError:
        raise Http404 from None
