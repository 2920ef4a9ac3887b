"""The leads behind a figure of the common language: `/leads/matching/?of=draft:3&what=fit.items.0`.

`of` names a body: the draft of a definition, its published version, a paper, or the rules of a persona version; or a line.
"""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.db.models.expressions import RawSQL
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.models import Lead
from leads.scoring import preview
from personas.criteria import statistics, tree
from personas.definitions.services import KIND
from personas.hooks import Counts
from personas.models import DefinitionDraft, DefinitionLine, DefinitionVersion, PersonaVersion
from personas.pages import standing
from personas.pages.words import voice
from smarketing.accounts.policy import may, needs
from smarketing.agreements import kinds
from smarketing.agreements.models import Paper
from smarketing.measures.numbers import wilson
from smarketing.rows import clock, fence
from smarketing.web import lists
from smarketing.web.tables import Column, Table

from . import observed, proven
from .leads import EXPORT, deeds

COLUMNS = (
    Column("name", gettext_lazy("Name"), str, sort="plain_name", url=lambda lead: _page(lead), head=True, personal=True, nullable=False),
    Column("number", gettext_lazy("Number"), lambda lead: f"#{lead.pk}", url=lambda lead: _page(lead), head=True),
    Column("company", gettext_lazy("Company"), "company.name"),
    Column("function", gettext_lazy("Function"), personal=True, wide=True),
    Column("stage", gettext_lazy("Stage"), Lead.get_stage_display),
    Column("created", gettext_lazy("Created"), "created_at", sort="created_at", align="num"),
)  # fmt: skip


def count_matches(body: Mapping[str, Any], source: str) -> Counts:
    """What `personas.hooks` asks: the figures of a body, each with the address of its leads."""
    at = fence.cutoff()
    found = preview.count(body, at)
    if not found.ready:
        return Counts(waiting=True)
    keys = [*preview.WHOLE, *found.hits, *found.cells]
    links = {key: address(source, key) for key in keys}
    return Counts(found.leads, found.mql, found.direct, found.hits, found.cells, links, at)


def estimate_matches(body: Mapping[str, Any], source: str) -> Counts | None:
    """The same from a sample, where there are very many leads."""
    at = fence.cutoff()
    drawn = preview.sample(body, at)
    if drawn is None:
        return None
    found, known = drawn
    of, links = found.leads, {key: address(source, key) for key in (*preview.WHOLE, *found.hits, *found.cells)}

    def all_of(some: Mapping[str, int]) -> dict[str, int]:
        return {key: statistics.carried_over(n, of, known) for key, n in some.items()}

    mql, direct = (statistics.carried_over(n, of, known) for n in (found.mql, found.direct))
    between = statistics.between(found.mql, of, known, wilson)
    return Counts(known, mql, direct, all_of(found.hits), all_of(found.cells), links, at, sampled=of, between=between)


def address(source: str, what: str) -> str:
    return f"{reverse('leads:matching')}?{urlencode({'of': source, 'what': what})}"


@lists.listed("leads:matching", gettext_lazy("Leads behind a figure"))
@needs("leads.view")
def matching(request: HttpRequest) -> HttpResponseBase:
    """The leads themselves, as they are now: the figure is counted again, so that both agree."""
    source, what = request.GET.get("of", ""), request.GET.get("what", "")
    body, title, back = _body(source)
    past, beside = proven.knows(body, what), what in observed.FIGURES and source.partition(":")[0] in observed.SOURCES
    if (
        not past
        and not beside
        and what not in preview.WHOLE
        and what not in preview.parts(body)
        and not _is_grade(what)
    ):
        raise Http404
    if beside:
        ids: list[int] | None = observed.asked(source, body, what, request.GET.get("since", ""))
    else:
        ids = (proven if past else preview).matching(body, what, fence.cutoff())
    personal = may(request.user, "leads.personal")
    context: dict[str, Any] = {"title": title, "what": _words(body, what), "back": back, "waiting": ids is None}
    if ids is not None:
        rows = (
            Lead.objects.visible_to(request.user)
            .filter(pk__in=RawSQL("(SELECT unnest(%s::bigint[]))", [ids]))
            .select_related("company")
            .by_name()
        )
        columns = [column for column in COLUMNS if not (personal and column.key == "number")]
        table = Table(
            columns, rows, request.GET, "-created", personal=personal, caption=context["what"],
            exports=EXPORT if may(request.user, "leads.export") else None, deeds=deeds(request.user), is_part=True,
            empty={"title": _("No lead matches now."), "url": back, "action": _("Back to the definition")},
        )  # fmt: skip
        context |= {"total": len(ids), "at": clock.now()}
        return lists.answer(request, table, "leads/matching.html", context)
    return render(request, "leads/matching.html", context)


