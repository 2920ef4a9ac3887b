"""What became of leads that left a rep's hands: refused, given back, or with a deal that was lost; of merged leads as of one person."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from leads.intake import spans
from leads.models import Contest, Correction, Deal, Decision, HandoffState, Lead
from leads.rights import contests
from smarketing.accounts.models import User

SHOWN = 20
KINDS = (Decision.Kind.REFUSE, Decision.Kind.RETURN)


@dataclass(frozen=True)
class Left:
    """How a lead left (`decision`, or `lost`: a deal) and what became of it since: the newest handoff after it, a deal after it
    (won before open before lost, then the newest); the contest of marketing that stands, and whether it was ruled on."""

    lead: Lead
    at: datetime
    reason: str
    return_on: date | None
    decision: Decision | None
    lost: Deal | None
    visible: bool
    later: HandoffState | None
    deal: Deal | None
    contest: Contest | None
    ruled: bool


def of(user: User, at: datetime) -> list[Left]:
    """The last that left, the newest first; what was taken back never did."""
    said, lost = _decisions(user, at), _losses(user, at)
    rows = [(one.occurred_at, one, None) for one in said] + [(one.closed_at, None, one) for one in lost]
    rows = sorted(rows, key=lambda row: row[0], reverse=True)[:SHOWN]
    leads = {(row[1].handoff if row[1] else row[2]).lead for row in rows}
    root_of = {one.pk: one.root_id or one.pk for one in leads}
    family = spans.members_of(root_of.values()) | {root: root for root in root_of.values()} | root_of
    seen = set(Lead.objects.visible_to(user).filter(pk__in=root_of).values_list("pk", flat=True))
    later, deals = _later(family), _deals(family)
    open_to = _contests(one.pk for one in said)
    ruled = contests.rulings(one.pk for one in open_to.values())
    out = []
    for when, decision, deal in rows:
        how = decision or deal
        lead, own = (decision.handoff.lead, decision.handoff_id) if decision else (deal.lead, deal.handoff_id)
        told = open_to.get(decision.pk) if decision else None
        later_on, sold = (
            _after(later.get(root_of[lead.pk], ()), when, own),
            _sold(deals.get(root_of[lead.pk], ()), when, deal),
        )
        ruling = told is not None and told.pk in ruled
        seen_here = lead.pk in seen
        out.append(Left(lead, when, how.reason, how.return_on, decision, deal, seen_here, later_on, sold, told, ruling))
    return out


def _decisions(user: User, at: datetime) -> list[Decision]:
    said = Decision.objects.filter(by=user, kind__in=KINDS, occurred_at__lte=at)
    said = said.exclude(pk__in=Correction.objects.filter(subject="decision").values("subject_id"))
    return list(said.select_related("handoff__lead__company").order_by("-occurred_at", "-pk")[:SHOWN])


def _losses(user: User, at: datetime) -> list[Deal]:
    lost = Deal.objects.standing().filter(rep=user, state=Deal.State.LOST, closed_at__lte=at, lead__isnull=False)
    return list(lost.select_related("lead__company").order_by("-closed_at", "-pk")[:SHOWN])


def _later(family: Mapping[int, int]) -> dict[int, list[HandoffState]]:
    """Person -> handoffs, the oldest first; one that ended in a merge is told by the lead it was merged into."""
    states = HandoffState.objects.filter(lead__in=family).exclude(state=HandoffState.State.MERGED)
    out: dict[int, list[HandoffState]] = {}
    for one in states.select_related("handoff", "rep").order_by("handoff__occurred_at", "pk"):
        out.setdefault(family[one.lead_id], []).append(one)
    return out


def _after(handoffs: Collection[HandoffState], when: datetime, own: int | None) -> HandoffState | None:
    """The newest handoff that was made after it left."""
    found = [one for one in handoffs if one.handoff.occurred_at > when and one.pk != own]
    return found[-1] if found else None


def _deals(family: Mapping[int, int]) -> dict[int, list[Deal]]:
    out: dict[int, list[Deal]] = {}
    for deal in Deal.objects.standing().filter(lead__in=family).order_by("created_at", "pk"):
        out.setdefault(family[deal.lead_id], []).append(deal)
    return out


RANK = {Deal.State.WON: 2, Deal.State.OPEN: 1}


def _sold(deals: Collection[Deal], when: datetime, lost: Deal | None) -> Deal | None:
    """The deal that says most of what came after: opened, or won or lost, since then."""
    found = [one for one in deals if one != lost and (one.closed_at or one.created_at) >= when]
    return max(found, key=lambda one: (RANK.get(one.state, 0), one.closed_at or one.created_at), default=None)


def _contests(decisions: Iterable[int]) -> dict[int, Contest]:
    rows = contests.standing().filter(decision__in=list(decisions)).select_related("note")
    return {one.decision_id: one for one in rows.order_by("note_id")}
