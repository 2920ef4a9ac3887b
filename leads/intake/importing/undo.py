"""Undoing an import: all of its facts corrected in one act, or a refusal with the list of who worked on its leads since.

Corrected facts stay in the story, struck through. Leads, deals, companies and campaigns that the import made are gone
from every figure and list; what it changed on others is as it was before. Keys are set free, so the file may come again.
"""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from leads.intake import bulk, dirty, facts, hooks
from leads.models import (
    Assignment,
    Attempt,
    AttributeChange,
    Campaign,
    Company,
    Consent,
    Correction,
    Deal,
    DealContact,
    Decision,
    Event,
    Handoff,
    Import,
    ImportFact,
    Lead,
    LeadKey,
    Merge,
    Spend,
)
from smarketing.accounts.models import User
from smarketing.rows.fence import Fence, open_fence

BATCH = 5000
LISTED = 200
# Kinds whose lines are no facts: a list is mended by importing it again.
LISTS = ("products", "team", "stages")


@dataclass(frozen=True)
class Worked:
    """What somebody did to a lead of the import since: `lead_id`, `what` (a key of reasons.DEEDS), by whom and when."""

    lead_id: int | None
    what: str
    by: str
    at: datetime


def touched(one: Import) -> set[int]:
    """Leads that the import made, changed or spoke of."""
    changes = AttributeChange.objects.filter(imported_by=one)
    found = set(Lead.objects.filter(imported_by=one).values_list("pk", flat=True))
    found |= set(changes.filter(subject="lead").values_list("subject_id", flat=True))
    deals = Deal.objects.filter(Q(imported_by=one) | Q(pk__in=changes.filter(subject="deal").values("subject_id")))
    found |= set(deals.values_list("lead_id", flat=True))
    found |= set(Handoff.objects.filter(imported_by=one).values_list("lead_id", flat=True))
    for subject, model, names in (
        ("event", Event, ("lead_id",)), ("attempt", Attempt, ("lead_id",)), ("dealcontact", DealContact, ("lead_id",)),
        ("merge", Merge, ("loser_id", "root_id")), ("leadkey", LeadKey, ("lead_id",)), ("consent", Consent, ("lead_id",)),
    ):  # fmt: skip
        for row in model.objects.filter(bulk.among("id", added(one, subject))).values_list(*names):
            found |= set(row)
    return {pk for pk in found if pk}


def added(one: Import, subject: str) -> list[int]:
    """Ids that the import kept of a subject whose rows do not name their import."""
    return [
        pk for ids in ImportFact.objects.filter(batch=one, subject=subject).values_list("ids", flat=True) for pk in ids
    ]


def worked(one: Import) -> list[Worked]:
    """What people, and other imports, did to its leads since, the newest first; at most LISTED of them."""
    since = datetime.fromisoformat(one.report["first"]) if one.report.get("first") else one.created_at
    leads = touched(one)
    deals = set(Deal.objects.filter(bulk.among("lead_id", leads)).values_list("pk", flat=True))
    deals |= set(Deal.objects.filter(imported_by=one).values_list("pk", flat=True))
    found = []
    for subject, ids in (("lead", leads), ("deal", deals)):
        rows = _standing(
            AttributeChange.objects.filter(bulk.among("subject_id", ids), subject=subject), "attributechange"
        )
        rows = (
            rows.filter(recorded_at__gt=since)
            .exclude(imported_by=one)
            .filter(Q(by__isnull=False) | Q(imported_by__isnull=False))
        )
        for pk, by, file, at in rows.order_by("-recorded_at").values_list(
            "subject_id", "by__name", "imported_by__filename", "recorded_at"
        )[:LISTED]:
            found.append(Worked(pk if subject == "lead" else None, "import" if file else "edit", file or by or "", at))
    for what, deeds in _deeds(one, leads, since):
        found += [Worked(lead, what, by or "", at) for lead, by, at in deeds]
    return sorted(found, key=lambda one: one.at, reverse=True)[:LISTED]


