"""Definitions on paper: propose a draft, read a proposed or published text in both languages, see what it changed."""

from datetime import date, datetime, time
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from personas import hooks
from personas.definitions import queries, services
from personas.definitions.services import KIND
from personas.models import DefinitionLine, DefinitionVersion
from smarketing.accounts.policy import may, needs
from smarketing.agreements import services as agreements
from smarketing.agreements import signing
from smarketing.agreements.models import Paper
from smarketing.rows import clock
from smarketing.web.language import active_language
from smarketing.web.once import once

from . import against, hindrance
from .beside import is_observed
from .comparing import in_words
from .document import document, spoken
from .forms import ProposeForm
from .standing import line_of, papers_of, text_of
from .studio import get_line
from .talks import talk
from .words import voice

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
    try:
        day = day_of(request, at)
    except NoDay as refusal:
        messages.error(request, str(refusal))
        return redirect("personas:definition", pk)
    if request.POST.get("revision") != str(line.draft.revision):
        messages.error(request, _("Somebody changed this draft meanwhile: look at it before you go on."))
        return redirect("personas:definition", pk)
    try:
        paper = signing.propose(
            request, at, lambda: services.propose(line=line, by=request.user, at=at, effective_at=starts(day))
        )
    except services.Unsound as refusal:
        messages.error(request, hindrance.linked(refusal.problems, line.draft.body))
        return redirect("personas:definition", pk)
    except agreements.AgreementError as refusal:
        messages.error(request, str(refusal))
        kept = f"?effective_on={day.isoformat()}" if day else ""
        return redirect(reverse("personas:definition", args=[pk]) + kept)
    messages.success(request, signing.done(request))
    return redirect("personas:paper", paper.pk)


class NoDay(ValueError):
    """A date of effect that is none; translated and meant for the screen."""


def day_of(request: HttpRequest, at: datetime) -> date | None:
    """The day on which what the form proposes shall take effect; None: as soon as both sides have signed. NoDay otherwise."""
    form = ProposeForm(request.POST, today=clock.today(at))
    if not form.is_valid():
        raise NoDay(" ".join(form.errors["effective_on"]))
    return form.cleaned_data["effective_on"]


def starts(day: date | None) -> datetime | None:
    """The first instant of a day."""
    return datetime.combine(day, time(), clock.zone()) if day else None


@needs("definition.view")
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """A proposed definition in sentences, in both languages, with its signatures and the comments on its lines."""
    found = get_object_or_404(Paper.objects.select_related("proposed_by"), pk=pk, kind=KIND)
    return paper_page(request, found, asked=request.GET.get("talk", ""))


def paper_page(request: HttpRequest, found: Paper, *, asked: str = "", status: int = 200, **typed) -> HttpResponse:
    """The whole page; `asked`: the line whose comments are open, `typed` a comment that was refused (`talks.talk`)."""
    line = get_object_or_404(DefinitionLine, pk=line_of(found))
    version = DefinitionVersion.objects.filter(paper=found).first()
    newest = papers_of(line).first()
    before = _before(line, version)
    read = _text(found, before if version is None else None)
    at = clock.now()
    context = read | {
        "paper": found,
        "line": line,
        "version": version,
        "newer": newest if newest and newest.pk != found.pk else None,
        "problems": agreements.verify(found),
        "signatures": list(agreements.state(found).items()),
        "why_not": agreements.why_not(found, request.user, at),
        "observed": is_observed(found, version, at)
        and (newest is None or newest.pk == found.pk or version is not None),
        **_turns(line, found, version, read, at),
        "ends": _ends(version, at) if may(request.user, "definition.edit") else None,
        "again": _again(line, version, at) if may(request.user, "definition.edit") else None,
        "propose_form": ProposeForm(initial={"effective_on": request.GET.get("effective_on", "")}),
        "may_sign": signing.may_at_once(request.user, KIND, at),
        "sales": hooks.standing(line.pk) if read["retires"] else None,
        "changes": {"against": before, "words": in_words(before.body, text_of(found)["body"])} if before else None,
        "talk": talk(line, read["texts"][0]["document"], voice(), asked, **typed),
        "may_comment": may(request.user, "definition.comment"),
    }
    return render(request, "personas/paper.html", context, status=status)


