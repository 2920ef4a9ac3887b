"""Posting a line's form: another shape while typing, or saved into the draft. Wrong values come back with their message."""

from collections.abc import Sequence
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from personas.builder import moves, shape, write
from personas.builder.names import Posted
from personas.criteria import tree
from personas.criteria.check import MAX_CONDITIONS
from personas.criteria.problems import Problem
from personas.definitions import services
from personas.models import DefinitionLine
from smarketing.accounts.policy import needs
from smarketing.rows import clock
from smarketing.web.once import FIELD, once

from . import rows, typed, values
from .acts import keys_ever, revision
from .studio import get_line, studio
from .words import voice

FAULTY = 422
ASKS_ANEW = (".field", ".op")  # another field or operator may take other values
CONTROLS = ("csrfmiddlewaretoken", "revision", "path", "key", "do", "control", "then", FIELD)


@needs("definition.edit")
@require_POST
@once
def save(request: HttpRequest, pk: int) -> HttpResponse:
    """`do`: save, or a deed of `builder.shape` that only changes what the form asks; a line may come as one sentence."""
    line, at = get_line(pk), clock.now()
    where = _where(line, request.POST.get("path", ""), request.POST.get("key", ""))
    posted = {name: list(said) for name, said in request.POST.lists() if name not in CONTROLS}
    deed, speaker, key = request.POST.get("do", "save"), voice(), request.POST.get("key", "")
    if typed.FIELD in posted and where.form in ("item", "condition"):
        return _sentence(request, line, where, posted, at)
    if shape.crowded(posted):
        problem = Problem(
            tree.written(where.path) if where.path else where.written, "too_large", {"limit": MAX_CONDITIONS}
        )
        row = rows.row(line.draft.body, where, rows.shown(line.draft.body, where), speaker, [problem], key=key)
        return studio(request, line, at, row=row, status=FAULTY)
    if deed == "write":
        return _to_sentence(request, line, where, posted, at)
    posted = shape.reshape(posted, "" if deed == "save" else deed)
    if deed != "save":
        row = rows.row(line.draft.body, where, posted, speaker, key=key)
        return studio(request, line, at, row=row)
    body, path = rows.changed(line.draft.body, where, posted, speaker.catalogue, keys_ever(line))
    saved, problems = _saved(request, line, body, at)
    control = request.POST.get("control", "")
    if saved:
        here = (control,) if control and where.form == "rest" else path  # each of these settings is a line of its own
        return _at(line, here, request.POST.get("then", ""))
    problems = [_as_new(one, where, path) for one in problems]
    if control and (one := values.value(where, posted, control, speaker, problems, key, body)):
        return studio(request, line, at, value=one, status=FAULTY)
    focus = ""
    if control.endswith(ASKS_ANEW):  # the form offers what fits what was chosen; the rest is asked there
        problems = [one for one in problems if not one.path.endswith(".op")]
        focus = f"{control.rpartition('.')[0]}.value"
    row = rows.row(line.draft.body, where, posted, speaker, problems, key=key, focus=focus)
    return studio(request, line, at, row=row, status=FAULTY)


def _sentence(
    request: HttpRequest, line: DefinitionLine, where: rows.Place, posted: Posted, at: datetime
) -> HttpResponse:
    """A line as a sentence: `check` says how it reads, `fields` opens the form with what was read, `save` keeps it."""
    deed, key, speaker = request.POST.get("do", "check"), request.POST.get("key", ""), voice()
    heard, body = typed.hear(typed.text_of(posted), where.form, line), line.draft.body
    before = tree.find(body, where.path) if where.path else None
    problems: Sequence[Problem] = ()
    if heard.said and deed in ("save", "fields"):
        entry = typed.entry(heard, where.form, before, speaker.catalogue)
        if deed == "fields":
            shown = write.condition(entry, "when") if where.form == "condition" else write.criterion(entry)
            return studio(request, line, at, row=rows.row(body, where, shown, speaker, key=key))
        if where.form == "item":
            entry = {"key": key or moves.fresh_key(keys_ever(line))} | entry
        fresh, path = rows.put(body, where, entry)
        saved, problems = _saved(request, line, fresh, at)
        if saved:
            return _at(line, path)
        problems = [_as_new(one, where, path) for one in problems]
        body = fresh
    row = rows.sentence_row(where, heard, speaker, body, problems, key)
    if request.headers.get("HX-Target") == "heard":
        return render(request, "personas/heard.html", {"row": row})
    return studio(request, line, at, row=row, status=FAULTY if deed == "save" else 200)


def _to_sentence(
    request: HttpRequest, line: DefinitionLine, where: rows.Place, posted: Posted, at: datetime
) -> HttpResponse:
    """From the fields of a line to its sentence, as far as they are filled in."""
    speaker, text = voice(), ""
    fresh, path = rows.changed(line.draft.body, where, posted, speaker.catalogue, keys_ever(line))
    if not [one for one in services.problems_of(fresh) if f"{one.path}.".startswith(f"{tree.written(path)}.")]:
        text = typed.written(tree.find(fresh, path), where.form)
    row = rows.sentence_row(where, typed.Typed(text), speaker, fresh, key=request.POST.get("key", ""))
    return studio(request, line, at, row=row)


def _saved(request: HttpRequest, line: DefinitionLine, body: dict, at: datetime) -> tuple[bool, Sequence[Problem]]:
    """Whether a body was saved, and what is wrong with it otherwise."""
    try:
        services.save_draft(line=line, body=body, revision=revision(request), by=request.user, at=at)
    except services.StaleDraft as refusal:
        messages.error(request, str(refusal))
        return False, services.problems_of(body)
    except services.Unsound as refusal:
        return False, refusal.problems
    return True, ()


def _at(line: DefinitionLine, path: tree.Path, then: str = "") -> HttpResponse:
    """Back to the document: to the next value that somebody went on to, else to the line."""
    said = QueryDict(then)
    if said.get("value") and said.get("focus"):
        to = f"?{urlencode({name: said[name] for name in ('value', 'focus')})}"
    else:
        to = f"?at={tree.written(path)}#at-{'-'.join(map(str, path))}"
    return redirect(reverse("personas:definition", args=[line.pk]) + to)


def _where(line: DefinitionLine, path: str, key: str) -> rows.Place:
    """The place that was edited: a criterion is found again by its key where others moved it; 404 when it is gone."""
    body = line.draft.body
    where = rows.place(body, path) if path else None
    if key and (where is None or where.path is None or tree.find(body, where.path).get("key") != key):
        moved = [tree.written(found) for found, entry in entries(body) if entry["key"] == key]
        where = rows.place(body, moved[0]) if moved else None
    if where is None:
        raise Http404
    return where


def entries(body: dict):
    """(path, criterion or group) of both axes."""
    for axis in tree.AXES:
        for index, entry in enumerate(body[axis]["items"]):
            yield (axis, "items", index), entry
            for inner, item in enumerate(entry.get("items", ())):
                yield (axis, "items", index, "items", inner), item


def _as_new(problem, where: rows.Place, path: tree.Path):
    """A problem of a line that is not in the draft yet belongs to the open form."""
    start = tree.written(path)
    if where.path is not None or not where.home or not f"{problem.path}.".startswith(f"{start}."):
        return problem
    return type(problem)(where.written + problem.path.removeprefix(start), problem.key, problem.params)
