"""The contract followed month by month. Views only translate."""

from datetime import date
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from smarketing.accounts.models import Role
from smarketing.accounts.policy import may, needs
from smarketing.rows import clock, fence

from .. import breakdown, credited, derive, follow, missing, renewal, series, words
from ..models import Contract
from ..terms import next_month
from . import saving, shown


@needs("contract.view")
def follow_up(request: HttpRequest, month: str = "") -> HttpResponseBase:
    contracts = list(Contract.objects.visible_to(request.user).order_by("name"))
    if not contracts:
        return render(request, "sla/none.html", {"can_edit": may(request.user, "contract.edit")})
    at = clock.now()
    contract = chosen(request, contracts, at)
    derive.catch_up(at)
    reader = follow.Reader(contract, at, fence.cutoff())
    found = reader.month(month_of(month) or reader.today.replace(day=1))
    if answer := saving.answer(request, found):
        return answer
    context = {
        "contract": contract, "contracts": contracts, "month": found, "words": words.PHASES[found.phase],
        "sentences": words.sentence(found), "rows": [shown.line(found, one) for one in found.rows],
        "months": [(one, address(contract, one, len(contracts))) for one in found.months],
        "before": address(contract, follow.back(found.first, 1)[0], len(contracts)),
        "after": address(contract, next_month(found.first), len(contracts)),
        "can_edit": may(request.user, "contract.edit"), "month_key": f"{found.first:%Y-%m}",
        "ends": renewal.near(contract, reader.today), "may_audit": may(request.user, "leads.export"), "export_offers": saving.offers(partial(_query, contract, len(contracts))) if found.rows else [],
    }  # fmt: skip
    context["ends_words"] = renewal.words(context["ends"]) if context["ends"] else ""
    context |= _clause(request, found, reader, len(contracts))
    return render(request, "sla/follow_up.html", context)


def _clause(request: HttpRequest, month: follow.Month, reader: follow.Reader, several: int) -> dict[str, Any]:
    """The clause that is looked at: its chart, its breakdown, and what is missing of the month."""
    row = month.row(request.GET.get("clause", "")) or words.worst(month)
    if row is None:
        return {}
    by = request.GET.get("by", "")
    by = by if by in breakdown.BY else ""
    names = request.user.role != Role.REP  # a rep reads the team's totals
    items = [*missing.items(month, names=names), *filter(None, [missing.remarks(month)])]
    query = partial(_query, month.contract, several)
    return {
        "row": row, "by": by, "chart": shown.drawn(series.chart_of(month, row, reader), row.figure),
        "response": shown.response(month, row), "missing": [shown.item(month, one) for one in items],
        "choices": [(key, word, query(clause=row.clause.key, by=key)) for key, (word, _blank) in breakdown.BY.items()],
        "whole_url": query(clause=row.clause.key), "query": query(), "whole": shown.line(month, row),
        "groups": shown.broken_down(month, row, by, request.user) if by else [],
        "by_word": breakdown.BY[by][0] if by else "", "credited": credited.of(month, row, by),
    }  # fmt: skip


def _query(contract: Contract, several: int, **more: str) -> str:
    """The query of a link on this page: which contract where there are several, and what is looked at."""
    asked = ({"contract": contract.pk} if several > 1 else {}) | more
    return f"?{urlencode(asked)}"


def month_of(text: str) -> date | None:
    """The first day of a month written 2026-11; 404 for what is none."""
    if not text:
        return None
    try:
        return date(int(text[:4]), int(text[5:]), 1)
    except ValueError:
        raise Http404 from None


def one_month(request: HttpRequest, pk: int, month: str) -> tuple[follow.Month, follow.Reader]:
    """The month of a contract as it stands now, with its reader, for pages that show one month."""
    contract = get_object_or_404(Contract.objects.visible_to(request.user), pk=pk)
    first, at = month_of(month), clock.now()
    assert first is not None
    derive.catch_up(at)
    reader = follow.Reader(contract, at, fence.cutoff())
    return reader.month(first), reader


def chosen(request: HttpRequest, contracts: list[Contract], at) -> Contract:
    """The contract asked for; else the one in force today; else the one that ended last; else the first."""
    asked = request.GET.get("contract", "")
    if asked:
        found = [one for one in contracts if str(one.pk) == asked]
        if not found:
            raise Http404
        return found[0]
    today, best = clock.today(at), None
    for one in contracts:
        spans = [terms.span for terms in one.terms.filter(span__isnull=False).select_related("span")]
        if any(span.first <= today and (span.until is None or today < span.until) for span in spans):
            return one
        if spans and best is None:
            best = one
    return best or contracts[0]


def address(contract: Contract, month: date, several: int) -> str:
    url = reverse("sla:month", args=[f"{month:%Y-%m}"])
    return f"{url}?contract={contract.pk}" if several > 1 else url
