"""The page at /loop/explore/: a question in the address, so that it can be kept, shared and sent."""

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy

from smarketing.accounts.policy import may, needs
from smarketing.measures import engine, reading, registry, words
from smarketing.measures.pages import with_period
from smarketing.measures.question import Question, Refusal
from smarketing.measures.registry import PERIODS, Measure
from smarketing.rows import kept
from smarketing.web import exports, lists

from . import beside, explore, files, filtering, tabs
from .views import address

KEY = "reporting:explore"
OWN = ("measure", "view", "export", "from2", "to2", "filter", "value", "drop")
FIRST = "sql_rate"  # what the page asks when nothing is asked


@lists.shelved(KEY, gettext_lazy("Explore"))
@needs("loop.view")
@kept.all_once
def page(request: HttpRequest) -> HttpResponseBase:
    """A measure by two dimensions at most, filtered, in a period, beside another one where that is asked."""
    if (tidy := _tidied(request)) is not None:
        return redirect(f"{request.path}?{tidy.urlencode()}")
    if first := lists.opening(request, KEY):
        return redirect(first)
    query = with_period(request.GET)
    key = query.get("measure") or FIRST
    context: dict[str, Any] = {"tabs": tabs.shown(KEY), **lists.shelf(request, KEY)}
    try:
        measure = registry.find(key)
        asked = reading.asked(query, OWN)
        asked["by"] = asked["by"][:2] or ([] if "by" in query else ["month"])
        found = explore.found(asked, key, request.user)
        compared = _compared(query, asked, key, request.user)
        if request.GET.get("export"):
            return files.compared(request, compared) if compared else files.table(request, found)
        context |= {"found": found, "compared": compared, **_context(request, query, measure, found)}
    except Refusal as refusal:
        if refusal.code == "unknown_measure":
            raise Http404 from None
        context |= {"said": words.REFUSALS.get(refusal.code, refusal.message), **_form(query, registry.find(key), None)}
        return render(request, "reporting/explore.html", context, status=400)
    return render(request, "reporting/explore.html", context)


@needs("loop.view")
def values(request: HttpRequest) -> HttpResponse:
    """What the form's filter offers for the dimension chosen in it: a few options, none where it cannot be filtered so."""
    found = _values(request, request.GET.get("filter") or request.GET.get("dimension", ""))
    return render(request, "reporting/explore_values.html", {"values": filtering.offered(found)})


def _values(request: HttpRequest, name: str) -> list[tuple[str, str]]:
    key, query = request.GET.get("measure") or FIRST, request.GET.copy()
    query.pop("dimension", None)  # how a resolution names it
    return filtering.values(with_period(query), OWN, key, name, request.user) if name else []


def _tidied(request: HttpRequest) -> QueryDict | None:
    """The address with the filter that the form added as `dimension=value`, or without one it took away; None as it is. A value
    written in words becomes what the words mean."""
    query = request.GET
    if not query.get("filter") and not query.get("drop"):
        return None
    tidy = query.copy()
    name, dropped = query.get("filter", ""), query.get("drop", "")
    for own in ("filter", "value", "drop"):
        tidy.pop(own, None)
    if dropped and dropped not in (*reading.NAMES, *OWN):
        tidy.pop(dropped, None)
    if name and name not in (*reading.NAMES, *OWN):
        for value in filtering.meant(_values(request, name), query.get("value", "")):
            if value not in tidy.getlist(name):
                tidy.appendlist(name, value)
    return tidy


def _context(request: HttpRequest, query: QueryDict, measure: Measure, found: explore.Found) -> dict[str, Any]:
    answer, question = found.answer, found.answer.question
    offered = engine.dimensions(answer.measure)
    return {
        **_form(query, measure, question),
        "where": [
            (words.dimension(name, offered), ", ".join(words.value(name, one, offered) for one in values), address(request, drop=name))
            for name, values in question.where.items()
        ],
        "permalink": address(request, cutoff=answer.cutoff.isoformat()),
        "dated": words.DATES.get(question.date, question.date),
        "offers": [*exports.offers(lambda export: address(request, export=export)), exports.Offer("JSON", address(request, export="json"))] if may(request.user, "loop.view") else [],
    }  # fmt: skip


def _form(query: QueryDict, measure: Measure, question: Question | None) -> dict[str, Any]:
    """What the form offers: every measure, and what this one may be divided and dated by."""
    offered = engine.dimensions(measure)
    by = list(question.by) if question else []
    names = [*PERIODS, *sorted(offered, key=lambda one: words.dimension(one, offered).lower())]
    choice = [(name, words.dimension(name, offered)) for name in names]
    return {
        "measure": measure,
        "question": question,
        "measures": [(one.key, one.label, one.key == measure.key) for one in registry.measures()],
        "by_one": [(name, label, by[:1] == [name]) for name, label in choice],
        "by_two": [(name, label, by[1:2] == [name]) for name, label in choice],
        "filters": [(name, label) for name, label in choice if name not in PERIODS],
        "dates": [(name, words.DATES.get(name, name), question is not None and name == question.date) for name in measure.dates],
        "stats": [(name, words.stat(name), question is not None and name == question.stat) for name in measure.stats],
        "kept": [(name, value) for name in query if name not in (*reading.NAMES, *OWN) for value in query.getlist(name)],
        "said_from": query.get("from", ""), "said_to": query.get("to", ""),
        "from2": query.get("from2", ""), "to2": query.get("to2", ""),
    }  # fmt: skip


def _compared(query: QueryDict, asked: dict, key: str, user: Any) -> beside.Compared | None:
    if not query.get("from2") or not query.get("to2"):
        return None
    try:
        first, until = date.fromisoformat(str(query["from2"])), date.fromisoformat(str(query["to2"]))
    except ValueError:
        raise Refusal("bad_date", "The other period is no two dates such as 2026-01-31.") from None
    return beside.periods(asked, key, user, first, until)
