"""The leads table, and a lead written by hand. Views only translate."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.handoffs import holds
from leads.intake import by_hand, suppression
from leads.models import Company, Lead, RefusedArrival
from leads.models.found import Found
from leads.models.querysets import LeadQuerySet
from leads.scoring.days import here
from smarketing.accounts.policy import REP, may, needs
from smarketing.rows import clock
from smarketing.web import bulk, exports, lists, steps
from smarketing.web.once import afterwards, once
from smarketing.web.tables import COUNT_TO, Column, Deed, Table

from . import choices, own_fields, registers, shown
from .forms import LeadFilters, LeadForm

COMPANIES_SHOWN = 5
SEARCH_COUNT = 200
EXPORT = exports.Export("leads", "leads.export", "lead")


def _page_of(lead: Lead) -> str:
    return reverse("leads:lead", args=[lead.pk])


def _company_of(lead: Lead) -> str:
    return reverse("leads:company", args=[lead.company_id]) if lead.company_id else ""


COLUMNS = (
    Column(
        "name", gettext_lazy("Name"), str, sort="plain_name", url=_page_of, head=True, personal=True, nullable=False
    ),
    Column("number", gettext_lazy("Number"), lambda lead: f"#{lead.pk}", url=_page_of, head=True),
    Column("company", gettext_lazy("Company"), "company.name", url=_company_of),
    Column("function", gettext_lazy("Function"), personal=True, wide=True),
    Column("stage", gettext_lazy("Stage"), Lead.get_stage_display, sort="stage_place", nullable=False),
    Column("grade", gettext_lazy("Grade")),
    Column("source", gettext_lazy("Source"), sort="source", wide=True),
    Column(
        "created",
        gettext_lazy("Created on"),
        "created_at",
        sort="created_at",
        align="num",
        show=lambda at, lead: shown.moment(at, lead.day_only),
    ),
    Column("rep", gettext_lazy("Rep in charge"), "rep_name", wide=True),
    Column("email", gettext_lazy("E-mail"), personal=True, extra=True, wide=True),
    Column("phone", gettext_lazy("Phone"), personal=True, extra=True, wide=True),
    Column("country", gettext_lazy("Country"), extra=True, wide=True),
    Column("campaign", gettext_lazy("Campaign"), lambda lead: str(lead.campaign or ""), extra=True, wide=True),
    Column("opted_out", gettext_lazy("Opted out"), extra=True, wide=True),
    Column("industry", gettext_lazy("Industry"), "company.industry", extra=True, wide=True),
    Column("employees", gettext_lazy("Employees"), "company.employees", align="num", extra=True, wide=True),
)


def _columns() -> list[Column]:
    """The built-in columns, then the company's own attributes."""
    return [*COLUMNS, *own_fields.columns("lead"), *own_fields.columns("company", "company.attributes")]


@lists.listed("leads:list", gettext_lazy("Leads"))
@needs("leads.view")
def index(request: HttpRequest) -> HttpResponseBase:
    personal = may(request.user, "leads.personal")
    form, found, near = asked(request.user, request.GET)
    q = form.cleaned_data.get("q")
    table = Table(
        [column for column in _columns() if not (personal and column.key == "number")],
        _dressed(found.rows),
        request.GET,
        "-created",
        form=form,
        personal=personal,
        count_to=SEARCH_COUNT if q else COUNT_TO,
        some=found.some,
        gathered=found.sorted_by,
        in_order=found.in_order,
        exports=EXPORT if may(request.user, "leads.export") else None,
        deeds=deeds(request.user),
        caption=_("Leads"),
        empty=_empty(request.user),
    )
    companies = Company.objects.visible_to(request.user).living().searched(q, COMPANIES_SHOWN) if q else []
    context = {
        "near": near,
        "companies": companies,
        "tabs": registers.tabs(request),
        "may_add": may(request.user, "leads.add"),
        "may_merge": may(request.user, "leads.merge"),
        "may_company": may(request.user, "companies.edit"),
    }
    return lists.answer(request, table, "leads/leads.html", context)


def asked_for(user, params: QueryDict) -> tuple[LeadFilters, LeadQuerySet, bool]:
    """(the filters, the leads that an address asks for, whether they are only written nearly as it says)."""
    form, found, near = asked(user, params)
    return form, found.rows, near


