"""The page of runs. Views only translate."""

from datetime import date

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from smarketing.accounts.policy import may, needs
from smarketing.rows import clock
from smarketing.web.once import once

from . import demo_clock, ledger, nightly
from .models import Run

PER_PAGE = 20


@needs("runs.view")
def run_list(request: HttpRequest) -> HttpResponse:
    """Runs, newest first; asked by itself again while one is under way."""
    page = Paginator(Run.objects.visible_to(request.user).newest(), PER_PAGE).get_page(request.GET.get("page"))
    shown = ledger.shown(page.object_list)
    context = {
        "page": page,
        "shown": shown,
        "under_way": any(one.run.state == "running" for one in shown),
        "processes": ledger.processes(),
        "undelivered": ledger.undelivered(),
        "may_start": may(request.user, "runs.start"),
        "today": clock.today(),
        "hour": nightly.AT,
        "zone": clock.zone().key,
    }
    return render(request, "jobs/_runs.html" if request.htmx else "jobs/runs.html", context)


@needs("runs.view")
def run_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One run: its steps, its quarantined chunks."""
    run = get_object_or_404(Run.objects.visible_to(request.user), pk=pk)
    context = {"one": ledger.shown([run])[0], "may_start": may(request.user, "runs.start")}
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
