"""Rules of handoffs: pushed down by the contract, immutable, named by each handoff. Without a contract: the starter rules."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from leads.intake import locks
from leads.models import Handoff, HandoffRules
from personas.models import DefinitionLine
from smarketing.rows.kept import Kept

# One literal table: every key that rules may hold, with its value before any contract is signed.
STARTER: dict[str, Any] = {
    "attempts": 3,  # promised on each handoff
    "attempts_by_grade": {},  # grade -> attempts promised on handoffs of it, where the contract has tiers
    "same_within_minutes": 30,  # two attempts within so many minutes are one
    "per_day": 2,  # at most so many a local day count
    "channels": ["call", "mail", "message", "visit"],
    "excluded_reasons": None,  # of refusals that the acceptance rate leaves out; None: those of the table of reasons
    "on_silence": "escalate",  # accept, reassign, expire: what the silence limit does to a handoff nobody decided
    "silence_days": 30,
    "recycle_days": 90,  # when a lead given back may be qualified again, unless the decision names a date
    "return_to_same_rep": False,
    "max_recycles": None,  # how often a lead may come back; the next time it is disqualified. None: as often as it qualifies
    "contest_days": 5,  # business days in which marketing may contest a refusal or a return, and again to rule on it
}
_STARTER = Q(contract="", line=None, body=STARTER)
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)

_PROMISES = """
UPDATE leads_handoffstate o SET due_at = f.due_at, due_label = f.label, calendar_id = f.calendar_id
FROM (SELECT s.handoff_id, least(n.due_at, s.step_at) AS due_at, n.calendar_id,
    CASE WHEN s.step_at < coalesce(n.due_at, 'infinity') THEN 'step' ELSE coalesce(n.label, '') END AS label
  FROM leads_handoffstate s LEFT JOIN ({promises}) n ON n.handoff_id = s.handoff_id WHERE true{among}) f
WHERE o.handoff_id = f.handoff_id
  AND (o.due_at, o.due_label, o.calendar_id) IS DISTINCT FROM (f.due_at, f.label, f.calendar_id)
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


class Known:
    """Rules in force by line and instant, read once per line."""

    def __init__(self) -> None:
        self._lines: dict[int, list[HandoffRules]] = {}

    def of(self, line: int, at: datetime) -> HandoffRules:
        """The newest of the line at an instant, else the starter rules."""
        if line not in self._lines:
            self._lines[line] = _all_of(line)
        return next(one for one in self._lines[line] if one.effective_at <= at)


def _all_of(line: int) -> list[HandoffRules]:
    found = HandoffRules.objects.filter(Q(line=line) | _STARTER).order_by("-effective_at", "-pk")
    mine, first = [one for one in found if one.line_id], [one for one in found if not one.line_id]
    return [*mine, first[-1] if first else starter()]


def starter() -> HandoffRules:
    """The starter rules as a row, made when first needed."""
    same = HandoffRules.objects.filter(_STARTER).order_by("pk")
    if found := same.first():
        return found
    with transaction.atomic():
        locks.hold(locks.RULES, ["starter"])
        return same.first() or HandoffRules.objects.create(
            contract="", line=None, body=STARTER, effective_at=BEGINNING, adopted_at=BEGINNING
        )


def body_of(handoff: Handoff) -> dict[str, Any]:
    """The rules of a handoff (`select_related("rules")` saves a query), with the attempts promised on its grade; an imported
    one may name none."""
    body = STARTER | (handoff.rules.body if handoff.rules_id else {})
    return body | {"attempts": body["attempts_by_grade"].get(handoff.grade, body["attempts"])}


def promised(rules_id: int | None, grade: str) -> int:
    """Attempts promised on a handoff of a grade, by the id of the rules it names: those never change, and are read once."""
    body = STARTER | (_body(rules_id) if rules_id else {})
    return body["attempts_by_grade"].get(grade, body["attempts"])


_body = Kept(lambda pk: HandoffRules.objects.values_list("body", flat=True).get(pk=pk), seconds=3600)


def set_promises(promises: Iterable[tuple[int, datetime | None, str]], calendar: int | None = None) -> None:
    """Push (handoff, due instant of the next open promise, its label), made under a calendar's version, onto the rows by
    which the queue is ordered."""
    rows = sorted(promises, key=lambda one: one[0])
    given = {"ids": [one[0] for one in rows], "due": [one[1] for one in rows], "labels": [one[2] for one in rows]}
    told = (
        "SELECT u.*, %(calendar)s::bigint FROM unnest(%(ids)s::bigint[], %(due)s::timestamptz[], %(labels)s::text[]) u"
    )
    if rows:
        set_promises_from(
            f"SELECT * FROM ({told}) p(handoff_id, due_at, label, calendar_id)",
            " AND s.handoff_id = ANY(%(ids)s)",
            given | {"calendar": calendar},
        )


def set_promises_from(promises: str, among: str = "", params: Mapping[str, Any] | None = None) -> None:
    """Push next promises in one set, each behind the rep's own next step where that comes first (`steps_ahead`): `promises` is SQL of (handoff_id, due_at, label, calendar_id); handoffs of the set
    `among` (a condition on s.handoff_id that begins with AND) without one promise nothing any more."""
    with connection.cursor() as cursor:
        cursor.execute(_PROMISES.format(promises=promises, among=among), params or {})
