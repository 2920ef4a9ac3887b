"""HandoffState from the log: derived in sets, wiped and rebuilt to the same bytes.

The rows are locked before the log is read, so that of two deeds on one handoff the second derives from both.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import Q

from leads.intake import merging
from leads.intake.bulk import among
from leads.models import Assignment, Attempt, AttributeChange, Correction, Deal, Decision, Handoff, Merge, Snooze
from smarketing.rows import clock
from smarketing.rows.fence import Fence

from . import hooks, story
from .rules import body_of
from .story import Charge, Nap, Story, Try, Verdict

_TYPES = {
    "handoff_id": "bigint", "lead_id": "bigint", "line_id": "bigint", "state": "text", "is_open": "boolean",
    "rep_id": "bigint", "pool_id": "bigint", "assigned_at": "timestamptz", "attempts": "int",
    "first_attempt_at": "timestamptz", "tried": "text", "reached_at": "timestamptz", "accepted_at": "timestamptz", "implicit": "boolean",
    "decided_at": "timestamptz", "first_decision": "text", "reason": "text", "sql_at": "timestamptz",
    "closed_at": "timestamptz", "grade_rank": "smallint", "effective_at": "timestamptz",
    "snoozed_until": "timestamptz", "step_at": "timestamptz",
}  # fmt: skip
_KEYS = ("handoff_id", "lead_id", "line_id")
_UPSERT = """
INSERT INTO leads_handoffstate ({names}, first, due_label)
SELECT {values}, true, '' FROM unnest({arrays}) AS u({names}) ORDER BY handoff_id
ON CONFLICT (handoff_id) DO UPDATE SET {updates}
"""
STEP, PAUSED = "step", "paused"  # labels of what is due by the rep's own word, and of a promise that stands still
_STEPPED = """
UPDATE leads_handoffstate SET due_at = step_at, due_label = CASE WHEN step_at IS NULL THEN '' ELSE 'step' END
WHERE handoff_id = ANY(%(ids)s) AND (due_label = 'step' AND due_at IS DISTINCT FROM step_at
  OR step_at < coalesce(due_at, 'infinity'))
"""
_FIRST = """
UPDATE leads_handoffstate s SET first = f.first FROM (
  SELECT h.id, k.id IS NULL AND row_number() OVER (
    PARTITION BY coalesce(l.root_id, l.id), h.line_id ORDER BY k.id IS NOT NULL, h.occurred_at, h.id) = 1 AS first
  FROM leads_handoff h JOIN leads_lead l ON l.id = h.lead_id
  LEFT JOIN leads_correction k ON k.subject = 'handoff' AND k.subject_id = h.id
  WHERE h.lead_id = ANY(%s)) f
WHERE s.handoff_id = f.id AND s.first <> f.first RETURNING s.handoff_id
"""
BATCH = 5000


def counted(attempts: Iterable[Any], body: Mapping[str, Any], zone: ZoneInfo | None = None) -> list[datetime]:
    """Instants of the attempts that count by a handoff's rules; days are cut in the installation's zone."""
    return story.counted(attempts, body, zone or clock.zone())


@transaction.atomic
def derive(handoff_ids: Iterable[int], fence: Fence | None = None) -> int:
    """Write the state of these handoffs as the log has it now, and tell who asked. Returns how many."""
    ids = sorted(set(handoff_ids))
    for start in range(0, len(ids), BATCH):
        _derive(ids[start : start + BATCH])
    return len(ids)


@transaction.atomic
def merged(leads: Iterable[int], fence: Fence) -> None:
    """Intake's hook: leads were merged, or a merge was taken back: their handoffs end or go on, another may be the first."""
    mine = set(leads)
    derive(Handoff.objects.filter(among("lead_id", mine)).values_list("pk", flat=True), fence)
    if others := _settle_first(mine):
        _changed(set(others))


