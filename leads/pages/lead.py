"""The page of one lead: who it is, what happened, why it has its grade; now, or as of the end of a past day."""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from leads.evidence import header, since, story, telling, values, why, would
from leads.handoffs.rules import body_of
from leads.intake import by_hand, corrections
from leads.models import Correction, Lead, PersonaMatch
from leads.models.querysets import LeadQuerySet
from leads.scoring.days import here
from leads.twins import likely, merge
from smarketing.accounts.policy import may, needs
from smarketing.rows import clock
from smarketing.web.once import once

from . import rights
from . import telling as words
from .forms import LeadForm, email_is_valid
from .leads import came_back, twins_of

FILTERS = {
    "all": gettext_lazy("all"),
    "mail": gettext_lazy("mail"),
    "web": gettext_lazy("web"),
    "calls": gettext_lazy("calls"),
    "stages": gettext_lazy("stages"),
    "notes": gettext_lazy("notes"),
    "values": gettext_lazy("values"),
}


@needs("leads.view")
def page(request: HttpRequest, pk: int) -> HttpResponse:
    lead = get_object_or_404(Lead.objects.visible_to(request.user).select_related("company", "campaign"), pk=pk)
    present = clock.now()
    past = _asked_day(request, "as_of", present)
    t = _end_of(past) if past else present
    lang, personal = get_language() or "en", may(request.user, "leads.personal")
    said = values.values("lead", lead.pk, t, lang)
    text = {one.field: one.text for one in said if personal or not one.personal}
    context = {
        "lead": lead,
        "name": _name(lead, text),
        "function": text.get("function", ""),
        "phone": text.get("phone", ""),
        "personal": personal,
        "past": past,
        "wrong_day": bool(request.GET.get("as_of")) and past is None and not _is_today(request, present),
        "at": t,
        "today": present,
        "tel": re.sub(r"[^+0-9]", "", text.get("phone", "")),
        "steps": header.steps(lead, t, past is None),
        **_charge(lead, t, past is None),
        "values": [one for one in said if personal or not one.personal],
        "email_is_odd": bool(text.get("email")) and not email_is_valid(text["email"]),
        "panels": (why.as_of if past else why.now)(lead, t, lang, personal=personal),
        **_since(request, lead, present, lang),
        **_would(request, lead, t, lang, personal and past is None),
        "may_edit": may(request.user, "leads.edit") and not past and not lead.erased,
        **_back(lead, request.user, past is not None),
        **_around(lead, request.user, t),
        **rights.beside(lead, request.user, past is not None),
        **_story(request, lead, t, personal),
    }
    return render(request, "leads/lead.html", context)


def _back(lead: Lead, user, past: bool) -> dict:
    """Whether it was taken back, by hand or with its import; whether the reader may do so now."""
    own = not (past or lead.erased or lead.root_id or lead.imported_by_id) and may(user, "leads.add")
    return {
        "back": Correction.objects.filter(subject="lead", subject_id=lead.pk).select_related("by").first(),
        "may_unmake": own and corrections.offered(lead, user),
    }


def _charge(lead: Lead, t: datetime, now: bool) -> dict:
    """Who has the lead, what is promised next, and where it is worked."""
    charge = header.charge(lead, t, now)
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


def _around(lead: Lead, user, t: datetime) -> dict:
    """What stands beside a lead: its company and campaign as of t, persona, colleagues, twins, survivor."""
    linked = values.linked("lead", lead.pk, t)
    company = linked.get("company")
    living = may(user, "leads.personal") and not lead.erased and not lead.root_id
    twins = likely.of(lead) if living else []
    visible = Lead.objects.visible_to(user)
    return {
        "company": company,
        "campaign": linked.get("campaign"),
        "colleagues": company.people.living().exclude(pk=lead.pk).count() if company else 0,
        "twins": _seen(visible, twins),
        "merges": merge.of(lead) if not lead.root_id else [],
        "survivor": visible.filter(pk=lead.root_id).first() if lead.root_id else None,
        "matches": PersonaMatch.objects.filter(lead=lead)
        .select_related("persona", "version")
        .order_by("persona__name"),
    }


def _seen(visible: LeadQuerySet, twins: Sequence[likely.Twin]) -> list[likely.Twin]:
    """Those that the reader may see."""
    mine = set(visible.filter(pk__in=[one.lead.pk for one in twins]).values_list("pk", flat=True))
    return [one for one in twins if one.lead.pk in mine]


def _since(request: HttpRequest, lead: Lead, present: datetime, lang: str) -> dict:
    """What changed since a day that is asked for, and the last moments of change."""
    day = _asked_day(request, "since", present)
    changes = since.changes(lead, _end_of(day), present, lang) if day else []
    return {"since": day, "changes": changes, "moments": since.moments(lead)}


def _would(request: HttpRequest, lead: Lead, t: datetime, lang: str, personal: bool) -> dict:
    """What would make it an MQL, when it is asked."""
    if not request.GET.get("would"):
        return {"would": None}
    found = [(one, one.words(lang, personal=personal)) for one in would.of(lead, t)]
    return {"would": [{"one": one, "sets": sets, "hidden": len(one.sets) - len(sets)} for one, sets in found]}


def _story(request: HttpRequest, lead: Lead, t: datetime, personal: bool) -> dict:
    only = request.GET.get("story", "all")
    only = only if only in FILTERS else "all"
    entries, further = story.page(lead, t, only=only, before=parse(request.GET.get("before", "")))
    query = request.GET.copy()
    query.pop("before", None)
    query["story"] = only
    more = query.copy()
    if further:
        more["before"] = written(further)
    tabs = []
    for key, label in FILTERS.items():
        query["story"] = key
        tabs.append((label, f"?{query.urlencode()}#story", key == only))
    query["story"] = only
    return {
        "lines": telling.lines(entries, personal=personal, lead=lead.pk, reader=request.user),
        "tabs": tabs,
        "more_url": f"?{more.urlencode()}#story" if further else "",
        "newest_url": f"?{query.urlencode()}#story" if request.GET.get("before") else "",
    }


def written(place: story.Place) -> str:
    """A place in the story for an address."""
    return f"{place[0].isoformat()}~{place[1]}~{place[2]}"


def parse(text: str) -> story.Place | None:
    """What `written` wrote; None for anything else."""
    try:
        at, rank, pk = text.split("~")
        instant = datetime.fromisoformat(at)
        return (
            (instant, int(rank), int(pk)) if instant.tzinfo and abs(int(rank)) < 99 and abs(int(pk)) < 2**63 else None
        )
    except ValueError:
        return None


def _asked_day(request: HttpRequest, name: str, present: datetime) -> date | None:
    """The past day that is asked for; None for today, a day to come, or nothing."""
    try:
        day = date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return None
    return day if date(1971, 1, 1) <= day < here().of(present) else None


def _is_today(request: HttpRequest, present: datetime) -> bool:
    return request.GET.get("as_of") == here().of(present).isoformat()


def _end_of(day: date) -> datetime:
    return here().midnight(day + timedelta(days=1)) - timedelta(microseconds=1)


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
