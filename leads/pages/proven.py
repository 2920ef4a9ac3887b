"""The evidence beside a definition's criteria: leads handed over long enough ago, judged as at their handoff."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from leads.measures.table import MATURE
from leads.models import Handoff
from leads.scoring import late, lift, preview
from leads.scoring.days import here
from leads.scoring.lift import Case, Judged
from personas.criteria import statistics, tree
from personas.hooks import Evidence
from smarketing.measures import engine, listing
from smarketing.measures.numbers import wilson
from smarketing.rows import fence

HANDED = "handed:"  # before a path: who had it at the handoff
WHOLE = ("leads", "won", "flagged", "caught")
MOST = 5_000  # the cases of late, enough for narrow intervals
CAUGHT = Fraction(4, 5)


def weigh(body: Mapping[str, Any], source: str) -> Evidence | None:
    """What `personas.hooks` asks: the evidence for a body; None while it cannot be counted."""
    at = fence.cutoff()
    asked = cases(at)
    found = lift.judged(body, asked)
    if found is None:
        return None
    won = {"fit": [one.fit for one in found if one.won], "engagement": [one.engagement for one in found if one.won]}
    edges = {axis: statistics.threshold(points, CAUGHT) for axis, points in won.items()}
    fields = {cond["field"] for _path, cond in tree.conditions(body) if "field" in cond}
    return Evidence(
        whole=lift.whole(found, wilson),
        lift=lift.lifts(body, found, wilson),
        edges={axis: edge for axis, edge in edges.items() if edge is not None},
        late=late.filled(fields, at),
        links={what: _address(source, what) for what in (*preview.parts(body), *WHOLE)},
        days=MATURE,
        last=len(asked) >= MOST,
    )


def knows(body: Mapping[str, Any], what: str) -> bool:
    """Whether `what` ("handed:" and a path, or one of WHOLE) names a figure of the evidence."""
    return what.startswith(HANDED) and what.removeprefix(HANDED) in (*WHOLE, *preview.parts(body))


def matching(body: Mapping[str, Any], what: str, at: datetime) -> list[int] | None:
    """The leads behind a figure of the evidence that `knows` knows. None: not counted yet."""
    found = lift.judged(body, cases(at))
    return None if found is None else sorted({one.lead for one in _those(found, what.removeprefix(HANDED), body)})


def words(what: str, condition: str) -> str:
    """A figure in words; `condition`: the sentence of its path, "" for one of WHOLE."""
    named = {
        "leads": _("Handed over"),
        "won": _("Handed over, and won"),
        "flagged": _("Would have been an MQL"),
        "caught": _("Would have been an MQL, and was won"),
    }
    return _("%(condition)s, at the handoff") % {"condition": condition or named[what.removeprefix(HANDED)]}


def _those(found: list[Judged], what: str, body: Mapping[str, Any]) -> list[Judged]:
    if what in WHOLE:
        won, flagged = what in ("won", "caught"), what in ("flagged", "caught")
        return [one for one in found if (one.won or not won) and (one.flagged or not flagged)]
    at = list(preview.parts(body)).index(what)
    return [one for one in found if one.held[at]]


def cases(at: datetime) -> list[Case]:
    """The last first handoffs that are mature, each at the moment of its qualification (else of the handoff)."""
    until = here().of(at) - timedelta(days=MATURE - 1)
    question = engine.ask("conversion", first=date(1971, 1, 1), until=until, date="handed", cutoff=at)
    _columns, lines = listing.every(engine.resolve(question), question)
    won = {line.key: line.hit for line in islice(lines, MOST)}
    rows = Handoff.objects.filter(pk__in=won).values_list("pk", "lead_id", "occurred_at", "qualification__effective_at")
    return [Case(lead, qualified or handed, won[pk]) for pk, lead, handed, qualified in rows]


def _address(source: str, what: str) -> str:
    return f"{reverse('leads:matching')}?{urlencode({'of': source, 'what': HANDED + what})}"
