"""The list of imports."""

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html, strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.intake.importing import targets
from leads.models import Import
from smarketing.accounts.policy import needs
from smarketing.web import exports, lists
from smarketing.web.tables import Column, Deed, Table

from .register_filters import ImportFilters


def _page_of(one: Import) -> str:
    return reverse("leads:import", args=[one.pk])


def _state(one: Import) -> str:
    return render_to_string("leads/imports/state.html", {"one": one})


def _file(name: str, one: Import) -> str:
    if not one.history:
        return name
    return format_html('{} <span class="badge import-history">{}</span>', name, _("declared history"))


def _rows(outcome: str):
    def figure(one: Import) -> int | None:
        return (one.report.get("done") or one.report.get("expected") or {}).get(outcome)

    return figure


COLUMNS = (
    Column("file", gettext_lazy("File"), "filename", sort="filename", url=_page_of, head=True, show=_file),
    Column("kind", gettext_lazy("Rows of"), lambda one: targets.LABELS.get(one.kind, one.kind), sort="kind"),
    Column(
        "state", gettext_lazy("State"), lambda one: strip_tags(_state(one)).strip(), show=lambda _text, one: _state(one)
    ),
    Column("rows", gettext_lazy("Rows"), lambda one: one.report.get("rows"), align="num"),
    Column("created", gettext_lazy("created"), _rows("created"), align="num"),
    Column("updated", gettext_lazy("updated"), _rows("updated"), align="num"),
    Column("unchanged", gettext_lazy("unchanged"), _rows("unchanged"), align="num"),
    Column("rejected", gettext_lazy("rejected"), _rows("rejected"), align="num"),
    Column("opened", gettext_lazy("Opened"), "created_at", sort="created_at", align="num"),
    Column("by", gettext_lazy("by"), lambda one: str(one.by or _("the command line"))),
)


@lists.listed("leads:imports", gettext_lazy("Imports"))
@needs("leads.import")
def listing(request: HttpRequest) -> HttpResponseBase:
    empty: dict[str, Any] = {
        "title": _("Nothing imported yet"),
        "text": _("Begin with the leads you have: a CSV from your CRM or spreadsheet will do, its columns are recognised."),
        "url": reverse("leads:import_new"),
        "action": _("Import a file"),
    }  # fmt: skip
    form = ImportFilters(request.GET)
    table = Table(
        COLUMNS,
        form.rows(Import.objects.visible_to(request.user).select_related("by").defer("mapping")),
        request.GET,
        "-opened",
        form=form,
        exports=exports.Export("imports", "imports.export", "import"),
        deeds=[
            Deed(_("Stop…"), reverse("leads:bulk_import_stop"), "stop-fill"),
            Deed(_("Undo…"), reverse("leads:bulk_import_undo"), "arrow-counterclockwise"),
            Deed(_("Drop…"), reverse("leads:bulk_import_drop"), "trash"),
        ],
        caption=_("Imports"),
        empty=empty,
    )
    return lists.answer(request, table, "leads/imports/list.html")
