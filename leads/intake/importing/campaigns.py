"""Campaigns from a file: found by key or name."""

from collections.abc import Sequence
from datetime import date, datetime, time

from leads.intake import bulk, columns, facts
from smarketing.rows.fence import Fence

from .context import (
    CREATED,
    REJECTED,
    UPDATED,
    Action,
    Context,
    campaigns_by_word,
    custom,
    refuse,
    settle,
)
from .rows import Row


def word_of(row: Row) -> str:
    return str(row.values.get("campaign.key") or row.values.get("campaign.name") or "")


def identities(row: Row) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(word_of(row).lower(), "key_twice", ("campaign.key", "campaign.name"))] if word_of(row) else []


def classify(rows: Sequence[Row], ctx: Context) -> list[Action]:
    """What each row would do. Reads only."""
    actions = [Action(row, REJECTED if row.errors else "") for row in rows]
    good = [action for action in actions if not action.row.errors]
    known = campaigns_by_word(word_of(action.row) for action in good)
    now = columns.current("campaign", set(known.values()))
    for action in good:
        word = word_of(action.row)
        if not word:
            refuse(action, "missing", ctx.column("campaign.key", "campaign.name"))
        action.subject_id = known.get(word.lower())
        values = action.row.values
        said = {name[9:]: value for name, value in values.items() if name.startswith("campaign.")} | custom(values)
        said = {"key": word, "name": word} | said
        mine = now.get(action.subject_id, {})
        if action.subject_id:
            said = {
                name: value
                for name, value in said.items()
                if (name != "key" and f"campaign.{name}" in values) or name.startswith("x_")
            }
        action.changes = {n: v for n, v in said.items() if v != "" and bulk.json_text(mine.get(n)) != bulk.json_text(v)}
        if ctx.history and not action.subject_id and "campaign.starts_on" not in values:
            refuse(action, "history_needs_date", ctx.column("campaign.starts_on"))
        if ctx.history and action.subject_id and action.changes:
            refuse(action, "history_exists")
        settle(action, action.subject_id is not None, bool(action.changes))
    return actions


def apply(actions: Sequence[Action], ctx: Context, fence: Fence) -> None:
    new = [action for action in actions if action.outcome == CREATED]
    births = [
        facts.Birth(born(a.row, ctx, fence.recorded_at), a.changes, "campaign.starts_on" in a.row.values) for a in new
    ]
    for action, pk in zip(new, facts.create_campaigns(births, origin=ctx.origin, fence=fence), strict=True):
        action.subject_id = pk
    changes = [
        facts.Change("campaign", a.subject_id, name, value, fence.recorded_at)
        for a in actions
        if a.outcome == UPDATED
        for name, value in a.changes.items()
    ]
    facts.record_changes(changes, origin=ctx.origin, fence=fence)


def born(row: Row, ctx: Context, now: datetime) -> datetime:
    """A campaign is known from its start, or from now when that is to come or not said."""
    start = row.values.get("campaign.starts_on")
    if not start:
        return now
    return min(datetime.combine(date.fromisoformat(str(start)), time.min, ctx.reading.day_zone), now)
