"""Try a lead: search one on the page of a definition, and see its grade under the draft, row by row, as of now."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode

from leads.evidence import why
from leads.models import Lead
from personas.models import DefinitionLine
from smarketing.accounts.policy import may, needs
from smarketing.rows import clock
from smarketing.web.language import active_language

from . import finding

MOST = 6


def in_studio(context: Mapping[str, Any], line: DefinitionLine) -> str:
    """The search, with what was found by it where the address asks for something."""
    request = context["request"]
    return render_to_string("leads/replay/try.html", _said(request, line), request)


@needs("definition.view")
def tried(request: HttpRequest, pk: int) -> HttpResponse:
    """The same as a fragment."""
    line = get_object_or_404(DefinitionLine.objects.select_related("draft"), pk=pk)
    if not request.headers.get("HX-Request"):
        asked = {name: request.GET[name] for name in ("try", "lead") if name in request.GET}
        return redirect(f"{reverse('personas:definition', args=[pk])}?{urlencode(asked)}#try")
    return render(request, "leads/replay/try.html", _said(request, line))


def _said(request: HttpRequest, line: DefinitionLine) -> dict[str, Any]:
    text, personal = request.GET.get("try", "").strip()[:200], may(request.user, "leads.personal")
    chosen = _numbered(request, request.GET.get("lead", "")) or _numbered(request, text.removeprefix("#"))
    hits = [chosen] if chosen else finding.people(request.user, text, MOST) if text else []
    lead = hits[0] if len(hits) == 1 else None
    found = why.under(lead, line, line.draft.body, clock.now(), active_language(), personal=personal) if lead else None
    return {"line": line, "text": text, "hits": hits, "lead": lead, "why": found, "personal": personal}


def _numbered(request: HttpRequest, text: str) -> Lead | None:
    """The lead of a number, where there is one to be seen."""
    if not (text.isascii() and text.isdecimal() and len(text) < 18):
        return None
    seen = Lead.objects.visible_to(request.user).living().select_related("company")
    return seen.filter(pk=int(text), created_at__lte=clock.now()).first()
