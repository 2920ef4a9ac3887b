"""What buttons of the studio do: move, remove, group, undo. Each is one saved step of the draft."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from personas.builder import moves
from personas.criteria import tree
from personas.definitions import services
from personas.models import DefinitionLine
from smarketing.accounts.policy import needs
from smarketing.rows import clock
from smarketing.web.once import once

from .studio import get_line
from .words import said, voice


@needs("definition.edit")
@require_POST
@once
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """One of `moves.DEEDS` on the line at `path`, "to" its place `index`, or a `cell` of the matrix; the page comes back at where
    the line is then."""
    line, deed = get_line(pk), request.POST.get("do", "")
    try:
        if deed == "cell":
            name = request.POST.get("cell", "")
            return _saved(request, line, moves.cell(line.draft.body, name), name)
        path = tree.parsed(request.POST.get("path", ""))
        if request.POST.get("key") and tree.find(line.draft.body, path)["key"] != request.POST["key"]:
            raise services.StaleDraft(_("Somebody changed this draft meanwhile: look at it before you go on."))
        if deed == "to":
            body, where = moves.place(line.draft.body, path, whole(request.POST.get("index", "")))
        else:
            body, where = moves.apply(line.draft.body, deed, path, keys_ever(line))
    except services.StaleDraft as refusal:
        messages.error(request, str(refusal))
        return redirect("personas:definition", pk)
    except (KeyError, IndexError, TypeError, ValueError):
        raise Http404 from None
    return _saved(request, line, body, tree.written(where))


@needs("definition.edit")
@require_POST
@once
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the draft one step back."""
    line = get_line(pk)
    try:
        services.undo_draft(line=line, revision=revision(request), by=request.user, at=clock.now())
    except services.StaleDraft as refusal:
        messages.error(request, str(refusal))
    return redirect("personas:definition", pk)


def revision(request: HttpRequest) -> int:
    """The revision of the draft that the page showed; -1 for none."""
    return whole(request.POST.get("revision", ""))


def whole(text: str) -> int:
    """A small whole number; -1 for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1


def keys_ever(line: DefinitionLine) -> set[str]:
    """Keys of criteria and groups ever used on a line: in the draft, its history and the published versions."""
    bodies = [line.draft.body, *line.draft.history, *line.versions.values_list("body", flat=True)]
    return {key for body in bodies for key in moves.keys_of(body)}


def _saved(request: HttpRequest, line: DefinitionLine, body: dict, where: str) -> HttpResponse:
    try:
        services.save_draft(line=line, body=body, revision=revision(request), by=request.user, at=clock.now())
    except services.StaleDraft as refusal:
        messages.error(request, str(refusal))
    except services.Unsound as refusal:
        speaker = voice()
        messages.error(request, " ".join(said(one, speaker, body) for one in refusal.problems[:3]))
    return redirect(f"{reverse('personas:definition', args=[line.pk])}?at={where}#at-{where.replace('.', '-')}")
