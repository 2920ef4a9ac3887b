"""Deals on the page of a persona: those of its leads, counted, and those that somebody chose as a proof."""

import re
from datetime import date, timedelta

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from leads.models import Deal, PersonaDeal
from leads.rights import proofs
from leads.rights.problems import Refusal
from personas.models import Persona
from smarketing.accounts.policy import may, needs
from smarketing.measures import engine
from smarketing.rows import clock, fence
from smarketing.web.once import once

OFFERED = 40  # closed deals proposed while somebody types
EVER = date(1971, 1, 1)
_NUMBERED = re.compile(r"#(\d{1,17})\b")


def evidence(context, pk: int) -> str:
    """For `{% slot "persona.evidence" persona.pk %}`; nothing where nobody may look at deals, or there are none."""
    request, persona = context["request"], Persona.objects.filter(pk=pk).first()
    if persona is None or not may(request.user, "deals.view"):
        return ""
    closed = Deal.objects.visible_to(request.user).standing().exclude(state=Deal.State.OPEN)
    if not closed.exists():
        return ""
    until, cutoff = clock.today() + timedelta(days=1), fence.cutoff()
    asked = {"first": EVER, "until": until, "where": {"persona": persona.name}, "cutoff": cutoff}
    closed_ = engine.answer(
        "win_rate", user=request.user, date="won", **asked
    ).total  # won ones of all that were closed
    found = {"won": closed_.n, "lost": (closed_.of or 0) - closed_.n}
    counted = [(key, n, engine.rows_url(key, date="won", **asked)) for key, n in found.items()]
    edits = may(request.user, "personas.edit") and not persona.retired
    seen = set(closed.filter(proofs__persona=persona).values_list("pk", flat=True))
    chosen = [(one, one.deal_id in seen) for one in proofs.chosen(persona)]
    shows = {
        "persona": persona, "counted": counted, "chosen": chosen, "edits": edits,
        "personal": may(request.user, "leads.personal"),
        "offered": [_named(one) for one in closed.select_related("company").order_by("-closed_at", "-pk")[:OFFERED]] if edits else [],
    }  # fmt: skip
    return render_to_string("leads/persona_deals.html", shows, request=request)


def _named(deal: Deal) -> str:
    return " · ".join(filter(None, (f"#{deal.pk}", deal.title or deal.key, str(deal.get_state_display()))))


@needs("personas.edit")
@require_POST
@once
def choose(request: HttpRequest, pk: int) -> HttpResponse:
    """A deal named by its number, key or title becomes a proof."""
    persona, text = get_object_or_404(Persona, pk=pk), request.POST.get("deal", "").strip()[:300]
    deals = Deal.objects.visible_to(request.user).standing()
    numbered = _NUMBERED.match(text)
    named = Q(pk=int(numbered[1])) if numbered else Q(key=text) | Q(title__iexact=text)
    found = list(deals.filter(named).order_by("pk")[:2]) if text else []
    if len(found) != 1:
        said = (
            _("“%(text)s” names no deal you can see.")
            if not found
            else _("“%(text)s” names several deals: choose one by its number.")
        )
        messages.error(request, said % {"text": text})
        return redirect(_there(persona))
    try:
        proofs.choose(persona=persona, deal=found[0], by=request.user, at=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The deal is among the proofs."))
    return redirect(_there(persona))


@needs("personas.edit")
@require_POST
@once
def leave_out(request: HttpRequest, pk: int) -> HttpResponse:
    """A deal proves the persona no more; chosen again it does."""
    proof = get_object_or_404(PersonaDeal.objects.select_related("persona"), pk=pk)
    proofs.leave_out(proof=proof, by=request.user, at=clock.now())
    messages.success(request, _("Left out: the deal stays, it proves nothing any more."))
    return redirect(_there(proof.persona))


def _there(persona: Persona) -> str:
    return reverse("personas:persona", args=[persona.pk]) + "#evidence"
