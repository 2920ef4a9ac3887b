"""The page of one lead: who it is, what happened, why it has its grade; now, or as of any past instant, as known then."""

import re
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from leads.evidence import header, resembles, standing, values, why
from leads.handoffs import calling
from leads.handoffs.rules import body_of
from leads.intake import by_hand, corrections
from leads.models import Lead
from leads.models.querysets import LeadQuerySet
from leads.scoring.oracle import LeadFacts
from leads.twins import likely, merge
from smarketing.accounts.policy import may, needs
from smarketing.rows import clock
from smarketing.web.once import once

from . import examination, instants, rights, story_part
from . import telling as words
from .forms import LeadForm, email_is_valid
from .leads import came_back, twins_of


@needs("leads.view")
def page(request: HttpRequest, pk: int) -> HttpResponse:
    lead = get_object_or_404(Lead.objects.visible_to(request.user).select_related("company", "campaign"), pk=pk)
    present = clock.now()
    then = instants.asked(request.GET, "as_of", present)
    past, t = (then if then.at else None), then.at or present
    lang, personal = get_language() or "en", may(request.user, "leads.personal")
    held = values.Held(lead.pk, t)
    facts = held.facts()
    said = values.values("lead", lead.pk, t, lang, held.mine, fields=held.fields)
    text = {one.field: one.text for one in said if personal or not one.personal}
    around = _around(lead, request.user, held, past is not None)
    handoffs = header.handed(lead, t)
    charge = header.charge(lead, t, past is None, handoffs)
    is_open = charge is not None and charge.state.is_open
    context = {
        "lead": lead,
        "name": _name(lead, text),
        "function": text.get("function", ""),
        "phone": text.get("phone", ""),
        "no_call": "" if past or not text.get("phone") else calling.now_of(lead.pk, present),
        "personal": personal,
        "past": past,
        "opens": True,  # rows open their facts in the story of this page
        "keep": f"as_of={quote(request.GET['as_of'])}&" if past else "",
        "wrong_day": then.wrong,
        "at": t,
        "moment": past.at if past else None,
        "picked": instants.field(t),
        "present": instants.field(present),
        "tel": re.sub(r"[^+0-9]", "", text.get("phone", "")),
        "steps": header.steps(lead, t, past is None),
        "handed": handoffs,
        **_promised(charge, t),
        "values": [one for one in said if personal or not one.personal],
        "email_is_odd": bool(text.get("email")) and not email_is_valid(text["email"]),
        "panels": (why.as_of if past else why.now)(lead, t, lang, personal=personal, facts=facts, held=held),
        **examination.of(request, lead, present, past, lang, personal=personal, handoffs=handoffs),
        "may_edit": may(request.user, "leads.edit") and not past and not lead.erased,
        "may_unmake": past is None and _may_unmake(lead, request.user),
        **around,
        **_resembled(lead, facts, held, lang, personal),
        **rights.beside(
            lead, request.user, around["standing"].opposed, past.at if past else None, around["whose"], is_open
        ),
        **story_part.of(request, lead, held, personal),
    }
    return render(request, "leads/lead.html", context)


def _resembled(lead: Lead, facts: LeadFacts, held: values.Held, lang: str, personal: bool) -> dict[str, list[dict]]:
    """The personas that are resembled and the others, each with those of its conditions that the reader may see."""
    found = [
        {"one": one, "lines": said, "hidden": len(one.membership.parts) - len(said), "missing": [part for part in said if not part.holds]}
        for one in resembles.of(lead, facts.t, facts, held)
        for said in [one.lines(lang, personal=personal)]
    ]  # fmt: skip
    alike = [one for one in found if one["one"].holds]
    return {"likenesses": alike, "unlike": [one for one in found if not one["one"].holds]}


def _may_unmake(lead: Lead, user) -> bool:
    """Whether the reader may take back the lead as such, where it was added by hand."""
    own = not (lead.erased or lead.root_id or lead.imported_by_id) and may(user, "leads.add")
    return own and corrections.offered(lead, user)


def _promised(charge: header.Charge | None, t: datetime) -> dict:
    """Who has the lead, and what is promised next."""
    state = charge.state if charge else None
    found = {"charge": charge, "promise": "", "left": None}
    if state is None or not state.is_open:
        return found
    if state.due_at:
        promised = body_of(state.handoff)["attempts"]
        found["promise"] = words.promise(state.due_label, state.attempts, promised)
        found["left"] = words.teller(t, clock.zone(), state.calendar_id).left(state.due_at)
    return found


def _name(lead: Lead, text: dict[str, str]) -> str:
    full = f"{text.get('first_name', '')} {text.get('last_name', '')}".strip() or text.get("email", "")
    return full or _("Lead #%(number)s") % {"number": lead.pk}


def _around(lead: Lead, user, held: values.Held, past: bool) -> dict:
    """What stands beside a lead: its company and campaign as of t, colleagues, twins, survivor, and what was merged into it."""
    t = held.t
    linked = values.linked("lead", lead.pk, t, held.mine, (lead.company, lead.campaign))
    company = linked.get("company")
    then = standing.of(lead, t, held)
    root = then.root if past else lead.root_id
    whose = [lead.pk] if lead.root_id and not past else list(held.members)
    living = may(user, "leads.personal") and not past and not lead.erased and not root
    visible = Lead.objects.visible_to(user)
    return {
        "company": company,
        "company_values": values.values("company", company.pk, t, get_language() or "en", held.theirs)
        if company and past
        else [],
        "campaign": linked.get("campaign"),
        "colleagues": company.people.living().exclude(pk=lead.pk).count() if company and not past else None,
        "twins": _seen(visible, likely.of(lead)) if living else [],
        "merges": merge.of(lead, t if past else None, whose) if not root else [],
        "whose": whose,
        "standing": then,
        "root": root,
        "survivor": visible.filter(pk=root).first() if root else None,
    }


def _seen(visible: LeadQuerySet, twins: Sequence[likely.Twin]) -> list[likely.Twin]:
    """Those that the reader may see."""
    mine = set(visible.filter(pk__in=[one.lead.pk for one in twins]).values_list("pk", flat=True))
    return [one for one in twins if one.lead.pk in mine]


@needs("leads.edit")
@once
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    lead = get_object_or_404(
        Lead.objects.visible_to(request.user).filter(erased=False).select_related("company"), pk=pk
    )
    form, twins = LeadForm.of(lead, request.POST or None), None
    if request.method == "POST" and form.is_valid():
        twins = (
            twins_of(request.user, form, lead.pk) if form.cleaned_data["email"].lower() != lead.email.lower() else None
        )
        if twins is None:
            try:
                changes = by_hand.edit_lead(
                    lead=lead, values=form.values(), company=form.company(), by=request.user, at=clock.now()
                )
            except by_hand.ByHandError as refusal:
                if refusal.key != "erased_opposed":
                    raise
                return came_back(request, form, lead)
            messages.success(
                request, _("Saved: every change is in the story.") if changes else _("Nothing has changed.")
            )
            return redirect(reverse("leads:lead", args=[lead.pk]))
    context = {"form": form, "twins": twins, "lead": lead}
    return render(request, "leads/lead_form.html", context, status=200 if request.method == "GET" else 422)
