"""A rep's own results: promises kept today and by month beside the team's, conversions, and what became of what they gave back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from leads.measures.dimensions import names
from leads.models import Correction, Deal, Decision, Handoff, HandoffState
from smarketing.accounts.models import User
from smarketing.measures import engine
from smarketing.measures.engine import Answer, Group

KEPT = ("first_attempt_in_time", "attempts_in_time", "decided_in_time")
# (measure, its figure) of the table.
LINES = (
    *((key, "") for key in KEPT),
    ("response_time", "median"),
    ("reach", ""),
    ("handoffs", ""),
    ("acceptance", ""),
    ("sql", ""),
    ("won", ""),
    ("revenue", ""),
)
MONTHS = 6
SHOWN = 20


@dataclass(frozen=True)
class Today:
    """Promises of theirs that fell due today and are settled, those kept, and those still to come before midnight."""

    kept: int
    settled: int
    pending: int
    broken_url: str = ""


@dataclass(frozen=True)
class Line:
    """A measure by month, the newest last, then of all these months: theirs, and the whole of sales (None where it says of no
    share, so that two sums are not compared)."""

    answer: Answer
    months: tuple[Group, ...]
    own: Group
    team: Group | None


@dataclass(frozen=True)
class Back:
    """A lead that they refused or gave back, and what became of it since: a later handoff, a deal won after it."""

    decision: Decision
    visible: bool
    later: HandoffState | None
    won: Deal | None


def today(user: User, day: date, cutoff: datetime) -> Today:
    """How many of the promises due on a local day they kept."""
    asked = _asked(user, day, day + timedelta(days=1), cutoff)
    kept = settled = pending = 0
    broken = ""
    for key in KEPT:
        found = engine.answer(key, **asked).total
        kept, settled = kept + found.n, settled + (found.of or 0)
        pending += engine.answer(f"{key}_pending", **asked).total.n
        if found.n < (found.of or 0) and not broken:
            broken = engine.rows_url(key, **(asked | {"where": asked["where"] | {"clock": "missed"}}))
    return Today(kept, settled, pending, broken)


def lines(user: User, months: Sequence[date], until: date, cutoff: datetime) -> list[Line]:
    """The table: each measure in each month and over all of them. `months`: their first days, the oldest first."""
    out, asked = [], _asked(user, months[0], until, cutoff)
    ends = [*months[1:], until]
    for key, stat in LINES:
        more = {"stat": stat} if stat else {}
        found = engine.answer(key, by=("month",), **asked, **more)
        known = {row.group["month"]: row for row in found.rows}
        by_month = [
            known.get(f"{a:%Y-%m}") or _nothing(found, key, **_asked(user, a, b, cutoff), **more)
            for a, b in zip(months, ends, strict=True)
        ]
        compares = found.total.of is not None or bool(stat)
        everybody = {"first": months[0], "until": until, "cutoff": cutoff, "user": user, **more}
        team = engine.answer(key, **everybody).total if compares else None
        out.append(Line(found, tuple(by_month), found.total, team))
    return out


def _nothing(found: Answer, key: str, **asked: Any) -> Group:
    """A month in which nothing of theirs counts, with the page that lists none."""
    of = None if found.total.of is None else 0
    value = 0 if found.total.value is not None and of is None and not found.question.stat else None
    return Group({}, value, 0, of, None, True, engine.rows_url(key, **asked))


def given_back(user: User, at: datetime) -> list[Back]:
    """The last refusals and returns of theirs that stand, the newest first, with what became of the leads."""
    said = Decision.objects.filter(by=user, kind__in=(Decision.Kind.REFUSE, Decision.Kind.RETURN), occurred_at__lte=at)
    said = said.exclude(pk__in=Correction.objects.filter(subject="decision").values("subject_id"))
    rows = list(said.select_related("handoff__lead__company").order_by("-occurred_at", "-pk")[:SHOWN])
    leads = {one.handoff.lead_id for one in rows}
    later = _later(leads)
    seen = set(HandoffState.objects.visible_to(user).filter(lead__in=leads).values_list("lead", flat=True))
    deals: dict[int, Deal] = {}
    for deal in Deal.objects.standing().filter(lead__in=leads, state=Deal.State.WON).order_by("-closed_at", "-pk"):
        deals[deal.lead_id] = deal
    return [Back(one, one.handoff.lead_id in seen, _after(later, one.handoff), _won_after(deals, one)) for one in rows]


def _asked(user: User, first: date, until: date, cutoff: datetime) -> dict:
    return {
        "first": first, "until": until, "cutoff": cutoff, "user": user, "where": {"rep": names([user])[user.pk]},
    }  # fmt: skip


def _later(leads) -> dict[int, list[HandoffState]]:
    out: dict[int, list[HandoffState]] = {}
    states = (
        HandoffState.objects.filter(lead__in=leads)
        .select_related("handoff", "rep")
        .order_by("handoff__occurred_at", "pk")
    )
    for one in states:
        out.setdefault(one.lead_id, []).append(one)
    return out


def _after(later: dict[int, list[HandoffState]], handoff: Handoff) -> HandoffState | None:
    """The newest handoff of the lead made after this one."""
    found = [one for one in later.get(handoff.lead_id, ()) if one.handoff.occurred_at > handoff.occurred_at]
    return found[-1] if found else None


def _won_after(deals: dict[int, Deal], one: Decision) -> Deal | None:
    deal = deals.get(one.handoff.lead_id)
    return deal if deal and deal.closed_at and deal.closed_at >= one.occurred_at else None
