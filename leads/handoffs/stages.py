"""Stages of leads: one way to move them, an append-only log without gaps, `Lead.stage` derived from its last row.

Skipped stages are never invented: a lead may go straight from "lead" to "opportunity", and the log says so.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from leads.intake import bulk
from leads.models import Correction, Deal, Handoff, Stage
from smarketing.accounts.models import User
from smarketing.rows.fence import Fence

CORRECTION = "correction"  # the cause that may move a lead to any stage: a deed was taken back
OFTEN = "often"  # the cause of the end of a lead that came back as often as its rules let it
_LATER = {Stage.SQL, Stage.OPPORTUNITY, Stage.CUSTOMER}
_OUT = {Stage.RECYCLED, Stage.DISQUALIFIED}
# One table: from -> where a lead may go from there.
MOVES: Mapping[str, frozenset[str]] = {
    Stage.SUBSCRIBER: frozenset({Stage.LEAD, Stage.MQL, Stage.DISQUALIFIED} | _LATER),
    Stage.LEAD: frozenset({Stage.MQL, Stage.SAL} | _LATER | _OUT),
    Stage.MQL: frozenset({Stage.SAL} | _LATER | _OUT),
    Stage.SAL: frozenset(_LATER | _OUT),
    Stage.SQL: frozenset({Stage.OPPORTUNITY, Stage.CUSTOMER} | _OUT),
    Stage.OPPORTUNITY: frozenset({Stage.CUSTOMER} | _OUT),
    Stage.CUSTOMER: frozenset(),  # a new deal is a new opportunity, not a new lead
    Stage.RECYCLED: frozenset({Stage.MQL, Stage.SAL, Stage.DISQUALIFIED} | _LATER),
    Stage.DISQUALIFIED: frozenset({Stage.RECYCLED, Stage.MQL, Stage.SAL} | _LATER),
}
_MOVE = {
    "lead_id": "bigint", "number": "int", "from_stage": "text", "to_stage": "text", "cause": "text",
    "handoff_id": "bigint", "by_id": "bigint", "occurred_at": "timestamptz", "recorded_at": "timestamptz",
    "known_at": "timestamptz",
}  # fmt: skip


class NotAllowed(ValueError):
    """A move that the table does not hold; the message is translated and meant for the screen."""


@dataclass(frozen=True)
class Move:
    """A lead is to be at stage `to`. `known_at`: for declared history, when it happened."""

    lead_id: int
    to: str
    cause: str
    at: datetime
    by_id: int | None = None
    handoff_id: int | None = None
    known_at: datetime | None = None


def move(
    *,
    lead_id: int,
    to: str,
    cause: str,
    at: datetime,
    by: User | None,
    fence: Fence,
    handoff: Handoff | int | None = None,
) -> bool:
    """Move one lead; False when it stands there already. NotAllowed for a move that the table does not hold.

    `handoff`: the handoff (or its id) on which it happened.
    """
    number = handoff.pk if isinstance(handoff, Handoff) else handoff
    return bool(move_all([Move(lead_id, to, cause, at, by.pk if by else None, number)], fence))


@transaction.atomic
def move_all(moves: Sequence[Move], fence: Fence, strict: bool = True) -> int:
    """Move leads, several moves of one lead in the order given. Returns how many rows the log gained.

    A move to where the lead stands adds nothing. Without `strict` a move that is not allowed is left out.
    """
    if not moves:
        return 0
    standing = _standing({one.lead_id for one in moves})
    rows = []
    for one in moves:
        number, stage, logged = standing[one.lead_id]
        if one.to == stage:
            continue
        if one.cause != CORRECTION and one.to not in MOVES[stage]:
            if strict:
                raise NotAllowed(_("A lead at stage “%(stage)s” cannot go to “%(to)s”.") % _names(stage, one.to))
            continue
        standing[one.lead_id] = (number + 1, one.to, one.to)
        rows.append(
            (
                one.lead_id, number + 1, logged, one.to, one.cause, one.handoff_id, one.by_id, one.at,
                fence.recorded_at, one.known_at or fence.recorded_at,
            )
        )  # fmt: skip
    rows.sort(key=lambda row: row[:2])
    bulk.insert("leads_stagemove", _MOVE, rows)
    rebuild({row[0] for row in rows})
    return len(rows)


def rebuild(lead_ids: Iterable[int] | None = None) -> None:
    """Derive `Lead.stage` of these leads (None: of all) from the log; without a move a lead is at stage "lead"."""
    which = "true" if lead_ids is None else "l.id = ANY(%(ids)s)"
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE leads_lead l SET stage = m.to_stage FROM (SELECT l.id, coalesce((SELECT to_stage FROM"
            " leads_stagemove s WHERE s.lead_id = l.id ORDER BY number DESC LIMIT 1), 'lead') AS to_stage"
            f" FROM leads_lead l WHERE {which}) m WHERE l.id = m.id AND l.stage <> m.to_stage",
            {"ids": sorted(lead_ids or ())},
        )


def follow_deals(deal_ids: Iterable[int], fence: Fence) -> None:
    """Intake's hook: an open deal makes an opportunity of its lead, a won one a customer; taken back, it is undone."""
    named = Deal.objects.filter(bulk.among("pk", deal_ids), lead__isnull=False)
    leads = set(named.values_list("lead_id", flat=True))
    best: dict[int, tuple[str, Deal]] = {}
    stages: dict[str, Stage] = {Deal.State.OPEN: Stage.OPPORTUNITY, Deal.State.WON: Stage.CUSTOMER}
    back = Correction.objects.filter(subject="deal").values("subject_id")
    deals = Deal.objects.filter(bulk.among("lead_id", leads), state__in=stages).exclude(pk__in=back)
    for deal in deals.order_by("created_at", "pk"):
        held = best.get(deal.lead_id)
        if held is None or held[0] == Stage.OPPORTUNITY:
            best[deal.lead_id] = (stages[deal.state], deal)
    standing = _standing(set(best))
    moves = []
    for lead, (to, deal) in sorted(best.items()):
        stage, won = standing[lead][1], deal.state == Deal.State.WON
        at = (deal.closed_at if won else None) or deal.created_at
        cause = CORRECTION if stage == Stage.CUSTOMER and not won else "deal"
        moves.append(Move(lead, to, cause, at, handoff_id=deal.handoff_id, known_at=at if deal.declared else None))
    move_all(moves, fence, strict=False)


def _standing(leads: set[int]) -> dict[int, tuple[int, str, str]]:
    """Lead -> (number of its last move, stage, stage as logged: "" before the first move). Locks the leads."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM leads_lead WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE", [sorted(leads)])
        found = {row[0]: (0, str(Stage.LEAD), "") for row in cursor.fetchall()}
        cursor.execute(
            "SELECT DISTINCT ON (lead_id) lead_id, number, to_stage FROM leads_stagemove WHERE lead_id = ANY(%s)"
            " ORDER BY lead_id, number DESC",
            [sorted(leads)],
        )
        found |= {lead: (number, to, to) for lead, number, to in cursor.fetchall()}
    return found


def _names(stage: str, to: str) -> dict[str, str]:
    return {"stage": str(Stage(stage).label), "to": str(Stage(to).label)}
