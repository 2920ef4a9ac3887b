"""What the contract shows in places of lower pages."""

from collections.abc import Sequence
from datetime import datetime

from django.http import HttpRequest
from django.template.loader import render_to_string

from leads.handoffs.hooks import Promise
from leads.models import Handoff
from smarketing.accounts.policy import may
from smarketing.rows import clock

from . import as_of, derive, kinds
from .clocks import MET, MISSED, PENDING
from .models import Clause, Clock

CLOCK_STATES = {
    PENDING: ("pending", "◌"),
    MET: ("kept", "✓"),
    MISSED: ("broken", "✗"),
    "excluded": ("nothing", "–"),
}


def clocks_of_lead(context, lead: int, at: datetime | None = None) -> str:
    """The promises on a lead's handoffs, as they stand now, or as they stood and were known at a past instant."""
    if not may(context["request"].user, "contract.view"):
        return ""
    found = _then_once(context["request"], lead, at) if at else _found(lead, at)
    sentences = _sentences(found)
    rows = [
        {
            "key": row.clause_key, "due": row.due_at, "settled": row.settled_at, "terms": row.terms,
            "sentence": sentences[row.terms_id, row.clause_key],
            "state": (*CLOCK_STATES[row.state], row.get_state_display()),
        }
        for row in found
    ]  # fmt: skip
    return render_to_string("sla/clocks.html", {"rows": rows}) if rows else ""


def promises(lead: int, at: datetime | None) -> list[Promise]:
    """The same for `leads.handoffs.hooks`."""
    found = _found(lead, at)
    sentences = _sentences(found)
    return [
        Promise(
            row.clause_key, sentences[row.terms_id, row.clause_key], row.terms.contract.name, row.terms.number, row.due_at,
            row.settled_at, row.state,
        )
        for row in found
    ]  # fmt: skip


def promise_then(context, lead: int, at: datetime) -> str:
    """The promise on a lead that was due next at a past instant; "" where none was open."""
    if not may(context["request"].user, "contract.view"):
        return ""
    pending = [row for row in _then_once(context["request"], lead, at) if row.state == PENDING]
    if not pending:
        return ""
    row = min(pending, key=lambda one: one.due_at)
    said = {"sentence": _sentences([row])[row.terms_id, row.clause_key], "due": row.due_at}
    return render_to_string("sla/promise_then.html", said)


def _found(lead: int, at: datetime | None) -> list[Clock]:
    return _then(lead, at) if at else _now(lead, clock.now())


def _now(lead: int, at: datetime) -> list[Clock]:
    rows = Clock.objects.filter(handoff__lead=lead).select_related("terms__contract")
    found = list(rows.order_by("-starts_at", "due_at"))
    stale = {row.handoff_id for row in found if row.state == PENDING and row.due_at < at}
    if stale:
        fresh = {(row.handoff_id, row.clause_key): row for row in derive.read(sorted(stale), at)}
        found = [fresh.get((row.handoff_id, row.clause_key), row) for row in found]
    return found


def _then(lead: int, at: datetime) -> list[Clock]:
    handed = Handoff.objects.filter(lead=lead, known_at__lte=at, occurred_at__lte=at)
    rows = as_of.clocks(list(handed.values_list("pk", flat=True)), at)
    return sorted(sorted(rows, key=lambda row: row.due_at), key=lambda row: row.starts_at, reverse=True)


def _then_once(request: HttpRequest, lead: int, at: datetime) -> list[Clock]:
    """The same, read once for all places of a page."""
    kept: dict[tuple[int, datetime], list[Clock]] = request.__dict__.setdefault("clocks_then", {})
    if (lead, at) not in kept:
        kept[lead, at] = _then(lead, at)
    return kept[lead, at]


def _sentences(rows: Sequence[Clock]) -> dict[tuple[int, str], str]:
    clauses = Clause.objects.filter(terms__in={row.terms_id for row in rows})
    return {(one.terms_id, one.key): kinds.sentence(one.kind, one.target, one.params) for one in clauses}
