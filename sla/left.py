"""What became of leads that left a rep's hands: refused, given back, or with a deal that was lost; of merged leads as of one person."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from leads.intake import spans
from leads.models import Contest, Correction, Deal, Decision, HandoffState, Lead
from leads.rights import contests
from smarketing.accounts.models import User

SHOWN = 20
KINDS = (Decision.Kind.REFUSE, Decision.Kind.RETURN)


@dataclass(frozen=True)
class How:
    """How a lead left: with a decision, or with a deal that was lost; on which handoff (None: a deal without one), when, why, and
    from when it may come back."""

    at: datetime
    lead: Lead
    handoff: int | None
    reason: str
    return_on: date | None
    decision: Decision | None = None
    lost: Deal | None = None


@dataclass(frozen=True)
class Left:
    """What became of it since: the newest handoff after it, a deal after it (won before open before lost, then the newest); the
    contest of marketing that stands, and whether it was ruled on. `visible`: whether its rep may still open its page."""

    how: How
    visible: bool
    later: HandoffState | None
    deal: Deal | None
    contest: Contest | None
    ruled: bool


def of(user: User, at: datetime) -> list[Left]:
    """The last that left, the newest first; what was taken back never did."""
    rows = sorted([*_decided(user, at), *_lost(user, at)], key=lambda one: one.at, reverse=True)[:SHOWN]
    root_of = {one.lead.pk: one.lead.root_id or one.lead.pk for one in rows}
    family = spans.members_of(root_of.values()) | {root: root for root in root_of.values()} | root_of
    seen = set(Lead.objects.visible_to(user).filter(pk__in=root_of).values_list("pk", flat=True))
    later, deals = _later(family), _deals(family)
    told = _contests(one.decision.pk for one in rows if one.decision)
    ruled = contests.rulings(one.pk for one in told.values())
    out = []
    for one in rows:
        root, contest = root_of[one.lead.pk], told.get(one.decision.pk) if one.decision else None
        stays = contest is not None and contest.pk in ruled
        since = _after(later.get(root, ()), one), _sold(deals.get(root, ()), one)
        out.append(Left(one, one.lead.pk in seen, *since, contest, stays))
    return out


def _decided(user: User, at: datetime) -> Iterator[How]:
    said = Decision.objects.filter(by=user, kind__in=KINDS, occurred_at__lte=at)
    said = said.exclude(pk__in=Correction.objects.filter(subject="decision").values("subject_id"))
    for one in said.select_related("handoff__lead__company").order_by("-occurred_at", "-pk")[:SHOWN]:
        yield How(one.occurred_at, one.handoff.lead, one.handoff_id, one.reason, one.return_on, decision=one)


def _lost(user: User, at: datetime) -> Iterator[How]:
    lost = Deal.objects.standing().filter(rep=user, state=Deal.State.LOST, closed_at__lte=at, lead__isnull=False)
    for one in lost.select_related("lead__company").order_by("-closed_at", "-pk")[:SHOWN]:
        yield How(one.closed_at, one.lead, one.handoff_id, one.reason, one.return_on, lost=one)


def _later(family: Mapping[int, int]) -> dict[int, list[HandoffState]]:
    """Person -> handoffs, the oldest first; one that ended in a merge is told by the lead it was merged into."""
    states = HandoffState.objects.filter(lead__in=family).exclude(state=HandoffState.State.MERGED)
    out: dict[int, list[HandoffState]] = {}
    for one in states.select_related("handoff", "rep").order_by("handoff__occurred_at", "pk"):
        out.setdefault(family[one.lead_id], []).append(one)
    return out


def _after(handoffs: Collection[HandoffState], left: How) -> HandoffState | None:
    """The newest handoff that was made after it left."""
    found = [one for one in handoffs if one.handoff.occurred_at > left.at and one.pk != left.handoff]
    return found[-1] if found else None


def _deals(family: Mapping[int, int]) -> dict[int, list[Deal]]:
    out: dict[int, list[Deal]] = {}
    for deal in Deal.objects.standing().filter(lead__in=family).order_by("created_at", "pk"):
        out.setdefault(family[deal.lead_id], []).append(deal)
    return out


RANK: Mapping[str, int] = {Deal.State.WON: 2, Deal.State.OPEN: 1}


def _sold(deals: Collection[Deal], left: How) -> Deal | None:
    """The deal that says most of what came after: opened, or won or lost, since then."""
    found = [one for one in deals if one != left.lost and (one.closed_at or one.created_at) >= left.at]
    return max(found, key=lambda one: (RANK.get(one.state, 0), one.closed_at or one.created_at), default=None)


def _contests(decisions: Iterable[int]) -> dict[int, Contest]:
    rows = contests.standing().filter(decision__in=list(decisions)).select_related("note")
    return {one.decision_id: one for one in rows.order_by("note_id")}
