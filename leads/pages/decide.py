"""Refuse, give back, and take back: the sheets of a rep's decisions."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.handoffs import attempts, decisions, hands, problems, reasons
from leads.models import Attempt, Correction, Decision
from leads.models.queues import key_of
from smarketing.accounts.policy import needs
from smarketing.rows import clock
from smarketing.web.once import once

from .focus import Gone, found, gone, onward
from .sheet import Sheet


@dataclass(frozen=True)
class Act:
    key: str
    deed: Callable
    title: object
    button: object


ACTS = {
    reasons.REFUSE: Act(reasons.REFUSE, decisions.refuse, gettext_lazy("Refuse this lead"), gettext_lazy("Refuse")),
    reasons.RETURN: Act(
        reasons.RETURN, decisions.give_back, gettext_lazy("Give this lead back"), gettext_lazy("Give back")
    ),
}


@needs("handoffs.work")
@once
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    return _sheet(request, pk, ACTS[reasons.REFUSE])


@needs("handoffs.work")
@once
def give_back(request: HttpRequest, pk: int) -> HttpResponse:
    return _sheet(request, pk, ACTS[reasons.RETURN])


def _sheet(request: HttpRequest, pk: int, act: Act) -> HttpResponse:
    at = clock.now()
    try:
        state = found(request, pk)
    except Gone as left:
        return gone(request, left.state, at)
    if not hands.is_in_hands(state, request.user):
        raise Http404
    data = request.POST if request.method == "POST" else None
    sheet = Sheet.of(act.key, state, request.user, at, data)
    status = 200
    if data is not None:
        if said := sheet.for_service():
            before = key_of(state)
            try:
                made = act.deed(handoff=state.handoff, by=request.user, at=at, **said)
            except problems.NotYours:
                raise Http404 from None
            except problems.Refusal as refusal:
                sheet.refuse(refusal.field, str(refusal))
                status = 409 if isinstance(refusal, problems.Stale) else 422
            else:
                return onward(request, state, before, f"decision-{made.pk}")
        else:
            status = 422
    context = {"state": state, "lead": state.lead, "sheet": sheet, "act": act}
    return render(request, "leads/queue/decide.html", context, status=status)


TAKE_BACK: dict[str, tuple[Any, Callable]] = {
    "attempt": (Attempt, attempts.undo),
    "decision": (Decision, decisions.undo),
}


@needs("handoffs.work")
@once
def undo(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Take an attempt or a decision back: at once, or after saying why."""
    model, deed = TAKE_BACK[kind]
    made = model.objects.select_related("handoff__lead").filter(pk=pk).first()
    if made is None:
        raise Http404
    try:
        state = found(request, made.handoff_id)
    except Gone as left:
        return gone(request, left.state, clock.now())
    if not hands.is_in_hands(state, request.user):
        raise Http404
    reason, problem, status = request.POST.get("reason", ""), "", 200
    if Correction.objects.filter(subject=kind, subject_id=pk).exists():
        return redirect("leads:focus", made.handoff_id)
    if request.method == "POST":
        try:
            deed(**{kind: made}, by=request.user, at=clock.now(), reason=reason)
        except problems.NotYours:
            raise Http404 from None
        except problems.Refusal as refusal:
            problem, status = str(refusal), 422
        else:
            messages.success(request, _("Taken back."))
            again = f"?again={pk}" if kind == "attempt" else ""
            return redirect(reverse("leads:focus", args=[made.handoff_id]) + again)
    what = made.get_outcome_display() if kind == "attempt" else made.get_kind_display()
    context = {
        "made": made,
        "kind": kind,
        "what": what,
        "lead": made.handoff.lead,
        "reason": reason,
        "problem": problem,
    }
    return render(request, "leads/queue/undo.html", context, status=status)
