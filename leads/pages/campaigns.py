"""Campaigns: the list, the form, what they cost written by hand and taken back. What they brought is a slot."""

from typing import Any

from django.contrib import messages
from django.db.models import TextField, Value
from django.db.models.functions import Coalesce, Lower, NullIf
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from leads.evidence import values
from leads.intake import by_hand, corrections
from leads.models import Campaign, Level, Spend
from smarketing.accounts.models import User
from smarketing.accounts.policy import may, needs
from smarketing.rows import clock
from smarketing.web import back, exports, lists, steps, tables
from smarketing.web.language import active_language
from smarketing.web.once import once
from smarketing.web.tables import Column, Deed, Table

from . import means, shown
from .forms import CampaignForm, ChangeSpendForm, SpendForm, TakeBackForm
from .register_filters import CampaignFilters, CostFilters

SAID = {
    "key_taken": gettext_lazy("Another campaign has this key."),
    "future": gettext_lazy("This day has not come yet: write what was spent."),
    "circle": gettext_lazy("A campaign cannot be part of itself."),
    "deep": gettext_lazy("Programme, campaign, asset: there is no fourth level."),
}
CHANGED = corrections.SAID | {"gone": gettext_lazy("This cost was taken back before.")}


def _page_of(campaign: Campaign) -> str:
    return reverse("leads:campaign", args=[campaign.pk])


COLUMNS = (
    Column("name", gettext_lazy("Name"), str, sort="sort_name", url=_page_of, head=True, nullable=False),
    Column("key", gettext_lazy("Key"), wide=True),
    Column("channel", gettext_lazy("Channel"), sort="channel"),
    Column("level", gettext_lazy("Level"), lambda one: dict(Level.choices).get(one.level, ""), wide=True),
    Column(
        "parent",
        gettext_lazy("Part of"),
        lambda one: one.parent,
        url=lambda one: _page_of(one.parent) if one.parent else "",
        wide=True,
    ),
    Column("starts", gettext_lazy("First day"), "starts_on", sort="starts_on"),
    Column("ends", gettext_lazy("Last day"), "ends_on", sort="ends_on", wide=True),
    Column("cost", gettext_lazy("Cost"), sort="cost", align="num"),
    Column("leads", gettext_lazy("Leads"), "people", sort="people", align="num", nullable=False),
)


def asked(user, params: QueryDict) -> tuple[CampaignFilters, Any]:
    """(the filters, the campaigns that an address asks for)."""
    form = CampaignFilters(params)
    return form, form.rows(Campaign.objects.visible_to(user))


@lists.listed("leads:campaigns", gettext_lazy("Campaigns"))
@needs("campaigns.view")
def index(request: HttpRequest) -> HttpResponseBase:
    may_edit = may(request.user, "campaigns.edit")
    form, rows = asked(request.user, request.GET)
    empty = {
        "title": _("No campaign yet."),
        "text": _("A campaign is what was planned and paid: leads name it, costs are written on it."),
    }
    empty |= steps.first(
        request.user,
        ("campaigns.edit", "leads:campaign_add", _("Add a campaign")),
        ("leads.view", "leads:list", _("See the leads")),
    )
    deeds = [
        Deed(_("Set the channel…"), reverse("leads:bulk_channel"), "megaphone"),
        Deed(_("End…"), reverse("leads:bulk_end"), "calendar-x"),
    ]
    table = Table(
        COLUMNS,
        rows.select_related("parent")
        .with_sums()
        .annotate(sort_name=Lower(Coalesce(NullIf("name", Value("", TextField())), "key"))),
        request.GET,
        "-starts",
        form=form,
        caption=_("Campaigns"),
        exports=exports.Export("campaigns", "campaigns.export", "campaign"),
        deeds=deeds if may_edit else (),
        empty=empty,
    )
    return lists.answer(
        request, table, "leads/campaigns.html", {"may_edit": may_edit, "may_time": may(request.user, "means.view")}
    )