@needs("definition.view")
def version(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """A published version: it never changes. The paper says everything about it."""
    found = get_object_or_404(DefinitionVersion, line_id=pk, number=number)
    return redirect("personas:paper", found.paper_id)


@needs("definition.view")
def history(request: HttpRequest, pk: int) -> HttpResponse:
    """Versions and papers of a definition, newest first, each with what it changed."""
    line = get_line(pk)
    at = clock.now()
    versions = {one.paper_id: one for one in line.versions.all()}
    instead = {pk: queries.replaced_before_it_began(one, at) for pk, one in versions.items()}
    rows = [
        (one, versions.get(one.pk), list(agreements.state(one).items()), instead.get(one.pk)) for one in papers_of(line)
    ]
    live = queries.version_in_force(line, at)
    return render(request, "personas/history.html", {"line": line, "rows": rows, "live": live, "now": at})


def address(paper: Paper) -> str:
    """The page of a definition's paper (`agreements.kinds.PaperKind.page`)."""
    return reverse("personas:paper", args=[paper.pk])


def name(paper: Paper) -> str:
    """The name of the definition that a paper belongs to (`agreements.kinds.PaperKind.name`)."""
    return DefinitionLine.objects.values_list("name", flat=True).get(pk=line_of(paper))


def _text(found: Paper, before: DefinitionVersion | None) -> dict[str, Any]:
    """The text in both languages, the reader's first, marked where it differs from `before`; persona rules as sentences."""
    text = text_of(found)
    texts = []
    for lang in sorted(HEADINGS, key=lambda lang: lang != active_language()):
        speaker = voice(lang)
        named = [(one["persona"], one["number"], spoken(one["rules"], speaker)) for one in text["personas"]]
        heading, names = HEADINGS[lang]
        read = document(text["body"], speaker, notes=False)
        if before is not None and not before.retires and not text.get("retires"):
            against.mark(read, before.body, text["body"], speaker)
        texts.append({"lang": lang, "heading": heading, "named": names, "document": read, "personas": named})
    when = text["effective_at"] and datetime.fromisoformat(text["effective_at"])
    return {"texts": texts, "effective_at": when, "retires": text.get("retires", False)}


def _before(line: DefinitionLine, version: DefinitionVersion | None) -> DefinitionVersion | None:
    """The version before a paper, of which `version` was made; None for the first one."""
    earlier = line.versions.order_by("-number")
    return (earlier.filter(number__lt=version.number) if version else earlier).first()


def _turns(
    line: DefinitionLine, found: Paper, version: DefinitionVersion | None, read: dict[str, Any], at: datetime
) -> dict[str, Any]:
    """What a paper says of another version: `calls_off` it, `moves` its day, or, signed by then, `replaces` what waits for its
    day; and the version that came in its own stead, `replaced`."""
    text, coming = text_of(found), queries.version_to_come(line, at) if version is None else None
    day = read["effective_at"] or at
    replaces = coming if coming and day <= coming.effective_at else None
    told = {name: text.get(name) for name in ("calls_off", "moves")}
    replaced = queries.replaced_before_it_began(version, at) if version else None
    return told | {"replaces": None if any(told.values()) else replaces, "replaced": replaced}


def _ends(version: DefinitionVersion | None, at: datetime) -> DefinitionVersion | None:
    """The version whose observation both sides may end otherwise than on its day: signed, and waiting for it."""
    waits = version is not None and version.effective_at > at
    return version if waits and version and queries.replaced_before_it_began(version, at) is None else None


def _again(line: DefinitionLine, version: DefinitionVersion | None, at: datetime) -> DefinitionVersion | None:
    """The version that may be proposed again: an earlier one than that in force."""
    live = queries.version_in_force(line, at)
    old = version is not None and not version.retires and live is not None and version.number < live.number
    return version if old else None
