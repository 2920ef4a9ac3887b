"""Remembered mappings: looked at, mended, forgotten and remembered again. Views only translate; `importing.memory` acts."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_POST

from leads.intake.importing import mapping as mappings
from leads.intake.importing import memory, synonyms, targets
from leads.intake.importing.reasons import sentence
from leads.models import Import
from smarketing.accounts.policy import needs
from smarketing.rows.clock import now
from smarketing.web import exports, lists
from smarketing.web.tables import Column, Deed, Table

from .import_forms import TYPES, RememberedForm

NAMED = 4  # columns of a file by which its mapping is known again


def _page_of(one: Import) -> str:
    return reverse("leads:mapping", args=[one.pk])


def _columns(one: Import) -> str:
    """The first columns by name, and how many there are."""
    names = [header for header in one.report.get("headers", []) if header not in synonyms.OURS]
    rest = len(names) - NAMED
    said = ", ".join(name[:40] for name in names[:NAMED])
    return _("%(names)s and %(n)s more") % {"names": said, "n": rest} if rest > 0 else said


def _source(one: Import) -> str:
    said = memory.decided(one)
    mended = said if memory.is_mended(one, said) else one
    return mended.mapping.get("source", "") if mended else ""


def _state(one: Import) -> str:
    said = memory.decided(one)
    if memory.is_forgotten(one, said):
        return _("forgotten")
    return pgettext("mapping", "corrected") if memory.is_mended(one, said) else _("remembered")


COLUMNS = (
    Column("columns", gettext_lazy("Columns"), _columns, url=_page_of, head=True),
    Column("kind", gettext_lazy("Rows of"), lambda one: targets.LABELS.get(one.kind, one.kind), sort="kind"),
    Column("source", gettext_lazy("Source"), _source),
    Column("state", gettext_lazy("State"), _state),
    Column("file", gettext_lazy("Last file"), "filename", sort="filename"),
    Column("opened", gettext_lazy("Opened"), "created_at", sort="created_at", align="num"),
    Column("by", gettext_lazy("by"), lambda one: str(one.by or _("the command line"))),
)


@lists.listed("leads:mappings", gettext_lazy("Remembered mappings"))
@needs("leads.import")
def listing(request: HttpRequest) -> HttpResponseBase:
    empty: dict[str, Any] = {
        "title": _("Nothing remembered yet"),
        "text": _("How the columns of a file are read is remembered once it was tried, for the next file of these columns."),
        "url": reverse("leads:import_new"),
        "action": _("Import a file"),
    }  # fmt: skip
    rows = memory.last_ones().filter(pk__in=Import.objects.visible_to(request.user)).select_related("by")
    table = Table(
        COLUMNS, rows, request.GET, "-opened", caption=_("Remembered mappings"), empty=empty,
        exports=exports.Export("mappings", "lists.export", "import"),
        deeds=[Deed(_("Forget…"), reverse("leads:bulk_mapping_forget"), "x-circle"),
               Deed(_("Remember again…"), reverse("leads:bulk_mapping_remember"), "arrow-counterclockwise")],
    )  # fmt: skip
    return lists.answer(request, table, "leads/imports/remembered.html")


@needs("leads.import")
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """What each column becomes the next time; saved, the next file is read so."""
    one = _one(request, pk)
    said = memory.decided(one)
    if memory.is_mended(one, said):
        one.mapping = said.mapping  # shown and changed as it would be proposed; the import keeps its own
    form, problems = RememberedForm(one, request.POST or None), []
    if request.method == "POST" and form.options.is_valid():
        body = form.body()
        _found, wrong = mappings.read(one.kind, body, form.headers)
        problems = [sentence(problem.code, problem.params) for problem in wrong]
        if not problems:
            memory.mend(one=one, mapping=body, by=request.user, at=now())
            messages.success(request, _("The next file with these columns is read the same way."))
            return redirect("leads:mapping", pk)
    context = {
        "one": one, "kind": targets.LABELS.get(one.kind, one.kind), "form": form, "columns": form.rows(), "types": TYPES,
        "problems": problems, "said": said, "forgotten": memory.is_forgotten(one, said), "mended": memory.is_mended(one, said),
    }  # fmt: skip
    return render(request, "leads/imports/remembered_one.html", context)


@needs("leads.import")
@require_POST
def forget(request: HttpRequest, pk: int) -> HttpResponse:
    memory.forget(one=_one(request, pk), by=request.user, at=now())
    return redirect("leads:mapping", pk)


@needs("leads.import")
@require_POST
def remember(request: HttpRequest, pk: int) -> HttpResponse:
    memory.remember(one=_one(request, pk), by=request.user, at=now())
    return redirect("leads:mapping", pk)


def _one(request: HttpRequest, pk: int) -> Import:
    return get_object_or_404(memory.last_ones().filter(pk__in=Import.objects.visible_to(request.user)), pk=pk)
