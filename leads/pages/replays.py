"""What the draft of a definition would have done, month by month, inside its page; and the leads behind each figure."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models.expressions import RawSQL
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from leads.models import Lead, Replay
from leads.replay import groups, months, runs
from leads.replay.shown import record
from leads.scoring.timeline.walk import instant
from personas.criteria import canonical
from personas.models import DefinitionLine
from smarketing.accounts.policy import may, needs
from smarketing.jobs import heartbeat
from smarketing.rows import clock
from smarketing.web import lists
from smarketing.web.once import once
from smarketing.web.tables import Column, Table

from .leads import EXPORT, deeds
from .matches import COLUMNS
from .replay_table import TEXTS, Sheet

SIDES = ("draft", "was")
AGAINST = ("gained", "lost", "kept", "customers")
PATIENT = timedelta(seconds=10)  # after which it is said that no worker answers


def in_studio(context: Mapping[str, Any], line: DefinitionLine) -> str:
    """The section of the definition's page: the figures of before struck, until those of this draft are there."""
    request, wanted = context["request"], bool(context["request"].GET.get("count"))
    said = _asked(line, request) if wanted else _remembered(line, request)
    return render_to_string("leads/replay/section.html", said, request)


def brief(context: Mapping[str, Any], line: DefinitionLine) -> str:
    """The same in small, beside the document."""
    return render_to_string("leads/replay/brief.html", _remembered(line, context["request"]), context["request"])


@needs("definition.view")
def replay(request: HttpRequest, pk: int) -> HttpResponse:
    """The same as a fragment, which asks again until the figures are there."""
    if not request.headers.get("HX-Request"):
        return redirect(f"{reverse('personas:definition', args=[pk])}?{urlencode({'count': 1} | _by(request))}#months")
    line = _line(pk)
    if request.GET.get("revision", str(line.draft.revision)) != str(line.draft.revision):
        return render(request, "leads/replay/section.html", _remembered(line, request) | {"moved_on": True})
    return render(request, "leads/replay/fragment.html", _asked(line, request) | {"oob": True})


