"""Definitions on paper: propose a draft, read a proposed or published text in both languages, see what it changed."""

from datetime import datetime, time
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from personas.criteria.differ import differences
from personas.definitions import queries, services
from personas.definitions.services import KIND
from personas.models import DefinitionLine, DefinitionVersion
from smarketing.accounts.policy import needs
from smarketing.agreements import services as agreements
from smarketing.agreements import signing
from smarketing.agreements.models import Paper
from smarketing.rows import clock
from smarketing.web.language import active_language
from smarketing.web.once import once

from .document import document, spoken
from .forms import ProposeForm
from .standing import line_of, papers_of, text_of
from .studio import get_line
from .words import said, voice

# Both texts stand on one page, each in its own language whatever the reader's.
HEADINGS = {
    "en": ("The text in English", "Personas named"),
    "fr": ("Le texte en français", "Personas nommés"),
}


@needs("definition.edit")
@require_POST
@sensitive_post_parameters("password")
@signing.counted
@once
def propose(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the draft to both sides, signed for one's own where the form asks for it; on to the paper, where they sign."""
    line, at = get_line(pk), clock.now()
    form = ProposeForm(request.POST, today=clock.today(at))
    if not form.is_valid():
        messages.error(request, " ".join(form.errors["effective_on"]))
        return redirect("personas:definition", pk)
    if request.POST.get("revision") != str(line.draft.revision):
        messages.error(request, _("Somebody changed this draft meanwhile: look at it before you go on."))
        return redirect("personas:definition", pk)
    day = form.cleaned_data["effective_on"]
    effective_at = datetime.combine(day, time(), clock.zone()) if day else None
    try:
        paper = signing.propose(
            request, at, lambda: services.propose(line=line, by=request.user, at=at, effective_at=effective_at)
        )
    except services.Unsound as refusal:
        speaker = voice()
        messages.error(request, " ".join(said(one, speaker, line.draft.body) for one in refusal.problems[:5]))
        return redirect("personas:definition", pk)
    except agreements.AgreementError as refusal:
        messages.error(request, str(refusal))
        kept = f"?effective_on={day.isoformat()}" if day else ""
        return redirect(reverse("personas:definition", args=[pk]) + kept)
    messages.success(request, signing.done(request))
    return redirect("personas:paper", paper.pk)


@needs("definition.view")
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """A proposed definition in sentences, in both languages, with its signatures."""
    found = get_object_or_404(Paper.objects.select_related("proposed_by"), pk=pk, kind=KIND)
    line = get_object_or_404(DefinitionLine, pk=line_of(found))
    version = DefinitionVersion.objects.filter(paper=found).first()
    newest = papers_of(line).first()
    context = _text(found) | {
        "paper": found,
        "line": line,
        "version": version,
        "newer": newest if newest and newest.pk != found.pk else None,
        "problems": agreements.verify(found),
        "signatures": list(agreements.state(found).items()),
        "why_not": agreements.why_not(found, request.user, clock.now()),
        "changes": _changes(line, found, version),
    }
    return render(request, "personas/paper.html", context)


@needs("definition.view")
def version(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """A published version: it never changes. The paper says everything about it."""
    found = get_object_or_404(DefinitionVersion, line_id=pk, number=number)
    return redirect("personas:paper", found.paper_id)


@needs("definition.view")
def history(request: HttpRequest, pk: int) -> HttpResponse:
    """Versions and papers of a definition, newest first, each with what it changed."""
    line = get_line(pk)
    versions = {one.paper_id: one for one in line.versions.all()}
    rows = [(one, versions.get(one.pk), list(agreements.state(one).items())) for one in papers_of(line)]
    live = queries.version_in_force(line, clock.now())
    return render(request, "personas/history.html", {"line": line, "rows": rows, "live": live})


def address(paper: Paper) -> str:
    """The page of a definition's paper (`agreements.kinds.PaperKind.page`)."""
    return reverse("personas:paper", args=[paper.pk])


def name(paper: Paper) -> str:
    """The name of the definition that a paper belongs to (`agreements.kinds.PaperKind.name`)."""
    return DefinitionLine.objects.values_list("name", flat=True).get(pk=line_of(paper))


def _text(found: Paper) -> dict[str, Any]:
    """The text in both languages, the reader's first; persona rules as sentences."""
    text = text_of(found)
    texts = []
    for lang in sorted(HEADINGS, key=lambda lang: lang != active_language()):
        speaker = voice(lang)
        named = [(one["persona"], one["number"], spoken(one["rules"], speaker)) for one in text["personas"]]
        heading, names = HEADINGS[lang]
        read = document(text["body"], speaker, notes=False)
        texts.append({"lang": lang, "heading": heading, "named": names, "document": read, "personas": named})
    when = text["effective_at"] and datetime.fromisoformat(text["effective_at"])
    return {"texts": texts, "effective_at": when}


def _changes(
    line: DefinitionLine, found: Paper, version: DefinitionVersion | None
) -> tuple[DefinitionVersion, list] | None:
    """What the paper changes against the version before it: (that version, differences); None for the first one."""
    earlier = line.versions.order_by("-number")
    before = (earlier.filter(number__lt=version.number) if version else earlier).first()
    return (before, differences(before.body, text_of(found)["body"], voice())) if before else None
