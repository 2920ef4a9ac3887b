"""Pages of imports: upload, mapping, dry run, progress, result. Views only translate; `importing.service` acts."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from leads.intake.importing import mapping as mappings
from leads.intake.importing import memory, reports, service, staging, synonyms, targets
from leads.intake.importing import undo as undoing
from leads.intake.importing.context import OUTCOMES
from leads.intake.importing.deeds import MADE
from leads.intake.importing.reasons import DEEDS, ORDERS, sentence
from leads.models import Deal, Import
from smarketing.accounts.audit import record
from smarketing.accounts.models import User
from smarketing.accounts.policy import needs
from smarketing.rows.clock import now
from smarketing.web import pace
from smarketing.web.language import active_language

from .import_forms import ACCEPTED, TYPES, MappingForm, UploadForm

UNDONE_AT_ONCE = 2_000  # rows; an import of more is undone by the worker
AT_ONCE = 200_000  # bytes; a small file is worked off in the request, a larger one by the worker
KIND_WORDS = {
    "text": gettext_lazy("text"), "number": gettext_lazy("number"), "whole": gettext_lazy("number"),
    "money": gettext_lazy("money"), "date": gettext_lazy("date"), "when": gettext_lazy("date"),
    "bool": gettext_lazy("yes or no"), "person": gettext_lazy("person"), "email": gettext_lazy("e-mail"),
    "choice": gettext_lazy("choice"), "state": gettext_lazy("state"),
}  # fmt: skip


@needs("leads.import")
def new(request: HttpRequest) -> HttpResponse:
    like = Import.objects.visible_to(request.user).filter(pk=_number(request.GET.get("like"))).first()
    form = UploadForm(request.POST or None, request.FILES or None, initial={"kind": like.kind if like else ""})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        kind = data["kind"] or (like.kind if like else "")
        try:
            one = service.open_file(
                kind=kind, stream=data["file"], filename=data["file"].name, by=request.user, at=now(),
                history=bool(like and like.history), mapping=_like(like, kind),
            )  # fmt: skip
        except service.Refused as refusal:
            field = "kind" if refusal.code == "kind_unclear" else "file"
            form.add_error(field, sentence(refusal.code, refusal.params))
        else:
            if _is_told(one):
                _at_once(service.choose(one=one, mapping=one.mapping, history=one.history, by=request.user, at=now()))
            return redirect("leads:import", one.pk)
    return render(request, "leads/imports/new.html", {"form": form, "like": like, "accepted": ACCEPTED})


def _is_told(one: Import) -> bool:
    """Whether nothing is left to choose: all columns are read as an earlier file's were or, where none is like it, known.

    The check comes at once then; its page leads to the mapping as long as nothing is applied.
    """
    headers, columns = one.report["headers"], one.mapping.get("columns", {})
    _found, problems = mappings.read(one.kind, one.mapping, headers)
    if problems or len(one.report["found"].get("sheets", [])) > 1:
        return False
    if like := one.report.get("like"):
        return bool(like.get("same"))
    known = {header for header, to in columns.items() if isinstance(to, str) and not targets.is_custom(to)}
    known -= {header for header, to in columns.items() if to == targets.LEAVE_OUT}
    return known >= set(headers) - set(synonyms.OURS)


@needs("leads.import")
@never_cache
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of one import in the state it is in."""
    one = get_object_or_404(Import.objects.visible_to(request.user).select_related("by"), pk=pk)
    if one.state in service.OPEN:
        return render(request, "leads/imports/progress.html", _page(one) | _progress(one))
    mapping = one.state == "new" or (
        one.state in ("checked", "failed") and "line" not in one.report and "mapping" in request.GET
    )
    if (mapping or (one.state == "failed" and not one.report.get("fault"))) and staging.path_of(one).exists():
        form = MappingForm(one)
        return _mapping_page(request, one, form, reports.problems(one) or _unreadable(one, form))
    report = reports.report(one)
    for column in report["columns"]:
        words = targets.label_of(one.kind, column["target"], active_language())
        column |= {"words": words, "kind_words": KIND_WORDS.get(column["type"], "")}
        column |= {end: _shown(column["type"], column[end]) for end in ("min", "max")}
    counts = report["done"] or (staged_counts(one) if "line" in one.report else report["expected"]) or {}
    may_undo = service.may_undo(one)
    context = {
        "may_undo": may_undo,
        "may_drop": service.may_drop(one),
        "hindrances": _hindrances(one) if may_undo else [],
        "half": one.report.get("undo"),
        "is_list": one.kind in undoing.LISTS and one.state in ("done", "stopped", "failed") and "line" in one.report,
        "report": report,
        "repairs": [(targets.label_of(one.kind, name), *rest) for name, *rest in one.report.get("repairs", [])],
        "told_dates": ORDERS.get(one.mapping.get("dates", "")) if one.report.get("dates") else "",
        "figures": _tiles(counts, bool(report["done"] or "line" in one.report)),
        "counts": counts,
    }
    return render(request, "leads/imports/result.html", _page(one) | context)


