"""A month for the meeting room: shown clause by clause on a screen, or printed on one sheet. Views only translate."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from leads.models import Disagreement, Lead
from smarketing.accounts.models import Role
from smarketing.accounts.policy import may, needs
from smarketing.agreements.canonical import canonical, sha256
from smarketing.rows import clock

from .. import follow, missing, series, words
from . import shown
from .follow_up import one_month

CAUSES = 3  # on a slide
OPEN = 8  # remarks on the last one
SIDES = ("marketing", "sales")


@needs("contract.view")
def present(request: HttpRequest, pk: int, month: str) -> HttpResponse:
    """The month full screen: sentence, one clause a slide, what is open. Reps are named only where a manager asks for it."""
    found, reader = one_month(request, pk, month)
    may_name = request.user.role == Role.MANAGER
    names = may_name and request.GET.get("names") == "1"
    slides = [
        {
            "row": row, "line": shown.line(found, row),
            "chart": shown.drawn(series.chart_of(found, row, reader), row.figure),
            "causes": [shown.item(found, one) for one in _causes(found, row, names)],
        }
        for row in found.rows
    ]  # fmt: skip
    context = _common(found, month) | {
        "slides": slides, "open": _open(request, found), "names": names, "may_name": may_name,
    }  # fmt: skip
    return render(request, "sla/present.html", context)


@needs("contract.view")
def printed(request: HttpRequest, pk: int, month: str) -> HttpResponse:
    """One A4 sheet: sentence, table, the worst clause of each side drawn, and what vouches for the figures."""
    found, reader = one_month(request, pk, month)
    charts = [
        {
            "row": row,
            "chart": shown.drawn(series.chart_of(found, row, reader), row.figure),
            "label": words.clause(row.clause),
        }
        for side in SIDES
        if (row := words.worst(found, side))
    ]
    context = _common(found, month) | {
        "rows": [shown.line(found, row) for row in found.rows], "charts": charts, "digest": digest(found),
        "months": [(one, "") for one in found.months], "printed_at": clock.now(), "on_paper": True,
    }  # fmt: skip
    return render(request, "sla/print.html", context)


def _common(month: follow.Month, key: str) -> dict[str, Any]:
    return {
        "contract": month.contract, "month": month, "month_key": key, "words": words.PHASES[month.phase],
        "sentences": words.sentence(month),
    }  # fmt: skip


def _causes(month: follow.Month, row: follow.Row, names: bool) -> list[missing.Item]:
    if month.phase == follow.FUTURE:
        return []
    return missing.of_row(month, row, names)[:CAUSES]


def digest(month: follow.Month) -> str:
    """Of a closed month that of its book; else of the figures on the sheet, in their canonical text."""
    if month.frozen:
        return month.frozen.sha256
    figures = {row.clause.key: row.figure.book() | {"state": row.figure.state} for row in month.rows}
    return sha256(canonical({"month": f"{month.first:%Y-%m}", "clauses": figures}))


def _open(request: HttpRequest, month: follow.Month) -> list[dict[str, Any]]:
    """What still waits for an answer from the other side, the oldest first; its words for those who may read them."""
    waiting = Disagreement.objects.filter(line=month.contract.line_id).standing().unanswered()
    rows = list(waiting.select_related("note__words").order_by("note__occurred_at", "pk")[:OPEN])
    visible = Lead.objects.visible_to(request.user).filter(pk__in=[one.note.lead_id for one in rows])
    read = set(visible.values_list("pk", flat=True)) if may(request.user, "leads.personal") else set()
    return [
        {
            "reason": one.get_reason_display(), "day": one.note.occurred_at,
            "text": one.note.words.text if one.note.lead_id in read and hasattr(one.note, "words") else "",
        }
        for one in rows
    ]  # fmt: skip
