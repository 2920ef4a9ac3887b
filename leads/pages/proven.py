"""The evidence beside a definition's criteria: leads handed over long enough ago, judged as at their handoff."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from leads.measures.table import MATURE
from leads.models import Handoff
from leads.scoring import lift, preview
from leads.scoring.days import here
from leads.scoring.lift import Case, Judged
from personas.criteria import statistics
from personas.hooks import Evidence
from smarketing.measures import engine, listing
from smarketing.measures.numbers import wilson

HANDED = "handed:"  # before a path: who had it at the handoff
WHOLE = ("flagged", "caught")
MOST = 5_000  # the cases of late, enough for narrow intervals
CAUGHT = Fraction(4, 5)


def of(body: Mapping[str, Any], source: str, at: datetime) -> Evidence | None:
    """The evidence for a body; None while it cannot be counted."""
    found = lift.judged(body, cases(at))
    if found is None:
        return None
    won = {"fit": [one.fit for one in found if one.won], "engagement": [one.engagement for one in found if one.won]}
    edges = {axis: statistics.threshold(points, CAUGHT) for axis, points in won.items()}
    keys = [*preview.parts(body), *WHOLE]
    return Evidence(
        lift.whole(found, wilson),
        lift.lifts(body, found, wilson),
        {axis: edge for axis, edge in edges.items() if edge is not None},
        {key: f"{reverse('leads:matching')}?{urlencode({'of': source, 'what': HANDED + key})}" for key in keys},
        engine.rows_url("conversion", **_asked(at)),
        MATURE,
    )


def matching(body: Mapping[str, Any], what: str, at: datetime) -> list[int] | None:
    """The leads behind a figure of the evidence: a written path, "flagged" or "caught". None: not counted yet."""
    found = lift.judged(body, cases(at))
    return None if found is None else sorted({one.lead for one in found if _is(one, what, body)})


def _is(one: Judged, what: str, body: Mapping[str, Any]) -> bool:
    if what in WHOLE:
        return one.flagged and (one.won or what == "flagged")
    return one.held[list(preview.parts(body)).index(what)]


def cases(at: datetime) -> list[Case]:
    """The last first handoffs that are mature, each at the moment of its qualification (else of the handoff)."""
    question = engine.ask("conversion", **_asked(at))
    _columns, lines = listing.every(engine.resolve(question), question)
    won = {line.key: line.hit for line in islice(lines, MOST)}
    rows = Handoff.objects.filter(pk__in=won).values_list("pk", "lead_id", "occurred_at", "qualification__effective_at")
    return [Case(lead, qualified or handed, won[pk]) for pk, lead, handed, qualified in rows]


def _asked(at: datetime) -> dict[str, Any]:
    return {
        "first": date(1971, 1, 1),
        "until": here().of(at) - timedelta(days=MATURE - 1),
        "date": "handed",
        "cutoff": at,
    }
