"""What the queue and deals say inside the page of a lead."""

from datetime import date, datetime
from decimal import Decimal

from django.db.models import Q, QuerySet
from django.template.loader import render_to_string

from leads.evidence import values
from leads.handoffs import deals, hands, reasons
from leads.models import Correction, Deal, HandoffState, Lead
from smarketing.accounts.models import User
from smarketing.accounts.policy import may


def to_queue(context, lead: int) -> str:
    """A way into focus mode for whoever may work the lead's last handoff."""
    user = context["request"].user
    if not may(user, "queue.view"):
        return ""
    state = HandoffState.objects.visible_to(user).filter(lead=lead).order_by("-is_open", "-handoff").first()
    if state is None:
        return ""
    mine = may(user, "handoffs.work") and hands.is_in_hands(state, user)
    said = {"state": state, "mine": mine, "open_deal": mine and state.state == HandoffState.State.CONVERTED}
    return render_to_string("leads/queue/to_queue.html", said, context["request"])


def deals_of_lead(context, lead: int, at: datetime | None = None) -> str:
    """The lead's deals, newest first; of a past instant those known then, with their values of then."""
    user = context["request"].user
    rows = [(one, reasons.label(one.reason)) for one in deals_as_of(lead, user, at)]
    opens = not at and may(user, "deals.edit") and deals.may_open(Lead.objects.get(pk=lead), user)
    if not rows and not opens:
        return ""
    said = {"rows": rows, "personal": may(user, "leads.personal"), "opens": opens, "lead_id": lead}
    return render_to_string("leads/deals/of_lead.html", said, context["request"])


def deals_as_of(lead: int, user: User, at: datetime | None) -> list[Deal]:
    """The deals of a lead that a person may see, newest first: as they are, or as they were known at a past instant."""
    mine = Deal.objects.visible_to(user).filter(lead=lead).select_related("rep").distinct()
    found = mine.order_by("-created_at", "-pk")
    return [_as_it_was(one, at) for one in _known(found, at)] if at else list(found.standing())


def _known(found: QuerySet[Deal], at: datetime) -> QuerySet[Deal]:
    back = Correction.objects.filter(subject="deal", known_at__lte=at).values("subject_id")
    known = Q(declared=True) | Q(recorded_at__lte=at)
    return found.filter(known, created_at__lte=at).exclude(pk__in=back)


def _as_it_was(deal: Deal, at: datetime) -> Deal:
    said = {name: one.value for name, one in values.latest("deal", deal.pk, at).items()}
    deal.title, deal.reason = said.get("title") or "", said.get("reason") or ""
    deal.state = said.get("state") or Deal.State.OPEN
    deal.amount = Decimal(str(said["amount"])) if said.get("amount") not in (None, "") else None
    deal.closed_at = datetime.fromisoformat(said["closed_at"]) if said.get("closed_at") else None
    deal.return_on = date.fromisoformat(said["return_on"]) if said.get("return_on") else None
    return deal
