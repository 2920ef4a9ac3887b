"""Pages of attribution: the board, one deal's way, the versions of the settings."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from leads.models import Deal, Lead
from reporting.attribution.journeys import MILESTONES
from reporting.loop import came, spans, tabs
from sla.terms import next_month
from smarketing.accounts.policy import may, needs
from smarketing.measures import numbers, shown
from smarketing.rows import clock, fence, kept
from smarketing.web import exports
from smarketing.web.once import once

from . import ahead, board, edition, journey, labels, reckoned, settings
from .forms import SettingsForm
from .labels import VERDICTS

WON, COHORT = "won", "handed"


@dataclass(frozen=True)
class Shown:
    """What an address asks for."""

    span: board.Span
    months: spans.Span


def asked(request: HttpRequest) -> Shown:
    """The span of an address: the six last months that are over, by the day of winning, where nothing is asked; as published,
    unless `live`."""
    dated = request.GET.get("dated", WON)
    dated = dated if dated in (WON, COHORT) else WON
    view = spans.PERIOD if dated == WON else spans.COHORT
    today = clock.today()
    months = spans.asked(view, request.GET.get("first", ""), request.GET.get("last", ""), today, spans.last_handoff())
    span = None if request.GET.get("live") else edition.published(months, dated, request.user)
    return Shown(span or board.Span(months.first, months.until, dated, fence.cutoff(), request.user), months)


@needs("loop.view")
@kept.all_once
def attribution(request: HttpRequest) -> HttpResponseBase:
    """Campaigns × models; `export` saves the table."""
    said = asked(request)
    with reckoned.kept():
        page = board.board(said.span)
        if exports.asked(request) and may(request.user, "leads.export"):
            return _export(request, page)
        rows, whole = board.origin_rows(said.span)
        odd = board.oddities(said.span)
    said_ahead = ahead.of(said.span.first, said.span.until, said.span.cutoff, request.user)
    context = {
        "tabs": tabs.shown("reporting:attribution"), "page": page, "ahead": said_ahead, "span": said.span, "since": _since(said), "months": said.months, "lines": [_told(line, page) for line in page.lines],
        "heads": [(key, labels.model(key), labels.MODELS[key][1], key == page.settings.model, key in said_ahead.named) for key in page.models],
        "chosen": labels.MODELS[page.settings.model], "origins": rows, "whole": whole, "odd": odd,
        "may_edit": may(request.user, "attribution.edit"),
        "export_offers": exports.offers(lambda **more: _address(request, **more)) if may(request.user, "leads.export") else [],
        "links": {"won": _address(request, dated=WON), "handed": _address(request, dated=COHORT), "live": _address(request, live="1")},
    }  # fmt: skip
    return render(request, "reporting/attribution.html", context)


def _since(said: Shown) -> list[str]:
    """What came since the published cut-off, in words; nothing where all is counted now."""
    view = spans.PERIOD if said.span.dated == WON else spans.COHORT
    return came.said(said.span.cutoff, said.months, view, said.span.user) if said.span.kept else []


@dataclass(frozen=True)
class Told:
    line: board.Line
    cells: list
    returned: str
    verdict: Any
    sign: int
    words: Any


def _told(line: board.Line, page: board.Board) -> Told:
    verdict = VERDICTS[line.verdict.key, line.verdict.sign]
    back = shown.figure(line.returned, numbers.RATIO, 0)
    return Told(
        line,
        [(line.cells[key], key == page.settings.model) for key in page.models],
        back,
        verdict[0],
        line.verdict.sign,
        verdict[1],
    )


def _address(request: HttpRequest, **changes: str) -> str:
    query = request.GET.copy()
    for name, value in changes.items():
        query[name] = value
    return f"?{query.urlencode()}"


def _export(request: HttpRequest, page: board.Board) -> HttpResponseBase:
    head = [
        _("campaign"),
        _("key"),
        _("cost"),
        *(labels.model(key) for key in page.models),
        _("return"),
        _("all models"),
    ]
    body = (
        [line.name or _("(no campaign)"), line.key, _cents(line.cost), *(_cents(line.credits[key]) for key in page.models),
         None if line.returned is None else numbers.rounded(line.returned, 6), str(VERDICTS[line.verdict.key, line.verdict.sign][0])]
        for line in page.lines
    )  # fmt: skip
    export = exports.Export("attribution", "leads.export", "attribution")
    return exports.save(
        request, export, _("Attribution"), head, body, lambda limit: len(page.lines), address=f"?{request.GET.urlencode()}",
        version=page.settings.number,
    )  # fmt: skip


def _cents(value) -> Any:
    return numbers.rounded(value, 2)


@needs("deals.view")
def way(request: HttpRequest, pk: int) -> HttpResponse:
    """A deal's way: every touch of its contacts and what each model credits to it."""
    deal = get_object_or_404(Deal.objects.visible_to(request.user).standing().distinct(), pk=pk)
    personal = may(request.user, "leads.personal")
    told = journey.told(deal, fence.cutoff())
    if told is None:
        raise Http404
    people = Lead.objects.visible_to(request.user).in_bulk(told.way.contacts) if personal else {}
    amount = None if told.way.cents is None else numbers.rounded(told.way.cents, 0).scaleb(-2)
    context = {
        "deal": deal, "told": told, "personal": personal, "amount": shown.figure(amount, numbers.MONEY),
        "heads": [(labels.model(key), labels.MODELS[key][1], key in told.fallbacks, key == told.settings.model) for key in told.models],
        "rows": [(row, people.get(row.who), [shown.figure(numbers.rounded(cents, 0).scaleb(-2), numbers.MONEY) for cents in row.credits or []]) for row in told.rows],
        "origins": [(label, words, key in told.origins) for key, (label, words) in labels.ORIGINS.items()],
        "counted": sum(row.credits is not None for row in told.rows),
    }  # fmt: skip
    return render(request, "reporting/journey.html", context)


