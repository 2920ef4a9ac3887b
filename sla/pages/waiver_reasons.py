"""Settings: why promises may be let go. Views only translate."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from leads.handoffs.arranged import ReasonError
from leads.pages import arranging
from smarketing.accounts.policy import needs
from smarketing.accounts.sections import Section
from smarketing.accounts.sections import register as add
from smarketing.web.once import once

from .. import waiver_reasons as service


def register() -> None:
    why = gettext_lazy("Why one side may ask the other to let a promise go on a lead: words and order.")
    add(
        Section("waiver_reasons", gettext_lazy("Reasons of waivers"), why, "sla:waiver_reasons", "settings.reasons", 27)
    )


@needs("settings.reasons")
@once
def listing(request: HttpRequest, code: str = "") -> HttpResponseBase:
    """Every reason in its order, and a form that adds one or changes the one opened."""
    known = service.known()
    if code and code not in known:
        raise Http404
    opened = known.get(code)
    form = arranging.WordsForm(request.POST if request.method == "POST" else None, opened)
    if request.method == "POST" and form.is_valid() and arranging.written(request, form, service, ReasonError, code):
        return redirect("sla:waiver_reasons")
    counts = service.used()
    rows = [(one, counts.get(one.code, 0), one.own and one.code not in counts) for one in known.values()]
    if (
        file := arranging.saved(
            request, "waiver_reasons", "waiverreason", _("Reasons of waivers"), _head(), _lines(rows)
        )
    ) is not None:
        return file
    context = {"rows": rows, "form": form, "opened": opened, "offers": arranging.offers()}
    return render(request, "sla/waiver_reasons.html", context, status=422 if form.errors else 200)


def _head() -> list[str]:
    return [_("Reason"), _("Code"), _("Used"), _("State")]


def _lines(rows: list) -> list[list[Any]]:
    return [[one.label, one.code, used, _("retired") if one.retired else _("in use")] for one, used, _fresh in rows]


DEEDS = arranging.ordered(service)


@needs("settings.reasons")
@require_POST
@once
def do(request: HttpRequest, code: str) -> HttpResponse:
    """Move, retire, offer again or delete: whichever button was pressed."""
    if code not in service.known():
        raise Http404
    return arranging.do(request, DEEDS, ReasonError, reverse("sla:waiver_reasons") + f"#{code}", code=code)
