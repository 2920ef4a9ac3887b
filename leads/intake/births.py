"""Births in sets: identity rows, with the columns that a rebuild would give them, and their first changes, in one statement."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from leads.models import Campaign, Company, Deal, Import, Lead
from smarketing.accounts.models import User
from smarketing.rows import clock
from smarketing.rows.fence import Fence

from . import bulk, columns

_MODELS = {"lead": Lead, "company": Company, "campaign": Campaign, "deal": Deal}
_OWN = ("id", "created_at", "day_only", "recorded_at", "declared", "imported_by_id", "attributes")
# The rows are given by id, and their fields come by name: what is written lies in the order of its keys unsorted.
_BORN = """
WITH b AS MATERIALIZED (
  SELECT * FROM jsonb_to_recordset(%s::jsonb) AS b(id bigint, at timestamptz, day boolean, said jsonb, fixed jsonb)
), born AS (
  INSERT INTO {table} (id, created_at, day_only, recorded_at, declared, imported_by_id, attributes{names})
  SELECT id, at, day, %s, %s, %s, {attributes}{values} FROM b
)
INSERT INTO leads_attributechange
  (subject, subject_id, field, value, occurred_at, recorded_at, known_at, day_only, by_id, imported_by_id, source)
SELECT %s, b.id, e.key, e.value, b.at, %s, {known}, b.day, %s, %s, %s
FROM b, jsonb_each(b.said) e
"""


@dataclass(frozen=True)
class Origin:
    """Where facts come from: a person, an import, a source by name. `history`: declared, known when it occurred."""

    by: User | None = None
    imported_by: Import | None = None
    source: str = ""
    history: bool = False


@dataclass(frozen=True)
class Birth:
    """A lead, company, campaign or deal to be made, with its first values (empty ones are left out)."""

    created_at: datetime
    values: dict[str, Any] = field(default_factory=dict)
    day_only: bool = False
    fixed: dict[str, Any] = field(default_factory=dict)  # other insert-only columns: lead_id and handoff_id of a deal


def create(subject: str, births: Sequence[Birth], origin: Origin, fence: Fence) -> list[int]:
    """Make them with their first changes; nobody is told. Returns their ids in the order given.

    ValueError for a field that the subject does not have.
    """
    if not births:
        return []
    for birth in births:
        if unknown := [name for name in birth.values if not columns.known(subject, name)]:
            raise ValueError(f"{subject} has no field {unknown[0]}")
    ids = bulk.next_ids(_MODELS[subject]._meta.db_table, len(births))
    said = [{name: value for name, value in b.values.items() if value is not None and value != ""} for b in births]
    late = _late(births, fence)
    _insert(subject, list(zip(ids, births, said, strict=True)), late, origin, fence)
    if late:
        columns.rebuild(subject, [(pk, name) for pk, values in zip(ids, said, strict=True) for name in values])
    return ids


def _insert(
    subject: str, rows: Sequence[tuple[int, Birth, dict[str, Any]]], late: bool, origin: Origin, fence: Fence
) -> None:
    model: Any = _MODELS[subject]
    table = {} if late else columns.TABLES[subject][1]
    values = {c.name: f"coalesce((said ->> '{name}')::{c.type}, {c.empty})" for name, c in table.items()}
    values |= {name: f"(fixed ->> '{name}')::bigint" for name in sorted({name for _, b, _ in rows for name in b.fixed})}
    rest = {f.column: f for f in model._meta.concrete_fields if f.column not in values and f.column not in _OWN}
    blank = [f.get_default() for f in rest.values()]
    values |= {name: f"%s::{f.db_type(connection)}" for name, f in rest.items()}
    sql = _BORN.format(
        table=model._meta.db_table,
        names="".join(f", {name}" for name in values),
        values="".join(f", {value}" for value in values.values()),
        attributes="'{}'" if late else "said - %s::text[]",
        known="b.at" if origin.history else "%s",
    )
    by, file, at = origin.by and origin.by.pk, origin.imported_by and origin.imported_by.pk, fence.recorded_at
    body = [
        {"id": pk, "at": b.created_at.isoformat(), "day": b.day_only, "said": said, "fixed": b.fixed}
        for pk, b, said in rows
    ]
    params = [json.dumps(body, ensure_ascii=False), at, origin.history, file, *([] if late else [list(table)]), *blank]
    params += [subject, at, *([] if origin.history else [at]), by, file, origin.source[:40]]
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def _late(births: Sequence[Birth], fence: Fence) -> bool:
    """Whether some of these values do not hold yet (a clock that was moved): the rebuild then says which."""
    return min(fence.recorded_at, clock.now()) < max(birth.created_at for birth in births)
