"""The contract followed month by month. Views only translate."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format

from smarketing.accounts.policy import may, needs
from smarketing.rows import clock, fence

from .. import chart, derive, follow, missing, states, words
from ..figures import Volume
from ..models import Clock, Contract
from ..terms import next_month
from . import links


@needs("contract.view")
def follow_up(request: HttpRequest, month: str = "") -> HttpResponse:
    contracts = list(Contract.objects.visible_to(request.user).order_by("name"))
    if not contracts:
        return render(request, "sla/none.html", {"can_edit": may(request.user, "contract.edit")})
    at = clock.now()
    contract = _chosen(request, contracts, at)
    derive.catch_up(at)
    reader = follow.Reader(contract, at, fence.cutoff())
    first = _month(month) or reader.today.replace(day=1)
    shown = reader.month(first)
    row = shown.row(request.GET.get("clause", "")) or _worst(shown)
    context = {
        "contract": contract, "contracts": contracts, "month": shown, "words": words.PHASES[shown.phase],
        "sentences": words.sentence(shown), "rows": [_row(shown, one) for one in shown.rows],
        "months": [(one, _address(contract, one, len(contracts))) for one in shown.months],
        "before": _address(contract, follow.back(first, 1)[0], len(contracts)),
        "after": _address(contract, next_month(first), len(contracts)), "row": row,
        "chart": row and _drawn(_chart(shown, row, reader), not isinstance(row.figure, Volume)), "missing": [_item(shown, one) for one in missing.items(shown)],
        "can_edit": may(request.user, "contract.edit"), "month_key": f"{first:%Y-%m}",
    }  # fmt: skip
    return render(request, "sla/follow_up.html", context)


def _month(text: str) -> date | None:
    if not text:
        return None
    try:
        return date(int(text[:4]), int(text[5:]), 1)
    except ValueError:
        raise Http404 from None


def _chosen(request: HttpRequest, contracts: list[Contract], at) -> Contract:
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


def _address(contract: Contract, month: date, several: int) -> str:
    url = reverse("sla:month", args=[f"{month:%Y-%m}"])
    return f"{url}?contract={contract.pk}" if several > 1 else url


def _worst(month: follow.Month):
    rows = sorted(month.rows, key=lambda row: words.WORST.index(row.figure.state))
    return rows[0] if rows else None


def _row(month: follow.Month, row: follow.Row) -> dict:
    """One line of the table, in words and links."""
    figure = row.figure
    return {
        "clause": row.clause, "label": words.clause(row.clause), "promised": words.promised(figure),
        "so_far": words.so_far(figure), "fraction": words.fraction(figure), "line": words.line(figure),
        "apart": [(text, links.rows(month, row, key)) for key, text in words.apart(figure)],
        "forecast": words.forecast(figure), "state": words.state(figure.state), "rows_url": links.rows(month, row),
        "history": [(one, words.state(state) if state else None) for one, state in row.history],
        "volume": isinstance(figure, Volume),
    }  # fmt: skip


def _item(month: follow.Month, item: missing.Item) -> dict:
    row = month.row(item.key)
    return {"key": item.key, "text": item.text, "url": links.rows(month, row, item.show)}


def _drawn(drawn: chart.Chart, share: bool) -> chart.Chart:
    """The chart with its numbers in words."""

    def said(value) -> str:
        if value is None:
            return "–"
        return (
            words.percent(states.shown(value * 100, Fraction(0), 1))
            if share
            else words.number(states.shown(value, Fraction(0), 0 if value.denominator == 1 else 1))
        )

    ticks = [
        (y, words.percent(Decimal(round(value * 100))) if share else words.number(round(value)))
        for y, value in drawn.ticks
    ]
    points = [(day, said(reached), said(ideal)) for day, reached, ideal in drawn.points]
    bars = [replace(bar, label=f"{date_format(bar.day, 'D j')}: {said(bar.value)}") for bar in drawn.bars]
    return replace(drawn, ticks=ticks, points=points, bars=bars)


def _chart(month: follow.Month, row: follow.Row, reader: follow.Reader) -> chart.Chart:
    today, figure = min(reader.today, month.until), row.figure
    if isinstance(figure, Volume):
        axis = reader.axes[month.terms.pk]
        return chart.volume(
            month.first, month.until, today, month.counted, figure.target, axis.business_days, figure.forecast
        )
    settled: dict[date, tuple[int, int]] = {}
    found = Clock.objects.filter(terms__contract=month.contract, month=month.first, clause_key=row.clause.key)
    found = found.filter(settled_at__lte=month.cutoff, state__in=("met", "missed"))
    for at, state in found.values_list("settled_at", "state"):
        day = max(at.astimezone(month.zone).date(), month.first)
        met, missed = settled.get(day, (0, 0))
        settled[day] = (met + (state == "met"), missed + (state == "missed"))
    return chart.share(month.first, month.until, today, settled, figure.promised)