@needs("loop.view")
@once
def versions(request: HttpRequest) -> HttpResponse:
    """The versions of the settings; a manager adopts another one."""
    every, edit = settings.versions(), may(request.user, "attribution.edit")
    newest = every[0]
    today = clock.today()
    begins = next_month(today)
    form = SettingsForm.of(newest, begins, request.POST or None)
    if request.method == "POST":
        if not edit:
            raise Http404
        if form.is_valid() and _adopted(form, request):
            messages.success(request, _("Adopted: it holds from the month you chose on."))
            return redirect("reporting:attribution_settings")
    context = {
        "versions": [
            (one, labels.model(one.model), [labels.model(key) for key in one.enabled], _margin(one.margin), *_weights(form, one)) for one in every
        ],
        "form": form, "may_edit": edit, "now": settings.of_day(today, clock.now()), "models": labels.MODELS.items(),
    }  # fmt: skip
    return render(
        request, "reporting/attribution_settings.html", context, status=422 if request.method == "POST" else 200
    )


def _adopted(form: SettingsForm, request: HttpRequest) -> bool:
    try:
        settings.adopt(
            wanted=form.wanted(),
            effective_on=form.month(),
            by=request.user,
            at=clock.now(),
            seen=form.cleaned_data["seen"],
        )
    except settings.SettingsError as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return False
    return True


def _weights(form: SettingsForm, one: settings.Settings) -> tuple[list[str], str]:
    """The own weights of a version, thousandths by the words of the form, and whom what is left goes to."""
    shares = {**{name: one.custom.anchors.get(name, 0) for name in MILESTONES}, "rest": one.custom.rest}
    said = [f"{form.fields[name].label} {shown.number(n)}" for name, n in shares.items() if n]
    return said, str(dict(form.fields["scope"].choices)[one.custom.scope])


def _margin(margin: Decimal) -> str:
    """A margin in percent, with two places where it has any."""
    return shown.percent(Fraction(margin), 0 if margin * 100 % 1 == 0 else 2)
