"""Rules of handoffs: pushed down by the contract, immutable, named by each handoff. Without a contract: the starter rules."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction

from leads.intake import locks
from leads.models import Handoff, HandoffRules
from personas.models import DefinitionLine

# One literal table: every key that rules may hold, with its value before any contract is signed.
STARTER: dict[str, Any] = {
    "attempts": 3,  # promised on each handoff
    "same_within_minutes": 30,  # two attempts within so many minutes are one
    "per_day": 2,  # at most so many a local day count
    "channels": ["call", "mail", "message", "visit"],
    "on_silence": "escalate",  # or "expire": what the silence limit does to a handoff nobody decided
    "silence_days": 30,
    "recycle_days": 90,  # when a lead given back may be qualified again, unless the decision names a date
    "return_to_same_rep": False,
}
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)

_PROMISE = """
UPDATE leads_handoffstate s SET due_at = u.due_at, due_label = u.label
FROM unnest(%s::bigint[], %s::timestamptz[], %s::text[]) AS u(id, due_at, label)
WHERE s.handoff_id = u.id AND (s.due_at IS DISTINCT FROM u.due_at OR s.due_label <> u.label)
"""


@transaction.atomic
def adopt_rules(
    *,
    contract: str,
    line: DefinitionLine | None,
    effective_at: datetime,
    at: datetime,
    promised_attempts: int | None = None,
    **other: Any,
) -> HandoffRules:
    """Rules for the handoffs of a line from `effective_at` on; what is not said is as in the starter rules.

    ValueError for a name that the table does not hold.
    """
    if unknown := set(other) - set(STARTER):
        raise ValueError(f"rules do not know {sorted(unknown)[0]}")
    body = STARTER | other | ({"attempts": promised_attempts} if promised_attempts else {})
    return HandoffRules.objects.create(
        contract=contract, line=line, body=body, effective_at=effective_at, adopted_at=at
    )


def in_force(line: DefinitionLine | int, at: datetime) -> HandoffRules:
    """The rules that a handoff made at `at` names: the newest of its line, else the starter rules (`contract` empty)."""
    found = HandoffRules.objects.filter(line=line, effective_at__lte=at).order_by("-effective_at", "-pk").first()
    return found or starter()


def starter() -> HandoffRules:
    """The starter rules as a row, made when first needed."""
    same = HandoffRules.objects.filter(contract="", line=None, body=STARTER).order_by("pk")
    if found := same.first():
        return found
    with transaction.atomic():
        locks.hold(locks.RULES, ["starter"])
        return same.first() or HandoffRules.objects.create(
            contract="", line=None, body=STARTER, effective_at=BEGINNING, adopted_at=BEGINNING
        )


def body_of(handoff: Handoff) -> dict[str, Any]:
    """The rules of a handoff (`select_related("rules")` saves a query); an imported one may name none."""
    return STARTER | (handoff.rules.body if handoff.rules_id else {})


def set_promises(promises: Iterable[tuple[int, datetime | None, str]]) -> None:
    """Push (handoff, due instant of the next open promise, its label) onto the rows by which the queue is ordered."""
    rows = sorted(promises, key=lambda one: one[0])
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_PROMISE, [[one[n] for one in rows] for n in range(3)])
