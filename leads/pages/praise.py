"""Praise for the other side, from the page of a lead, of a deal or of the queue. The view only translates."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.models import Deal, HandoffState, Lead
from leads.rights import remarks
from leads.rights.problems import Refusal
from smarketing.accounts.policy import may, needs
from smarketing.rows import clock
from smarketing.web.once import once


class PraiseForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("What was good"),
        max_length=remarks.MAX_PRAISE,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("A sentence: it stands in the lead's story, and those whom it concerns are told."),
    )


@needs("leads.praise")
@once
def praise(request: HttpRequest, pk: int) -> HttpResponse:
    """A sentence for the other side; afterwards back to where it was asked for."""
    lead = get_object_or_404(Lead.objects.visible_to(request.user).filter(erased=False, root_id=None), pk=pk)
    deal, state = _deal(request, lead), remarks.current(lead)
    form = PraiseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            remarks.praise(lead=lead, by=request.user, at=clock.now(), deal=deal, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, _("Noted: it stands in the story, and those whom it concerns are told."))
            return _back(request, lead, deal, state)
    side = remarks.other_side(request.user)
    context = {
        "lead": lead,
        "name": str(lead) if may(request.user, "leads.personal") else f"#{lead.pk}",
        "form": form,
        "praised": side,
        "rep": state.rep if state and side == "sales" else None,
    }
    return render(request, "leads/rights/praise.html", context, status=422 if request.method == "POST" else 200)


def _deal(request: HttpRequest, lead: Lead) -> Deal | None:
    number = request.GET.get("deal", "")
    if not number.isdecimal():
        return None
    return Deal.objects.visible_to(request.user).filter(pk=min(int(number), 2**63 - 1), lead=lead).first()


def _back(request: HttpRequest, lead: Lead, deal: Deal | None, state: HandoffState | None) -> HttpResponse:
    if deal:
        return redirect("leads:deal", deal.pk)
    if request.GET.get("from") == "queue" and state and may(request.user, "queue.view"):
        return redirect("leads:focus", state.pk)
    return redirect("leads:lead", lead.pk)
