"""Lists of leads: who is on which, how many, and what asks for it. Views only translate."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from leads.models import Lead
from personas import attributes, lead_lists
from personas.models import FieldDef
from smarketing.accounts.policy import may, needs
from smarketing.rows import clock
from smarketing.web.once import once

from . import arranging, registers

USES = {"line": ("definition.view", "personas:definition"), "persona": ("personas.view", "personas:persona")}


class ListForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=lead_lists.MOST)

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        if "“" in name or "”" in name or "«" in name or "»" in name:
            raise forms.ValidationError(_("Without quotation marks, please: sentences put them around it."))
        return name


@needs("leads.view")
def listing(request: HttpRequest) -> HttpResponseBase:
    """Every list, with how many leads are on it."""
    return _page(request, ListForm(), None)


@needs("leads.add")
@once
def edit(request: HttpRequest, pk: int | None = None) -> HttpResponseBase:
    """Add a list, or rename the one opened."""
    opened = get_object_or_404(FieldDef.objects.exclude(listing=""), pk=pk) if pk else None
    form = ListForm(request.POST if request.method == "POST" else None, initial={"name": opened and opened.listing})
    if request.method == "POST" and form.is_valid():
        said = {"name": form.cleaned_data["name"], "by": request.user, "at": clock.now()}
        try:
            lead_lists.rename(row=opened, **said) if opened else lead_lists.add(**said)
        except attributes.AttributeRefusal as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("leads:lead_lists")
    return _page(request, form, opened)


@needs("leads.add")
@require_POST
@once
def do(request: HttpRequest, pk: int) -> HttpResponse:
    """Retire or offer again: whichever button was pressed."""
    row = get_object_or_404(FieldDef.objects.exclude(listing=""), pk=pk)
    deeds = {"retire": attributes.retire, "offer": attributes.offer}
    return arranging.do(request, deeds, attributes.AttributeRefusal, reverse("leads:lead_lists"), row=row)


def _page(request: HttpRequest, form: ListForm, opened: FieldDef | None) -> HttpResponse:
    uses, mine = attributes.uses(), Lead.objects.visible_to(request.user).living()
    rows = [
        {
            "row": one,
            "count": mine.saying({one.name: True}).count(),
            "uses": [(use.name, _address(request, use)) for use in uses.get(one.key, [])],
        }
        for one in lead_lists.every()
    ]
    context = {"rows": rows, "form": form, "opened": opened, "may_edit": may(request.user, "leads.add"),
               "tabs": registers.tabs(request)}  # fmt: skip
    return render(request, "leads/lead_lists.html", context, status=422 if form.errors else 200)


def _address(request: HttpRequest, use: Any) -> str:
    verb, page = USES[use.kind]
    return reverse(page, args=[use.pk]) if may(request.user, verb) else ""
