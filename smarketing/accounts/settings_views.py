"""Settings: company, tokens and keys, audit log. Views only translate."""

from dataclasses import replace
from datetime import datetime, time, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from smarketing.rows import clock
from smarketing.rows.models import Installation
from smarketing.web import exports, lists
from smarketing.web.once import once
from smarketing.web.tables import BLANK, Column, Table

from . import company as own
from . import deeds, languages, people, sections, tokens
from .forms import AuditForm, CompanyForm, KeyForm
from .models import AuditEntry, Token
from .policy import needs


@needs("settings.view")
def settings(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/settings.html", {"sections": sections.sections_for(request.user)})


@needs("settings.company")
def company(request: HttpRequest) -> HttpResponse:
    now_there = Installation.objects.get()
    initial = {name: getattr(now_there, name) for name in own.FIELDS}
    form = CompanyForm(request.POST or None, initial=initial, shut=own.fixed())
    if request.method == "POST" and form.is_valid():
        try:
            own.save_company(by=request.user, at=clock.now(), **form.fields_for_service())
        except people.PeopleError as refusal:
            form.add_error("zone", str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("accounts:settings")
    return render(request, "accounts/company.html", {"form": form, "shut": own.fixed()})


@needs("settings.company")
@once
def language_list(request: HttpRequest) -> HttpResponse:
    """Languages on offer, the company's own, who reads what."""
    problem = ""
    if request.method == "POST":
        chosen, own = request.POST.getlist("on"), request.POST.get("default", "")
        try:
            languages.save(on=chosen, default=own, by=request.user, at=clock.now())
        except people.PeopleError as refusal:
            problem = str(refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect("accounts:languages")
    rows = languages.listed()
    if problem:  # what was chosen stays
        rows = [replace(one, on=one.code in chosen, default=one.code == own) for one in rows]
    context = {"rows": rows, "problem": problem}
    return render(request, "accounts/languages.html", context, status=422 if problem else 200)


@needs("settings.keys")
@never_cache
def keys(request: HttpRequest) -> HttpResponse:
    form, secret = KeyForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        until = data["expires_on"]
        api = data["kind"] == "api"
        _token, secret = tokens.issue(
            kind=data["kind"],
            name=data["name"],
            by=request.user,
            at=clock.now(),
            user=data["user"] if api else None,
            scopes=data["scopes"] if api else (),
            expires_at=_midnight(until + timedelta(days=1)) if until else None,
        )
        form = KeyForm()
    rows = Token.objects.select_related("user").order_by("-revoked_at", "kind", "name")
    return render(request, "accounts/keys.html", {"rows": rows, "form": form, "secret": secret, "at": clock.now()})


@needs("settings.keys")
@require_POST
def key_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    tokens.revoke(token=get_object_or_404(Token, pk=pk), by=request.user, at=clock.now())
    messages.success(request, _("Revoked: it opens nothing any more."))
    return redirect("accounts:keys")


COLUMNS = (
    Column("when", gettext_lazy("When"), "at", sort="at", align="nowrap"),
    Column("person", gettext_lazy("Person"), lambda entry: str(entry.user or _("the system"))),
    Column(
        "deed",
        gettext_lazy("Deed"),
        lambda entry: deeds.deed(entry.verb),
        show=lambda said, entry: format_html('<span title="{}">{}</span>', entry.verb, said),
    ),
    Column(
        "subject",
        gettext_lazy("Subject"),
        lambda entry: f"{deeds.subject(entry.subject)} {entry.subject_id or ''}".strip(),
    ),
    Column(
        "details",
        gettext_lazy("Details"),
        lambda entry: " · ".join(f"{key} {value}" for key, value in entry.detail.items()),
        show=lambda _text, entry: _details(entry),
    ),
)


@needs("audit.view")
def audit(request: HttpRequest) -> HttpResponseBase:
    form = AuditForm(request.GET)
    form.is_valid()
    chosen = dict(form.cleaned_data)
    if chosen.get("since"):
        chosen["since"] = _midnight(chosen["since"])
    if chosen.get("until"):
        chosen["until"] = _midnight(chosen["until"] + timedelta(days=1))
    table = Table(
        COLUMNS,
        AuditEntry.objects.visible_to(request.user).matching(**chosen).select_related("user"),
        request.GET,
        "-when",
        form=form,
        exports=exports.Export("audit-log", "audit.export", "auditentry"),
        saves=True,
        caption=_("Audit log"),
        empty={
            "title": _("Nothing was done yet."),
            "text": _("Every deed of a person or of the system leaves a line here."),
        },
    )
    return lists.answer(request, table, "accounts/audit.html")


def _details(entry: AuditEntry) -> str:
    """Names in grey, values beside them."""
    parts = format_html_join(
        " · ",
        '<span class="text-body-secondary">{}</span> {}',
        ((key, str(value)) for key, value in entry.detail.items()),
    )
    return parts or BLANK


def _midnight(day) -> datetime:
    """The instant at which a local day begins in the installation's zone."""
    return datetime.combine(day, time(), tzinfo=clock.zone())
