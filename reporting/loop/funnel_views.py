"""The page at /loop/funnel/."""

from datetime import datetime
from functools import partial

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render

from smarketing.accounts.policy import needs
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
    blocks = [block_files.waits(asked), block_files.curves(asked)]
    blocks += [block_files.groups(asked, by), block_files.group_curves(asked, curve, by)] if by else []
    if (file := block_files.answer(request, asked, *blocks)) is not None:
        return file
    year = spans.usual(spans.TRIANGLE, here.today, here.newest)
    seen = _of_year(request, year, asked.cutoff)
    context = here.context(asked) | {
        "page": funnel.page(asked, by, curve) if here.newest else None,
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


def _of_year(request: HttpRequest, year: spans.Span, cutoff: datetime | None) -> asking.Asking:
    """The cohorts of a year as published, else counted now."""
    if not request.GET.get("live"):
        found = asking.published(year, spans.TRIANGLE, request.user, [by for _key, by in asking.COHORTS])
        if found is not None:
            return found
    return asking.Asking(year, spans.TRIANGLE, request.user, cutoff)