@needs("leads.import")
@require_POST
def choose(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the mapping and check the file; or read it again with another encoding or separator."""
    one = get_object_or_404(Import.objects.visible_to(request.user), pk=pk)
    if one.state in service.OPEN:
        return redirect("leads:import", pk)
    if (kind := request.POST.get("kind", one.kind)) != one.kind:
        return _other_kind(request, one, kind)
    form = MappingForm(one, request.POST)
    if "reread" in request.POST or not form.options.is_valid():
        return _mapping_page(request, one, form, [])
    body = form.body()
    _found, problems = mappings.read(one.kind, body, form.headers)
    if problems:
        return _mapping_page(request, one, form, [sentence(p.code, p.params) for p in problems])
    try:
        one = service.choose(
            one=one, mapping=body, history=form.options.cleaned_data["history"], by=request.user, at=now()
        )
    except service.Refused as refusal:
        messages.error(request, sentence(refusal.code, refusal.params))
    else:
        _at_once(one)
    return redirect("leads:import", pk)


@needs("leads.import")
@require_POST
def apply(request: HttpRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(Import.objects.visible_to(request.user), pk=pk)
    try:
        _at_once(service.start(one=one, by=request.user, at=now()))
    except service.Refused as refusal:
        if one.state not in ("running", "done"):
            messages.error(request, sentence(refusal.code, refusal.params))
    return redirect("leads:import", pk)


@needs("leads.import")
@require_POST
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(Import.objects.visible_to(request.user), pk=pk)
    service.stop(one=one, by=request.user, at=now())
    return redirect("leads:import", pk)


@needs("leads.import")
@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take everything back that the import wrote; where people have worked since, the page lists them."""
    one = get_object_or_404(Import.objects.visible_to(request.user), pk=pk)
    try:
        one = service.ask_undo(one=one, by=request.user, at=now())
    except service.Refused as refusal:
        messages.error(request, sentence(refusal.code, refusal.params))
        return redirect("leads:import", pk)
    if one.report.get("rows", 0) <= UNDONE_AT_ONCE and service.work(one, now).report.get("hindered"):
        messages.error(request, sentence("worked_on", {}))
    return redirect("leads:import", pk)


@needs("leads.import")
@require_GET
@never_cache
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The bar, asked again by the page; when the work is over the page reads itself anew."""
    one = get_object_or_404(Import.objects.visible_to(request.user), pk=pk)
    answer = render(request, "leads/imports/bar.html", _page(one) | _progress(one))
    if one.state not in service.OPEN:
        answer["HX-Refresh"] = "true"
    return answer


@needs("leads.import")
@require_GET
def rejected(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """The rejected rows as CSV, to be mended and uploaded again. They hold what the file said of people."""
    one = get_object_or_404(Import.objects.visible_to(request.user), pk=pk)
    with transaction.atomic():
        record(request.user, "imports.export", "import", one.pk, now(), part="rejected", format="csv")
    answer = StreamingHttpResponse(reports.rejected_file(one), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="rejected-{one.pk}.csv"'
    return answer


@needs("leads.import")
@require_GET
def mapping(request: HttpRequest, pk: int) -> JsonResponse:
    """The mapping as JSON, for `manage.py import_csv`."""
    one = get_object_or_404(Import.objects.visible_to(request.user), pk=pk)
    answer = JsonResponse(one.mapping, json_dumps_params={"ensure_ascii": False, "indent": 2})
    answer["Content-Disposition"] = f'attachment; filename="mapping-{one.kind}-{one.pk}.json"'
    return answer


def _hindrances(one: Import) -> list[tuple[str, str, Any, str, datetime]]:
    """(what was worked on, its page, what was done, by whom, when) of everything that stood in the way of undoing."""
    found = undoing.hindered(one)
    things = {
        name: model._default_manager.in_bulk({deed.subject_id for deed in found if deed.subject == name})
        for name, model in MADE.items()
    }
    people = User.objects.in_bulk({deed.by for deed in found if deed.by})
    files = Import.objects.in_bulk({deed.file for deed in found if deed.file})
    return [
        (
            _name(things[deed.subject].get(deed.subject_id)), reverse(f"leads:{deed.subject}", args=[deed.subject_id]), DEEDS[deed.what],
            str(files.get(deed.file) or people.get(deed.by) or ""), deed.at,
        )
        for deed in found
    ]  # fmt: skip


def _name(thing: Model | None) -> str:
    return thing.title or thing.key if isinstance(thing, Deal) else str(thing or "")


def _other_kind(request: HttpRequest, one: Import, kind: str) -> HttpResponse:
    try:
        service.change_kind(one=one, kind=kind, by=request.user, at=now())
    except service.Refused as refusal:
        messages.error(request, sentence(refusal.code, refusal.params))
    return redirect("leads:import", one.pk)


def _mapping_page(request: HttpRequest, one: Import, form: MappingForm, problems: list[str]) -> HttpResponse:
    rows = form.rows()
    context = {"form": form, "columns": rows, "types": TYPES, "problems": problems, "found": one.report["found"]}
    context["recognised"] = sum(row.recognised for row in rows)
    context["kinds"] = targets.LABELS.items()
    told = one.report.get("like") or {}
    context["like"] = Import.objects.filter(pk=told.get("pk")).first() if told else None
    return render(request, "leads/imports/mapping.html", _page(one) | context)


def _unreadable(one: Import, form: MappingForm) -> list[str]:
    """What no mapping can mend: said before anything is chosen."""
    _found, problems = mappings.read(one.kind, {"columns": {}}, form.headers)
    return [sentence(p.code, p.params) for p in problems if p.code == "header_twice"]


def _page(one: Import) -> dict[str, Any]:
    return {"one": one, "kind": targets.LABELS.get(one.kind, one.kind)}


def _like(like: Import | None, kind: str) -> dict[str, Any] | None:
    """The mapping of an earlier import, for a file of the same columns; its format is told anew."""
    if like is None or like.kind != kind:
        return None
    return {name: value for name, value in like.mapping.items() if name in memory.KEPT}


def _at_once(one: Import) -> None:
    if staging.path_of(one).stat().st_size <= AT_ONCE:
        service.work(one, now)


def staged_counts(one: Import) -> dict[str, int]:
    counts = staging.counts(one)
    return {name: counts.get(name, 0) for name in OUTCOMES} | ({"waiting": counts[""]} if counts.get("") else {})


def _tiles(counts: dict[str, int], done: bool) -> list[tuple[str, int]]:
    words = {
        "created": _("created") if done else _("to be created"),
        "updated": _("updated") if done else _("to be updated"),
        "unchanged": _("unchanged"),
        "rejected": _("rejected"),
        "waiting": _("still to be done"),
    }
    return [(words[name], counts[name]) for name in words if name in counts]


def _progress(one: Import) -> dict[str, Any]:
    """How far it is: rows done, rows in all, rows a second, seconds left."""
    kept = one.report
    running, undo = one.state == "running", one.report.get("undo")
    settled = kept.get("settled", (kept.get("expected") or {}).get("rejected", 0))  # by the check
    total = kept.get("rows", 0) - (settled if running else 0)
    reached = kept.get("applied" if running else "checked", 0)
    since = kept.get("since")
    seconds = max((now() - datetime.fromisoformat(since)).total_seconds(), 0.1) if since else 0
    if one.state == "undoing":
        reached, total = (undo["done"], undo["total"]) if undo else (0, 0)
    return pace.of(reached, total, seconds, kept.get("base", 0) if one.state != "checking" else 0)


def _shown(type: str, text: str | None) -> str:
    """An end of a column's range as people of this language write it."""
    if text is None:
        return "–"
    if type in ("number", "whole", "money"):
        return formats.number_format(Decimal(text), 2 if type == "money" else None, force_grouping=True)
    moment = datetime.fromisoformat(text)
    if len(text) == 10:
        return formats.date_format(moment, "SHORT_DATE_FORMAT")
    seconds = f":{moment.second:02}" if moment.second else ""
    return formats.date_format(moment, "SHORT_DATETIME_FORMAT") + seconds


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 18 else 0
