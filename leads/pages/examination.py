"""What the page of a lead answers when it is asked: what changed since, what would make it an MQL, how it went."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from leads.evidence import course, since, would
from leads.models import Handoff, Lead
from leads.scoring.days import here
from personas.definitions import queries
from smarketing.accounts.policy import may

from . import instants
from .instants import Asked


def of(
    request: HttpRequest,
    lead: Lead,
    present: datetime,
    past: Asked | None,
    lang: str,
    *,
    personal: bool,
    handoffs: Sequence[Handoff],
) -> dict:
    """`personal`: whether the reader may see personal values; `handoffs`: those of the lead known at the instant shown."""
    until = past.at if past else present
    return {
        **_since(request, lead, until, lang, personal),
        "presets": presets(lead, until, handoffs),
        **_would(request, lead, present, lang, personal and past is None),
        "course": course.of(lead, until, handoffs),
    }


def _since(request: HttpRequest, lead: Lead, until: datetime, lang: str, personal: bool) -> dict[str, Any]:
    """What changed from the instant that is asked for to the one that the page shows."""
    asked = instants.asked(request.GET, "since", until)
    changes = since.changes(lead, asked.at, until, lang, personal=personal) if asked.at else []
    return {
        "since": asked.at,
        "since_asked": asked if asked.at else None,
        "since_wrong": asked.wrong,
        "since_picked": instants.field(asked.at) if asked.at else "",
        "changes": changes,
    }


def presets(lead: Lead, until: datetime, handoffs: Sequence[Handoff]) -> list[tuple[str, datetime]]:
    """(words, instant) from which differences are often asked for: those at which the lead was known."""
    found = []
    for version in queries.versions_in_force(until):
        if version.number == 1:  # nothing was in force before it
            continue
        words = _("since version %(number)s of %(line)s") % {"number": version.number, "line": version.line.name}
        found.append((words, version.effective_at - timedelta(microseconds=1)))
    if handed := [one.occurred_at for one in handoffs if one.occurred_at < until]:
        found.append((_("since the handoff"), handed[-1]))
    monday = _monday(until)
    found.append((_("since %(day)s") % {"day": date_format(here().of(monday), "D j N")}, monday))
    born = lead.created_at if lead.declared else max(lead.created_at, lead.recorded_at)
    return [(words, at) for words, at in found if born <= at < until]


def _monday(until: datetime) -> datetime:
    """The last Monday's first moment; on a Monday the one before."""
    today = here().of(until)
    return here().midnight(today - timedelta(days=today.weekday() or 7))


def _would(request: HttpRequest, lead: Lead, t: datetime, lang: str, personal: bool) -> dict[str, Any]:
    """What would make it an MQL, when it is asked."""
    if not request.GET.get("would"):
        return {"would": None}
    found = [(one, one.words(lang, personal=personal)) for one in would.of(lead, t)]
    return {
        "may_advise": may(request.user, "settings.attributes"),
        "would": [
            {
                "one": one,
                "sets": sets,
                "hidden": len(one.sets) - len(sets),
                "never": one.never(lang),
                "short": one.not_enough(lang, personal=personal),
            }
            for one, sets in found
        ],
    }