def asked(user, params: QueryDict) -> tuple[LeadFilters, Found, bool]:
    """The same, with what helps where the leads are very many."""
    personal = may(user, "leads.personal")
    form = LeadFilters(params, choices.of_leads(user, clock.now()), personal)
    form.is_valid()
    everybody = Lead.objects.visible_to(user).living()
    rows = _filtered(everybody, form.cleaned_data)
    if own := own_fields.asked(form.own, form.cleaned_data):
        rows = rows.saying(own)
    if (picked := bulk.picks(params)) and not params.get("all"):
        rows = rows.filter(pk__in=picked)
    alone = rows is everybody and user.role != REP
    return form, *_searched(rows, form.cleaned_data.get("q") or "", personal, few=user.role == REP, alone=alone)


def deeds(user) -> list[Deed]:
    """What may be done with the leads picked."""
    offered = [
        ("handoffs.reassign", Deed(_("Give to a rep…"), reverse("leads:bulk_give"), "person-check")),
        ("leads.edit", Deed(_("Set the campaign…"), reverse("leads:bulk_campaign"), "megaphone")),
        ("leads.edit", Deed(_("Put on a list…"), reverse("leads:bulk_list"), "list-check")),
    ]
    return [deed for verb, deed in offered if may(user, verb)]


def _filtered(rows: LeadQuerySet, asked: dict) -> LeadQuerySet:
    days = here()
    ask = {
        "stage": lambda value: rows.at_stage(value),
        "grade": lambda value: rows.graded([value]),
        "list": lambda value: rows.saying({value: True}),
        "source": lambda value: rows.from_source(value),
        "campaign": lambda value: rows.filter(campaign=value),
        "rep": lambda value: rows.in_charge_of(value),
        "waits": lambda value: rows.filter(pk__in=holds.leads_waiting(int(value))),
        "since": lambda value: rows.made(days.midnight(value), None),
        "until": lambda value: rows.made(None, days.midnight(value + timedelta(days=1))),
    }
    for name, narrow in ask.items():
        if asked.get(name):
            rows = narrow(asked[name])
    return rows


def _searched(rows: LeadQuerySet, text: str, personal: bool, *, few: bool, alone: bool) -> tuple[Found, bool]:
    """(the leads, whether they are only written nearly like this). `alone`: nothing else is asked of leads."""
    found = rows.found_by(text, personal=personal, few=few, alone=alone)
    if not text or not personal or not found.is_empty:
        return found, False
    near = rows.written_nearly(text, few=few, alone=alone)
    return (found, False) if near.is_empty else (near, True)


def _dressed(rows: LeadQuerySet) -> LeadQuerySet:
    """With everything that the table shows."""
    return rows.select_related("company", "campaign").with_grade_and_rep().by_name().by_stage()


def _empty(user) -> dict:
    if user.role == "rep":
        return {
            "title": _("No lead is yours yet."),
            "text": _("Leads handed to you or waiting in your pools are listed here."),
            **steps.first(user, ("handoffs.work", "leads:queue", _("Open the queue"))),
        }
    if not may(user, "leads.import"):
        step = steps.first(user, ("contract.view", "sla:follow_up", _("See what is promised")))
        return {"title": _("No lead yet."), "text": _("Marketing imports them, or writes them by hand."), **step}
    text = _("Import a file, or write the first lead by hand.")
    return {"title": _("No lead yet."), "text": text, "url": reverse("leads:import_new"), "action": _("Import a file")}


@needs("leads.add")
@once
def add(request: HttpRequest) -> HttpResponse:
    form = LeadForm(request.POST or None)
    twins = None
    if request.method == "POST" and form.is_valid():
        twins = twins_of(request.user, form)
        if twins is None:
            try:
                pk = by_hand.add_lead(values=form.values(), company=form.company(), by=request.user, at=clock.now())
            except by_hand.ByHandError:
                return came_back(request, form, None)
            messages.success(request, _("The lead is here. It is judged within seconds."))
            return redirect("leads:lead", pk)
    context = {"form": form, "twins": twins, "lead": None}
    return render(request, "leads/lead_form.html", context, status=200 if request.method == "GET" else 422)


def came_back(request: HttpRequest, form: LeadForm, lead: Lead | None) -> HttpResponse:
    """Somebody who was erased after opposing is not taken in, and counted; what was typed stays in the form alone."""
    form.add_error("email", str(by_hand.ERASED_OPPOSED))
    afterwards(request, lambda: suppression.refused(RefusedArrival.Way.HAND, 1))
    return render(request, "leads/lead_form.html", {"form": form, "twins": None, "lead": lead}, status=422)


def twins_of(user, form: LeadForm, besides: int | None = None) -> list[Lead] | None:
    """Leads with the same e-mail address that `user` may see; None when there are none, or they are said to be others."""
    ids = [] if form.cleaned_data["anyway"] else by_hand.same_email(form.cleaned_data["email"], besides)
    if not ids:
        return None
    form.warn()
    return list(Lead.objects.visible_to(user).filter(pk__in=ids))
