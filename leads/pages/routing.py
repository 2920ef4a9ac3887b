"""The dry run of a month, and on the page of a lead: why it went to whom, how long that took, what is contested. Views only translate."""

from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from leads.evidence import routed
from leads.handoffs import dry_run, evidence, reasons
from leads.models import Decision, Ruling
from leads.rights import contests
from leads.rights import needs as needs_found
from smarketing.accounts.policy import may, needs
from smarketing.rows import clock

SHOWN = 100


@needs("settings.routing")
def dry(request: HttpRequest) -> HttpResponse:
    """A month by the routing as it is now, side by side with what was."""
    last = dry_run.last_month(clock.now())
    first = _month(request.GET.get("month", ""), last)
    result = dry_run.run(first)
    only = request.GET.get("only") == "differ"
    lines = [line for line in result.lines if line.differs] if only else result.lines
    context = {
        "result": result, "lines": lines[:SHOWN], "more": max(len(lines) - SHOWN, 0), "only": only,
        "personal": may(request.user, "leads.personal"),
        "before": f"?month={(first - timedelta(days=1)):%Y-%m}",
        "after": f"?month={result.until:%Y-%m}" if result.until <= clock.today() else "",
    }  # fmt: skip
    return render(request, "leads/routing/dry_run.html", context)


def _month(text: str, usual: date) -> date:
    try:
        asked = date.fromisoformat(f"{text}-01")
    except ValueError:
        return usual
    return asked if date(2000, 1, 1) <= asked <= clock.today() else usual


def of_lead(context: Any, lead: int, at: datetime | None = None) -> str:
    """Why the lead went to whom, the two delays, and what is contested or may be."""
    request = context["request"]
    if not may(request.user, "handoffs.view"):
        return ""
    told, delays = routed.told(lead, at), routed.delays(lead, at, context.get("handed"))
    kinds = set(Decision.objects.filter(handoff__lead=lead).values_list("kind", flat=True))  # most leads have none
    turned = not kinds.isdisjoint(contests.KINDS)
    said = _contested(lead, at) if turned else []
    need = needs_found.of_lead(lead, at) if Decision.Kind.QUALIFY in kinds else None
    may_contest = turned and not at and may(request.user, "handoffs.contest")
    open_ones = contests.may_still(lead, context.get("at") or clock.now()) if may_contest else []
    if not (told or said or open_ones or need):
        return ""
    parts = {
        "told": told, "delays": delays, "steps": _steps(delays) if delays else [], "contests": said,
        "may_contest": [(one, reasons.label(one.reason)) for one in open_ones],
        "may_rule": not at and may(request.user, "handoffs.rule"), "personal": may(request.user, "leads.personal"),
        "reader": request.user, "need": need,
        "answers": [(label, getattr(need, name)) for name, label in needs_found.QUESTIONS.items()] if need else [],
    }  # fmt: skip
    return render_to_string("leads/routing/of_lead.html", parts, request)


def _contested(lead: int, at: datetime | None) -> list[dict[str, Any]]:
    rows = contests.standing().filter(note__lead=lead)
    rows = rows.filter(note__known_at__lte=at) if at else rows
    found = list(rows.select_related("decision__handoff__rules", "decision__handoff__version", "note__by", "note__words").order_by("-pk"))  # fmt: skip
    rulings: dict[int, Ruling] = dict(contests.rulings([one.pk for one in found])) if found else {}
    return [
        {
            "one": one, "reason": reasons.label(one.decision.reason), "ruling": rulings.get(one.pk),
            "against": evidence.words(one.evidence, one.decision.handoff), "late": one.due_on < clock.today(),
        }
        for one in found
    ]  # fmt: skip


def _steps(found: routed.Delays) -> list[tuple[str, str]]:
    """(what, how long) of the two delays, those that are known."""
    lines = [
        (_("System: from the fact to the judgement"), found.judging),
        (_("System: from the judgement to the assignment") if found.judging is not None else _("System: from the handoff to the assignment"), found.assigning),
        (_("People: from the assignment to %(rep)s to the first attempt") % {"rep": found.rep or "–"}, found.by_rep),
        (_("People: from the handoff to the first attempt"), found.by_lead),
    ]  # fmt: skip
    return [(what, long(span)) for what, span in lines if span is not None]


def long(span: timedelta) -> str:
    """ "4 s", "42 min", "3 h 05", "2 d 4 h": units that both languages write alike."""
    seconds = round(span.total_seconds())
    if seconds < 60:
        return f"{seconds} s"
    minutes = seconds // 60
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes:02}"
    return _("%(days)s d %(hours)s h") % {"days": hours // 24, "hours": hours % 24}