@needs("campaigns.edit")
@once
def add(request: HttpRequest) -> HttpResponse:
    form = CampaignForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            pk = by_hand.add_campaign(values=form.values(), by=request.user, at=clock.now())
        except by_hand.ByHandError as refusal:
            form.add_error(refusal.field or None, SAID[refusal.key])
        else:
            return redirect("leads:campaign", pk)
    return _form_page(request, form, None)


@needs("campaigns.edit")
@once
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    campaign = get_object_or_404(Campaign.objects.visible_to(request.user), pk=pk)
    stops = bool(request.GET.get("stop"))
    form = CampaignForm.of(campaign, request.POST or None, **({"ends_on": clock.today()} if stops else {}))
    if request.method == "POST" and form.is_valid():
        try:
            by_hand.edit_campaign(campaign=campaign, values=form.values(), by=request.user, at=clock.now())
        except by_hand.ByHandError as refusal:
            form.add_error(refusal.field or None, SAID[refusal.key])
        else:
            return redirect("leads:campaign", pk)
    return _form_page(request, form, campaign, stops=stops, plans=means.ahead(campaign) if stops else ())


def _form_page(request: HttpRequest, form: CampaignForm, campaign: Campaign | None, **more: Any) -> HttpResponse:
    context = {"form": form, "campaign": campaign, **more}
    return render(request, "leads/campaign_form.html", context, status=200 if request.method == "GET" else 422)


@lists.listed("leads:campaign", gettext_lazy("Costs of a campaign"))
@needs("campaigns.view")
def page(request: HttpRequest, pk: int) -> HttpResponseBase:
    return _page(request, _campaign(request, pk), SpendForm(initial={"spent_on": clock.today()}))


@needs("campaigns.edit")
@require_POST
@once
def spend(request: HttpRequest, pk: int) -> HttpResponseBase:
    campaign, form = _campaign(request, pk), SpendForm(request.POST)
    if form.is_valid():
        try:
            by_hand.add_spend(campaign=campaign, **form.cleaned_data, by=request.user, at=clock.now())
        except by_hand.ByHandError as refusal:
            form.add_error(refusal.field, SAID[refusal.key])
        else:
            messages.success(request, _("The cost is written down."))
            return redirect(back.asked(request) or reverse("leads:campaign", args=[pk]))
    return _page(request, campaign, form, status=422)


@needs("campaigns.edit")
@once
def take_back(request: HttpRequest, pk: int, spend_pk: int) -> HttpResponse:
    campaign = _campaign(request, pk)
    cost = get_object_or_404(Spend.objects.filter(campaign=campaign).with_correction(), pk=spend_pk)
    form = TakeBackForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            done = by_hand.take_back_spend(
                spend=cost, reason=form.cleaned_data["reason"], by=request.user, at=clock.now()
            )
        except by_hand.ByHandError as refusal:
            form.add_error(refusal.field or None, corrections.SAID[refusal.key])
        else:
            said = _("The cost is taken back: it stays here, struck through, and counts nowhere.")
            messages.success(request, said if done else _("This cost was taken back before."))
            return redirect("leads:campaign", pk)
    context = {"campaign": campaign, "cost": cost, "form": form}
    return render(request, "leads/spend_back.html", context, status=200 if request.method == "GET" else 422)


@needs("campaigns.edit")
@once
def change(request: HttpRequest, pk: int, spend_pk: int) -> HttpResponse:
    """Say anew what a cost was; the mistake stays in the list, struck through."""
    campaign = _campaign(request, pk)
    cost = get_object_or_404(Spend.objects.filter(campaign=campaign).with_correction(), pk=spend_pk)
    first = {"spent_on": cost.spent_on, "amount": cost.amount, "label": cost.label}
    form = ChangeSpendForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            made = by_hand.change_spend(spend=cost, **form.cleaned_data, by=request.user, at=clock.now())
        except by_hand.ByHandError as refusal:
            form.add_error(refusal.field or None, CHANGED.get(refusal.key) or SAID[refusal.key])
        else:
            messages.success(request, _("The cost is changed.") if made else _("Nothing has changed."))
            return redirect("leads:campaign", pk)
    context = {"campaign": campaign, "cost": cost, "form": form}
    return render(request, "leads/spend_change.html", context, status=200 if request.method == "GET" else 422)


