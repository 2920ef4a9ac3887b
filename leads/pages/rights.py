"""What a person said about being contacted: the panel on a lead's page, and the forms that record it or take it back."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.evidence import values
from leads.models import AttributeChange, Consent, Lead, Note
from leads.rights import consent, notes
from leads.rights.problems import Refusal
from smarketing.accounts.policy import may, needs
from smarketing.rows import clock
from smarketing.web.once import once

from .forms import DAY, TakeBackForm

SHOWN = 6


class ProofForm(forms.Form):
    """Where it was said, in which words, on which day."""

    source = forms.CharField(
        label=gettext_lazy("Where it was said"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("For instance: form of the fair in Lyon, call, letter."),
    )
    text = forms.CharField(
        label=gettext_lazy("Proof"),
        max_length=consent.MAX_PROOF,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("The words that were said or ticked, as they were shown then."),
    )
    said_on = forms.DateField(label=gettext_lazy("On which day"), required=False, widget=DAY)


class ConsentForm(ProofForm):
    kind = forms.ChoiceField(
        label=gettext_lazy("What was said"), choices=[one for one in Consent.Kind.choices if one[0] != "opposed"]
    )
    purpose = forms.ChoiceField(label=gettext_lazy("Purpose"), choices=Consent.Purpose.choices)
    channel = forms.ChoiceField(label=gettext_lazy("Channel"), choices=Consent.Channel.choices)
    basis = forms.ChoiceField(
        label=gettext_lazy("Basis"),
        choices=[("", gettext_lazy("none: consent withdrawn")), *Consent.Basis.choices],
        required=False,
    )
    field_order = ("kind", "purpose", "channel", "basis", "source", "text", "said_on")


class OppositionForm(ProofForm):
    text = forms.CharField(
        label=gettext_lazy("What was said"),
        max_length=consent.MAX_PROOF,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class NoteForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=notes.MAX_NOTE,
        widget=forms.Textarea(attrs={"rows": 2, "class": "form-control"}),
        required=False,
    )


def beside(
    lead: Lead, user, opposed: AttributeChange | None, past: datetime | None, whose: Sequence[int], charge: bool
) -> dict[str, Any]:
    """What the page of a lead shows of this, as of `past` where it shows the past, and which deeds it offers: none then.
    `whose`: the lead and those merged into it; `charge`: whether a handoff of it is open."""
    living = past is None and not lead.erased and not lead.root_id
    personal = may(user, "leads.personal")
    said = consent.of(lead, past, whose)
    return {
        "consents": said[:SHOWN] if personal else [],
        "opposed": opposed,
        "opposed_by": values.Value("opted_out", "", "", False, change=opposed).origin if opposed else "",
        "may_consent": living and may(user, "leads.consent"),
        "may_export": living and may(user, "leads.privacy"),
        "may_erase": living and may(user, "leads.erase"),
        "may_hand": living and may(user, "handoffs.make"),
        "may_merge": living and may(user, "leads.merge"),
        "may_charge": living and charge and may(user, "queue.view"),
        "may_note": living and may(user, "leads.note"),
        "may_disagree": living and may(user, "leads.disagree"),
        "may_praise": living and may(user, "leads.praise"),
        "note_form": NoteForm(),
    }


def _lead(request: HttpRequest, pk: int) -> Lead:
    return get_object_or_404(Lead.objects.visible_to(request.user), pk=pk)


def _form(request: HttpRequest, kind: type[forms.Form], **more: Any) -> forms.Form:
    return kind(request.POST or None, initial={"said_on": clock.today(), **more})


def _done(form: forms.Form, deed: Callable[[], Any]) -> bool:
    """Whether the deed was done; a refusal stands on its field."""
    try:
        deed()
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return False
    return True


@needs("leads.consent")
@once
def record(request: HttpRequest, pk: int) -> HttpResponse:
    """A consent given or withdrawn, with its proof."""
    lead = _lead(request, pk)
    form = _form(request, ConsentForm, basis="consent")

    def deed():
        consent.say(lead=lead, by=request.user, at=clock.now(), **form.cleaned_data)

    if request.method == "POST" and form.is_valid() and _done(form, deed):
        messages.success(request, _("Written down, with its proof."))
        return redirect("leads:lead", pk)
    return _page(request, "leads/rights/consent.html", lead, form)


@needs("leads.consent")
@once
def oppose(request: HttpRequest, pk: int) -> HttpResponse:
    """This person asked not to be contacted; or, where they did, consents again."""
    lead = _lead(request, pk)
    form = _form(request, ProofForm if lead.opted_out else OppositionForm)
    does = consent.agree if lead.opted_out else consent.oppose

    def deed():
        does(lead=lead, by=request.user, at=clock.now(), **form.cleaned_data)

    if request.method == "POST" and form.is_valid() and _done(form, deed):
        again = _("The opposition has ended: this person may be contacted.")
        closed = _("This person is not contacted any more: taken back from sales, on the suppression list.")
        messages.success(request, again if lead.opted_out else closed)
        return redirect("leads:lead", pk)
    return _page(request, "leads/rights/opposition.html", lead, form)


@needs("leads.consent")
@once
def take_back(request: HttpRequest, pk: int, consent_pk: int) -> HttpResponse:
    """A record that was a mistake."""
    lead = _lead(request, pk)
    said = get_object_or_404(Consent.objects.filter(lead=lead).select_related("proof", "by"), pk=consent_pk)
    form = TakeBackForm(request.POST or None)

    def deed():
        consent.take_back(consent=said, by=request.user, at=clock.now(), reason=form.cleaned_data["reason"])

    if request.method == "POST" and form.is_valid() and _done(form, deed):
        messages.success(request, _("Taken back: it stays in the story, struck through."))
        return redirect("leads:lead", pk)
    return _page(request, "leads/rights/consent_back.html", lead, form, said=said)


@needs("leads.note")
@once
def note(request: HttpRequest, pk: int) -> HttpResponse:
    lead = _lead(request, pk)
    form = NoteForm(request.POST or None)

    def deed():
        notes.write(lead=lead, by=request.user, at=clock.now(), **form.cleaned_data)

    if request.method == "POST" and form.is_valid() and _done(form, deed):
        messages.success(request, _("Noted."))
        return redirect("leads:lead", pk)
    return _page(request, "leads/rights/note.html", lead, form)


@needs("leads.note")
@once
def note_back(request: HttpRequest, pk: int, note_pk: int) -> HttpResponse:
    lead = _lead(request, pk)
    said = get_object_or_404(
        Note.objects.filter(lead__in=consent.merged(lead)).select_related("words", "by"), pk=note_pk
    )
    form = TakeBackForm(request.POST or None)

    def deed():
        notes.take_back(note=said, by=request.user, at=clock.now(), reason=form.cleaned_data["reason"])

    if request.method == "POST" and form.is_valid() and _done(form, deed):
        messages.success(request, _("Taken back: it stays in the story, struck through."))
        return redirect("leads:lead", pk)
    return _page(request, "leads/rights/note_back.html", lead, form, said=said)


def _page(request: HttpRequest, template: str, lead: Lead, form: forms.Form, **more: Any) -> HttpResponse:
    personal = may(request.user, "leads.personal")
    context = {"lead": lead, "name": str(lead) if personal else f"#{lead.pk}", "form": form, **more}
    return render(request, template, context, status=200 if request.method == "GET" else 422)
