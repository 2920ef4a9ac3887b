"""The common language at a glance: personas, definitions with the version in force, signed papers; new definitions."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from personas import starters
from personas.definitions import queries, services
from personas.definitions.persona_services import current_versions
from personas.models import DefinitionLine, Persona, PersonaDraft, PersonaVersion
from smarketing.accounts.policy import may, needs
from smarketing.rows import clock
from smarketing.web.language import active_language
from smarketing.web.once import once

from . import hindrance
from .forms import LineForm
from .standing import Standing, standing


@needs("definition.view")
def home(request: HttpRequest) -> HttpResponse:
    at, edits = clock.now(), may(request.user, "personas.edit")
    current = current_versions()
    today = clock.today(at)
    return render(
        request,
        "personas/home.html",
        {
            "personas": [card(version, today) for version in current],
            "begun": PersonaDraft.objects.filter(persona=None).order_by("pk") if edits else [],
            "retired": Persona.objects.filter(retired=True).order_by("name"),
            "several": len(current) > 1,
            "definitions": [_card(line, at) for line in lines()],
            "may_edit": may(request.user, "definition.edit"),
            "may_edit_personas": edits,
        },
    )


@dataclass(frozen=True)
class Card:
    """A persona on the wall. `interviews` that stand; `overdue`: nobody has asked in time whether it is still true."""

    version: PersonaVersion
    interviews: int
    overdue: bool
    draft: bool


def card(version: PersonaVersion, today: date) -> Card:
    persona = version.persona
    held = persona.interviews.filter(back=None).count()
    overdue = bool(persona.review_on and persona.review_on < today)
    return Card(version, held, overdue, hasattr(persona, "draft"))


@needs("definition.edit")
@once
def line_new(request: HttpRequest) -> HttpResponse:
    """A new definition: a name, and what it starts from."""
    form = LineForm(request.POST or None, lines=lines())
    if request.method == "POST" and form.is_valid():
        body = _start(form.cleaned_data["start"])
        try:
            line = services.create_line(name=form.cleaned_data["name"], by=request.user, at=clock.now(), body=body)
        except services.Unsound as refusal:  # another draft that asks for a field which is gone
            form.add_error("start", hindrance.sentences(refusal.problems, body or {}))
        else:
            messages.success(request, _("The definition “%(name)s” is ready to be written.") % {"name": line.name})
            return redirect("personas:definition", line.pk)
    return render(request, "personas/line_new.html", {"form": form})


def lines() -> list[DefinitionLine]:
    return list(DefinitionLine.objects.select_related("draft").order_by("name"))


def _card(line: DefinitionLine, at: datetime) -> tuple[DefinitionLine, Standing, Any, Any]:
    return line, standing(line), queries.version_in_force(line, at), queries.version_to_come(line, at)


def _start(start: str) -> dict[str, Any] | None:
    """The body that a new definition starts from: empty, a template in the reader's language, or another definition's draft."""
    kind, _sep, name = start.partition(":")
    if kind == "line":
        return DefinitionLine.objects.select_related("draft").get(pk=int(name)).draft.body
    return starters.body(name, active_language()) if kind == "starter" else None