def rebuild(after: int = 0) -> int:
    """Derive every handoff with an id above `after`. Returns how many."""
    made = 0
    while ids := list(Handoff.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        made += derive(ids)
        after = ids[-1]
    return made


def _derive(ids: Sequence[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT handoff_id, due_label FROM leads_handoffstate WHERE handoff_id = ANY(%s) ORDER BY 1 FOR UPDATE",
            [list(ids)],
        )
        known = dict(cursor.fetchall())
    handoffs = list(Handoff.objects.filter(among("pk", ids)).select_related("rules", "qualification").order_by("pk"))
    stories = read(handoffs)
    moved = {one.lead_id for one in handoffs if one.pk not in known or stories[one.pk].undone_at}
    settle(handoffs, stories, moved, clock.zone())
    stepped = {pk for pk, label in known.items() if label == STEP}
    _put_steps(sorted(stepped | {one.pk for one in handoffs if any(tried.next_on for tried in stories[one.pk].tries)}))


def _put_steps(ids: Sequence[int]) -> None:
    """The rep's own next steps among promises, also where nobody promised anything: an earlier step comes first."""
    if not ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(_STEPPED, {"ids": list(ids)})


def settle(handoffs: Sequence[Handoff], stories: Mapping[int, Story], leads: set[int], zone: ZoneInfo) -> None:
    """Write these handoffs by their stories, say which one is the first of these leads, and tell who asked."""
    rows = [
        {"handoff_id": one.pk, "lead_id": one.lead_id, "line_id": one.line_id} | story.columns(stories[one.pk], zone)
        for one in handoffs
    ]
    _write([row for row in rows if not row["is_open"]])
    _write([row for row in rows if row["is_open"]])
    _changed({*(one.pk for one in handoffs), *_settle_first(leads)})


def _changed(ids: set[int]) -> None:
    for hook in hooks.changed:
        hook(sorted(ids))


def _write(rows: Sequence[Mapping[str, Any]]) -> None:
    if not rows:
        return
    names = ", ".join(_TYPES)
    sql = _UPSERT.format(
        names=names,
        values=names.replace("tried", "tried::timestamptz[]"),  # unnest would flatten arrays of arrays
        arrays=", ".join(f"%s::{kind}[]" for kind in _TYPES.values()),
        updates=", ".join(f"{name} = excluded.{name}" for name in _TYPES if name not in _KEYS),
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [[_array(row[name]) if name == "tried" else row[name] for row in rows] for name in _TYPES])


def _array(instants: Iterable[datetime]) -> str:
    """Instants as the text of an SQL array."""
    return "{" + ",".join(at.isoformat() for at in instants) + "}"


def _settle_first(leads: set[int]) -> list[int]:
    """Say which handoff of each lead's root is the first one; returns those for which that changed."""
    if not leads:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_FIRST, [sorted(merging.family(leads))])
        return [row[0] for row in cursor.fetchall()]


# --- reading the log


@dataclass(frozen=True)
class Known:
    """A cut-off for questions about the past of one lead: by when a fact was known (declared history when it happened) and
    had happened; a plain instant, as figures have it, asks by when it was recorded."""

    at: datetime


Cutoff = datetime | Known | None


def read(handoffs: Sequence[Handoff], cutoff: Cutoff = None) -> dict[int, Story]:
    """The story of each handoff, by its id: as the log has it now, or as known at a cut-off."""
    ids = [one.pk for one in handoffs]
    charges, verdicts, tries = _charges(ids, cutoff), _verdicts(ids, cutoff), _tries(ids, cutoff)
    naps = _naps(ids, cutoff)
    sold, merged, undone = _sold(handoffs, cutoff), merged_leads(handoffs, cutoff), _back("handoff", ids, cutoff)
    return {
        one.pk: Story(
            effective_at=one.qualification.effective_at if one.qualification_id else one.occurred_at,
            grade=one.grade,
            rules=body_of(one),
            charges=charges.get(one.pk, ()),
            verdicts=verdicts.get(one.pk, ()),
            tries=tries.get(one.pk, ()),
            naps=naps.get(one.pk, ()),
            sold_at=sold.get(one.pk),
            merged_at=merged.get(one.lead_id),
            undone_at=undone.get(one.pk),
        )
        for one in handoffs
    }


def _by(rows: Any, cutoff: Cutoff) -> Any:
    """Those recorded, or known, by the cut-off; all without one."""
    if cutoff is None:
        return rows
    if not isinstance(cutoff, Known):
        return rows.filter(recorded_at__lte=cutoff)
    if rows.model is Deal:  # born, like every identity
        return rows.filter(Q(declared=True) | Q(recorded_at__lte=cutoff.at), created_at__lte=cutoff.at)
    return rows.filter(known_at__lte=cutoff.at, occurred_at__lte=cutoff.at)


def _standing(model: Any, cutoff: Cutoff) -> Any:
    """Facts of a kind that were not taken back."""
    back = _by(Correction.objects.filter(subject=model._meta.model_name), cutoff)
    return _by(model.objects, cutoff).exclude(pk__in=back.values("subject_id"))


def _kept(model: Any, ids: Sequence[int], cutoff: Cutoff) -> Any:
    """Rows of a handoff's log that were not taken back, in order."""
    return _standing(model, cutoff).filter(among("handoff_id", ids)).order_by("occurred_at", "pk")


def _charges(ids: Sequence[int], cutoff: Cutoff) -> dict[int, list[Charge]]:
    found = defaultdict(list)
    for pk, *one in _kept(Assignment, ids, cutoff).values_list("handoff_id", "occurred_at", "rep_id", "pool_id"):
        found[pk].append(Charge(*one))
    return found


def _verdicts(ids: Sequence[int], cutoff: Cutoff) -> dict[int, list[Verdict]]:
    found = defaultdict(list)
    for pk, *one in _kept(Decision, ids, cutoff).values_list("handoff_id", "kind", "occurred_at", "reason"):
        found[pk].append(Verdict(*one))
    return found


def _tries(ids: Sequence[int], cutoff: Cutoff) -> dict[int, list[Try]]:
    found = defaultdict(list)
    for pk, *one in _kept(Attempt, ids, cutoff).values_list(
        "handoff_id", "occurred_at", "channel", "outcome", "next_step_on"
    ):
        found[pk].append(Try(*one))
    return found


def _naps(ids: Sequence[int], cutoff: Cutoff) -> dict[int, list[Nap]]:
    found = defaultdict(list)
    rows = _by(Snooze.objects, cutoff).filter(among("handoff_id", ids)).order_by("occurred_at", "pk")
    for pk, *one in rows.values_list("handoff_id", "occurred_at", "until"):
        found[pk].append(Nap(*one))
    return found


def _sold(handoffs: Sequence[Handoff], cutoff: Cutoff) -> dict[int, datetime]:
    """When a deal proved the need: a deal opened on the handoff; for an imported one, a won deal of its lead."""
    deals = _standing(Deal, cutoff)
    own = deals.filter(among("handoff_id", [one.pk for one in handoffs])).order_by("-created_at")
    found = dict(own.values_list("handoff_id", "created_at"))
    imported = {one.lead_id: one.pk for one in handoffs if one.gate == Handoff.Gate.IMPORTED}
    won = deals.filter(among("lead_id", imported), handoff=None)
    ends = [
        (end.closed_at or deal.created_at, deal.pk, deal.lead_id)
        for deal in won.only("created_at", "lead", "state", "closed_at")
        if (end := deal if cutoff is None else _end_of(deal, cutoff)).state == Deal.State.WON
    ]
    for closed, _pk, lead in sorted(ends):
        found.setdefault(imported[lead], closed)
    return found


def _end_of(deal: Deal, cutoff: datetime | Known) -> Deal:
    """State and end of a deal by the values known at the cut-off."""
    at = cutoff.at if isinstance(cutoff, Known) else cutoff
    said = _standing(AttributeChange, cutoff).filter(subject="deal", subject_id=deal.pk, occurred_at__lte=at)
    values = dict(said.order_by("occurred_at", "recorded_at", "pk").values_list("field", "value"))
    closed = values.get("closed_at")
    return Deal(
        state=values.get("state") or Deal.State.OPEN, closed_at=datetime.fromisoformat(closed) if closed else None
    )


def merged_leads(handoffs: Sequence[Handoff], cutoff: Cutoff = None) -> dict[int, datetime]:
    """Lead -> since when it is merged into another one, of the leads of these handoffs."""
    leads = {one.lead_id for one in handoffs}
    return dict(_standing(Merge, cutoff).filter(among("loser_id", leads)).values_list("loser_id", "occurred_at"))


def _back(subject: str, ids: Sequence[int], cutoff: Cutoff) -> dict[int, datetime]:
    found = _by(Correction.objects.filter(among("subject_id", ids), subject=subject), cutoff)
    return dict(found.values_list("subject_id", "occurred_at"))
