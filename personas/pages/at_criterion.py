"""The way from a criterion that somebody names (a refusal, a figure) to its line in the draft of a definition."""

from collections.abc import Sequence
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from personas.builder import places
from personas.criteria import tree
from personas.models import DefinitionDraft, DefinitionLine
from smarketing.accounts.policy import may, needs

from .studio import get_line


def path_in_draft(line: DefinitionLine, said: str) -> tree.Path | None:
    """Where the draft holds a criterion as a refusal keeps it: "fit:size" by its key; "must:0" by what stood there in the newest
    version that had so many lines. None where the draft holds no such line any more."""
    section, _colon, name = said.partition(":")
    body = line.draft.body
    if section in tree.AXES:
        return next(
            (path for axis in tree.AXES for path, one, _group in tree.items(body, axis) if one["key"] == name), None
        )
    if section not in tree.LISTS or not (name.isascii() and name.isdecimal()):
        return None
    for version in sorted(line.versions.all(), key=lambda one: -one.number):
        if int(name) < len(version.body.get(section) or ()):
            stood = places.of_condition(section, version.body[section][int(name)])
            now = [places.of_condition(section, one) for one in body.get(section) or ()]
            return (section, now.index(stood)) if stood in now else None
    return None


def lines() -> list[DefinitionLine]:
    """The definitions that have a draft, in the order in which they were made, with all that `path_in_draft` reads of them."""
    drafts = DefinitionDraft.objects.select_related("line").prefetch_related("line__versions").order_by("line_id")
    return [one.line for one in drafts]


def lines_with(said: str, among: Sequence[DefinitionLine] | None = None) -> list[DefinitionLine]:
    """The definitions whose draft holds a criterion. `among`: `lines`, where they were read already."""
    return [line for line in (lines() if among is None else among) if path_in_draft(line, said)]


@needs("definition.view")
def at_criterion(request: HttpRequest, pk: int) -> HttpResponse:
    """To `?criterion=` in the draft: its form is open for whoever may write, else the page is turned to its line."""
    line = get_line(pk)
    path = path_in_draft(line, request.GET.get("criterion", ""))
    studio = reverse("personas:definition", args=[line.pk])
    if path is None:
        messages.info(request, _("The draft does not hold this criterion any more."))
        return redirect(studio)
    here = tree.written(path)
    asked = {"at": here} | ({"edit": here} if may(request.user, "definition.edit") else {})
    return redirect(f"{studio}?{urlencode(asked)}#at-{here.replace('.', '-')}")
