"""Plans of a campaign, people's time, what an hour costs, costs without a campaign, campaigns that are the same."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.intake import corrections, means
from leads.intake.problems import ByHandError
from leads.models import Campaign, CampaignMerge, Level, PlannedCost, Spend, TimeSpent
from smarketing.accounts.policy import may, needs
from smarketing.measures import engine, shown
from smarketing.measures.numbers import MONEY
from smarketing.rows import clock
from smarketing.web.once import once

from .forms import TakeBackForm
from .means_forms import MergeForm, PlanForm

SAID = {
    "future": gettext_lazy("This day has not come yet."),
    "days": gettext_lazy("The last day comes before the first one."),
    "no_rate": gettext_lazy("Nothing is agreed about what an hour of theirs costs: agree on it below first."),
    "other_side": gettext_lazy("This is somebody of the other side."),
    "merged": gettext_lazy("This campaign is merged into another one already."),
    "circle": gettext_lazy("That campaign is merged into this one."),
    **corrections.SAID,
}
KINDS: dict[str, tuple[Any, str]] = {
    "plan": (PlannedCost, "campaigns.edit"), "time": (TimeSpent, "means.edit"), "merge": (CampaignMerge, "campaigns.edit"),
    "spend": (Spend, "campaigns.edit"),
}  # fmt: skip


def beside(request: HttpRequest, campaign: Campaign) -> dict[str, Any]:
    """What the page of a campaign shows beside its costs: the tree, plans, hours, merges."""
    hours = may(request.user, "means.view")
    return {
        "level": dict(Level.choices).get(campaign.level, ""),
        "children": Campaign.objects.standing().filter(parent=campaign).order_by("name"),
        "plans": campaign.planned.standing().select_related("by").order_by("-first_day", "-pk"),
        "times": campaign.times.standing().select_related("team", "person").order_by("-worked_on", "-pk")[:25]
        if hours
        else [],
        "same": CampaignMerge.objects.standing().filter(root=campaign).select_related("loser"),
        "stands_for": CampaignMerge.objects.standing().filter(loser=campaign).select_related("root").first(),
    }


def _campaign(request: HttpRequest, pk: int) -> Campaign:
    return get_object_or_404(Campaign.objects.visible_to(request.user), pk=pk)


@needs("campaigns.edit")
@once
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    """What a campaign is to cost over some days."""
    campaign = _campaign(request, pk)
    more = bool(request.GET.get("more"))
    form = PlanForm(request.POST or None, auto_id="plan_%s", initial=_next_month() if more else {})
    if request.method == "POST" and form.is_valid():
        means.plan_cost(campaign=campaign, **form.cleaned_data, by=request.user, at=clock.now())
        messages.success(request, _("The plan is written down."))
        return redirect(reverse("leads:campaign", args=[pk]) + "#plans")
    said = _("Spread evenly over the days, to the cent.")
    if more:
        lately = format_html(_("Spent in the last 30 days: %(amount)s.") % {"amount": "{}"}, _lately(request, campaign))
        said = format_html("{} {}", said, lately)
    return _asked(request, form, _("Plan a cost"), campaign, said, _("Plan"))


def _next_month() -> dict[str, date]:
    """The days of the month to come."""
    first = (clock.today().replace(day=1) + timedelta(days=32)).replace(day=1)
    return {"first_day": first, "last_day": (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)}


def _lately(request: HttpRequest, campaign: Campaign) -> SafeString:
    """What was spent on a campaign in the last thirty days, with its rows."""
    today = clock.today()
    asked = {"first": today - timedelta(days=29), "until": today + timedelta(days=1), "date": "spent"}
    where = {"campaign": campaign.key or campaign.name}
    total = engine.answer("cost", where=where, user=request.user, **asked).total
    return format_html('<a href="{}">{}</a>', total.rows_url, shown.figure(total.value or 0, MONEY))


def ahead(campaign: Campaign) -> list[PlannedCost]:
    """Plans that reach beyond today: a campaign that stops leaves them behind."""
    return list(campaign.planned.standing().filter(last_day__gt=clock.today()).order_by("first_day", "pk"))


@needs("campaigns.edit")
@once
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    """This campaign is another one: it counts with it from now on."""
    campaign = _campaign(request, pk)
    form = MergeForm(request.POST or None, campaign=campaign)
    if request.method == "POST" and form.is_valid():
        try:
            means.merge_campaigns(loser=campaign, root=form.cleaned_data["root"], by=request.user, at=clock.now())
        except ByHandError as refusal:
            form.add_error("root", SAID[refusal.key])
        else:
            messages.success(request, _("Merged: leads, costs and touches of both count together."))
            return redirect("leads:campaign", form.cleaned_data["root"].pk)
    said = _(
        "Leads, costs and touches of both count under the other one, their past too; it can be taken back. To give it another name only, edit it."
    )
    return _asked(request, form, _("Merge a campaign"), campaign, said, _("Merge"))


def _asked(request: HttpRequest, form: Any, title: str, campaign: Campaign, said: str, action: str) -> HttpResponse:
    context = {"form": form, "title": title, "campaign": campaign, "said": said, "action": action}
    return render(request, "leads/means/ask.html", context, status=200 if request.method == "GET" else 422)


@needs("means.edit")
@once
def take_back(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """A plan, hours, a merge or a cost without a campaign, taken back with the reason."""
    model, verb = KINDS[kind]
    if not may(request.user, verb):
        raise Http404
    fact = get_object_or_404(model.objects.standing(), pk=pk)
    if kind == "spend" and fact.campaign_id:
        raise Http404
    form = TakeBackForm(request.POST or None)
    campaign = fact.root if kind == "merge" else fact.campaign
    there = reverse("leads:campaign", args=[campaign.pk]) if campaign else reverse("leads:time")
    if request.method == "POST" and form.is_valid():
        try:
            means.take_back(fact=fact, reason=form.cleaned_data["reason"], by=request.user, at=clock.now())
        except ByHandError as refusal:
            form.add_error(refusal.field or None, SAID[refusal.key])
        else:
            messages.success(request, _("Taken back: it counts nowhere."))
            return redirect(there)
    said = _("It counts nowhere any more; the mistake is kept, marked as taken back.")
    context = {
        "form": form,
        "title": _("Take back"),
        "about": campaign or "",
        "there": there,
        "said": said,
        "pairs": _pairs(kind, fact),
    }
    return render(request, "leads/back.html", context, status=200 if request.method == "GET" else 422)


def _pairs(kind: str, fact: Any) -> list[tuple[str, Any]]:
    if kind == "merge":
        return [(_("Merged"), fact.loser)]
    if kind == "time":
        return [(_("Hours of work"), fact.hours), (_("Day"), fact.worked_on)]
    return [(_("Amount"), fact.amount)]
