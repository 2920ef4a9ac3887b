"""Interviews on which a persona stands: noted, and taken back."""

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from personas.definitions import persona_evidence
from personas.definitions.persona_evidence import Refusal
from personas.models import Persona, PersonaInterview
from smarketing.accounts.models import Role, User
from smarketing.accounts.policy import needs
from smarketing.rows import clock
from smarketing.web.once import once


class InterviewForm(forms.Form):
    """An interview: when, by whom, with what kind of person, and what they agreed to have kept."""

    held_on = forms.DateField(
        label=gettext_lazy("Day of the interview"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    interviewer = forms.ModelChoiceField(User.objects.none(), label=gettext_lazy("Held by"))
    source = forms.CharField(
        label=gettext_lazy("With whom"), max_length=160,
        help_text=gettext_lazy("In general, never a name: head of marketing of a software company of 120 people."),
    )  # fmt: skip
    quote = forms.CharField(
        label=gettext_lazy("What was said, word for word"), max_length=persona_evidence.MOST, required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    consented = forms.BooleanField(
        label=gettext_lazy("They agreed that their words are kept and shown to both teams."), required=False
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        people = User.objects.filter(~Q(role=Role.VIEWER), is_active=True).order_by("name")
        self.fields["interviewer"].queryset = people


class BackForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=300, required=False,
        help_text=gettext_lazy("Not needed within 30 seconds, by whoever wrote it."),
    )  # fmt: skip


@needs("personas.edit")
@once
def interview(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Persona, pk=pk)
    begin = {"held_on": clock.today(), "interviewer": request.user.pk}
    form = InterviewForm(request.POST or None, initial=begin)
    if request.method == "POST" and form.is_valid():
        try:
            persona_evidence.add(persona=found, by=request.user, at=clock.now(), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, _("The interview is noted."))
            return redirect(_there(found))
    status = 200 if request.method == "GET" else 422
    return render(
        request, "personas/interview.html", {"persona": found, "form": form, "there": _there(found)}, status=status
    )


@needs("personas.edit")
@once
def interview_back(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(PersonaInterview.objects.select_related("persona", "words", "interviewer"), pk=pk)
    if not persona_evidence.may_take_back(row, request.user):
        raise Http404
    form = BackForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            persona_evidence.take_back(row=row, by=request.user, at=clock.now(), reason=form.cleaned_data["reason"])
        except Refusal as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, _("Taken back: the interview stays struck through, without its words."))
            return redirect(_there(row.persona))
    context = {"row": row, "persona": row.persona, "form": form, "there": _there(row.persona)}
    return render(request, "personas/interview_back.html", context, status=200 if request.method == "GET" else 422)


def _there(found: Persona) -> str:
    return reverse("personas:persona", args=[found.pk]) + "#evidence"
