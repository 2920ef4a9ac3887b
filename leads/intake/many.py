"""The same values written by hand on many rows at once, each as one change; and taken back as one deed."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from leads.models import AttributeChange, Correction
from smarketing.accounts.audit import record
from smarketing.accounts.models import User
from smarketing.rows.fence import open_fence

from . import columns, facts

VERBS = {"lead": "lead.edit", "company": "company.edit", "campaign": "campaign.edit", "deal": "deals.reassign"}


@transaction.atomic
def set_values(*, subject: str, ids: Iterable[int], values: Mapping[str, Any], by: User, at: datetime) -> int:
    """Write `values` (field → value, None for nothing) on rows of a subject. Returns how many had others."""
    fence = open_fence()
    rows = sorted(set(ids))
    columns.lock(subject, rows)
    changes = [facts.Change(subject, pk, name, value, at) for pk in rows for name, value in sorted(values.items())]
    added = facts.record_changes(changes, origin=facts.Origin(by=by, source="hand"), fence=fence)
    changed = len({change.subject_id for change in added})
    if added:
        fields = sorted({change.field for change in added})
        record(by, VERBS[subject], subject, None, at, fields=fields, rows=changed)
    return changed


def standing(*, subject: str, fields: Iterable[str], by: User, when: datetime) -> QuerySet[AttributeChange]:
    """The changes that `by` wrote at that instant and that stand."""
    rows = AttributeChange.objects.filter(subject=subject, field__in=list(fields), by=by, occurred_at=when)
    return rows.exclude(Exists(Correction.objects.filter(subject="attributechange", subject_id=OuterRef("pk"))))


def count(**which: Any) -> int:
    """Of how many rows (`standing`) something stands."""
    return standing(**which).order_by().values("subject_id").distinct().count()


@transaction.atomic
def take_back(*, at: datetime, **which: Any) -> int:
    """Take those changes back: the values before them hold again. Returns of how many rows."""
    rows, n = list(standing(**which).order_by("pk").values_list("pk", flat=True)), count(**which)
    if rows:
        facts.correct(subject="attributechange", subject_ids=rows, by=which["by"], at=at)
    return n
