"""Personas: the page of one, and the guided form that writes its next version."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from personas import hooks
from personas.builder import read, shape, write
from personas.criteria import tree
from personas.criteria.problems import Problem
from personas.definitions import persona_services
from personas.definitions.services import Unsound
from personas.models import Persona, PersonaVersion
from smarketing.accounts.policy import may, needs
from smarketing.rows import clock
from smarketing.web.language import active_language
from smarketing.web.once import once

from . import labels
from .document import spoken
from .fields import Builder, Messages
from .words import said, voice

FAULTY = 422
RULES = "rules"


@needs("personas.view")
def persona(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything said about a persona, its history, and how many leads resemble it now."""
    found = get_object_or_404(Persona, pk=pk)
    versions = list(found.versions.select_related("created_by").order_by("-number"))
    speaker = voice()
    told = versions[0].told(active_language())
    story = [(str(name), told.get(key, "")) for key, (name, _help) in labels.STORY.items()]
    context = {
        "persona": found,
        "version": versions[0],
        "versions": [(one, spoken(one.rules, speaker)) for one in versions],
        "rules": spoken(versions[0].rules, speaker),
        "story": story,
        "unsaid": [name.lower() for name, text in story if not text],
        "may_edit": may(request.user, "personas.edit"),
        "counts": _counted(versions[0]) if request.GET.get("count") else None,
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


@needs("personas.edit")
@once
def persona_new(request: HttpRequest) -> HttpResponse:
    return _form(request, None)


@needs("personas.edit")
@once
def persona_edit(request: HttpRequest, pk: int) -> HttpResponse:
    return _form(request, get_object_or_404(Persona, pk=pk))


def _form(request: HttpRequest, found: Persona | None) -> HttpResponse:
    last = found.versions.order_by("-number").first() if found else None
    if request.method != "POST":
        return _render(request, found, _shown(found, last))
    posted = {name: list(values) for name, values in request.POST.lists()}
    deed = request.POST.get("do", "save")
    posted = shape.reshape(posted, "" if deed == "save" else deed)
    if deed != "save":
        return _render(request, found, posted)
    return _save(request, found, last, posted)


def _save(request: HttpRequest, found: Persona | None, last: PersonaVersion | None, posted: dict) -> HttpResponse:
    speaker, at = voice(), clock.now()
    name, negative = posted["name"][-1].strip()[:80] if posted.get("name") else "", bool(posted.get("negative"))
    errors = _name_errors(found, name)
    rules = _rules(posted, last, speaker.catalogue)
    story = _story(posted, last)
    if not errors:
        try:
            saved = persona_services.save_persona(
                persona=found, name=name, negative=negative, story=story, rules=rules, by=request.user, at=at
            )
        except Unsound as refusal:
            errors = _named(refusal.problems, speaker)
        else:
            messages.success(request, _("Saved as version %(number)s.") % {"number": saved.number})
            return _on_to(request, reverse("personas:persona", args=[saved.persona_id]))
    return _render(request, found, posted, errors, FAULTY)


def _story(posted: dict, last: PersonaVersion | None) -> dict[str, str]:
    """What was written; parts that the form does not know stay as they were."""
    before = last.story if last else {}
    own = {key: f"{key}@{active_language()}" for key in labels.STORY if before.get(f"{key}@{active_language()}")}
    shown = {own.get(key, key) for key in labels.STORY}
    written = {
        own.get(key, key): posted[key][-1].strip().replace("\r\n", "\n") for key in labels.STORY if posted.get(key)
    }
    return {key: text for key, text in (before | written).items() if text and (key in written or key not in shown)}


def _on_to(request: HttpRequest, address: str) -> HttpResponse:
    """Another page, also for a form that was sent in place."""
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": address})
    return redirect(address)


def _name_errors(found: Persona | None, name: str) -> dict[str, list[str]]:
    if not name:
        return {"name": [_("A persona needs a name.")]}
    others = Persona.objects.filter(name__iexact=name).exclude(pk=found.pk if found else None)
    return {"name": [_("There is a persona of this name already.")]} if others.exists() else {}


def _named(problems: list[Problem], speaker) -> dict[str, list[str]]:
    """Messages by the name of their field."""
    found: dict[str, list[str]] = {}
    for problem in problems:
        inner = shape.places(problem.path, "")
        found.setdefault(".".join(filter(None, (RULES, inner))), []).append(said(problem, speaker))
    return found


def _rules(posted: dict, last: PersonaVersion | None, fields) -> dict[str, Any]:
    fresh = read.condition(posted, RULES, fields)
    if last is None or not last.rules:
        return fresh
    return read.keep(fresh, last.rules, read.condition(write.condition(last.rules, RULES), RULES, fields))


def _shown(found: Persona | None, last: PersonaVersion | None) -> dict[str, list[str]]:
    """What the form shows when it opens."""
    shown = {"name": [found.name if found else ""]} | ({"negative": ["yes"]} if found and found.negative else {})
    told = last.told(active_language()) if last else {}
    for key in labels.STORY:
        shown[key] = [told.get(key, "")]
    return shown | write.condition(last.rules if last else {}, RULES)


def _render(
    request: HttpRequest, found: Persona | None, posted: Mapping, errors: dict | None = None, status: int = 200
):
    speaker, stray = voice(), Messages(errors or {})
    context = {
        "persona": found,
        "name_errors": stray.take("name"),
        "name": posted["name"][-1] if posted.get("name") else "",
        "negative": bool(posted.get("negative")),
        "story": [
            (key, name, help_, posted[key][-1] if posted.get(key) else "")
            for key, (name, help_) in labels.STORY.items()
        ],
        "node": Builder(posted, speaker, stray, ("field",)).node(RULES),
    }
    return render(request, "personas/persona_form.html", context, status=status)


def _as_body(rules: Mapping[str, Any]) -> dict[str, Any]:
    """A definition that asks for these rules only, so that whoever counts definitions counts them."""
    return tree.empty_body() | {"must": [dict(rules)], "mql": [], "mandatory": []}
