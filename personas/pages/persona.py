"""Personas: the page of one, what differs between its versions, and what is done to it as a whole."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from personas import hooks
from personas.criteria import tree
from personas.definitions import persona_care, persona_drafts, persona_evidence, traits
from personas.models import Persona, PersonaDraft, PersonaVersion
from smarketing.accounts.policy import may, needs
from smarketing.rows import clock
from smarketing.web.once import once

from . import differing
from .document import spoken
from .reading import told
from .words import voice
from .writing_steps import months_on


@needs("personas.view")
def persona(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything said about a persona, on what it stands, its history, and how many leads resemble it now."""
    found = get_object_or_404(Persona, pk=pk)
    versions = list(found.versions.select_related("created_by").order_by("-number"))
    speaker, today, edits = voice(), clock.today(), may(request.user, "personas.edit")
    groups = told(versions[0], traits.wanted())
    context = {
        "persona": found,
        "version": versions[0],
        "versions": [(one, spoken(one.rules, speaker)) for one in versions],
        "rules": spoken(versions[0].rules, speaker),
        "groups": [one for one in groups if one.short or one.answers],
        "empty_groups": [one.group.label for one in groups if not (one.short or one.answers)],
        "may_edit": edits,
        "draft": PersonaDraft.objects.filter(persona=found).select_related("edited_by").first() if edits else None,
        "counts": _counted(versions[0]) if request.GET.get("count") else None,
        "namings": persona_care.namings(found),
        "interviews": persona_evidence.interviews(found),
        "overdue": bool(found.review_on and found.review_on < today),
        "soon": bool(found.review_on and (found.review_on - today).days <= persona_care.SOON),
        "last_review": found.reviews.select_related("by", "version").order_by("-pk").first(),
        "reviews": [(months, months_on(today, months)) for months in persona_care.MONTHS],
        "place": Persona.objects.filter(retired=False, place__lt=found.place).count() + 1,
        "of": Persona.objects.filter(retired=False).count(),
    }
    return render(request, "personas/persona.html", context)


@needs("personas.view")
def persona_counts(request: HttpRequest, pk: int) -> HttpResponse:
    """How many leads resemble the persona now, as a fragment."""
    if not request.headers.get("HX-Request"):
        return redirect(f"{reverse('personas:persona', args=[pk])}?count=1")
    version = get_object_or_404(Persona, pk=pk).versions.order_by("-number").first()
    return render(request, "personas/persona_counts.html", {"persona": version.persona, "counts": _counted(version)})


def _counted(version: PersonaVersion) -> hooks.Counts | None:
    return hooks.counts(_as_body(version.rules), f"persona:{version.pk}") if version.rules else None


def _as_body(rules: Mapping[str, Any]) -> dict[str, Any]:
    """A definition that asks for these rules only, so that whoever counts definitions counts them."""
    return tree.empty_body() | {"must": [dict(rules)], "mql": [], "mandatory": []}


@needs("personas.view")
def persona_compare(request: HttpRequest, pk: int) -> HttpResponse:
    """What differs between two versions, in words; by default the newest and the one before."""
    found = get_object_or_404(Persona, pk=pk)
    versions = {one.number: one for one in found.versions.select_related("created_by", "persona").order_by("number")}
    newest = max(versions)
    after = _numbered(request, "to", newest)
    before = _numbered(request, "from", max(after - 1, 1))
    if after not in versions or before not in versions:
        raise Http404
    before, after = min(before, after), max(before, after)
    context = {
        "persona": found,
        "versions": list(versions.values()),
        "before": versions[before],
        "after": versions[after],
        "changes": differing.changes(differing.of(versions[before]), differing.of(versions[after]), traits.wanted()),
    }
    return render(request, "personas/persona_compare.html", context)


def _numbered(request: HttpRequest, name: str, otherwise: int) -> int:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else otherwise


# --- done to a persona as a whole


@needs("personas.edit")
@require_POST
@once
def persona_act(request: HttpRequest, pk: int) -> HttpResponse:
    """Duplicate it, retire it, bring it back, or say that it is still true."""
    found, deed = get_object_or_404(Persona, pk=pk), request.POST.get("do", "")
    if deed not in _ACTS:
        raise Http404
    return redirect(_ACTS[deed](request, found))


def _duplicate(request: HttpRequest, found: Persona) -> str:
    version = found.versions.select_related("persona", "created_by").order_by("-number").first()
    made = persona_drafts.copy(version=version, by=request.user, at=clock.now())
    messages.success(request, _("A draft says what %(name)s says: give it a name of its own.") % {"name": found.name})
    return reverse("personas:draft", args=[made.pk, "who"])


def _retire(request: HttpRequest, found: Persona) -> str:
    persona_care.retire(persona=found, by=request.user, at=clock.now())
    messages.success(request, _("%(name)s is retired: no lead is matched with it any more.") % {"name": found.name})
    return reverse("personas:persona", args=[found.pk])


def _bring_back(request: HttpRequest, found: Persona) -> str:
    persona_care.bring_back(persona=found, by=request.user, at=clock.now())
    messages.success(request, _("%(name)s is in use again, last in the order.") % {"name": found.name})
    return reverse("personas:persona", args=[found.pk])


def _review(request: HttpRequest, found: Persona) -> str:
    months = request.POST.get("review", "")
    today: date = clock.today()
    next_on = months_on(today, int(months)) if months in map(str, persona_care.MONTHS) else None
    persona_care.reviewed(persona=found, next_on=next_on, by=request.user, at=clock.now())
    messages.success(request, _("Noted: %(name)s was read again and is still true.") % {"name": found.name})
    return reverse("personas:persona", args=[found.pk])


_ACTS = {"duplicate": _duplicate, "retire": _retire, "back": _bring_back, "review": _review}
