"""Personas measured: how many leads resemble none, one or several, and what came of each persona's leads."""

from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.models import Lead
from personas.criteria import priority
from personas.definitions import persona_order
from personas.models import Persona
from smarketing.accounts.policy import needs
from smarketing.measures import engine, numbers, shown
from smarketing.measures.engine import Answer, Group
from smarketing.rows import clock, fence

from . import tabs, wall
from .cells import Cell
from .spans import month

SPANS = (3, 6, 12, 24)  # months
COLUMNS: tuple[tuple[str, Any, str, Any], ...] = (  # measure, head, date, what it is
    ("leads", gettext_lazy("Leads"), "created", gettext_lazy("Leads created in these months")),
    ("shared_cost", gettext_lazy("Cost"), "created", gettext_lazy("What was spent on their campaigns, shared equally among the leads each brought")),
    ("mql", gettext_lazy("MQL"), "handed", gettext_lazy("Handed to sales in these months")),
    ("acceptance", gettext_lazy("Accepted"), "handed", gettext_lazy("Of the handoffs decided")),
    ("conversion", gettext_lazy("Won"), "handed", gettext_lazy("Of those handed over, with a deal won so far")),
    ("days_to_won", gettext_lazy("Days to win"), "handed", gettext_lazy("Median from handoff to winning; below, between which half of them lie")),
    ("shared_cost_per_win", gettext_lazy("Cost per win"), "created", gettext_lazy("Cost of the leads created ÷ deals they won")),
)  # fmt: skip
QUARTILES = ("p25", "p75")


@dataclass(frozen=True)
class Line:
    """A persona, those without one, or those of several; `apart`: counted in the lines above as well."""

    name: str
    url: str
    cells: list[Cell]
    negative: bool = False
    apart: bool = False


@dataclass(frozen=True)
class Share:
    """One part of the coverage: its word, how many leads, the share of all, the rows, its place on a bar of 1000."""

    key: str
    label: str
    n: int
    share: str
    url: str
    start: int
    width: int


@needs("loop.view")
def results(request: HttpRequest) -> HttpResponse:
    """Every persona in the agreed order, then those without one, with what came of them; each figure opens its rows."""
    text = request.GET.get("months", "")
    months = int(text) if text in map(str, SPANS) else 12
    today, cutoff = clock.today(), fence.cutoff()
    asked = {"first": month(today, 1 - months), "until": month(today, 1), "cutoff": cutoff, "user": request.user}
    context = {
        "tabs": tabs.shown("reporting:personas"),
        "heads": [(head, title) for _key, head, _date, title in COLUMNS],
        "lines": lines(asked),
        "parts": coverage(request.user, cutoff),
        "measured": bool(persona_order.order()),
        "agreed": persona_order.agreed(),
        "months": months,
        "spans": SPANS,
        "first": asked["first"],
        "last": today,
        "cutoff": cutoff,
    }
    return render(request, "reporting/personas.html", context)


def coverage_slot(context) -> str:
    """For `{% slot "personas.coverage" %}`: nothing as long as there are no leads or no personas."""
    request = context["request"]
    if not Lead.objects.exists() or not Persona.objects.filter(retired=False).exists():
        return ""
    if kept := wall.coverage(request.user):
        shows = {"parts": _parts(kept), "published": kept.cutoff}
    else:
        shows = {"parts": coverage(request.user, fence.cutoff())}
    return render_to_string("reporting/coverage.html", shows, request=request)


def coverage(user: Any, cutoff: datetime) -> list[Share]:
    """How many leads resemble no persona, one, several: all leads that stand, whenever they came."""
    first, until = wall.span(clock.today(), ever=True)
    return _parts(engine.answer("leads", by=(wall.COVERAGE,), first=first, until=until, cutoff=cutoff, user=user))


