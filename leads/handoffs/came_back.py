"""Handoffs that are not the first of their lead: since when it is back, and with which reason it left before."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from leads.intake import spans
from leads.intake.bulk import among
from leads.models import Deal, HandoffState


@dataclass(frozen=True)
class Back:
    """`since`: when it was handed over again; `reason`: the code of the last handoff before, "" where it ended without one."""

    since: datetime
    reason: str


def of(handoffs: Mapping[int, int]) -> dict[int, Back]:
    """Handoff → how it came back, of these (handoff → lead) that are repeated; of merged leads as of one person."""
    again = HandoffState.objects.filter(among("pk", set(handoffs)), first=False)
    rows = dict(again.values_list("pk", "handoff__occurred_at"))
    if not rows:
        return {}
    leads = {handoffs[pk] for pk in rows}
    root_of = spans.members_of(leads) | {lead: lead for lead in leads}
    ended = HandoffState.objects.filter(among("lead_id", set(root_of)), is_open=False, closed_at__isnull=False)
    past = [*ended.values_list("pk", "lead_id", "closed_at", "reason"), *_lost(set(root_of))]
    past.sort(key=lambda one: one[2])
    return {pk: Back(since, _reason(past, root_of, pk, handoffs[pk], since)) for pk, since in rows.items()}


def _lost(leads: set[int]) -> Iterator[tuple]:
    """Deals of these leads that were lost, as handoffs that ended with their reason."""
    lost = Deal.objects.standing().filter(among("lead_id", leads), state=Deal.State.LOST, closed_at__isnull=False)
    for lead, closed, reason in lost.order_by("closed_at", "pk").values_list("lead_id", "closed_at", "reason"):
        yield (None, lead, closed, reason)


def _reason(past: list[tuple], root_of: Mapping[int, int], pk: int, lead: int, since: datetime) -> str:
    mine = [reason for one, whose, closed, reason in past if one != pk and root_of[whose] == lead and closed <= since]
    return mine[-1] if mine else ""
