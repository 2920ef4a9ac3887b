"""The page at /loop/changed/: what became of last Monday's numbers, and why."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from smarketing.accounts.policy import needs
from smarketing.measures import engine, numbers, registry, shown
from smarketing.measures.question import Question, Refusal
from smarketing.rows import clock, fence
from smarketing.rows.days import Days

from . import annotations, changed, tabs
from .asking import DATED
from .cells import Cell
from .explore import points, signed
from .spans import PERIOD
from .views import address, read

HEAD = ("handoffs", "mql", "acceptance", "sql_rate", "won", "revenue", "cost")


@needs("loop.view")
def page(request: HttpRequest) -> HttpResponse:
    """The head numbers of a span of months as known on a day and as known now; the rows of one of them that moved."""
    here = read(request, recent=True)
    now = fence.cutoff()
    since = _day(request.GET.get("since", ""), here.today)
    then = min(Days(clock.zone()).midnight(since), now)
    key = request.GET.get("measure", "")
    known = key in {one.key for one in registry.measures() if one.combine is None}

    def ask(one: str, cutoff: datetime) -> Question:
        dated = DATED[one][here.view == PERIOD] if one in DATED else ""
        return engine.ask(
            one, first=here.span.first, until=here.span.until, date=dated, cutoff=cutoff, user=request.user
        )

    context: dict[str, Any] = {"tabs": tabs.shown("reporting:changed"), "span": here.span, "view": here.view}
    context |= {"since": since, "then": then, "now": now, "published": False, "cutoff": now, "newest": here.newest}
    context["links"] = {one: address(request, view=one, first="", last="") for one in ("cohort", "period")}
    wanted = dict.fromkeys((*HEAD, key) if known else HEAD)
    lines = {one: _line(request, one, ask(one, then), ask(one, now)) for one in wanted}
    key = key if known else next((one for one, line in lines.items() if line.moved), HEAD[0])
    context |= {"lines": lines.values(), "key": key}
    try:
        found = changed.change(ask(key, now), then, request.user)
        context |= {
            "found": found,
            "label": found.now.measure.label,
            "counts": _counts(found),
            "rows": [_row(one, found) for one in found.rows],
        }
        context["more"] = max(0, sum(found.counts.values()) - len(found.rows))
    except Refusal as refusal:
        context["said"] = refusal.message
    context["notes"] = annotations.between(since, here.today + timedelta(days=1))
    return render(request, "reporting/changed.html", context)


def _day(text: str, today: date) -> date:
    """The day asked, else the Monday of this week (of last week, on a Monday)."""
    try:
        asked = date.fromisoformat(text)
    except ValueError:
        return today - timedelta(days=today.weekday() or 7)
    return asked if asked.year >= 1990 and asked <= today else today


@dataclass(frozen=True)
class Line:
    """A number then and now; `url` shows its rows that moved."""

    key: str
    label: Any
    cells: list[Cell]
    difference: str
    moved: bool
    url: str


def _line(request: HttpRequest, key: str, before: Question, after: Question) -> Line:
    measure = engine.resolve(after)
    cells, values = [], []
    for question in (before, after):
        _groups, total = engine.figures(measure, question)
        values.append(total.value)
        cells.append(Cell(shown.figure(total.value, measure.unit), engine.address(question)))
    difference = shown.NOTHING
    then, now = values
    if then is not None and now is not None:
        moved = Fraction(now) - Fraction(then)
        difference = (
            _("%(n)s pts") % {"n": points(moved)} if measure.unit == numbers.RATIO else signed(moved, measure.unit)
        )
    return Line(key, measure.label, cells, difference, then != now, address(request, measure=key))


def _counts(found: changed.Change) -> list[tuple[Any, Any, str]]:
    return [(changed.WAYS[way], changed.CAUSES[cause], shown.number(n)) for (way, cause), n in found.counts.items()]


def _row(one: changed.Moved, found: changed.Change) -> dict[str, Any]:
    """A row that moved, with what it counted before and after."""
    adds = found.now.measure.reduce == "sum"

    def said(side: tuple | None) -> str:
        if side is None:
            return shown.NOTHING
        if adds:
            return shown.figure(side[1], found.now.unit)
        return (
            (_("counts") if side[0] else _("in the base only"))
            if found.now.measure.reduce == "share"
            else shown.cell(side[1], "text")
        )

    return {"one": one, "before": said(one.before), "after": said(one.after)}
