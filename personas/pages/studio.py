"""The definition studio: the draft as a document of sentences, what it does now, and how it stands with both sides."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from personas import hooks
from personas.criteria.lint_seen import Seen
from personas.criteria.sentence import Voice
from personas.definitions import queries
from personas.definitions.services import KIND
from personas.models import DefinitionLine
from smarketing.accounts.policy import may, needs
from smarketing.agreements import services as agreements
from smarketing.agreements import signing
from smarketing.rows import clock

from . import against
from .document import document
from .forms import ProposeForm
from .rows import open_row
from .standing import standing
from .talks import talk
from .typed import FIELD as SENTENCE
from .values import open_value
from .words import voice


def get_line(pk: int) -> DefinitionLine:
    """The definition with its draft, or 404."""
    return get_object_or_404(DefinitionLine.objects.select_related("draft"), pk=pk)


@needs("definition.view")
def definition(request: HttpRequest, pk: int) -> HttpResponse:
    """The studio. `?edit=<path>` opens a line's form, `?count=1` counts in the page itself (without scripts)."""
    return studio(request, get_line(pk), clock.now())


def studio(
    request: HttpRequest,
    line: DefinitionLine,
    at: datetime,
    *,
    row=None,
    value=None,
    status: int = 200,
    asked: str = "",
    **typed,
) -> HttpResponse:
    """The whole page; `row` or `value` is a form that was posted and not saved, `asked` and `typed` a comment (`talks.talk`)."""
    writes = may(request.user, "definition.edit")
    speaker, where = voice(), standing(line)
    # What waits for signatures is read; whoever goes on writing says so.
    may_edit = writes and (where.state != "proposed" or _goes_on(request, row, value))
    if may_edit and row is None and value is None:
        try:
            row, value = _opened(request, line, speaker)
        except LookupError:
            return redirect("personas:definition", line.pk)
    figures = _figures(line) if request.GET.get("count") else {"counts": None, "evidence": None}
    shown, live = document(line.draft.body, speaker, seen=_seen(**figures)), queries.version_in_force(line, at)
    marked = where.state == "proposed" and not may_edit and live is not None and not live.retires
    if live is not None and marked:
        against.mark(shown, live.body, line.draft.body, speaker)
    context = {
        "line": line,
        "draft": line.draft,
        "document": shown,
        "live": live,
        "released": hooks.standing(line.pk) if live is not None and not live.retires else None,
        "marked": marked,
        "coming": queries.version_to_come(line, at),
        "writes": writes,
        "standing": where,
        "why_not": agreements.why_not(where.paper, request.user, clock.now()) if where.waiting else "",
        "propose_form": ProposeForm(initial={"effective_on": request.GET.get("effective_on", "")}),
        "may_sign": signing.may_at_once(request.user, KIND, at),
        "row": row,
        "value": value,
        "here": request.GET.get("at", ""),
        "may_edit": may_edit,
        "notes": shown.noted,
        "talk": talk(line, shown, speaker, asked or request.GET.get("talk", ""), **typed),
        "may_comment": may(request.user, "definition.comment"),
        **figures,
    }
    return render(request, "personas/studio.html", context, status=status)


def _opened(request: HttpRequest, line: DefinitionLine, speaker: Voice) -> tuple[Any, Any]:
    """(form of a line, value in its sentence) that the address opens; LookupError where the draft has no such line."""
    asked, focus = request.GET, request.GET.get("focus", "")
    row = value = None
    if path := asked.get("value"):
        value = open_value(line.draft, path, focus, speaker)
        row = None if value else open_row(line.draft, path, focus, speaker)
    elif path := asked.get("edit"):
        row = open_row(line.draft, path, focus, speaker, as_sentence=asked.get("as") == SENTENCE)
    if path and row is None and value is None:
        raise LookupError(path)
    return row, value


def _goes_on(request: HttpRequest, row: Any, value: Any) -> bool:
    """Whether a text that waits is being written on: asked for, or by a form that is open."""
    return bool(row or value or request.GET.keys() & {"write", "edit", "value"})


@needs("definition.view")
def counts(request: HttpRequest, pk: int) -> HttpResponse:
    """What the draft does now, as a fragment: the right pane, and each line's hits."""
    if not request.headers.get("HX-Request"):
        return redirect(f"{reverse('personas:definition', args=[pk])}?count=1")
    line = get_line(pk)
    context = {"line": line, "draft": line.draft, "open": request.GET.get("open", "")}
    if request.GET.get("revision", str(line.draft.revision)) != str(line.draft.revision):
        return render(request, "personas/counts.html", context | {"moved_on": True})
    body, source = line.draft.body, _source(line)
    # An estimate where there are very many leads; what shows it asks for the exact figures.
    if "exact" not in request.GET and (quick := hooks.estimated(body, source)):
        context |= {"counts": quick, "document": document(body, voice(), notes=False)}
        return render(request, "personas/counts.html", context)
    figures = _figures(line)
    context |= {**figures, "document": document(body, voice(), notes=False, seen=_seen(**figures))}
    return render(request, "personas/counts.html", context | _live(line))


def _live(line: DefinitionLine) -> dict:
    """The version in force and how many would be an MQL under it, to hold the draft against."""
    live = queries.version_in_force(line, clock.now())
    if live is None or live.body == line.draft.body:
        return {}
    found = hooks.counts(live.body, f"version:{live.pk}")
    return {"live": live, "live_mql": found.mql if found and not found.waiting else None}


def _source(line: DefinitionLine) -> str:
    return f"draft:{line.pk}"


def _figures(line: DefinitionLine) -> dict[str, Any]:
    """What the draft does to the leads there are, and what became of leads like these (when those are counted)."""
    body, source = line.draft.body, _source(line)
    counts = hooks.counts(body, source)
    return {"counts": counts, "evidence": hooks.evidence(body, source) if counts and not counts.waiting else None}


def _seen(counts: hooks.Counts | None, evidence: hooks.Evidence | None) -> Seen | None:
    if counts is None or counts.waiting:
        return None
    return Seen(counts.leads, counts.hits, evidence.late if evidence else {})
