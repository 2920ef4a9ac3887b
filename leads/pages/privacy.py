"""One person's data: exported for them, whole; erased, with what goes and what stays shown before."""

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from leads.models import Lead
from leads.rights import erasure
from leads.rights import export as file
from leads.rights.problems import Refusal
from smarketing.accounts.policy import needs
from smarketing.rows import clock
from smarketing.web.once import once

SECTIONS = {
    "leads": _("leads that are this person"),
    "values": _("values over time"),
    "keys": _("keys in other systems"),
    "visitors": _("browsers"),
    "recognitions": _("browsers recognised as theirs"),
    "events": _("events"),
    "event_details": _("details of events"),
    "consents": _("consents and oppositions"),
    "suppression": _("entries of the suppression list"),
    "notes": _("notes"),
    "qualifications": _("qualifications"),
    "holds": _("holds"),
    "handoffs": _("handoffs"),
    "assignments": _("assignments"),
    "attempts": _("attempts"),
    "decisions": _("decisions"),
    "stages": _("moves of stage"),
    "recyclings": _("recyclings"),
    "deals": _("deals"),
    "deal_roles": _("roles on deals"),
    "merges": _("merges"),
    "grades": _("grades"),
    "personas": _("personas resembled"),
}


def named(counts: dict[str, int]) -> list[tuple[str, int]]:
    """(what, how many) of sections, in words."""
    return [(str(SECTIONS[name]), n) for name, n in counts.items()]


@needs("leads.privacy")
@never_cache
def export(request: HttpRequest, pk: int) -> HttpResponse:
    """What the file will hold; and, by POST, the file."""
    lead, problem = get_object_or_404(Lead.objects.visible_to(request.user), pk=pk), ""
    if request.method == "POST":
        try:
            with transaction.atomic():
                packed = file.export(lead=lead, by=request.user, at=clock.now())
        except Refusal as refusal:
            problem = str(refusal)
        else:
            answer = HttpResponse(packed, content_type="application/zip")
            answer["Content-Disposition"] = f'attachment; filename="person-{lead.pk}.zip"'
            return answer
    gone = lead.erased or lead.root_id
    context = {"lead": lead, "counts": [] if gone else named(file.counts(lead)), "problem": problem, "gone": gone}
    return render(request, "leads/rights/export.html", context, status=422 if problem else 200)


class EraseForm(forms.Form):
    """The number of the lead, typed."""

    typed = forms.CharField(
        label=_("Number of the lead"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def __init__(self, *args, number: int, **kwargs):
        super().__init__(*args, **kwargs)
        self.number = number
        self.fields["typed"].help_text = gettext("To confirm, type %(number)s.") % {"number": number}

    def clean_typed(self) -> str:
        if self.cleaned_data["typed"].strip().lstrip("#") != str(self.number):
            raise forms.ValidationError(
                gettext("Type the number of the lead, %(number)s: nothing was erased.") % {"number": self.number}
            )
        return self.cleaned_data["typed"]


@needs("leads.erase")
@never_cache
@once
def erase(request: HttpRequest, pk: int) -> HttpResponse:
    """What an erasure removes and keeps; and, with the number typed, the erasure."""
    lead = get_object_or_404(Lead.objects.visible_to(request.user), pk=pk)
    form = EraseForm(request.POST or None, number=pk)
    if request.method == "POST" and form.is_valid():
        try:
            erasure.erase(leads=[lead], by=request.user, at=clock.now())
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, gettext("Erased: no personal value is left."))
            return redirect("leads:lead", pk)
    found = erasure.preview(lead)
    context = {
        "lead": lead,
        "form": form,
        "found": found,
        "removed": named(found.removed),
        "kept": named(found.kept),
    }
    return render(request, "leads/rights/erase.html", context, status=422 if request.method == "POST" else 200)
