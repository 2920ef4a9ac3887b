"""The lists beside that of leads: companies and deals."""

from typing import Any

from django.db.models import Count, OuterRef, Subquery, TextField
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.handoffs import reasons, steps
from leads.models import Company, Deal, Lead
from smarketing.accounts.policy import may, needs
from smarketing.web import exports, lists
from smarketing.web.tables import Column, Deed, Table

from . import own_fields, shown
from .register_filters import CompanyFilters, DealFilters


def _company(company: Company) -> str:
    return reverse("leads:company", args=[company.pk])


def _deal(deal: Deal) -> str:
    return reverse("leads:deal", args=[deal.pk])


def _firm_of(deal: Deal) -> Company | None:
    return deal.company or (deal.lead.company if deal.lead else None)


def _firm_page(deal: Deal) -> str:
    firm = _firm_of(deal)
    return _company(firm) if firm else ""


COMPANIES = (
    Column("name", gettext_lazy("Name"), lambda one: one.name or one.domain, sort="plain_name", url=_company, head=True, nullable=False),
    Column("domain", gettext_lazy("Domain"), wide=True),
    Column("industry", gettext_lazy("Industry")),
    Column("country", gettext_lazy("Country"), wide=True),
    Column("employees", gettext_lazy("Employees"), sort="employees", align="num"),
    Column("rep", gettext_lazy("Account rep"), "rep"),
    Column("leads", gettext_lazy("Leads"), "people_n", align="num"),
    Column("created", gettext_lazy("Created on"), "created_at", sort="created_at", align="num", extra=True,
           show=lambda at, one: shown.moment(at, one.day_only)),
)  # fmt: skip
DEALS = (
    Column("title", gettext_lazy("Title"), lambda one: one.title or f"#{one.pk}", url=_deal, head=True, personal=True),
    Column("number", gettext_lazy("Number"), lambda one: f"#{one.pk}", url=_deal, head=True),
    Column("lead", gettext_lazy("Lead"), lambda one: str(one.lead or ""), personal=True, wide=True),
    Column("company", gettext_lazy("Company"), lambda one: str(_firm_of(one) or ""), url=_firm_page),
    Column("state", gettext_lazy("State"), Deal.get_state_display),
    Column("step", gettext_lazy("Step"), lambda one: steps.label(one.step), wide=True),
    Column("amount", gettext_lazy("Amount"), sort="amount", align="num"),
    Column("rep", gettext_lazy("Rep in charge"), "rep.name", wide=True),
    Column("opened", gettext_lazy("Opened"), "created_at", sort="created_at", align="num",
           show=lambda at, one: shown.moment(at, one.day_only)),
    Column("closed", gettext_lazy("Closed"), "closed_at", sort="closed_at", align="num", wide=True,
           show=lambda at, one: shown.moment(at, one.closed_day_only)),
    Column("reason", gettext_lazy("Reason"), lambda one: reasons.label(one.reason), wide=True, extra=True),
)  # fmt: skip


def companies_asked(user, params: QueryDict) -> tuple[CompanyFilters, Any]:
    """(the filters, the companies that an address asks for)."""
    form = CompanyFilters(params)
    return form, form.rows(Company.objects.visible_to(user).living().select_related("rep"))


def deals_asked(user, params: QueryDict) -> tuple[DealFilters, Any]:
    """(the filters, the deals that an address asks for)."""
    form = DealFilters(params, user)
    rows = Deal.objects.visible_to(user).standing().select_related("lead__company", "company", "rep")
    return form, form.rows(rows)


@lists.listed("leads:companies", gettext_lazy("Companies"))
@needs("leads.view")
def companies(request: HttpRequest) -> HttpResponseBase:
    form, rows = companies_asked(request.user, request.GET)
    people = Lead.objects.filter(company=OuterRef("pk")).living().order_by().values("company")
    rows = rows.annotate(
        plain_name=RawSQL("leads_plain(leads_company.name)", [], output_field=TextField()),
        people_n=Coalesce(Subquery(people.annotate(n=Count("*")).values("n")), 0),
    )
    empty: dict[str, Any] = {
        "title": _("No company yet."),
        "text": _("Companies come with their leads, by files and by hand."),
        "url": reverse("leads:list"),
        "action": _("To the leads"),
    }
    offered = [
        ("companies.edit", Deed(_("Set values…"), reverse("leads:bulk_companies"), "pencil")),
        ("accounts.name", Deed(_("Name the account rep…"), reverse("leads:bulk_account_reps"), "person-check")),
    ]
    table = Table(
        [*COMPANIES, *own_fields.columns("company")], rows, request.GET, "name", form=form, caption=_("Companies"), empty=empty,
        exports=_export(request.user, "companies", "company"), personal=may(request.user, "leads.personal"),
        deeds=[deed for verb, deed in offered if may(request.user, verb)], gathered=rows.values("pk"), in_order=bool(form.cleaned_data.get("q")),
    )  # fmt: skip
    return lists.answer(
        request,
        table,
        "leads/register.html",
        {"tabs": tabs(request), "may_merge": may(request.user, "companies.merge")},
    )


@lists.listed("leads:deals", gettext_lazy("Deals"))
@needs("deals.view")
def deals(request: HttpRequest) -> HttpResponseBase:
    personal = may(request.user, "leads.personal")
    form, rows = deals_asked(request.user, request.GET)
    empty = {
        "title": _("No deal yet."),
        "text": _("A deal is opened on a lead whose need is confirmed, or comes with a file."),
        "url": reverse("leads:list"),
        "action": _("To the leads"),
    }
    offered = [
        ("deals.reassign", Deed(_("Give to a rep…"), reverse("leads:bulk_hand_on"), "person-check")),
        ("deals.edit", Deed(_("Close as lost…"), reverse("leads:bulk_lose"), "x-circle")),
    ]
    table = Table(
        [one for one in (*DEALS, *own_fields.columns("deal")) if not (personal and one.key == "number")], rows, request.GET, "-opened", form=form,
        personal=personal, caption=_("Deals"), empty=empty, exports=_export(request.user, "deals", "deal"),
        deeds=[deed for verb, deed in offered if may(request.user, verb)],
        gathered=rows.select_related(None), in_order=False,
    )  # fmt: skip
    return lists.answer(request, table, "leads/register.html", {"tabs": tabs(request)})


def _export(user, name: str, subject: str) -> exports.Export | None:
    return exports.Export(name, "leads.export", subject) if may(user, "leads.export") else None


def tabs(request: HttpRequest) -> list[tuple[str, str, bool]]:
    """(label, address, whether it is this one) of the lists side by side."""
    named = (
        ("leads:list", _("Leads")),
        ("leads:companies", _("Companies")),
        ("leads:deals", _("Deals")),
        ("leads:lead_lists", _("Lists")),
    )
    here = request.resolver_match.view_name
    return [(label, reverse(name), name == here) for name, label in named]
