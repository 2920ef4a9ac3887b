"""The glossary: the words in force with what is executed under them, the draft beside it, papers that both sides sign."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from personas.glossary import bound, queries, services, terms
from personas.glossary.bound import Executed
from personas.glossary.services import KIND
from personas.glossary.terms import LANGUAGES, Term, Text
from personas.models import GlossaryVersion
from smarketing.accounts.policy import may, needs
from smarketing.agreements import services as agreements
from smarketing.agreements import signing
from smarketing.agreements.models import Paper
from smarketing.rows import clock
from smarketing.web.language import active_language
from smarketing.web.once import once

from .glossary_words import said, told


@dataclass(frozen=True)
class Entry:
    """A word as a page shows it: in the reader's language, then in the others; what is executed under it."""

    term: Term
    text: Text
    others: Sequence[tuple[str, Text]]
    executed: Sequence[Executed] = ()


@needs("glossary.view")
@require_GET
def glossary(request: HttpRequest) -> HttpResponse:
    """The words in force, by the reader's alphabet; `q` finds in both languages."""
    at, asked = clock.now(), request.GET.get("q", "")[:200]
    live = queries.in_force(at)
    found = terms.matching(live.terms, asked)
    context = {
        "entries": entries(found, at),
        "count": len(live.terms),
        "asked": asked,
        "version": live.version,
        "signatures": list(agreements.state(live.version.paper).items()) if live.version else [],
        "ahead": len(queries.ahead(at)),
        "waiting": waiting(),
        "may_edit": may(request.user, "glossary.edit"),
    }
    return render(request, "personas/glossary.html", context)


@needs("glossary.view")
@require_GET
def history(request: HttpRequest) -> HttpResponse:
    """Papers and versions of the glossary, the newest first, each with how much it changed."""
    versions = {one.paper_id: one for one in GlossaryVersion.objects.all()}
    papers = list(queries.papers())
    before = [*papers[1:], None][: len(papers)]
    rows = [
        (one, versions.get(one.pk), list(agreements.state(one).items()), len(_changes(one, older)))
        for one, older in zip(papers, before, strict=True)
    ]
    return render(request, "personas/glossary_history.html", {"rows": rows})


@needs("glossary.view")
@require_GET
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """A proposed glossary in both languages, what it changes against the version before, its signatures."""
    found = get_object_or_404(Paper.objects.select_related("proposed_by"), pk=pk, kind=KIND)
    version, newest, at = GlossaryVersion.objects.filter(paper=found).first(), queries.papers().first(), clock.now()
    earlier = GlossaryVersion.objects.order_by("-number")
    against = (earlier.filter(number__lt=version.number) if version else earlier).first()
    languages = readers_first()
    context = {
        "paper": found,
        "version": version,
        "newer": newest if newest.pk != found.pk else None,
        "against": against,
        "changes": told(terms.changes(list(map(terms.read, against.terms)), texts_of(found))) if against else [],
        "problems": agreements.verify(found),
        "signatures": list(agreements.state(found).items()),
        "why_not": agreements.why_not(found, request.user, at),
        "heads": languages,
        "rows": [
            (one, [(lang, one.text(lang)) for lang, _name in languages], bound.label(one.binding))
            for one in terms.in_order(texts_of(found), active_language())
        ],
    }
    return render(request, "personas/glossary_paper.html", context)


@needs("glossary.edit")
@require_POST
@sensitive_post_parameters("password")
@signing.counted
@once
def propose(request: HttpRequest) -> HttpResponse:
    """Put the words of the draft to both sides, signed for one's own where the form asks for it."""
    at = clock.now()
    try:
        made = signing.propose(request, at, lambda: services.propose(by=request.user, at=at))
    except services.Faulty as refusal:
        known = {one.key: one for one in queries.draft()}
        messages.error(request, " ".join(said(one, known.get(one.key)) for one in refusal.faults[:5]))
        return redirect("personas:glossary_draft")
    except agreements.AgreementError as refusal:
        messages.error(request, str(refusal))
        return redirect("personas:glossary_draft")
    messages.success(request, signing.done(request))
    return redirect("personas:glossary_paper", made.pk)


def entries(found: Sequence[Term], at: datetime) -> list[Entry]:
    """Words in the reader's order, each with what is executed under it."""
    lang, executed = active_language(), bound.of_all(found, at)
    others = [other for other in LANGUAGES if other != lang]
    return [
        Entry(one, one.text(lang), [(other, one.text(other)) for other in others], executed[one.binding])
        for one in terms.in_order(found, lang)
    ]


def readers_first() -> list[tuple[str, str]]:
    """(code, name) of the languages in which every word is told, the reader's first; each name in its own language."""
    names = dict(settings.LANGUAGES)
    return [(lang, names[lang]) for lang in sorted(LANGUAGES, key=lambda lang: lang != active_language())]


def waiting() -> Paper | None:
    """The newest paper where both sides have not signed it yet."""
    newest = queries.papers().first()
    return newest if newest and not GlossaryVersion.objects.filter(paper=newest).exists() else None


def texts_of(found: Paper) -> list[Term]:
    """The words that a paper holds."""
    return [terms.read(one) for one in json.loads(found.body)["terms"]]


def address(found: Paper) -> str:
    """The page of a glossary's paper (`agreements.kinds.PaperKind.page`)."""
    return reverse("personas:glossary_paper", args=[found.pk])


def name(found: Paper) -> str:
    """What the paper is about, as people call it (`agreements.kinds.PaperKind.name`)."""
    return _("Our words")


def _changes(found: Paper, older: Paper | None) -> list[Any]:
    return terms.changes(texts_of(older) if older else [], texts_of(found))
