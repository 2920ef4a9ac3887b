"""The page of a company: who it is, its people, and who is in charge of them; and its form."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from leads.evidence import values
from leads.handoffs import account_reps, problems
from leads.intake import by_hand
from leads.models import Company, HandoffState, Lead
from leads.twins import firms, firms_likely
from smarketing.accounts.models import Role, User
from smarketing.accounts.policy import may, needs
from smarketing.rows import clock
from smarketing.web import lists
from smarketing.web.once import once
from smarketing.web.tables import Table

from .forms import CompanyForm
from .leads import COLUMNS, EXPORT, deeds

SAID = {
    "domain_taken": gettext_lazy("Another company has this domain."),
    "name_taken": gettext_lazy(
        "Another company has this name: give one of them another name, for instance with its city."
    ),
}
SHOWN = ("name", "number", "function", "stage", "grade", "rep", "created")


@lists.listed("leads:company", gettext_lazy("People of a company"))
@needs("leads.view")
def page(request: HttpRequest, pk: int) -> HttpResponseBase:
    company = get_object_or_404(Company.objects.visible_to(request.user), pk=pk)
    personal = may(request.user, "leads.personal")
    everybody = Lead.objects.filter(company=company).living()
    mine = everybody.visible_to(request.user)
    table = Table(
        [one for one in COLUMNS if one.key in SHOWN and not (personal and one.key == "number")],
        mine.with_grade_and_rep().by_name().by_stage(),
        request.GET,
        "-created",
        personal=personal,
        exports=EXPORT if may(request.user, "leads.export") else None,
        deeds=deeds(request.user),
        is_part=True,
        caption=_("People"),
        empty={"title": _("Nobody of this company is known yet."), **_next(request.user)},
    )
    context = {
        "company": company,
        "values": [
            one
            for one in values.values("company", pk, clock.now(), get_language() or "en")
            if personal or not one.personal
        ],
        "may_edit": may(request.user, "companies.edit") and not company.root_id,
        "may_strike": may(request.user, "leads.edit"),
        **_twins(company, request.user),
        "others": everybody.count() - mine.count(),
        "reps": _in_charge(company),
        "account": account_reps.of(company),
        "account_form": AccountForm(initial={"rep": company.rep_id}) if may(request.user, account_reps.NAME) else None,
    }
    return lists.answer(request, table, "leads/company.html", context)


class AccountForm(forms.Form):
    """Who is the rep of the account."""

    rep = forms.ModelChoiceField(
        User.objects.filter(role=Role.REP, is_active=True).order_by("name"), label=gettext_lazy("Account rep"), required=False,
        empty_label=gettext_lazy("nobody: whoever has its leads"), widget=forms.Select(attrs={"class": "form-select"}),
    )  # fmt: skip


@needs("accounts.name")
@require_POST
@once
def name_rep(request: HttpRequest, pk: int) -> HttpResponse:
    """Name the rep of the account, or nobody."""
    company = get_object_or_404(Company.objects.visible_to(request.user), pk=pk)
    form = AccountForm(request.POST)
    if not form.is_valid():
        messages.error(request, form.errors["rep"][0])
        return redirect("leads:company", pk)
    try:
        made = account_reps.name(company=company, rep=form.cleaned_data["rep"], by=request.user, at=clock.now())
    except problems.Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request, _("Saved: new leads of this company go by it.") if made else _("Nothing has changed.")
        )
    return redirect("leads:company", pk)


@needs("companies.edit")
@once
def add(request: HttpRequest) -> HttpResponse:
    form = CompanyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            pk = by_hand.add_company(values=form.values(), by=request.user, at=clock.now())
        except by_hand.ByHandError as refusal:
            form.add_error(refusal.field, SAID[refusal.key])
        else:
            messages.success(request, _("The company is here."))
            return redirect("leads:company", pk)
    return _form_page(request, form, None)


@needs("companies.edit")
@once
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    company = get_object_or_404(Company.objects.visible_to(request.user).living(), pk=pk)
    form = CompanyForm.of(company, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            changes = by_hand.edit_company(company=company, values=form.values(), by=request.user, at=clock.now())
        except by_hand.ByHandError as refusal:
            form.add_error(refusal.field, SAID[refusal.key])
        else:
            messages.success(request, _("Saved: its people are judged anew.") if changes else _("Nothing has changed."))
            return redirect("leads:company", pk)
    return _form_page(request, form, company)


def _form_page(request: HttpRequest, form: CompanyForm, company: Company | None) -> HttpResponse:
    context = {"form": form, "company": company}
    return render(request, "leads/company_form.html", context, status=200 if request.method == "GET" else 422)


def _next(user) -> dict[str, str]:
    """Where somebody of it is added, or looked for."""
    if may(user, "leads.add"):
        return {"url": reverse("leads:add"), "action": _("Add a lead")}
    return {"url": reverse("leads:companies"), "action": _("See the companies")}


def _twins(company: Company, user) -> dict[str, Any]:
    """What was merged into it, which may be the same, and the one that stands for it."""
    may_merge = may(user, "companies.merge")
    gone = firms.of(company) if company.root_id else None
    return {
        "may_merge": may_merge,
        "gone": gone,
        "survivor": Company.objects.filter(pk=company.root_id).first() if gone else None,
        "merges": firms.into(company),
        "twins": firms_likely.of(company) if may_merge and not gone else [],
    }


def _in_charge(company: Company) -> list[tuple[str, int]]:
    """(rep, open handoffs) of everybody in charge of somebody here."""
    names = HandoffState.objects.filter(lead__company=company, is_open=True, rep__isnull=False).values_list(
        "rep__name", flat=True
    )
    found: dict[str, int] = {}
    for name in names:
        found[name] = found.get(name, 0) + 1
    return sorted(found.items())
