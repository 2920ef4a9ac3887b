"""The contract followed month by month. Views only translate."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format

from smarketing.accounts.policy import may, needs
from smarketing.measures import engine
from smarketing.rows import clock, fence

from .. import chart, derive, follow, missing, series, split, states, words
from ..figures import Figure, Volume
from ..models import Contract
from ..terms import next_month
from . import links


@needs("contract.view")
def follow_up(request: HttpRequest, month: str = "") -> HttpResponse:
    contracts = list(Contract.objects.visible_to(request.user).order_by("name"))
    if not contracts:
        return render(request, "sla/none.html", {"can_edit": may(request.user, "contract.edit")})
    at = clock.now()
    contract = chosen(request, contracts, at)
    derive.catch_up(at)
    reader = follow.Reader(contract, at, fence.cutoff())
    first = _month(month) or reader.today.replace(day=1)
    shown = reader.month(first)
    row = shown.row(request.GET.get("clause", "")) or _worst(shown)
    context = {
        "contract": contract, "contracts": contracts, "month": shown, "words": words.PHASES[shown.phase],
        "sentences": words.sentence(shown), "rows": [_row(shown, one) for one in shown.rows],
        "months": [(one, address(contract, one, len(contracts))) for one in shown.months],
        "before": address(contract, follow.back(first, 1)[0], len(contracts)),
        "after": address(contract, next_month(first), len(contracts)), "row": row,
        "chart": row and _drawn(series.chart_of(shown, row, reader), row.figure), "missing": [_item(shown, one) for one in missing.items(shown)],
        "response": row and _response(shown, row),
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
        "volume": isinstance(figure, Volume), "parts": [_part(part) for part in row.parts],
    }  # fmt: skip


def _part(part: split.Part) -> dict:
    """One part of a clause, in words."""
    figure = part.figure
    return {
        "number": part.number, "clause": part.clause, "first": part.first,
        "last": part.until and part.until - timedelta(days=1), "label": words.clause(part.clause),
        "promised": words.promised(figure), "so_far": words.so_far(figure), "fraction": words.fraction(figure),
        "line": words.line(figure), "forecast": words.forecast(figure), "volume": isinstance(figure, Volume),
        "apart": ", ".join(text for _key, text in words.apart(figure)), "state": words.state(figure.state),
    }  # fmt: skip


def _response(month: follow.Month, row: follow.Row) -> dict | None:
    """How soon first attempts came, with the rows behind it; None for other clauses, and where none came."""
    if row.clause.kind != "first_attempt" or month.phase == follow.FUTURE:
        return None
    asked = links.asked(month, row)
    nine, half = (engine.answer("response_time", stat=stat, **asked).total for stat in ("p90_nearest", "median"))
    if nine.value is None or half.value is None:
        return None
    said = [words.number(states.shown(Fraction(one.value), Fraction(0), 1)) for one in (nine, half)]
    return {"nine": said[0], "half": said[1], "n": nine.n, "url": nine.rows_url}


def _item(month: follow.Month, item: missing.Item) -> dict:
    row = month.row(item.key)
    return {"key": item.key, "text": item.text, "url": links.rows(month, row, item.show)}


def _drawn(drawn: chart.Chart, figure: Figure) -> chart.Chart:
    """The chart of a figure with its numbers in words."""

    def said(value) -> str:
        if value is None:
            return "–"
        if not isinstance(figure, Volume):
            return words.percent(states.shown(value * 100, Fraction(0), 1))
        return words.amount(figure, states.shown(value, Fraction(0), 0 if value.denominator == 1 else 1))

    ticks = [
        (y, words.number(round(value)) if isinstance(figure, Volume) else words.percent(Decimal(round(value * 100))))
        for y, value in drawn.ticks
    ]
    points = [(day, said(reached), said(ideal)) for day, reached, ideal in drawn.points]
    bars = [replace(bar, label=f"{date_format(bar.day, 'D j')}: {said(bar.value)}") for bar in drawn.bars]
    return replace(drawn, ticks=ticks, points=points, bars=bars)
