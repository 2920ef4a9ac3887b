"""What a text would do beside the version in force, fetched into the page: its backlog, and what it would have made since."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dateparse import parse_date

from personas import hooks
from personas.definitions import queries
from personas.definitions.services import KIND
from personas.models import DefinitionVersion
from smarketing.accounts.policy import needs
from smarketing.agreements.models import Paper
from smarketing.rows import clock

from .standing import line_of, text_of
from .studio import get_line


@needs("definition.view")
def backlog(request: HttpRequest, pk: int) -> HttpResponse:
    """Whom the draft would hand over at first, and when the last of them; `?effective_on=`: the day it would take effect."""
    line = get_line(pk)
    if not request.headers.get("HX-Request"):
        return redirect("personas:definition", pk)
    found = hooks.backlog(pk, line.draft.body, f"draft:{pk}", _day(request.GET.get("effective_on", "")))
    return render(request, "personas/backlog.html", {"line": line, "backlog": found, "again": request.get_full_path()})


@needs("definition.view")
def observed(request: HttpRequest, pk: int) -> HttpResponse:
    """A paper that is not in force: what it would have made since it was proposed, and its backlog."""
    found = get_object_or_404(Paper, pk=pk, kind=KIND)
    if not request.headers.get("HX-Request"):
        return redirect("personas:paper", pk)
    text, line, at = text_of(found), line_of(found), clock.now()
    version = DefinitionVersion.objects.filter(paper=found).first()
    context: dict[str, Any] = {"paper": found, "version": version, "live": queries.version_in_force(line, at)}
    if is_observed(found, version, at):
        starts = version.effective_at if version else _instant(text["effective_at"])
        day = starts.astimezone(clock.zone()).date() if starts else None
        context |= {
            "observation": hooks.observed(line, text["body"], f"paper:{pk}", found.proposed_at),
            "backlog": hooks.backlog(line, text["body"], f"paper:{pk}", day),
        }
    return render(request, "personas/observed.html", context)


def is_observed(paper: Paper, version: DefinitionVersion | None, at: datetime) -> bool:
    """Whether a text stands beside the one in force: proposed, or signed and not in effect; a retirement makes nobody an MQL."""
    text = text_of(paper)
    if text.get("retires") or text.get("calls_off"):
        return False
    return version is None or (version.effective_at > at and queries.replaced_before_it_began(version, at) is None)


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