@transaction.atomic
def take_back(one: Import, by: User | None, at: datetime) -> list[Worked]:
    """Correct every fact of the import. Returns who stands in the way, and then nothing was done."""
    one = Import.objects.select_for_update().get(pk=one.pk)
    if hindrances := worked(one):
        return hindrances
    fence, reason = open_fence(), f"import {one.pk} undone"
    leads = touched(one)
    made = set(Lead.objects.filter(imported_by=one).values_list("pk", flat=True))
    handoffs = Handoff.objects.filter(Q(imported_by=one) | Q(lead__imported_by=one))
    for hook in hooks.undone:
        hook(one, sorted(leads - made), list(handoffs.values_list("pk", flat=True)), by, at, fence)

    def correct(subject: str, ids: Iterable[int]) -> list[int]:
        wanted = sorted(set(ids))
        for start in range(0, len(wanted), BATCH):
            part = wanted[start : start + BATCH]
            facts.correct(subject=subject, subject_ids=part, by=by, at=at, reason=reason)
        return wanted

    correct("handoff", handoffs.values_list("pk", flat=True))
    deals = correct("deal", Deal.objects.filter(imported_by=one).values_list("pk", flat=True))
    for subject in ("attempt", "dealcontact", "event", "eventdetail", "suppression", "consent"):
        correct(subject, added(one, subject))
    correct("merge", added(one, "merge"))
    _spends(one, correct, by, fence)
    correct("attributechange", AttributeChange.objects.filter(imported_by=one).values_list("pk", flat=True))
    for subject, model in (("lead", Lead), ("company", Company), ("campaign", Campaign)):
        correct(subject, model.objects.filter(imported_by=one).values_list("pk", flat=True))
    _gone(made, added(one, "leadkey"))
    for hook in hooks.deals if deals else []:
        hook(deals, fence)
    rest = Handoff.objects.filter(bulk.among("lead_id", leads)).values_list("pk", flat=True)
    for hook in hooks.handoffs:
        hook(list(rest), fence)
    dirty.mark(leads, fence)
    return []


def _standing(rows: QuerySet, subject: str) -> QuerySet:
    return rows.exclude(pk__in=Correction.objects.filter(subject=subject).values("subject_id"))


def _deeds(one: Import, leads: set[int], since: datetime) -> list[tuple[str, list[tuple[Any, Any, Any]]]]:
    """(what, [(lead, who, when)]) of everything else that people do to leads."""
    mine = {subject: added(one, subject) for subject in ("attempt", "dealcontact", "merge")}
    deals = Deal.objects.filter(bulk.among("lead_id", leads), imported_by=None, recorded_at__gt=since)
    tables = (
        ("attempt", Attempt.objects.filter(bulk.among("lead_id", leads)).exclude(pk__in=mine["attempt"]), "attempt", ("lead_id", "rep__name")),
        ("decision", Decision.objects.filter(handoff__lead__in=leads, by__isnull=False), "decision", ("handoff__lead_id", "by__name")),
        ("assignment", Assignment.objects.filter(handoff__lead__in=leads, by__isnull=False), "assignment", ("handoff__lead_id", "by__name")),
        ("contact", DealContact.objects.filter(bulk.among("lead_id", leads)).exclude(pk__in=mine["dealcontact"]), "dealcontact", ("lead_id", "by__name")),
        ("merge", Merge.objects.filter(Q(loser__in=leads) | Q(root__in=leads)).exclude(pk__in=mine["merge"]), "merge", ("root_id", "by__name")),
        ("deal", deals, "deal", ("lead_id", "rep__name")),
    )  # fmt: skip
    return [
        (what, list(_standing(rows, subject).filter(recorded_at__gt=since).order_by("-recorded_at").values_list(*names, "recorded_at")[:LISTED]))
        for what, rows, subject, names in tables
    ]  # fmt: skip


def _spends(one: Import, correct, by: User | None, fence: Fence) -> None:
    """Amounts that the import brought go; those that it replaced hold again, as new facts of their day."""
    replaced = added(one, "spend_replaced")
    correct("spend", Spend.objects.filter(imported_by=one).values_list("pk", flat=True))
    Spend.objects.bulk_create(
        Spend(
            campaign_id=old.campaign_id, spent_on=old.spent_on, amount=old.amount, label=old.label, by=by,
            occurred_at=old.occurred_at, recorded_at=fence.recorded_at, known_at=fence.recorded_at,
        )
        for old in Spend.objects.filter(pk__in=replaced).order_by("pk")
    )  # fmt: skip


def _gone(leads: set[int], keys: Sequence[int]) -> None:
    """Leads that the import made are no longer there, and the keys that it brought are free again."""
    Lead.objects.filter(bulk.among("pk", leads)).update(erased=True)
    tomb = secrets.token_hex(8)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE leads_leadkey SET key = 'undone ' || %s || ' ' || id WHERE lead_id = ANY(%s) OR id = ANY(%s)",
            [tomb, sorted(leads), list(keys)],
        )
