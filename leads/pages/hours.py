"""People's time: hours of both sides, what an hour costs, costs without a campaign."""

from typing import Any

from django.contrib import messages
from django.db.models import F
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from leads.intake import means
from leads.intake.problems import ByHandError
from leads.models import HourlyRate, Spend, TimeSpent
from smarketing.accounts.models import Side
from smarketing.accounts.policy import may, needs
from smarketing.rows import clock
from smarketing.web import exports, filters, lists, steps, tables
from smarketing.web.filters import Filters
from smarketing.web.once import once
from smarketing.web.tables import Column, Deed, Table

from .forms import SpendForm
from .means import SAID
from .means_forms import RateForm, TimeForm


class TimeFilters(Filters):
    side = filters.choice(gettext_lazy("Side"), Side.choices)
    since, until = filters.day(gettext_lazy("Days from")), filters.day(gettext_lazy("to"))
    asks = {"side": "side", "since": "worked_on__gte", "until": "worked_on__lte"}


def _whose(one: TimeSpent) -> str:
    return str(one.person or one.team or _("the whole side"))


def _back_url(one: TimeSpent) -> str:
    return "" if one.back_at else reverse("leads:time_means_back", args=[one.pk])


def _struck(text: Any, one: TimeSpent) -> Any:
    return format_html("<s>{}</s>", tables.shown(text)) if one.back_at else tables.shown(text)


COLUMNS = (
    Column("day", gettext_lazy("Day"), "worked_on", sort="worked_on", show=_struck),
    Column("side", gettext_lazy("Side"), "get_side_display", sort="side"),
    Column("whose", gettext_lazy("Whose"), _whose),
    Column(
        "campaign",
        gettext_lazy("Campaign"),
        lambda one: one.campaign or "",
        url=lambda one: reverse("leads:campaign", args=[one.campaign_id]) if one.campaign_id else "",
    ),
    Column("label", gettext_lazy("What for"), "label", wide=True),
    Column("hours", gettext_lazy("Hours of work"), "hours", sort="hours", align="num", show=_struck),
    Column("cost", gettext_lazy("Cost"), "cost", align="num", show=_struck),
)
BACK = Column(
    "back",
    "",
    lambda one: "" if one.back_at else _("Take back…"),
    align="num",
    show=lambda text, _one: text,
    url=_back_url,
)


@lists.listed("leads:time", gettext_lazy("People's time"))
@needs("means.view")
@once
def time(request: HttpRequest) -> HttpResponseBase:
    """Hours of both sides and what they cost; what an hour costs; costs without a campaign."""
    form = TimeForm(initial={"worked_on": clock.today(), "side": request.user.side}, auto_id="time_%s")
    if request.method == "POST":
        form = TimeForm(request.POST, auto_id="time_%s")
        if form.is_valid() and _timed(request, form):
            return redirect("leads:time")
    return _time_page(request, form, 422 if request.method == "POST" else 200)


def _timed(request: HttpRequest, form: TimeForm) -> bool:
    try:
        means.add_time(**form.cleaned_data, rate=None, by=request.user, at=clock.now())
    except ByHandError as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, SAID[refusal.key])
        return False
    messages.success(request, _("The hours are written down."))
    return True


def _time_page(request: HttpRequest, form: TimeForm, status: int = 200, **forms: Any) -> HttpResponseBase:
    asked_for = TimeFilters(request.GET)
    rows = (
        TimeSpent.objects.with_correction()
        .select_related("team", "person", "campaign")
        .annotate(cost=F("hours") * F("rate"))
    )
    table = Table(
        [*COLUMNS, BACK], asked_for.rows(rows), request.GET, "-day", form=asked_for, per_page=25, caption=_("Hours of work"),
        exports=exports.Export("time", "costs.export", "campaign") if may(request.user, "means.edit") else None,
        deeds=[Deed(_("Take back…"), reverse("leads:bulk_time_back"), "arrow-counterclockwise")] if may(request.user, "means.edit") else (),
        empty={"title": _("No hour is written."), "text": _("Without people's time the loaded cost of a deal won is not known."),
               **steps.first(request.user, ("means.edit", "#hours", _("Add hours")))},
    )  # fmt: skip
    rates = may(request.user, "means.rates")
    context = {
        "form": form, "may_rate": rates, "may_spend": may(request.user, "campaigns.edit"),
        "rates": HourlyRate.objects.select_related("team", "person").order_by("side", "team__name", "person__name") if rates else [],
        "rate_form": RateForm(auto_id="rate_%s"), "loose_form": SpendForm(auto_id="loose_%s", initial={"spent_on": clock.today()}),
        "loose": Spend.objects.standing().filter(campaign=None).order_by("-spent_on", "-pk")[:50], **forms,
    }  # fmt: skip
    return lists.answer(
        request, table, "leads/means/time.html", context, status, home=reverse("leads:time") if status != 200 else ""
    )


@needs("means.rates")
@require_POST
@once
def rate(request: HttpRequest) -> HttpResponseBase:
    """Agree what an hour of a side, a team or a person costs."""
    form = RateForm(request.POST, auto_id="rate_%s")
    if not form.is_valid():
        return _time_page(request, TimeForm(auto_id="time_%s"), 422, rate_form=form)
    said = form.cleaned_data
    for name in ("team", "person"):
        if said[name] is not None and said[name].side != said["side"]:
            form.add_error(name, SAID["other_side"])
            return _time_page(request, TimeForm(auto_id="time_%s"), 422, rate_form=form)
    means.agree_rate(**said, by=request.user, at=clock.now())
    messages.success(request, _("Agreed: hours written from now on cost this."))
    return redirect(reverse("leads:time") + "#rates")


@needs("campaigns.edit")
@require_POST
@once
def loose(request: HttpRequest) -> HttpResponseBase:
    """Money spent of which nobody says on which campaign."""
    form = SpendForm(request.POST, auto_id="loose_%s")
    if form.is_valid():
        try:
            means.add_loose_spend(**form.cleaned_data, by=request.user, at=clock.now())
        except ByHandError as refusal:
            form.add_error(refusal.field, SAID[refusal.key])
        else:
            messages.success(request, _("The cost is written down."))
            return redirect(reverse("leads:time") + "#loose")
    return _time_page(request, TimeForm(auto_id="time_%s"), 422, loose_form=form)
