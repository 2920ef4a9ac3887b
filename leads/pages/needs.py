"""The need is confirmed: four questions on a sheet. The view only translates."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy

from leads.handoffs import hands, problems
from leads.rights import needs as service
from leads.rights.notes import MAX_NOTE
from smarketing.accounts.policy import needs
from smarketing.rows import clock
from smarketing.web.once import once

from .attempt_form import AttemptForm
from .deals import AmountField
from .focus import Gone, found, gone, page


class NeedForm(forms.Form):
    need = forms.BooleanField(label=service.QUESTIONS["need"], required=False, initial=True)
    budget = forms.BooleanField(label=service.QUESTIONS["budget"], required=False)
    amount = AmountField(label=gettext_lazy("Amount of the budget, if known"), required=False)
    authority = forms.BooleanField(label=service.QUESTIONS["authority"], required=False)
    timing = forms.BooleanField(label=service.QUESTIONS["timing"], required=False)
    decides_on = forms.DateField(
        label=gettext_lazy("Day they decide, if known"), required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
    )  # fmt: skip
    text = forms.CharField(
        label=gettext_lazy("What they need, in a sentence"), required=False, max_length=MAX_NOTE,
        widget=forms.Textarea(attrs={"rows": 2, "class": "form-control"}),
    )  # fmt: skip


@needs("handoffs.work")
@once
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheet, and what it says. One key without the sheet (`asked` is not sent) confirms the need alone."""
    at = clock.now()
    try:
        state = found(request, pk)
    except Gone as left:
        return gone(request, left.state, at)
    if not hands.is_in_hands(state, request.user):
        raise Http404
    asked = "asked" in request.POST
    form = NeedForm(request.POST if asked else None)
    if request.method != "POST" or (asked and not form.is_valid()):
        return _sheet(request, state, form, 422 if asked else 200)
    said: dict[str, Any] = dict(form.cleaned_data) if asked else {"text": ""}
    text = said.pop("text")
    try:
        made = service.confirm(handoff=state.handoff, by=request.user, at=at, found=service.Found(**said), text=text)
    except problems.NotYours:
        raise Http404 from None
    except problems.Refusal as refusal:
        status = 409 if isinstance(refusal, problems.Stale) else 422
        if not asked:
            return page(request, state, AttemptForm(), str(refusal), status)
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return _sheet(request, state, form, status)
    return redirect(f"{reverse('leads:focus', args=[pk])}?{urlencode({'done': f'decision-{made.pk}'})}")


def _sheet(request: HttpRequest, state: Any, form: NeedForm, status: int) -> HttpResponse:
    return render(request, "leads/queue/need.html", {"state": state, "lead": state.lead, "form": form}, status=status)
