"""Settings: how long people are kept, and the erasures that the night proposes, confirmed or declined with a reason."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from leads.models import ErasureProposal
from leads.rights import retention
from leads.rights.problems import Refusal
from smarketing.accounts.policy import needs
from smarketing.rows import clock
from smarketing.web.once import once

SHOWN = 50
KEPT_SHOWN = 20


class MonthsForm(forms.Form):
    """Months per purpose."""

    prospect = forms.IntegerField(label=gettext_lazy("Prospects: months"), min_value=0, max_value=retention.MOST)
    customer = forms.IntegerField(label=gettext_lazy("Customers: months"), min_value=0, max_value=retention.MOST)


class DecideForm(forms.Form):
    """Who is chosen, and their number typed (to erase) or the reason (to keep)."""

    chosen = forms.ModelMultipleChoiceField(
        ErasureProposal.objects.filter(state=ErasureProposal.State.OPEN).select_related("lead"),
        error_messages={"required": gettext_lazy("Choose at least one person.")},
    )
    typed = forms.CharField(label=gettext_lazy("How many are erased"), max_length=6, required=False)
    reason = forms.CharField(label=gettext_lazy("Why they are kept"), max_length=200, required=False)


@needs("settings.retention")
@once
def proposals(request: HttpRequest) -> HttpResponse:
    """The agreed months; whoever is proposed, to be erased or kept."""
    do = request.POST.get("do", "")
    agreed = MonthsForm(request.POST if do == "months" else None, initial=retention.months())
    form = DecideForm(request.POST if do in ("erase", "keep") else None)
    if do == "months" and agreed.is_valid():
        changed = retention.agree(wanted=agreed.cleaned_data, by=request.user, at=clock.now())
        messages.success(request, _("Saved: the next night proposes by it.") if changed else _("Nothing has changed."))
        return redirect("leads:retention")
    if do in ("erase", "keep") and form.is_valid() and _decided(request, do, form):
        return redirect("leads:retention")
    rows = ErasureProposal.objects.select_related("lead", "by")
    waiting = rows.filter(state=ErasureProposal.State.OPEN).order_by("last_contact_at", "pk")
    context = {
        "agreed": agreed,
        "form": form,
        "rows": waiting[:SHOWN],
        "count": waiting.count(),
        "kept": rows.filter(state=ErasureProposal.State.KEPT, lead__erased=False).order_by("-decided_at")[:KEPT_SHOWN],
        "chosen": request.POST.getlist("chosen"),
    }
    return render(request, "leads/rights/retention.html", context, status=422 if request.method == "POST" else 200)


def _decided(request: HttpRequest, do: str, form: DecideForm) -> bool:
    chosen, at = list(form.cleaned_data["chosen"]), clock.now()
    try:
        if do == "keep":
            n = retention.keep(proposals=chosen, reason=form.cleaned_data["reason"], by=request.user, at=at)
            said = ngettext("%(n)s person is kept for a year.", "%(n)s people are kept for a year.", n)
        elif form.cleaned_data["typed"].strip() != str(len(chosen)):
            form.add_error(
                "typed", _("Type how many people are chosen, %(n)s: nobody was erased.") % {"n": len(chosen)}
            )
            return False
        else:
            retention.confirm(proposals=chosen, by=request.user, at=at)
            n = len(chosen)
            said = ngettext("%(n)s person was erased.", "%(n)s people were erased.", n)
    except Refusal as refusal:
        form.add_error(refusal.field or None, str(refusal))
        return False
    messages.success(request, said % {"n": n})
    return True
