"""The page of a number: its figure, formula and period in words, the rows it counted, and what came since."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from smarketing.accounts.policy import may, needs
from smarketing.rows import clock
from smarketing.web import exports

from . import engine, listing, numbers, reading, registry, shown, words
from .engine import Answer, Group
from .question import Question, Refusal

OWN = ("after", "hits", "export")
MAX_GROUPS = 600


@dataclass(frozen=True)
class Row:
    """A group on the page."""

    names: list[str]
    group: Group
    value: str
    interval: str

    @property
    def faint(self) -> bool:
        """Of so few cases a share says little."""
        return self.group.of is not None and self.group.of < numbers.FEW


@needs("measures.read")
def rows(request: HttpRequest, key: str) -> HttpResponseBase:
    """The page at `/numbers/<key>/`; the same address with `export=csv` or `xlsx` saves the rows."""
    query = with_period(request.GET)
    try:
        asked = reading.asked(query, OWN)
        found = engine.answer(key, user=request.user, **asked)
        if exports.asked(request):
            return _export(request, found)
        return render(request, "measures/number.html", _context(request, query, found, asked["cutoff"] is not None))
    except Refusal as refusal:
        if refusal.code == "unknown_measure":
            raise Http404 from None
        said = words.REFUSALS.get(refusal.code, refusal.message)
        return render(request, "measures/refused.html", {"said": said, "key": key}, status=400)


def with_period(query: QueryDict) -> QueryDict:
    """The query with a period: the last twelve months with the present one, where none is asked."""
    query = query.copy()
    if not query.get("from") and not query.get("to"):
        today = clock.today()
        query["from"] = date(today.year - 1, today.month, 1).isoformat()
        query["to"] = (today.replace(day=1) + timedelta(days=32)).replace(day=1).isoformat()
    return query


def _context(request: HttpRequest, query: QueryDict, found: Answer, fixed: bool) -> dict[str, Any]:
    measure, question = found.measure, found.question
    offered = engine.dimensions(measure)
    hits = request.GET.get("hits") == "1"
    context = {
        "measure": measure,
        "question": question,
        "answer": found,
        "figure": shown.figure(found.total.value, found.unit),
        "exactly": shown.exactly(found.total.value, found.unit),
        "interval": shown.interval(found.total.interval, found.unit),
        "last": question.until - timedelta(days=1),
        "dated": words.DATES.get(question.date, question.date),
        "stat": words.stat(question.stat) if question.stat else "",
        "where": [
            (words.dimension(name, offered), ", ".join(words.value(name, one, offered) for one in values))
            for name, values in question.where.items()
        ],
        "notes": registry.notes(question),
        "since": _since(found) if fixed else None,
        "parts": [*(_part(question, part) for part in measure.parts), *(_agreed(question, one) for one in measure.agreed)],
        "by": [words.dimension(name, offered) for name in question.by],
        "groups": [_row(question, group, found.unit, offered) for group in found.rows[:MAX_GROUPS]] if question.by else [],
        "more_groups": max(0, len(found.rows) - MAX_GROUPS),
        "choices": _choices(measure, question, offered),
        "kept": [(name, value) for name in query if name not in ("by", "from", "to", "stat", "date", "window", *OWN) for value in query.getlist(name)],
        "hits": hits,
    }  # fmt: skip
    if measure.population:
        context |= _listed(request, query, found, hits)
    return context


def _listed(request: HttpRequest, query: QueryDict, found: Answer, hits: bool) -> dict[str, Any]:
    page = listing.page(found.measure, found.question, request.GET.get("after", ""), hits)
    lines = [
        (line, [_cell(column, value) for column, value in zip(page.columns, line.values, strict=True)])
        for line in page.lines
    ]
    base = query.copy()
    for name in OWN:
        base.pop(name, None)
    base["cutoff"] = found.cutoff.isoformat()
    return {
        "listed": True,
        "columns": page.columns,
        "lines": lines,
        "share": found.measure.reduce == "share",
        "count": _count(found, hits),
        "next_url": _address(base, after=page.following, **({"hits": "1"} if hits else {})) if page.following else "",
        "all_url": _address(base),
        "hits_url": _address(base, hits="1"),
        "export_offers": exports.offers(partial(_address, base)) if may(request.user, "leads.export") else [],
    }


def _count(found: Answer, hits: bool) -> int:
    """How many rows the list has: those of the number, where it counts rows."""
    if found.measure.reduce == "count":
        return found.total.n
    if found.measure.reduce == "share":
        return found.total.n if hits else found.total.of or 0
    return listing.count(found.measure, found.question, hits)


def _cell(column: registry.Column, value: Any) -> tuple[str, bool]:
    text = shown.cell(column.show(value) if column.show and value else value, column.kind)
    return text, column.kind in ("number", "money")


def _address(query: QueryDict, **more: str) -> str:
    query = query.copy()
    for name, value in more.items():
        query[name] = value
    return f"?{query.urlencode()}"


def _since(found: Answer) -> dict[str, Any] | None:
    """What came to the same question after the cut-off: the difference in words and where the newer number is."""
    question = found.question
    live = engine.live(question)
    _groups, total = engine.figures(found.measure, live)
    if total.value == found.total.value or total.value is None:
        return None
    difference = Fraction(total.value) - Fraction(found.total.value or 0)
    sign = "+" if difference > 0 else "−"
    return {"text": f"{sign}{shown.figure(abs(difference), found.unit)}", "url": engine.address(live)}


def _part(question: Question, part: registry.Part) -> dict[str, Any]:
    asked = replace(engine.part_question(question, part), by=())
    measure = engine.resolve(asked)
    _groups, total = engine.figures(measure, asked)
    return {"label": part.label, "value": shown.figure(total.value, measure.unit), "url": engine.address(asked)}


def _agreed(question: Question, one: registry.Agreed) -> dict[str, Any]:
    return {"label": one.label, "value": shown.figure(one.value(question), one.unit), "url": ""}


def _row(question: Question, group: Group, unit: str, offered: Mapping[str, registry.Dimension]) -> Row:
    names = [words.value(name, group.group[name], offered) for name in question.by]
    return Row(names, group, shown.figure(group.value, unit), shown.interval(group.interval, unit))


def _choices(measure: registry.Measure, question: Question, offered) -> dict[str, list[tuple[str, str, bool]]]:
    own = registry.find(question.key)
    return {
        "by": [
            (name, words.dimension(name, offered), name in question.by)
            for name in (*registry.PERIODS[1:], *sorted(offered, key=lambda one: words.dimension(one, offered).lower()))
        ],
        "date": [(name, str(words.DATES.get(name, name)), name == question.date) for name in own.dates],
        "stat": [(name, words.stat(name), name == question.stat) for name in measure.stats],
    }


def _export(request: HttpRequest, found: Answer) -> HttpResponseBase:
    """The rows as a file, for those who may export; an audit line says so."""
    if not may(request.user, "leads.export") or found.measure.population is None:
        raise Http404
    columns, lines = listing.every(found.measure, found.question, request.GET.get("hits") == "1")
    name = found.question.key.replace(":", "-")
    export = exports.Export(name, "leads.export", "measure")
    offered = engine.dimensions(found.measure)
    by = [words.dimension(one, offered) for one in found.question.by]
    head = [_("date"), *(column.label for column in columns), _("counted"), _("value"), *by]
    body = ([line.day, *line.values, line.hit, line.value, *line.groups] for line in lines)
    return exports.save(
        request, export, found.measure.label, head, body, lambda limit: found.total.n,
        address=f"?{request.GET.urlencode()}", key=found.question.key, rows=found.total.n,
    )  # fmt: skip
