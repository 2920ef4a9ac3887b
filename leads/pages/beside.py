"""What the queue and deals say inside the page of a lead."""

from django.template.loader import render_to_string

from leads.handoffs import deals, hands, reasons
from leads.models import Deal, HandoffState, Lead
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


def deals_of_lead(context, lead: int) -> str:
    """The lead's deals, newest first."""
    user = context["request"].user
    found = (
        Deal.objects.visible_to(user)
        .standing()
        .filter(lead=lead)
        .select_related("rep")
        .distinct()
        .order_by("-created_at", "-pk")
    )
    rows = [(one, reasons.label(one.reason)) for one in found]
    opens = may(user, "deals.edit") and deals.may_open(Lead.objects.get(pk=lead), user)
    if not rows and not opens:
        return ""
    said = {"rows": rows, "personal": may(user, "leads.personal"), "opens": opens, "lead_id": lead}
    return render_to_string("leads/deals/of_lead.html", said, context["request"])
