"""Settings: company, tokens and keys, audit log. Views only translate."""

from datetime import datetime, time, timedelta

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from smarketing.rows import clock
from smarketing.rows.models import Installation

from . import company as own
from . import people, sections, tokens
from .forms import AuditForm, CompanyForm, KeyForm
from .models import AuditEntry, Token
from .policy import needs

PER_PAGE = 50


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


@needs("audit.view")
def audit(request: HttpRequest) -> HttpResponse:
    form = AuditForm(request.GET or None)
    form.is_valid()
    chosen = dict(getattr(form, "cleaned_data", {}))
    if chosen.get("since"):
        chosen["since"] = _midnight(chosen["since"])
    if chosen.get("until"):
        chosen["until"] = _midnight(chosen["until"] + timedelta(days=1))
    rows = AuditEntry.objects.visible_to(request.user).matching(**chosen).select_related("user").order_by("-at", "-pk")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    filters = request.GET.copy()
    filters.pop("page", None)
    return render(request, "accounts/audit.html", {"form": form, "page": page, "filters": filters.urlencode()})


def _midnight(day) -> datetime:
    """The instant at which a local day begins in the installation's zone."""
    return datetime.combine(day, time(), tzinfo=clock.zone())
