"""What the contract shows in places of lower pages."""

from django.template.loader import render_to_string

from smarketing.accounts.policy import may
from smarketing.rows import clock

from . import derive, kinds
from .clocks import MET, MISSED, PENDING
from .models import Clause, Clock

CLOCK_STATES = {
    PENDING: ("pending", "◌"),
    MET: ("kept", "✓"),
    MISSED: ("broken", "✗"),
    "excluded": ("nothing", "–"),
}


def clocks_of_lead(context, lead: int) -> str:
    """The promises on a lead's handoffs, as they stand now."""
    if not may(context["request"].user, "contract.view"):
        return ""
    at = clock.now()
    found = list(
        Clock.objects.filter(handoff__lead=lead).select_related("terms__contract").order_by("-starts_at", "due_at")
    )
    stale = {row.handoff_id for row in found if row.state == PENDING and row.due_at < at}
    if stale:
        fresh = {(row.handoff_id, row.clause_key): row for row in derive.read(sorted(stale), at)}
        found = [fresh.get((row.handoff_id, row.clause_key), row) for row in found]
    clauses = {(one.terms_id, one.key): one for one in Clause.objects.filter(terms__in={row.terms_id for row in found})}
    rows = [
        {
            "clause": clauses[row.terms_id, row.clause_key], "due": row.due_at, "settled": row.settled_at,
            "sentence": kinds.sentence(
                clauses[row.terms_id, row.clause_key].kind, clauses[row.terms_id, row.clause_key].target,
                clauses[row.terms_id, row.clause_key].params,
            ),
            "state": (*CLOCK_STATES[row.state], row.get_state_display()), "terms": row.terms,
        }
        for row in found
    ]  # fmt: skip
    return render_to_string("sla/clocks.html", {"rows": rows}) if rows else ""
