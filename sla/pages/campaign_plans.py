"""How many MQL a campaign is to bring, month by month: shown and said on its own page."""

from datetime import date

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from leads.models import Campaign
from smarketing.accounts.policy import may, needs
from smarketing.rows import clock
from smarketing.web.once import once

from .. import plans
from ..terms import next_month


class PlanForm(forms.Form):
    month = forms.CharField(
        label=gettext_lazy("Month"),
        max_length=7,
        widget=forms.TextInput(attrs={"type": "month", "placeholder": "2026-11"}),
    )
    mql = forms.IntegerField(label=gettext_lazy("Planned MQL"), min_value=0, max_value=plans.MOST)

    def clean_month(self) -> date:
        try:
            return date.fromisoformat(f"{self.cleaned_data['month']}-01")
        except ValueError:
            raise forms.ValidationError(_("Write a month as 2026-11.")) from None


def slot(context, pk: int) -> str:
    """For `{% slot "campaign.results" campaign.pk %}`: each month planned, beside what it gave."""
    request, campaign = context["request"], Campaign.objects.filter(pk=pk).first()
    if campaign is None or not may(request.user, "campaigns.view"):
        return ""
    may_edit = may(request.user, "campaigns.edit")
    rows = plans.by_month(campaign, clock.now())
    if not rows and not may_edit:
        return ""
    form = PlanForm(initial={"month": f"{next_month(clock.today()):%Y-%m}"})
    shows = {"campaign": campaign, "rows": rows, "may_edit": may_edit, "form": form}
    return render_to_string("sla/campaign_plans.html", shows, request=request)


@needs("campaigns.edit")
@require_POST
@once
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    campaign = get_object_or_404(Campaign.objects.visible_to(request.user), pk=pk)
    form = PlanForm(request.POST)
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, " ".join(errors))
        return redirect("leads:campaign", campaign.pk)
    plans.say(campaign=campaign, **form.cleaned_data, by=request.user, at=clock.now())
    messages.success(request, _("The plan is written down: the contract's follow-up sets it beside what came."))
    return redirect("leads:campaign", campaign.pk)
