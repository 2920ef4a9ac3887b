"""Current columns of leads, companies, campaigns and deals, rebuilt from AttributeChange in place.

The law: the current value is that of the change with the greatest (occurred_at, recorded_at, id) among those known and
occurred by now and not corrected. A late older value never overwrites a newer one; with no change left the column is
empty again. Custom attributes (x_…) are kept in `attributes`, without empty ones.

A lead of which nothing was ever said in a field has the value of the nearest lead merged into it, as long as that merge
stands. What somebody emptied stays empty, and an opposition has its own way (`merging`).
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection

from . import bulk, spans


@dataclass(frozen=True)
class Column:
    """`sql` reads the JSON value `j ->> name` as the column's type; `empty` is SQL for "no value"."""

    name: str
    type: str = "text"
    empty: str = "''"


def _text(*names: str) -> dict[str, Column]:
    return {name: Column(name) for name in names}


# One table: subject -> (database table, field -> column). Fields not named here are custom attributes.
TABLES: dict[str, tuple[str, dict[str, Column]]] = {
    "lead": (
        "leads_lead",
        {
            **_text("email", "first_name", "last_name", "phone", "function", "country", "source"),
            "birth_date": Column("birth_date", "date", "NULL"),
            "opted_out": Column("opted_out", "boolean", "false"),
            "company": Column("company_id", "bigint", "NULL"),
            "campaign": Column("campaign_id", "bigint", "NULL"),
        },
    ),
    "company": (
        "leads_company",
        {
            **_text("name", "domain", "industry", "country"),
            "employees": Column("employees", "integer", "NULL"),
            "rep": Column("rep_id", "bigint", "NULL"),
        },
    ),
    "campaign": (
        "leads_campaign",
        {
            **_text("key", "name", "channel", "level"),
            "parent": Column("parent_id", "bigint", "NULL"),
            "starts_on": Column("starts_on", "date", "NULL"),
            "ends_on": Column("ends_on", "date", "NULL"),
        },
    ),
    "deal": (
        "leads_deal",
        {
            **_text("key", "title", "reason", "step"),
            "state": Column("state", "text", "'open'"),
            "amount": Column("amount", "numeric", "NULL"),
            "closed_at": Column("closed_at", "timestamptz", "NULL"),
            "closed_day_only": Column("closed_day_only", "boolean", "false"),
            "return_on": Column("return_on", "date", "NULL"),
            "rep": Column("rep_id", "bigint", "NULL"),
            "company": Column("company_id", "bigint", "NULL"),
        },
    ),
}

CURRENT = """
SELECT w.subject_id, w.field, (
  SELECT c.value FROM {whose}
  WHERE c.subject = %s AND {mine}c.field = w.field
    AND c.known_at <= clock.t AND c.occurred_at <= clock.t
    AND NOT EXISTS (SELECT FROM leads_correction k WHERE k.subject = 'attributechange' AND k.subject_id = c.id)
  ORDER BY {nearest}c.occurred_at DESC, c.recorded_at DESC, c.id DESC LIMIT 1) AS value
FROM wanted w, clock
"""
OWN_WAY = "opted_out"  # what no lead takes over from another
_ALONE = {"whose": "leads_attributechange c", "mine": "c.subject_id = w.subject_id AND ", "nearest": ""}
_TOGETHER = {
    "whose": "(SELECT w.subject_id AS id, 0 AS steps UNION ALL SELECT s.lead_id, s.steps FROM leads_mergedspan s"
    f" WHERE s.root_id = w.subject_id AND s.until IS NULL AND w.field <> '{OWN_WAY}') m"
    " JOIN leads_attributechange c ON c.subject_id = m.id",
    "mine": "", "nearest": "m.steps, ",
}  # fmt: skip

# The same law for all fields of many subjects: one pass over their changes.
_CURRENT_OF = """
SELECT subject_id, jsonb_object_agg(field, CASE WHEN holds THEN value END)::text FROM (
  SELECT DISTINCT ON (subject_id, field) subject_id, field, value, holds FROM (
    SELECT c.*, k.id IS NULL AND c.known_at <= clock.t AND c.occurred_at <= clock.t AS holds
    FROM (SELECT smarketing_clock() AS t) clock, leads_attributechange c
    LEFT JOIN leads_correction k ON k.subject = 'attributechange' AND k.subject_id = c.id
    WHERE c.subject = %s AND c.subject_id = ANY(%s)) c
  ORDER BY subject_id, field, holds DESC, occurred_at DESC, recorded_at DESC, id DESC) v
GROUP BY subject_id
"""


def known(subject: str, field: str) -> bool:
    """Whether a subject may have this field."""
    return field in TABLES[subject][1] or field.startswith("x_")


def lock(subject: str, ids: Iterable[int]) -> None:
    """Lock identity rows in order, so that two writers never rebuild one row from half of the facts.

    With a lead are locked those that have its values; a merge that came in between is seen by looking again.
    """
    wanted = set(ids)
    while wanted:
        wanted |= spans.roots(wanted) if subject == "lead" else set()
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT 1 FROM {TABLES[subject][0]} WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE", [sorted(wanted)]
            )
        if subject != "lead" or spans.roots(wanted) <= wanted:
            return


