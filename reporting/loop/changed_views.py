"""The page at /loop/changed/: what became of last Monday's numbers, and why."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from reporting.credit import reckoned
from smarketing.accounts.policy import needs
from smarketing.measures import engine, numbers, registry, shown, words
from smarketing.measures.question import Question, Refusal
from smarketing.measures.reduces import Figure
from smarketing.rows import clock, fence
from smarketing.rows.days import Days

from . import annotations, beside, changed, tabs
from .asking import DATED
from .beside import points, signed
from .cells import Cell
from .spans import PERIOD
from .views import address, read

HEAD = (
    "leads", "handoffs", "mql", "acceptance", "sql_rate", "won", "win_rate", "revenue", "average_deal", "cost", "cost_per_lead", "cac", "roi",
    "roi_attributed", "romi", "roas",
)  # fmt: skip
BY = ("campaign", "source")  # what a combination is divided by, the first that all it is made of knows


@needs("loop.view")
def page(request: HttpRequest) -> HttpResponse:
    """The head numbers of a span of months as known on a day and as known now; the rows of one of them that moved."""
    here = read(request, recent=True)
    now = fence.cutoff()
    since = _day(request.GET.get("since", ""), here.today)
    then = min(Days(clock.zone()).midnight(since), now)
    key = request.GET.get("measure", "")
    known = key in {one.key for one in registry.measures()}

    def ask(one: str, cutoff: datetime) -> Question:
        dated = DATED[one][here.view == PERIOD] if one in DATED else ""
        return engine.ask(
            one, first=here.span.first, until=here.span.until, date=dated, cutoff=cutoff, user=request.user
        )

    context: dict[str, Any] = {"tabs": tabs.shown("reporting:changed"), "span": here.span, "view": here.view}
    context |= {"since": since, "then": then, "now": now, "published": False, "cutoff": now, "newest": here.newest}
    context["links"] = {one: address(request, view=one, first="", last="") for one in ("cohort", "period")}
    wanted = dict.fromkeys((*HEAD, key) if known else HEAD)
    with reckoned.kept():
        totals = Totals()
        lines = {one: _line(request, one, ask(one, then), ask(one, now), totals) for one in wanted}
        key = key if known else next((one for one, line in lines.items() if line.moved), HEAD[0])
        measure = engine.resolve(ask(key, now))
        context |= {"lines": lines.values(), "key": key, "label": measure.label}
        if measure.combine is None:
            context |= _moved(changed.change(ask(key, now), then, request.user))
        else:
            context |= _made(request, ask(key, then), ask(key, now), totals)
    context["measures"] = [(one.key, one.label, one.key == key) for one in registry.measures()]
    context["notes"] = annotations.between(since, here.today + timedelta(days=1))
    return render(request, "reporting/changed.html", context)


def _moved(found: changed.Change) -> dict[str, Any]:
    """The rows of a number that moved, with their causes."""
    more = max(0, sum(found.counts.values()) - len(found.rows))
    return {"found": found, "counts": _counts(found), "rows": [_row(one, found) for one in found.rows], "more": more}


def _made(request: HttpRequest, before: Question, after: Question, totals: "Totals") -> dict[str, Any]:
    """A number made of others: each of them then and now, and which groups made the difference."""
    parts = [
        _line(request, part.key, engine.part_question(before, part), engine.part_question(after, part), totals)
        for part in engine.resolve(after).parts
    ]
    offered = engine.dimensions(engine.resolve(after))
    by = next((name for name in BY if name in offered), "")
    questions = [replace(one, by=(by,) if by else ()) for one in (before, after)]
    try:
        answers = [engine.answered(one, *engine.figures(engine.resolve(one), one)) for one in questions]
    except Refusal:  # one of its parts knows no such dimension
        by, answers = "", []
    compared = beside.compared(*answers) if by else None
    return {"parts": parts, "compared": compared, "head": words.dimension(by, offered) if by else ""}


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


@dataclass
class Totals:
    """Totals of questions; one that several numbers are made of is counted once."""

    known: dict[tuple, Figure] = field(default_factory=dict)

    def of(self, question: Question) -> Figure:
        name = (question.key, question.date, question.stat, question.cutoff)
        if name not in self.known:
            self.known[name] = self._counted(engine.resolve(question), question)
        return self.known[name]

    def _counted(self, measure: registry.Measure, question: Question) -> Figure:
        if measure.combine is None:
            return engine.figures(measure, question)[1]
        parts = [self.of(engine.part_question(question, part)) for part in measure.parts]
        return measure.combine([*parts, *(Figure(one.value(question), 0) for one in measure.agreed)])


def _line(request: HttpRequest, key: str, before: Question, after: Question, totals: Totals) -> Line:
    measure = engine.resolve(after)
    cells, values = [], []
    for question in (before, after):
        total = totals.of(question)
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
