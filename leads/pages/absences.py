"""Absences said and ended, and what a rep owes given on: seen first, then done. Views only translate."""

from collections import Counter
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from leads.handoffs import absences as service
from leads.handoffs import problems, relief
from leads.models import Absence, HandoffState
from smarketing.accounts.models import Role, User
from smarketing.accounts.policy import may, needs
from smarketing.rows import clock
from smarketing.web.once import once

SHOWN = 50


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d")


class AbsenceForm(forms.Form):
    rep = forms.ModelChoiceField(User.objects.none(), label=gettext_lazy("Rep"), empty_label=gettext_lazy("choose…"))
    first = forms.DateField(label=gettext_lazy("From"), widget=_day())
    last = forms.DateField(label=gettext_lazy("To, that day included"), widget=_day())

    def __init__(self, data: Any, *, by: User):
        super().__init__(data)
        whom = User.objects.filter(role=Role.REP, is_active=True)
        self.fields["rep"].queryset = whom.filter(pk=by.pk) if by.role == Role.REP else whom.order_by("name")
        if by.role == Role.REP:
            del self.fields["rep"]


@needs("absences.say")
@once
def absences(request: HttpRequest) -> HttpResponse:
    """Who is away now or later: a rep's own, all of them for a manager; and a form that says another."""
    by, at = request.user, clock.now()
    anybody = by.role == Role.REP or User.objects.filter(role=Role.REP, is_active=True).exists()
    form = AbsenceForm(request.POST or None, by=by) if anybody else None
    if form is not None and request.method == "POST" and form.is_valid():
        said = {"rep": by} | form.cleaned_data
        try:
            service.say(**said, by=by, at=at)
        except problems.NotYours:
            raise Http404 from None
        except problems.Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, _("Saved: no lead is given to them on these days."))
            return redirect("leads:absences")
    rows = _rows(by, at)
    context = {"rows": rows, "form": form, "may_relieve": may(by, "handoffs.reassign")}
    return render(request, "leads/routing/absences.html", context, status=422 if form and form.errors else 200)


def _rows(by: User, at: Any) -> list[dict[str, Any]]:
    today = clock.today(at)
    found = service.standing().filter(last__gte=today).select_related("rep", "by").order_by("first", "rep__name", "pk")
    found = found.filter(rep=by) if by.role == Role.REP else found
    owes = {one.rep_id: HandoffState.objects.owed_by(one.rep_id).count() for one in found}
    return [{"one": one, "now": one.first <= today, "owes": owes[one.rep_id]} for one in found]


@needs("absences.say")
@require_POST
@once
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Here again, from today on; or not away at all."""
    found = Absence.objects.select_related("rep")
    found = found.filter(rep=request.user) if request.user.role == Role.REP else found
    absence = get_object_or_404(found, pk=pk)
    try:
        service.end(absence=absence, by=request.user, at=clock.now())
    except problems.NotYours:
        raise Http404 from None
    except problems.Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Here again: their turn goes on with the next lead."))
    return redirect("leads:absences")


@needs("handoffs.reassign")
@once
def give_on(request: HttpRequest, pk: int) -> HttpResponse:
    """What a rep owes, and to whom each would go; then give on those that are ticked."""
    rep, at = get_object_or_404(User, pk=pk, role=Role.REP), clock.now()
    if request.method == "POST":
        ticked = [int(one) for one in request.POST.getlist("handoff") if one.isascii() and one.isdecimal()]
        wanted = None if request.POST.get("do") == "all" else ticked
        moved = relief.give_on(rep=rep, by=request.user, at=at, only=wanted)
        n = len(moved)
        said = ngettext("%(n)s lead reassigned.", "%(n)s leads reassigned.", n) % {"n": n}
        (messages.success if n else messages.warning)(request, said)
        return redirect(request.path)
    steps = relief.preview(rep, at)
    shares = Counter(step.rep.name if step.rep else "" for step in steps)
    context = {
        "rep": rep, "steps": steps[:SHOWN], "n": len(steps), "able": any(step.rep for step in steps),
        "shares": sorted(shares.items(), key=lambda pair: (-pair[1], pair[0])), "until": service.until(rep.pk, clock.today(at)),
        "back": f"{reverse('leads:queue')}?rep={rep.pk}",
    }  # fmt: skip
    return render(request, "leads/routing/relief.html", context)


def in_queue(context: Any) -> str:
    """The way from the queue to absences, for whoever may say one."""
    user = context["request"].user
    return render_to_string("leads/routing/absences_link.html") if may(user, "absences.say") else ""
