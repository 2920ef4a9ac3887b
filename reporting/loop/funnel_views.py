"""The page at /loop/funnel/."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from smarketing.accounts.policy import needs

from . import asking, bought, cohorts, funnel, paces, spans, tabs
from .views import BY_NONE, address, by_choices, read


@needs("loop.view")
def page(request: HttpRequest) -> HttpResponse:
    """Funnel and time for a span of months, as cohorts or as a period, divided by a dimension or by none."""
    here = read(request)
    by = request.GET.get("by", "")
    by = by if by in asking.BY else ""
    of = "revenue" if request.GET.get("of") == "revenue" else "won"
    curve = request.GET.get("curve", "")
    curve = curve if curve in paces.NAMES else "come_won"
    asked = here.ask()
    year = spans.usual(spans.TRIANGLE, here.today, here.newest)
    kept = None if request.GET.get("live") else asking.published(year, spans.TRIANGLE, request.user)
    seen = kept or asking.Asking(year, spans.TRIANGLE, request.user, asked.cutoff)
    context = here.context(asked) | {
        "page": funnel.page(asked, by, curve) if here.newest else None,
        "cohorts": cohorts.cohorts(seen, of) if here.newest else None,
        "bought": bought.months(seen) if here.newest else None,
        "by": by,
        "by_choices": [(BY_NONE, not by), *by_choices(by)],
        "marks": paces.MARKS,
        "curve_links": [(name, address(request, curve=key), key == curve) for key, name in paces.NAMES.items()],
        "by_label": dict(one for one, _on in by_choices(by)).get(by, ""),
        "of_links": [("won", address(request, of="")), ("revenue", address(request, of="revenue"))],
        "tabs": tabs.shown("reporting:funnel"),
    }
    return render(request, "reporting/funnel.html", context)
