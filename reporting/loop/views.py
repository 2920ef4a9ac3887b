"""The overview at /loop/, and what it puts on the pages of campaigns and personas."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse

from smarketing.accounts.policy import needs
from smarketing.measures import engine, shown, words
from smarketing.rows import clock

from . import asking, blocks, spans


@needs("loop.view")
def loop(request: HttpRequest) -> HttpResponse:
    """The closed loop for a span of months, as cohorts or as a period; `live=1` counts now what is published."""
    view = request.GET.get("view", spans.COHORT)
    view = view if view in (spans.COHORT, spans.PERIOD) else spans.COHORT
    by = request.GET.get("by", "campaign")
    by = by if by in asking.BY else "campaign"
    today = clock.today()
    newest = spans.last_handoff()
    span = spans.asked(view, request.GET.get("first", ""), request.GET.get("last", ""), today, newest)
    kept = None if request.GET.get("live") else asking.published(span, view, request.user)
    asked = kept or asking.Asking(span, view, request.user)
    page = blocks.overview(asked, by)
    context = {
        "page": page,
        "span": span,
        "view": view,
        "by": by,
        "by_choices": _choices(by),
        "by_label": dict((key, label) for key, label, _on in _choices(by))[by],
        "cutoff": asked.cutoff,
        "published": kept is not None,
        "since": _since(asked, page) if kept else "",
        "mature_days": spans.MATURE,
        "mature_on": spans.mature_on(span.until) if spans.mature_on(span.until) > today else None,
        "newest": newest,
        "campaigns_url": _url("leads:campaigns"),
        "language_url": _url("personas:home"),
        "links": {
            "cohort": _address(request, view=spans.COHORT, first="", last=""),
            "period": _address(request, view=spans.PERIOD, first="", last=""),
            "live": _address(request, live="1"),
        },
    }
    return render(request, "reporting/loop.html", context)


def _choices(by: str) -> list[tuple[str, str, bool]]:
    offered = engine.dimensions(engine.registry.find("mql"))
    return [(name, words.dimension(name, offered), name == by) for name in asking.BY]


def _since(asked: asking.Asking, page: blocks.Overview) -> str:
    """What was handed over in these months after the published cut-off: "+3"; "" for nothing."""
    live = asking.Asking(asked.span, asked.view, asked.user).ask("handoffs")
    more = live.total.n - page.handed
    return f"{'+' if more > 0 else '−'}{shown.number(abs(more))}" if more else ""


def _address(request: HttpRequest, **changes: str) -> str:
    query = request.GET.copy()
    for name, value in changes.items():
        query[name] = value
    for name in [name for name in query if not query[name]]:
        query.pop(name)
    return f"?{query.urlencode()}"


def _url(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
