"""Settings: company, tokens and keys, audit log. Views only translate."""

from dataclasses import replace
from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from smarketing.rows import clock
from smarketing.rows.models import Installation
from smarketing.web import exports, lists, steps
from smarketing.web.filters import midnight
from smarketing.web.once import once
from smarketing.web.tables import Deed, Table, plain

from . import company as own
from . import languages, people, sections, tokens
from . import lists as rows_of
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


@lists.listed("accounts:keys", gettext_lazy("Tokens and keys"))
@needs("settings.keys")
@never_cache
def keys(request: HttpRequest) -> HttpResponseBase:
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
            expires_at=midnight(until + timedelta(days=1)) if until else None,
        )
        form = KeyForm()
    asked = rows_of.KeyFilters(request.GET)
    rows = Token.objects.select_related("user").annotate(plain_name=plain("name"))
    table = Table(
        rows_of.keys(request, clock.now()), asked.rows(rows), request.GET, "name", form=asked, caption=_("Tokens and keys"),
        exports=exports.Export("keys", "lists.export", "token"),
        deeds=[Deed(_("Revoke…"), reverse("accounts:keys_revoke"), "x-circle")],
        empty={"title": _("No token and no key yet."), "url": "#key", "action": _("New token or key"),
               "text": _("A write key lets your website add events; an API token lets a program read.")},
    )  # fmt: skip
    return lists.answer(request, table, "accounts/keys.html", {"form": form, "secret": secret})


@needs("settings.keys")
@require_POST
def key_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    tokens.revoke(token=get_object_or_404(Token, pk=pk), by=request.user, at=clock.now())
    messages.success(request, _("Revoked: it opens nothing any more."))
    return redirect("accounts:keys")


@lists.listed("accounts:audit", gettext_lazy("Audit log"))
@needs("audit.view")
def audit(request: HttpRequest) -> HttpResponseBase:
    form = AuditForm(request.GET)
    form.is_valid()
    chosen = dict(form.cleaned_data)
    if chosen.get("since"):
        chosen["since"] = midnight(chosen["since"])
    if chosen.get("until"):
        chosen["until"] = midnight(chosen["until"] + timedelta(days=1))
    table = Table(
        rows_of.AUDIT,
        AuditEntry.objects.visible_to(request.user).matching(**chosen).select_related("user"),
        request.GET,
        "-when",
        form=form,
        exports=exports.Export("audit-log", "audit.export", "auditentry"),
        caption=_("Audit log"),
        empty={
            "title": _("Nothing was done yet."),
            "text": _("Every action of a person or of the system leaves a line here."),
            **steps.first(
                request.user,
                ("settings.people", "accounts:people", _("See the people")),
                ("settings.view", "accounts:settings", _("To the settings")),
            ),
        },
    )
    return lists.answer(request, table, "accounts/audit.html")
