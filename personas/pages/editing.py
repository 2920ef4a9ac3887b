"""Posting a line's form: another shape while typing, or saved into the draft. Wrong values come back with their message."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from personas.builder import shape
from personas.criteria import tree
from personas.definitions import services
from personas.models import DefinitionLine
from smarketing.accounts.policy import needs
from smarketing.rows import clock
from smarketing.web.once import FIELD, once

from . import rows, values
from .acts import keys_ever, revision
from .studio import get_line, studio
from .words import voice

FAULTY = 422
CONTROLS = ("csrfmiddlewaretoken", "revision", "path", "key", "do", "control", "then", FIELD)


@needs("definition.edit")
@require_POST
@once
def save(request: HttpRequest, pk: int) -> HttpResponse:
    """`do`: save, or a deed of `builder.shape` that only changes what the form asks."""
    line, at = get_line(pk), clock.now()
    where = _where(line, request.POST.get("path", ""), request.POST.get("key", ""))
    posted = {name: list(values) for name, values in request.POST.lists() if name not in CONTROLS}
    deed, speaker, key = request.POST.get("do", "save"), voice(), request.POST.get("key", "")
    posted = shape.reshape(posted, "" if deed == "save" else deed)
    if deed != "save":
        row = rows.row(line.draft.body, where, posted, speaker, key=key)
        return studio(request, line, at, row=row)
    body, path = rows.changed(line.draft.body, where, posted, speaker.catalogue, keys_ever(line))
    try:
        services.save_draft(line=line, body=body, revision=revision(request), by=request.user, at=at)
    except services.StaleDraft as refusal:
        messages.error(request, str(refusal))
        problems = services.problems_of(body)
    except services.Unsound as refusal:
        problems = refusal.problems
    else:
        return redirect(reverse("personas:definition", args=[pk]) + _then(request.POST.get("then", ""), path))
    problems = [_as_new(one, where, path) for one in problems]
    control = request.POST.get("control", "")
    if control and (one := values.value(where, posted, control, speaker, problems, key, body)):
        return studio(request, line, at, value=one, status=FAULTY)
    row = rows.row(line.draft.body, where, posted, speaker, problems, key=key)
    return studio(request, line, at, row=row, status=FAULTY)


def _then(asked: str, path: tree.Path) -> str:
    """Where a saved form leads: to the next value that somebody went on to, else to its line."""
    said = QueryDict(asked)
    if said.get("value") and said.get("focus"):
        return f"?{urlencode({name: said[name] for name in ('value', 'focus')})}"
    return f"?at={tree.written(path)}#at-{'-'.join(map(str, path))}"


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