def living(leads: Iterable[int]) -> set[int]:
    """Those of these leads that are not erased, and none of them is until this transaction ends.

    An erasure locks its leads for itself: it waits for whoever is here, and who comes later finds them erased.
    """
    wanted = sorted(set(leads))
    if not wanted:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM leads_lead WHERE id = ANY(%s::bigint[]) AND NOT erased ORDER BY id FOR KEY SHARE",
            [bulk.array(wanted)],
        )
        return {row[0] for row in cursor.fetchall()}


def rebuild(subject: str, pairs: Sequence[tuple[int, str]]) -> None:
    """Rebuild these (id, field) pairs of a subject from the facts, and the same fields of the leads that have its values."""
    pairs = sorted(set(pairs))
    if not pairs:
        return
    law = _ALONE
    if subject == "lead":
        ids = {one for one, _ in pairs}
        held = spans.holders(ids)
        if held:
            pairs = sorted({*pairs, *((root, field) for one, field in pairs for root in held.get(one, ()))})
        if held or spans.have_members(ids):
            law = _TOGETHER
    wanted = "SELECT * FROM unnest(%s::bigint[], %s::text[]) AS u(subject_id, field)"
    _run(subject, wanted, [[one for one, _ in pairs], [field for _, field in pairs]], "t.{0}", "t.attributes", law)


def rebuild_all(subject: str, low: int = 0, high: int = 2**62) -> None:
    """Rebuild every column of a subject's rows with low <= id < high from nothing but the facts."""
    wanted = (
        "SELECT DISTINCT subject_id, field FROM leads_attributechange"
        " WHERE subject = %s AND subject_id >= %s AND subject_id < %s"
        f" UNION SELECT id, 'x_' FROM {TABLES[subject][0]} WHERE id >= %s AND id < %s"
    )
    _run(subject, wanted, [subject, low, high, low, high], None, "'{}'::jsonb", _ALONE)
    if subject == "lead":
        _run(subject, _OF_ROOTS, [low, high, low, high], None, "'{}'::jsonb", _TOGETHER)


_OF_ROOTS = """
SELECT DISTINCT s.root_id AS subject_id, c.field FROM leads_mergedspan s JOIN leads_attributechange c
  ON c.subject = 'lead' AND c.subject_id IN (s.root_id, s.lead_id)
  WHERE s.until IS NULL AND s.root_id >= %s AND s.root_id < %s
UNION SELECT root_id, 'x_' FROM leads_mergedspan WHERE until IS NULL AND root_id >= %s AND root_id < %s
"""


def _run(
    subject: str, wanted: str, params: list, otherwise: str | None, attributes: str, law: Mapping[str, str]
) -> None:
    table, columns = TABLES[subject]
    settings = [
        f"{c.name} = CASE WHEN jsonb_exists(a.j, '{field}') THEN coalesce((a.j ->> '{field}')::{c.type}, {c.empty})"
        f" ELSE {otherwise.format(c.name) if otherwise else c.empty} END"
        for field, c in columns.items()
    ]
    custom = "(SELECT coalesce(jsonb_object_agg(e.key, e.value), '{}') FROM jsonb_each(a.j) e WHERE starts_with(e.key, 'x_'))"
    settings.append(f"attributes = jsonb_strip_nulls({attributes} || {custom})")
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH clock AS MATERIALIZED (SELECT smarketing_clock() AS t),"
            f" wanted AS MATERIALIZED ({wanted}), cur AS ({CURRENT.format(**law)}),"
            " a AS (SELECT subject_id, jsonb_object_agg(field, value) AS j FROM cur GROUP BY subject_id)"
            f" UPDATE {table} t SET {', '.join(settings)} FROM a WHERE t.id = a.subject_id",
            [*params, subject],
        )


def current(subject: str, ids: Iterable[int]) -> dict[int, dict[str, object]]:
    """Current values (as JSON) of subjects by id and field, as they themselves say them: nothing taken over by a merge."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_CURRENT_OF, [subject, wanted])
        return {one: json.loads(values) for one, values in cursor.fetchall()}


def current_of_lead(lead: int) -> dict[str, object]:
    """Current values of a lead by field, as its columns show them: with what it takes over from leads merged into it."""
    wanted = (
        "SELECT DISTINCT %s::bigint AS subject_id, field FROM leads_attributechange"
        " WHERE subject = 'lead' AND subject_id = ANY(%s)"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH clock AS MATERIALIZED (SELECT smarketing_clock() AS t), wanted AS MATERIALIZED ({wanted}),"
            f" cur AS ({CURRENT.format(**_TOGETHER)}) SELECT field, value::text FROM cur",
            [lead, sorted(spans.members(lead)), "lead"],
        )
        return {name: None if value is None else json.loads(value) for name, value in cursor.fetchall()}
