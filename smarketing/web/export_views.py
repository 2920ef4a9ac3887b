"""Pages of large files: how far one is, and the file. Views only translate."""

from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from smarketing.accounts.policy import needs
from smarketing.rows import clock

from . import export_files, exports, filters, lists, pace, steps
from .models import ExportFile
from .once import once
from .tables import Column, Deed, Table

STATES = {
    "waiting": _("waits for the worker"),
    "running": _("being written"),
    "done": _("ready"),
    "failed": _("not written"),
    "stopped": _("stopped"),
    "gone": _("no longer kept"),
}


class FileFilters(filters.Filters):
    state = filters.choice(_("State"), [(key, label) for key, label in STATES.items() if key != "gone"])
    asks = {"state": "state"}


@lists.listed("exports", _("Large files"))
@needs("exports.fetch")
@never_cache
def index(request: HttpRequest) -> HttpResponseBase:
    """One's own large files, newest first."""
    at, form = clock.now(), FileFilters(request.GET)
    columns = (
        Column("list", _("List"), "title", sort="title", head=True, url=lambda one: reverse("export", args=[one.pk])),
        Column("format", _("Format"), lambda one: exports.FORMATS[one.format][0], sort="format"),
        Column("state", _("State"), lambda one: str(STATES[_state(one, at)])),
        Column("rows", _("Rows"), "written", sort="written", align="num"),
        Column("asked", _("Asked for"), "asked_at", sort="asked_at", align="nowrap"),
        Column("ended", _("Ended"), "ended_at", sort="ended_at", align="nowrap", extra=True),
    )
    table = Table(
        columns, form.rows(ExportFile.objects.visible_to(request.user)), request.GET, "-asked", form=form,
        caption=gettext("Large files"), exports=exports.Export("files", "lists.export", "file"),
        deeds=[Deed(gettext("Stop…"), reverse("exports_stop"), "stop-fill"),
               Deed(gettext("Write again…"), reverse("exports_again"), "arrow-repeat")],
        empty={"title": gettext("No large file."), "text": gettext("Export a long list: its file is written here."),
               **steps.first(request.user, ("leads.export", "leads:list", gettext("See the leads")),
                             ("campaigns.view", "leads:campaigns", gettext("See the campaigns")))},
    )  # fmt: skip
    return lists.answer(request, table, "web/exports.html")


@needs("exports.fetch")
@never_cache
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """One file in the state it is in."""
    one = get_object_or_404(ExportFile.objects.visible_to(request.user), pk=pk)
    context = _page(one) | {
        "why": export_files.WHY.get(one.error, ""),
        "until": one.ended_at and one.ended_at + export_files.KEPT,
        "allowed": export_files.may_still(one, request.user),
    }
    return render(request, "web/export_file.html", context)


@needs("exports.fetch")
@require_GET
@never_cache
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The bar, asked again by the page; when the work is over the page reads itself anew."""
    one = get_object_or_404(ExportFile.objects.visible_to(request.user), pk=pk)
    answer = render(request, "web/export_bar.html", _page(one))
    if one.state not in ("waiting", "running"):
        answer["HX-Refresh"] = "true"
    return answer


@needs("exports.fetch")
@require_GET
def fetch(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file itself."""
    one = get_object_or_404(ExportFile.objects.visible_to(request.user), pk=pk)
    path = export_files.fetch(one=one, by=request.user, at=clock.now())
    answer = FileResponse(
        path.open("rb"), as_attachment=True, filename=exports.file_name(one.name, one.format, one.ended_at),
        content_type=exports.FORMATS[one.format][1],
    )  # fmt: skip
    answer["Cache-Control"] = "no-store"
    return answer


@needs("exports.fetch")
@require_POST
@once
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(ExportFile.objects.visible_to(request.user), pk=pk)
    export_files.stop(one=one, by=request.user, at=clock.now())
    return redirect("export", pk)


@needs("exports.fetch")
@require_POST
@once
def again(request: HttpRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(ExportFile.objects.visible_to(request.user), pk=pk)
    export_files.ask_again(one=one, by=request.user, at=clock.now())
    return redirect("export", pk)


def _page(one: ExportFile) -> dict[str, Any]:
    at = clock.now()
    seconds = (at - one.begun_at).total_seconds() if one.begun_at and one.total else 0
    label = exports.FORMATS[one.format][0]
    return {"one": one, "state": _state(one, at), "format": label} | pace.of(one.written, one.total or 0, seconds)


def _state(one: ExportFile, at) -> str:
    return "gone" if one.state == "done" and not export_files.is_kept(one, at) else one.state