def _campaign(request: HttpRequest, pk: int) -> Campaign:
    return get_object_or_404(Campaign.objects.visible_to(request.user).with_sums(), pk=pk)


def _page(request: HttpRequest, campaign: Campaign, form: SpendForm, status: int = 200) -> HttpResponseBase:
    may_edit = may(request.user, "campaigns.edit")
    asked_for = CostFilters(request.GET)
    table = Table(
        [*COSTS, *_ways(request.user)] if may_edit else COSTS,
        asked_for.rows(campaign.spends.with_correction().select_related("by", "imported_by")),
        request.GET,
        "-day",
        form=asked_for,
        per_page=25,
        caption=_("Costs"),
        deeds=[Deed(_("Take back…"), reverse("leads:bulk_costs_back"), "arrow-counterclockwise")] if may_edit else (),
        is_part=True,
        exports=exports.Export(f"costs-{campaign.pk}", "costs.export", "campaign"),
        empty={
            "title": _("No cost is written."),
            "text": _("Without costs there is no cost per lead and no return."),
            **steps.first(
                request.user,
                ("campaigns.edit", "#costs", _("Add a cost")),
                ("campaigns.view", "leads:campaigns", _("All campaigns")),
            ),
        },
    )
    said = values.values("campaign", campaign.pk, clock.now(), active_language())
    context = {
        "campaign": campaign,
        "form": form,
        "may_edit": may_edit,
        "values": said,
        **means.beside(request, campaign),
    }
    home = reverse("leads:campaign", args=[campaign.pk])
    return lists.answer(request, table, "leads/campaign.html", context, status, home=home if status != 200 else "")


def _struck(text: Any, cost: Spend) -> Any:
    """A cell of a cost: struck through when it was taken back."""
    return format_html("<s>{}</s>", tables.shown(text)) if cost.back_at else tables.shown(text)


def _what_for(text: Any, cost: Spend) -> Any:
    if not cost.back_at:
        return tables.shown(text)
    said = _("taken back on %(when)s by %(who)s: %(reason)s") % {
        "when": shown.moment(cost.back_at), "who": cost.back_by or _("the system"), "reason": cost.back_reason,
    }  # fmt: skip
    return format_html('<s>{}</s> <small class="muted back">{}</small>', tables.shown(text), said)


def _writer(cost: Spend) -> str:
    return str(cost.by or "") or (cost.imported_by.filename if cost.imported_by else "")


def _ways(user: User) -> list[Column]:
    """The ways to change a cost and to take it back, for whom the rule of taking back lets."""

    def offered(cost: Spend) -> bool:
        return not cost.back_at and corrections.offered(cost, user)

    def way(key: str, said: str, page: str) -> Column:
        return Column(
            key, "", lambda cost: said if offered(cost) else "", align="num", show=lambda text, _c: text,
            url=lambda cost: reverse(page, args=[cost.campaign_id, cost.pk]) if offered(cost) else "",
        )  # fmt: skip

    return [way("change", _("Change…"), "leads:spend_change"), way("back", _("Take back…"), "leads:spend_back")]


COSTS = (
    Column("day", gettext_lazy("Day"), "spent_on", sort="spent_on", show=_struck),
    Column("label", gettext_lazy("What for"), show=_what_for),
    Column("amount", gettext_lazy("Amount"), sort="amount", align="num", show=_struck),
    Column("by", gettext_lazy("Written by"), _writer, wide=True),
)
