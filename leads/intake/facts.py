"""Identities and their values: births, attribute changes, corrections. Every value of a lead, company, campaign or
deal is an AttributeChange; the columns are rebuilt from them in the same transaction.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from leads.models import Lead
from smarketing.accounts.audit import record
from smarketing.accounts.models import User
from smarketing.rows.fence import Fence, open_fence

from . import births, bulk, columns, dirty, hooks
from .births import Birth, Origin

__all__ = [
    "Birth",
    "Change",
    "Origin",
    "correct",
    "create_campaigns",
    "create_companies",
    "create_deals",
    "create_leads",
    "record_changes",
]

MERGED = "companymerge"  # source of the values that follow from companies merged (`companies_merged`)
_CHANGE = {
    "subject": "text", "subject_id": "bigint", "field": "text", "value": "jsonb", "occurred_at": "timestamptz",
    "recorded_at": "timestamptz", "known_at": "timestamptz", "day_only": "boolean", "by_id": "bigint",
    "imported_by_id": "bigint", "source": "text",
}  # fmt: skip
_CORRECTION = {
    "subject": "text", "subject_id": "bigint", "by_id": "bigint", "reason": "text", "occurred_at": "timestamptz",
    "recorded_at": "timestamptz", "known_at": "timestamptz",
}  # fmt: skip


@dataclass(frozen=True)
class Change:
    """One value of one field. `value` is JSON: text, int, decimal as text, bool, ISO date, id; None empties it."""

    subject: str
    subject_id: int
    field: str
    value: Any
    occurred_at: datetime
    day_only: bool = False


@transaction.atomic
def create_leads(rows: Sequence[Birth], *, origin: Origin, fence: Fence | None = None) -> list[int]:
    """Make leads and mark them for judging. Returns their ids in the order given."""
    fence = fence or open_fence()
    ids = births.create("lead", rows, origin, fence)
    dirty.mark(ids, fence)
    _follow("lead", [(pk, name) for pk, row in zip(ids, rows, strict=True) for name in row.values], fence)
    said = [
        (pk, row.values["email"], row.values.get("opted_out") is True)
        for pk, row in zip(ids, rows, strict=True)
        if row.values.get("email")
    ]
    if said:
        from . import suppression

        suppression.keep_said(said, origin, fence)
    return ids


@transaction.atomic
def create_companies(rows: Sequence[Birth], *, origin: Origin, fence: Fence | None = None) -> list[int]:
    """Make companies. Returns their ids in the order given."""
    return births.create("company", rows, origin, fence or open_fence())


@transaction.atomic
def create_campaigns(rows: Sequence[Birth], *, origin: Origin, fence: Fence | None = None) -> list[int]:
    """Make campaigns. Returns their ids in the order given."""
    return births.create("campaign", rows, origin, fence or open_fence())


@transaction.atomic
def create_deals(rows: Sequence[Birth], *, origin: Origin, fence: Fence | None = None) -> list[int]:
    """Make deals; `fixed` names lead_id and handoff_id. Returns their ids in the order given."""
    fence = fence or open_fence()
    ids = births.create("deal", rows, origin, fence)
    _follow("deal", [(pk, name) for pk, row in zip(ids, rows, strict=True) for name in row.values], fence)
    _deals_changed(ids, fence)
    return ids


@transaction.atomic
def record_changes(
    changes: Iterable[Change], *, origin: Origin, fence: Fence | None = None, keep_same: bool = False
) -> list[Change]:
    """Add attribute changes and rebuild the columns. Values already current are left out unless `keep_same`.

    Returns the changes added. ValueError for a field that the subject does not have.
    """
    fence = fence or open_fence()
    by_subject: dict[str, list[Change]] = {}
    for change in changes:
        if not columns.known(change.subject, change.field):
            raise ValueError(f"{change.subject} has no field {change.field}")
        by_subject.setdefault(change.subject, []).append(change)
    added = []
    for subject in sorted(by_subject):
        columns.lock(subject, {change.subject_id for change in by_subject[subject]})
        mine = _living(by_subject[subject]) if subject == "lead" else by_subject[subject]
        mine = mine if keep_same else _different(subject, mine)
        _insert(mine, origin, fence)
        columns.rebuild(subject, [(change.subject_id, change.field) for change in mine])
        _tell(subject, {change.subject_id for change in mine}, fence)
        if subject == "lead":
            _suppress([c.subject_id for c in mine if c.field in ("email", "opted_out")], origin, fence)
            _reconsider([c.subject_id for c in mine if c.field == "opted_out"], fence)
        if origin.source != MERGED:
            _follow(subject, [(c.subject_id, c.field) for c in mine], fence)
        added += mine
    return added


@transaction.atomic
def correct(*, subject: str, subject_ids: Iterable[int], by: User | None, at: datetime, reason: str = "") -> list[int]:
    """Take facts back ("attributechange", "event", "spend", ...); they stay in the story, struck through.

    Returns the ids taken back now: one taken back before stays as it was. An audit line names the reason.
    """
    fence = open_fence()
    wanted = sorted(set(subject_ids))
    rows = [(subject, one, by and by.pk, reason[:200], at, fence.recorded_at, fence.recorded_at) for one in wanted]
    tail = "ON CONFLICT DO NOTHING RETURNING subject_id"
    ids = [row[0] for row in bulk.insert("leads_correction", _CORRECTION, rows, tail)]
    if ids:
        record(by, "facts.correct", subject, None, at, ids=ids[:50], count=len(ids))
        _AFTER_CORRECTION.get(subject, lambda ids, fence: None)(ids, fence)
    return ids


def _living(changes: Sequence[Change]) -> list[Change]:
    """Changes of leads that were not erased while their writer waited."""
    wanted = {change.subject_id for change in changes}
    gone = set(Lead.objects.filter(bulk.among("pk", wanted), erased=True).values_list("pk", flat=True))
    return [change for change in changes if change.subject_id not in gone]


def _insert(changes: Sequence[Change], origin: Origin, fence: Fence) -> None:
    by, file = origin.by and origin.by.pk, origin.imported_by and origin.imported_by.pk
    rows = [
        (
            c.subject, c.subject_id, c.field, bulk.json_text(c.value), c.occurred_at, fence.recorded_at,
            c.occurred_at if origin.history else fence.recorded_at, c.day_only, by, file, origin.source[:40],
        )
        for c in changes
    ]  # fmt: skip
    bulk.add("leads_attributechange", _CHANGE, rows)


def _different(subject: str, changes: Sequence[Change]) -> list[Change]:
    now = columns.current(subject, {change.subject_id for change in changes})
    stands = _standing_for(subject, changes)
    out = []
    for change in changes:
        values = now.setdefault(change.subject_id, {})
        value = stands.get(change.value, change.value) if stands and change.field == "company" else change.value
        if bulk.json_text(values.get(change.field)) != bulk.json_text(value):
            values[change.field] = value
            out.append(change)
    return out


def _standing_for(subject: str, changes: Sequence[Change]) -> dict[int, int]:
    """Merged company that one of these changes names -> the one that stands for it."""
    from . import companies_merged

    return (
        companies_merged.standing_for(one.value for one in changes if one.field == "company")
        if subject != "company"
        else {}
    )


def _follow(subject: str, pairs: Sequence[tuple[int, str]], fence: Fence) -> None:
    """What follows from companies merged follows what was said now of these (id, field)."""
    from . import companies_merged

    companies_merged.changed(subject, pairs, fence)


def _suppress(leads: Sequence[int], origin: Origin, fence: Fence) -> None:
    from . import suppression

    if leads:
        suppression.keep(leads, origin, fence)


def _reconsider(leads: Sequence[int], fence: Fence) -> None:
    from . import merging

    merging.reconsider(leads, fence)


def _tell(subject: str, ids: set[int], fence: Fence) -> None:
    if not ids:
        return
    if subject == "lead":
        dirty.mark(ids, fence)
    elif subject == "company":
        dirty.mark(Lead.objects.filter(company__in=ids).values_list("pk", flat=True), fence)
    elif subject == "deal":
        _deals_changed(sorted(ids), fence)


def _deals_changed(ids: Sequence[int], fence: Fence) -> None:
    for hook in hooks.deals:
        hook(list(ids), fence)


def _changes_back(ids: Sequence[int], fence: Fence) -> None:
    from leads.models import AttributeChange

    from . import suppression

    found = list(AttributeChange.objects.filter(pk__in=ids).values_list("subject", "subject_id", "field", "source"))
    for subject in sorted({one[0] for one in found}):
        pairs = [(one, name) for kind, one, name, _source in found if kind == subject]
        columns.lock(subject, {one for one, _ in pairs})
        columns.rebuild(subject, pairs)
        _tell(subject, {one for one, _ in pairs}, fence)
        if subject == "lead":
            suppression.free({one for one, name in pairs if name == "opted_out"}, fence)
            _reconsider([one for one, name in pairs if name == "opted_out"], fence)
        _follow(
            subject, [(one, name) for kind, one, name, source in found if kind == subject and source != MERGED], fence
        )


def _events_back(ids: Sequence[int], fence: Fence) -> None:
    from leads.models import Event

    for hook in hooks.taken_back:
        hook(list(ids), fence)
    leads = Event.objects.filter(pk__in=ids, lead__isnull=False).values_list("lead_id", flat=True)
    dirty.mark(leads, fence)


def attempted(ids: Sequence[int], leads: Iterable[int], fence: Fence) -> None:
    """Attempts were made: the ledger counts them, and their leads are judged again."""
    for hook in hooks.attempts if ids else []:
        hook(list(ids), fence)
    dirty.mark(leads, fence)


def _attempts_back(ids: Sequence[int], fence: Fence) -> None:
    from leads.models import Attempt

    for hook in hooks.attempts_back:
        hook(list(ids), fence)
    dirty.mark(Attempt.objects.filter(pk__in=ids).values_list("lead_id", flat=True), fence)


def _listed_back(ids: Sequence[int], fence: Fence) -> None:
    from . import suppression

    suppression.came_off(ids, fence)


def _merges_back(ids: Sequence[int], fence: Fence) -> None:
    from . import merging

    merging.settle_again(ids, fence)


def _companies_back(ids: Sequence[int], fence: Fence) -> None:
    from . import companies_merged

    companies_merged.settle_again(ids, fence)


def _campaigns_back(ids: Sequence[int], fence: Fence) -> None:
    from . import means

    means.settle_campaigns()


_AFTER_CORRECTION = {
    "attributechange": _changes_back, "event": _events_back, "attempt": _attempts_back, "suppression": _listed_back, "merge": _merges_back,
    "campaignmerge": _campaigns_back, "companymerge": _companies_back,
}  # fmt: skip
