"""Companies from a file: found by domain, else by name; what the file says of them is recorded, blanks say nothing."""

from collections.abc import Sequence
from typing import Any

from leads.intake import bulk, columns, facts
from leads.intake import companies as known_companies
from smarketing.rows.fence import Fence

from .context import (
    CREATED,
    REJECTED,
    UPDATED,
    Action,
    Context,
    check_moments,
    custom,
    refuse,
    settle,
)
from .rows import Row


def said_of(row: Row) -> dict[str, Any]:
    """What a row says of a company, by field; the domain without address and path."""
    said = {name[8:]: value for name, value in row.values.items() if name.startswith("company.")}
    if said.get("name"):
        said["name"] = known_companies.one_line(said["name"])
    if said.get("domain"):
        said["domain"] = known_companies.domain_of(said["domain"]) or said["domain"].lower()
    return said


def identities(row: Row) -> list[tuple[str, str, tuple[str, ...]]]:
    key = known_companies.name_key(said_of(row))
    return [(key, "key_twice", ("company.domain", "company.name"))] if key else []


def classify(rows: Sequence[Row], ctx: Context) -> list[Action]:
    """What each row would do. Reads only."""
    actions = [Action(row, REJECTED if row.errors else "") for row in rows]
    good = [action for action in actions if not action.row.errors]
    keys = {id(action): known_companies.name_key(said_of(action.row)) for action in good}
    ids = known_companies.find(sorted(set(keys.values()) - {""}))
    now = columns.current("company", ids.values())
    for action in good:
        key = keys[id(action)]
        if not key:
            refuse(action, "missing", ctx.column("company.name", "company.domain"))
        action.subject_id = ids.get(key)
        mine = now.get(action.subject_id or 0, {})
        said = said_of(action.row) | custom(action.row.values)
        action.changes = {n: v for n, v in said.items() if v != "" and bulk.json_text(mine.get(n)) != bulk.json_text(v)}
        check_moments(action, ctx, "created")
        if ctx.history and "created" not in action.row.values and not action.subject_id:
            refuse(action, "history_needs_date", ctx.column("created"))
        if ctx.history and action.subject_id and action.changes:
            refuse(action, "history_exists")
        settle(action, action.subject_id is not None, bool(action.changes))
    return actions


def apply(actions: Sequence[Action], ctx: Context, fence: Fence) -> None:
    new = [action for action in actions if action.outcome == CREATED]
    births = []
    for action in new:
        born = action.row.moment("created")
        births.append(facts.Birth(born.at if born else fence.recorded_at, action.changes, bool(born and born.day_only)))
    facts.create_companies(births, origin=ctx.origin, fence=fence)
    changes = [
        facts.Change("company", a.subject_id, name, value, fence.recorded_at)
        for a in actions
        if a.outcome == UPDATED and a.subject_id
        for name, value in a.changes.items()
    ]
    facts.record_changes(changes, origin=ctx.origin, fence=fence)