def _page(lead: Lead) -> str:
    return reverse("leads:lead", args=[lead.pk])


def _is_grade(what: str) -> bool:
    return len(what) == 2 and what[0] in "ABCDEF" and what[1] in "123456"


def _words(body: Mapping[str, Any], what: str) -> str:
    """The figure in words."""
    if what in observed.FIGURES:
        return observed.words(what)
    named = {
        "leads": _("Every lead"),
        "mql": _("Would be an MQL now"),
        "direct": _("Would be an MQL now by a direct path"),
    }
    if what in named:
        return named[what]
    if _is_grade(what):
        return _("Grade %(grade)s now") % {"grade": what}
    if what.startswith(proven.HANDED):
        path = what.removeprefix(proven.HANDED)
        return proven.words(what, "" if path in proven.WHOLE else _words(body, path))
    speaker = voice()
    return "".join(piece.text for piece in speaker.condition(preview.parts(body)[what]))


def _body(source: str) -> tuple[Mapping[str, Any], str, str]:
    """(body, its name, the page it is from) of a source; 404 for none."""
    kind, _sep, pk = source.partition(":")
    if kind not in _SOURCES or not (pk.isascii() and pk.isdecimal() and len(pk) < 18):
        raise Http404
    return _SOURCES[kind](int(pk))


def _draft(pk: int) -> tuple[Mapping[str, Any], str, str]:
    draft = get_object_or_404(DefinitionDraft.objects.select_related("line"), line_id=pk)
    return draft.body, _("Draft of %(name)s") % {"name": draft.line.name}, reverse("personas:definition", args=[pk])


def _version(pk: int) -> tuple[Mapping[str, Any], str, str]:
    found = get_object_or_404(DefinitionVersion.objects.select_related("line"), pk=pk)
    title = _("%(name)s, version %(number)s") % {"name": found.line.name, "number": found.number}
    return found.body, title, reverse("personas:paper", args=[found.paper_id])


def _paper(pk: int) -> tuple[Mapping[str, Any], str, str]:
    found = get_object_or_404(Paper, pk=pk, kind=KIND)
    return standing.text_of(found)["body"], kinds.get(KIND).title(found), reverse("personas:paper", args=[pk])


def _line(pk: int) -> tuple[Mapping[str, Any], str, str]:
    found = get_object_or_404(DefinitionLine, pk=pk)
    return tree.empty_body(), found.name, reverse("personas:definition", args=[pk])


def _persona(pk: int) -> tuple[Mapping[str, Any], str, str]:
    found = get_object_or_404(PersonaVersion.objects.select_related("persona"), pk=pk)
    body = tree.empty_body() | {"must": [found.rules] if found.rules else []}
    return body, found.persona.name, reverse("personas:persona", args=[found.persona_id])


_SOURCES: dict[str, Callable[[int], tuple[Mapping[str, Any], str, str]]] = {
    "draft": _draft,
    "version": _version,
    "paper": _paper,
    "line": _line,
    "persona": _persona,
}
