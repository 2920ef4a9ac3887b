"""Facts at chosen instants, added to the tables as intake would have added them then."""

from datetime import datetime
from itertools import count
from typing import Any

from django.db import connection

from leads.intake import columns, merging, spans
from leads.models import (
    Attempt,
    AttributeChange,
    Company,
    Correction,
    EngagementReset,
    Event,
    EventPayload,
    Handoff,
    Join,
    Lead,
    Merge,
    Source,
    Visitor,
)
from leads.scoring import ledger
from smarketing.accounts.models import User
from smarketing.rows import fence
from tests.leads import definitions

_ids = count(1)


def source() -> Source:
    return Source.objects.get_or_create(name="site")[0]


def lead(at: datetime, declared: bool = False, known: datetime | None = None, **values: Any) -> int:
    """A lead created at `at` with its first values."""
    known = known or at
    row = Lead.objects.create(created_at=at, recorded_at=known, declared=declared)
    for name, value in values.items():
        change("lead", row.pk, name, value, at, known)
    return row.pk


def company(at: datetime, **values: Any) -> int:
    row = Company.objects.create(created_at=at, recorded_at=at)
    for name, value in values.items():
        change("company", row.pk, name, value, at)
    return row.pk


def change(subject: str, pk: int, field: str, value: Any, at: datetime, known: datetime | None = None) -> int:
    """A value that held from `at`, learned at `known`."""
    known = known or at
    row = AttributeChange.objects.create(
        subject=subject, subject_id=pk, field=field, value=value, occurred_at=at, recorded_at=known, known_at=known
    )
    columns.rebuild(subject, [(pk, field)])
    return row.pk


def event(
    lead: int | None, kind: str, at: datetime, known: datetime | None = None, *, visitor=None, props=None, **fields
) -> int:
    """An event that occurred at `at`, learned at `known`; the ledger counts it."""
    known = known or at
    row = Event.objects.create(
        id=fence.id_floor(known) + next(_ids), lead_id=lead, visitor=visitor, source=source(), kind=kind,
        occurred_at=at, recorded_at=known, known_at=known, **fields,
    )  # fmt: skip
    if props:
        EventPayload.objects.create(event=row, properties=props)
    ledger.count_events([row], None)
    return row.pk


def attempt(lead: int, channel: str, outcome: str, at: datetime, known: datetime | None = None) -> int:
    """An attempt of sales made at `at`, learned at `known`; the ledger counts it."""
    when = {"occurred_at": at, "recorded_at": known or at, "known_at": known or at}
    rep = User.objects.get_or_create(email="rep@example.org", defaults={"name": "Rep", "side": "sales", "role": "rep"})[
        0
    ]
    handoff = Handoff.objects.create(lead_id=lead, line=definitions.line(), gate="imported", **when)
    row = Attempt.objects.create(handoff=handoff, lead_id=lead, rep=rep, channel=channel, outcome=outcome, **when)
    ledger.count_attempts([row.pk], None)
    return row.pk


def visitor(at: datetime) -> Visitor:
    return Visitor.objects.create(source=source(), key=f"v{next(_ids)}", created_at=at)


def join(visitor: Visitor, lead: int, at: datetime) -> int:
    row = Join.objects.create(visitor=visitor, lead_id=lead, occurred_at=at, recorded_at=at, known_at=at)
    ledger.count_joins([(visitor.pk, lead)], None)
    return row.pk


def merge(loser: int, root: int, at: datetime) -> int:
    """The loser is merged into the root; whose facts count for whom follows, oppositions apart."""
    row = Merge.objects.create(loser_id=loser, root_id=root, occurred_at=at, recorded_at=at, known_at=at)
    _settle(row)
    return row.pk


def _settle(row: Merge) -> None:
    members = merging.family([row.loser_id])
    moved = spans.derive(members)
    for pk in moved:
        columns.rebuild_all("lead", pk, pk + 1)
    links = merging._links(members)
    for pk in members:
        Lead.objects.filter(pk=pk).update(root_id=merging._root(pk, links))
    ledger.recount(moved)


def correct(subject: str, pk: int, at: datetime) -> int:
    row = Correction.objects.create(subject=subject, subject_id=pk, occurred_at=at, recorded_at=at, known_at=at)
    if subject == "merge":
        _settle(Merge.objects.get(pk=pk))
    if subject == "event":
        ledger.take_back([pk], None)
    if subject == "attempt":
        ledger.take_back_attempts([pk], None)
    if subject == "attributechange":
        one = AttributeChange.objects.get(pk=pk)
        columns.rebuild(one.subject, [(one.subject_id, one.field)])
    return row.pk


def reset(lead: int, at: datetime) -> int:
    return EngagementReset.objects.create(lead_id=lead, occurred_at=at, recorded_at=at, known_at=at).pk


def rows(sql: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()
