"""Values written by hand and reps named by hand, taken back: what held before holds again, the mistake stays, struck through."""

from collections.abc import Iterable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from leads.evidence import values
from leads.handoffs import problems, routing
from leads.intake import by_hand, corrections
from leads.models import Assignment, AttributeChange, Campaign, Company, Lead
from personas.definitions import traits
from smarketing.accounts.models import User
from smarketing.accounts.policy import may, needs
from smarketing.rows import clock
from smarketing.web.once import once

from .forms import TakeBackForm

SAID = {
    "gone": gettext_lazy("This was taken back before."),
    "birth": gettext_lazy("These are its first values: edit them instead."),
    **corrections.SAID,
}
# Subject -> its rows, its page, who may edit it.
SUBJECTS = {
    "lead": (Lead, "leads:lead", "leads.edit"),
    "company": (Company, "leads:company", "leads.edit"),
    "campaign": (Campaign, "leads:campaign", "campaigns.edit"),
}


@needs("leads.edit")
@once
def values_back(request: HttpRequest, pk: int) -> HttpResponse:
    change = get_object_or_404(
        AttributeChange.objects.filter(subject__in=SUBJECTS, by__isnull=False, source="hand").select_related("by"),
        pk=pk,
    )
    model, page, verb = SUBJECTS[change.subject]
    about = get_object_or_404(model.objects.visible_to(request.user), pk=change.subject_id)
    if not may(request.user, verb) or getattr(about, "erased", False):
        raise Http404
    there, form = reverse(page, args=[about.pk]), TakeBackForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            by_hand.take_back_values(change=change, by=request.user, at=clock.now(), reason=form.cleaned_data["reason"])
        except by_hand.ByHandError as refusal:
            form.add_error(refusal.field or None, SAID[refusal.key])
        else:
            messages.success(request, _("Taken back: what held before holds again."))
            return redirect(there)
    context = {
        "about": about,
        "there": there,
        "form": form,
        "change": change,
        "pairs": pairs(request, change.subject, by_hand.written_together(change)),
    }
    return render(request, "leads/change_back.html", context, status=200 if request.method == "GET" else 422)


def pairs(request: HttpRequest, subject: str, rows: Iterable[AttributeChange]) -> list[tuple[str, str]]:
    """(label, value) of these values of a subject, as the reader may see them."""
    lang, personal = get_language() or "en", may(request.user, "leads.personal")
    known, off = {one.name: one for one in values.catalogue(subject)}, traits.hidden()
    found = []
    for row in rows:
        if f"{subject}.{row.field}" in off:
            continue
        one = known.get(row.field)
        if one is None and row.field == "rep":
            found.append((_("Account rep"), str(User.objects.filter(pk=row.value).first() or "–")))
        elif one is None:
            linked = values.LINKS[row.field].objects.filter(pk=row.value).first() if row.field in values.LINKS else None
            found.append((str(_(row.field)) if row.field in values.LINKS else row.field, str(linked or "–")))
        else:
            shown = values.text_of(one, row.value, lang) if personal or not one.personal else "•••"
            found.append((values.label_of(one, lang), shown or "–"))
    return found


@needs("queue.view")
@once
def charge_back(request: HttpRequest, pk: int) -> HttpResponse:
    """A rep named, or a lead taken, by mistake."""
    named = get_object_or_404(
        Assignment.objects.filter(handoff__lead__in=Lead.objects.visible_to(request.user)).select_related(
            "handoff__lead", "rep", "pool", "by"
        ),
        pk=pk,
    )
    form = TakeBackForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            routing.take_back(assignment=named, by=request.user, at=clock.now(), reason=form.cleaned_data["reason"])
        except problems.NotYours:
            raise Http404 from None
        except problems.Refusal as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, _("Taken back: whoever was in charge before is again."))
            return redirect(
                "leads:list" if request.user.role == "rep" else reverse("leads:lead", args=[named.handoff.lead_id])
            )
    context = {"named": named, "lead": named.handoff.lead, "form": form}
    return render(request, "leads/charge_back.html", context, status=200 if request.method == "GET" else 422)
