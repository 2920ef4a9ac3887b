"""The page at /loop/funnel/."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render

from smarketing.accounts.policy import needs
from smarketing.measures import engine, words
from smarketing.rows import kept

from . import asking, block_files, bought, cohorts, funnel, paces, spans, tabs
from .views import BY_NONE, address, by_choices, read


@needs("loop.view")
@kept.all_once
def page(request: HttpRequest) -> HttpResponseBase:
    """Funnel and time for a span of months, as cohorts or as a period, divided by a dimension or by none."""
    here = read(request)
    by = request.GET.get("by", "")
    by = by if by in asking.BY else ""
    of = "revenue" if request.GET.get("of") == "revenue" else "won"
    curve = request.GET.get("curve", "")
    curve = curve if curve in paces.NAMES else "come_won"
    asked = here.ask(funnel.asks(by, curve))
    shown, where = asked, here.only(by)
    if where:
        shown = asking.Asking(here.span, here.view, request.user, asked.cutoff, where=where)
        shown.together(funnel.asks(""))
    blocks = [block_files.waits(shown), block_files.curves(shown)]
    blocks += [block_files.groups(asked, by), block_files.group_curves(asked, curve, by)] if by else []
    if (file := block_files.answer(request, asked, *blocks)) is not None:
        return file
    year = spans.usual(spans.TRIANGLE, here.today, here.newest)
    seen = _of_year(request, year, asked.cutoff, where)
    context = here.context(asked) | {
        "page": funnel.page(shown, by, curve, asked) if here.newest else None,
        "only": words.value(by, where[by][0], engine.dimensions(engine.registry.find("mql"))) if where else "",
        "all_url": address(request, only=""),
        "narrow": "" if by == "month" else address(request, only=""),
        "cohorts": cohorts.cohorts(seen, of) if here.newest else None,
        "bought": bought.months(seen) if here.newest else None,
        "by": by,
        "by_choices": [(BY_NONE, not by), *by_choices(by)],
        "marks": paces.MARKS,
        "files": block_files.offers(partial(address, request), *blocks),
        "curve_links": [(name, address(request, curve=key), key == curve) for key, name in paces.NAMES.items()],
        "by_label": dict(one for one, _on in by_choices(by)).get(by, ""),
        "of_links": [("won", address(request, of="")), ("revenue", address(request, of="revenue"))],
        "tabs": tabs.shown("reporting:funnel"),
    }
    return render(request, "reporting/funnel.html", context)


def _of_year(
    request: HttpRequest, year: spans.Span, cutoff: datetime | None, where: Mapping[str, tuple[str, ...]]
) -> asking.Asking:
    """The cohorts of a year as published, else counted now, as those of one group always are."""
    if not (where or request.GET.get("live")):
        found = asking.published(year, spans.TRIANGLE, request.user, [by for _key, by in asking.COHORTS])
        if found is not None:
            return found
    live = asking.Asking(year, spans.TRIANGLE, request.user, cutoff, where=where)
    live.together(asking.COHORTS)
    return live