@needs("definition.view")
@require_POST
@once
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin anew what failed."""
    line = _line(pk)
    for one in (
        Replay.objects.of_months().filter(line=line, state="failed", revision=line.draft.revision).order_by("-pk")[:1]
    ):
        runs.again(one, clock.now())
    return redirect(f"{reverse('personas:definition', args=[pk])}#months")


def _line(pk: int) -> DefinitionLine:
    return get_object_or_404(DefinitionLine.objects.select_related("draft"), pk=pk)


def _by(request: HttpRequest) -> dict[str, str]:
    by = request.GET.get("by", "")
    return {"by": by} if by in groups.BY else {}


def _asked(line: DefinitionLine, request: HttpRequest) -> dict[str, Any]:
    """The figures of the draft as it stands: there, under way, or asked for now."""
    found = runs.ask(line, clock.now())
    if runs.here_and_now(found):
        runs.work(found)
        found.refresh_from_db()
    return _said(line, request, found)


def _remembered(line: DefinitionLine, request: HttpRequest) -> dict[str, Any]:
    """Nothing is asked for yet: what was found last, current where it is of this very draft. Once a request."""
    if (held := getattr(request, "replayed", None)) is not None:
        return held
    digest = canonical.digest(line.draft.body)
    found = (
        Replay.objects.of_months()
        .filter(line=line, digest=digest)
        .done()
        .filter(ended_at__gt=clock.now() - runs.FRESH)
        .first()
    )
    request.replayed = _said(line, request, found)  # type: ignore[attr-defined]
    return request.replayed  # type: ignore[attr-defined]


def _said(line: DefinitionLine, request: HttpRequest, found: Replay | None) -> dict[str, Any]:
    here = found is not None and found.state == "done"
    last = found if here else Replay.objects.of_months().filter(line=line).done().first()
    waited = clock.now() - found.asked_at if found is not None and not here else timedelta()
    return {
        "line": line, "draft": line.draft, "found": found, "by": _by(request).get("by", ""), "groups": groups.BY,
        "stale": not here, "sheet": Sheet(last, _by(request).get("by", "")) if last else None,
        "no_leads": not Lead.objects.exists(), "empty": not _says_anything(line.draft.body),
        "away": waited > PATIENT and bool(heartbeat.late(("worker",))),
        "may_time": may(request.user, "settings.routing"), "may_health": may(request.user, "settings.health"),
        "share": round(100 * found.walked / found.total) if found and found.total else None,
    }  # fmt: skip


def _says_anything(body: Mapping[str, Any]) -> bool:
    return bool(body["fit"]["items"] or body["engagement"]["items"] or body.get("direct"))


# --- the leads behind a figure

DRAFT, WAS = gettext_lazy("Under the draft"), gettext_lazy("As it was")


@lists.listed("leads:replayed", gettext_lazy("Leads of a replay"))
@needs("leads.view")
def rows(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The leads of one figure: `what` gained, lost, kept, customers, or a side and what became of them; `month`, `by`, `group`."""
    one = get_object_or_404(Replay.objects.visible_to(request.user).of_months().done().select_related("line"), pk=pk)
    held = record(one)
    ids = leads_of(held, request.GET)
    if (by := request.GET.get("by", "")) and by in groups.BY:
        ids = groups.within(ids, by, request.GET.get("group", ""), one.line_id)
    personal = may(request.user, "leads.personal")
    found = (
        Lead.objects.visible_to(request.user)
        .filter(pk__in=RawSQL("(SELECT unnest(%s::bigint[]))", [list(map(int, ids))]))
        .select_related("company")
        .by_name()
    )
    columns = [column for column in COLUMNS if not (personal and column.key == "number")]
    columns += [_when("draft", DRAFT, held.draft), _when("was", WAS, held.was)]
    what = title(held, request.GET)
    table = Table(
        columns, found, request.GET, "-created", personal=personal, caption=what,
        exports=EXPORT if may(request.user, "leads.export") else None, deeds=deeds(request.user), is_part=True,
        empty={"title": _("No lead is behind this figure."), "url": reverse("personas:definition", args=[one.line_id]) + "#months", "action": _("Back to the definition")},
    )  # fmt: skip
    context = {
        "title": _("Draft of %(name)s") % {"name": one.line.name}, "what": what, "total": len(ids), "at": one.cutoff,
        "back": reverse("personas:definition", args=[one.line_id]) + "#months",
    }  # fmt: skip
    return lists.answer(request, table, "leads/matching.html", context)


def leads_of(held: months.Record, asked: Mapping[str, str]):
    """Leads behind a figure; Http404 where there is no such figure."""
    what, month = asked.get("what", ""), asked.get("month", "")
    if what in AGAINST and not month:
        found = months.against(held)
        return getattr(found, what) if found else ()
    side, _dot, which = what.partition(".")
    places = {one.strftime("%Y-%m"): place for place, one in enumerate(held.months)}
    known = which in months.WHICH or (side == "draft" and (which == months.PASSED or which in months.HOLDS))
    if side not in SIDES or not known or (month and month not in places):
        raise Http404
    return months.chosen(held, side, places.get(month), which)


def title(held: months.Record, asked: Mapping[str, str]) -> str:
    """The figure in words."""
    side, _dot, which = asked.get("what", "").partition(".")
    if side in AGAINST:
        words = str(TEXTS[side])
    elif side == "draft":
        words = _("Under the draft: %(what)s") % {"what": TEXTS[which]}
    else:
        words = _("As it was: %(what)s") % {"what": TEXTS[which]}
    if asked.get("month"):
        words += f", {date_format(date.fromisoformat(asked['month'] + '-01'), 'YEAR_MONTH_FORMAT')}"
    if asked.get("by") in groups.BY:
        words += f" · {groups.BY[asked['by']]}: {groups.named(asked['by'], asked.get('group', ''))}"
    return words


def _when(key: str, label: Any, side: months.Rows) -> Column:
    """The first MQL of each lead on one side."""
    first: dict[int, int] = {}
    for lead, at in zip(side.lead.tolist(), side.at.tolist(), strict=True):
        first[lead] = min(at, first.get(lead, at))
    value: Callable[[Lead], Any] = lambda lead: instant(first[lead.pk]) if lead.pk in first else None  # noqa: E731
    return Column(key, label, value, align="num")