def _parts(found: Answer) -> list[Share]:
    by = {row.group["resembles"]: row for row in found.rows}
    words = engine.dimensions(found.measure)["resembles"].show
    every = found.total.n
    parts: list[Share] = []
    for key in (priority.ONE, priority.SEVERAL, priority.NONE):
        n = by[key].n if key in by else 0
        url = by[key].rows_url if key in by else engine.address(found.question, {"resembles": key})
        share = shown.figure(Fraction(n, every), numbers.RATIO, 0) if every else shown.NOTHING
        start = parts[-1].start + parts[-1].width if parts else 0
        parts.append(Share(key, str(words(key)), n, share, url, start, n * 1000 // every if every else 0))
    return parts


def lines(asked: dict[str, Any]) -> list[Line]:
    """The table's lines for a span."""
    order = persona_order.order()
    known = Persona.objects.in_bulk(order)
    by = {key: _asked(key, date, ("persona",), asked) for key, _head, date, _title in COLUMNS}
    wins = {row.group["persona"]: row.n for row in _asked("won", "created", ("persona",), asked).rows}
    of_several = _asked("won", "created", (), asked, {"resembles": priority.SEVERAL}).total.n
    several = {
        key: _asked(key, date, (), asked, {"resembles": priority.SEVERAL}) for key, _head, date, _title in COLUMNS
    }
    found = [
        Line(
            one.name,
            reverse("personas:persona", args=[one.pk]),
            _cells(by, asked, {"persona": one.name}, wins.get(one.name, 0)),
            one.negative,
        )
        for one in (known[pk] for pk in order)
    ]
    found.append(Line(_("No persona"), "", _cells(by, asked, {"persona": ""}, wins.get("", 0))))
    totals = [_cell(answer, answer.total, asked, of_several) for answer in several.values()]
    return [*found, Line(_("Of them: several personas"), "", totals, apart=True)]


def _asked(key: str, date: str, by: tuple[str, ...], asked: dict, where: dict | None = None) -> Answer:
    return engine.answer(key, by=by, where=where or {}, date=date, **asked)


def _cells(by: dict[str, Answer], asked: dict, group: dict[str, str], wins: int) -> list[Cell]:
    """The line of a group; `wins`: deals won by its leads, the cases of what they cost."""
    cells = []
    for answer in by.values():
        row = next((one for one in answer.rows if one.group == group), None)
        cells.append(_cell(answer, row or _nothing(answer, group), asked, wins))
    return cells


def _nothing(answer: Answer, group: dict[str, str]) -> Group:
    """The line of a group under which nothing counts."""
    adds = answer.measure.combine is None and answer.measure.reduce in ("count", "sum")
    value = 0 if adds else None
    return Group(group, value, 0, 0, None, True, engine.address(answer.question, group))


def _cell(answer: Answer, row: Group, asked: dict, wins: int) -> Cell:
    """The figure with what goes beside it: interval and cases of a share, the quartiles of days; grey under twenty cases."""
    digits = 0 if answer.unit in (numbers.MONEY, numbers.RATIO) else None
    cell = Cell(shown.figure(row.value, answer.unit, digits), row.rows_url)
    if answer.measure.interval:
        return replace(
            cell, title=_beside(shown.interval(row.interval), row.of or 0), faint=(row.of or 0) < numbers.FEW
        )
    if answer.unit == numbers.DAYS:
        return replace(cell, title=_beside(_quartiles(answer, row, asked), row.n), faint=row.n < numbers.FEW)
    if answer.measure.combine:
        return replace(cell, title=_beside("", wins), faint=wins < numbers.FEW)
    return cell


def _beside(text: str, n: int) -> str:
    if not n:
        return ""
    cases = _("n = %(n)s") % {"n": shown.number(n)}
    return f"{text} · {cases}" if text else cases


def _quartiles(answer: Answer, row: Group, asked: dict) -> str:
    if not row.n:
        return ""
    where = {**answer.question.where, **{name: (value,) for name, value in row.group.items()}}
    edges = [
        engine.answer(answer.question.key, where=where, date=answer.question.date, stat=stat, **asked).total.value
        for stat in QUARTILES
    ]
    return "–".join(shown.figure(edge, numbers.DAYS, 0) for edge in edges)
