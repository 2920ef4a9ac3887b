"""The page of runs. Views only translate."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from smarketing.accounts.policy import may, needs
from smarketing.rows import clock
from smarketing.web import exports, lists, steps
from smarketing.web.once import once
from smarketing.web.tables import Deed, Table

from . import demo_clock, ledger, listing, nightly
from .models import Run

PER_PAGE = 20


@lists.listed("jobs:runs", gettext_lazy("Runs"))
@needs("runs.view")
def run_list(request: HttpRequest) -> HttpResponseBase:
    """Runs, newest first; asked by itself again while one is under way."""
    visible, may_start = Run.objects.visible_to(request.user), may(request.user, "runs.start")
    form = listing.RunFilters(request.GET)
    text = _("The first one begins by itself in the coming night.")
    if may_start:
        text = _("The first one begins by itself; with “Run now” you need not wait for it.")
    empty: dict[str, Any] = {"title": _("No night has run yet"), "text": text}
    empty |= steps.first(
        request.user,
        ("runs.start", "#run-day", _("Choose the night")),
        ("leads.import", "leads:imports", _("See the imports")),
    )
    table = Table(
        listing.columns(), form.rows(visible), request.GET, "-number", form=form, per_page=PER_PAGE,
        caption=_("Runs"), exports=exports.Export("runs", "runs.export", "run"), empty=empty,
        deeds=[Deed(_("Try again…"), reverse("jobs:bulk_again"), "arrow-repeat")] if may_start else (),
    )  # fmt: skip
    context = {
        "under_way": visible.filter(state="running").exists(),
        "processes": ledger.processes(),
        "undelivered": ledger.undelivered(),
        "may_start": may_start,
        "today": clock.today(),
        "hour": nightly.AT,
        "zone": clock.zone().key,
    }
    return lists.answer(request, table, "jobs/_runs.html" if request.htmx else "jobs/runs.html", context)


@needs("runs.view")
def run_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One run: its steps, its quarantined chunks."""
    run = get_object_or_404(Run.objects.visible_to(request.user), pk=pk)
    context = {"one": ledger.shown([run])[0], "may_start": may(request.user, "runs.start"),
               "reason": listing.last_line(run.error)}  # fmt: skip
    return render(request, "jobs/_run.html" if request.htmx else "jobs/run.html", context)


@needs("runs.start")
@require_POST
@once
def start(request: HttpRequest) -> HttpResponse:
    """Ask for the night of a day."""
    try:
        day = date.fromisoformat(request.POST.get("day", ""))
    except ValueError:
        day = None
    if day is None or day > clock.today():
        messages.error(request, _("Choose today or an earlier day."))
        return redirect("jobs:runs")
    run = nightly.ask(by=request.user, at=clock.now(), day=day)
    messages.success(request, _("The run is asked for: it begins within seconds."))
    return redirect("jobs:run", run.pk)


@needs("runs.start")
@require_POST
@once
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Give quarantined chunks another try."""
    run = get_object_or_404(Run.objects.visible_to(request.user), pk=pk)
    nightly.ask_again(run=run, by=request.user, at=clock.now())
    messages.success(request, _("Tried again within seconds."))
    return redirect("jobs:run", run.pk)


@needs("demo.clock")
@require_safe
def clock_way(request: HttpRequest) -> HttpResponse:
    """How far the demo's clock has come; once it has arrived the page is read again. A live company answers 404."""
    if demo_clock.offset() is None:
        raise Http404
    if demo_clock.on_its_way() is None:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return render(request, "jobs/demo_clock.html", {"now": clock.now(), "move": demo_clock.last()})


@needs("demo.clock")
@require_POST
def move_clock(request: HttpRequest) -> HttpResponse:
    """Move the demo company's clock on. A live company answers 404."""
    if demo_clock.offset() is None:
        raise Http404
    by = request.user if request.user.is_authenticated else None
    try:
        demo_clock.move(step=request.POST.get("step", ""), by=by, at=clock.now())
    except demo_clock.CannotMove as problem:
        messages.error(request, str(problem))
    here = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(here, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return redirect(here if safe else "home")
