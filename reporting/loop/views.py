"""The overview at /loop/, and what every page of the loop reads from its address."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from reporting.credit import reckoned
from smarketing.accounts.policy import may, needs
from smarketing.measures import engine, words
from smarketing.rows import clock, kept

from . import asking, blocks, came, quality, spans, tables, tabs

BY_NONE = ("", _("nothing"))
BLANK = "~"  # how an address calls the group without a value


@dataclass(frozen=True)
class Here:
    """What the address asks for: cohort or period, months."""

    request: HttpRequest
    view: str
    span: spans.Span
    today: date
    newest: date | None

    def ask(self, asks: Sequence[asking.Asked]) -> asking.Asking:
        """The published figures of these months where there are any, else live. `asks`: what the page shows, counted in few passes."""
        found = None
        if not self.request.GET.get("live"):
            found = asking.published(self.span, self.view, self.request.user, [by for _key, by in asks])
        found = found or asking.Asking(self.span, self.view, self.request.user)
        found.together(asks)
        return found

    def only(self, by: str) -> dict[str, tuple[str, ...]]:
        """The one group that the address asks for (`only`), of a dimension; none for months, which are chosen otherwise. 404 for the
        figures of another rep."""
        if by in ("", "month") or "only" not in self.request.GET:
            return {}
        said = self.request.GET["only"]
        where: dict[str, tuple[str, ...]] = {by: ("" if said == BLANK else said,)}
        asked = engine.ask(
            "handoffs", first=self.span.first, until=self.span.until, where=where, user=self.request.user
        )
        try:
            engine.refuse_foreign(engine.resolve(asked), asked)
        except engine.Refusal:
            raise Http404 from None
        return where

    def context(self, asked: asking.Asking) -> dict[str, Any]:
        """What the filters and the head of the page show. Call it first: asking sets the page's cut-off."""
        asked.cutoff = asked.cutoff or engine.ask("mql", first=self.span.first, until=self.span.until).cutoff
        return {
            "span": self.span,
            "view": self.view,
            "cutoff": asked.cutoff,
            "published": bool(asked.kept),
            "since": came.said(asked.cutoff, self.span, self.view, asked.user) if asked.kept else [],
            "mature_days": spans.MATURE,
            **_young(asked),
            "newest": self.newest,
            "language_url": url("personas:home"),
            "links": {
                "cohort": address(self.request, view=spans.COHORT, first="", last=""),
                "period": address(self.request, view=spans.PERIOD, first="", last=""),
                "live": address(self.request, live="1"),
            },
        }


def read(request: HttpRequest, recent: bool = False) -> Here:
    """The view and the months of an address; where it names none the usual ones, or with `recent` a year up to now."""
    view = request.GET.get("view", spans.COHORT)
    view = view if view in (spans.COHORT, spans.PERIOD) else spans.COHORT
    today, newest = clock.today(), spans.last_handoff()
    usual = spans.TRIANGLE if recent else view
    span = spans.asked(usual, request.GET.get("first", ""), request.GET.get("last", ""), today, newest)
    return Here(request, view, span, today, newest)


def _young(asked: asking.Asking) -> dict[str, Any]:
    """That the cohorts are not mature: when all of them will be (`mature_on`), and where none is, when the first one (`earliest`)."""
    if not asked.young():
        return {"mature_on": None}
    first = spans.first_handoff(asked.span.first, asked.span.until)
    none = first is not None and asked.young(spans.month(first, 1))
    return {
        "mature_on": spans.mature_on(asked.span.until),
        "earliest": spans.mature_on(spans.month(first, 1)) if first and none else None,
    }


@needs("loop.view")
@kept.all_once
def loop(request: HttpRequest) -> HttpResponse:
    """The closed loop for a span of months, as cohorts or as a period; `live=1` counts now what is published."""
    here = read(request)
    by = request.GET.get("by", "campaign")
    by = by if by in asking.BY else "campaign"
    with reckoned.kept():
        asked = here.ask(blocks.asks(by))
        context = here.context(asked)
        page = blocks.overview(asked, by)
    if page.table and page.table.money and by == "campaign" and may(request.user, "campaigns.edit"):
        page.table = tables.with_costs(page.table)
    context |= {
        "page": page,
        "cost_day": min(here.today, here.span.until - timedelta(days=1)),
        "here_live": request.path + address(request, live="1"),
        "by": by,
        "by_choices": by_choices(by),
        "by_label": dict(one for one, _on in by_choices(by))[by],
        "curve_heads": [label for _key, label in quality.CURVE],
        "campaigns_url": url("leads:campaigns"),
        "tabs": tabs.shown("reporting:loop"),
    }
    return render(request, "reporting/loop.html", context)


def by_choices(by: str) -> list[tuple[tuple[str, str], bool]]:
    offered = engine.dimensions(engine.registry.find("mql"))
    return [((name, words.dimension(name, offered)), name == by) for name in asking.BY]


def address(request: HttpRequest, **changes: str) -> str:
    """The same page asked otherwise; an empty word is left out."""
    query = request.GET.copy()
    for name, value in changes.items():
        query[name] = value
    for name in [name for name in query if not query[name]]:
        query.pop(name)
    return f"?{query.urlencode()}"


def url(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
