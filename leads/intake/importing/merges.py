"""Merges of leads that another system did: the losers count with the lead that stays, from then on."""

import re
from collections.abc import Sequence
from datetime import datetime

from leads.intake import merging
from leads.models import Lead
from smarketing.rows.fence import Fence

from .context import CREATED, REJECTED, Action, Context, check_moments, leads_by_key, refuse, settle
from .rows import Row


def losers_of(row: Row) -> list[str]:
    """Keys of the leads merged: "[1, 2]", "1;2" or one key."""
    return [part for part in re.split(r"[\[\],;|\s\"']+", str(row.values.get("losers", ""))) if part]


def identities(row: Row) -> list[tuple[str, str, tuple[str, ...]]]:
    return []


def classify(rows: Sequence[Row], ctx: Context) -> list[Action]:
    """What each row would do. Reads only."""
    actions = [Action(row, REJECTED if row.errors else "") for row in rows]
    good = [action for action in actions if not action.row.errors]
    words = [key for a in good for key in (*losers_of(a.row), a.row.values.get("root", ""))]
    keys = leads_by_key(ctx, [word for word in words if word])
    roots = dict(Lead.objects.filter(pk__in=keys.values()).values_list("pk", "root_id"))
    for action in good:
        root = keys.get(action.row.values.get("root", ""))
        losers = [keys.get(key) for key in losers_of(action.row)]
        if root is None:
            refuse(action, "unknown_lead", ctx.column("root"))
        if None in losers or not losers:
            refuse(action, "unknown_lead" if losers else "missing", ctx.column("losers"))
        check_moments(action, ctx, "at")
        if ctx.history:
            refuse(action, "history_known")
        if action.outcome == REJECTED or root is None:
            continue
        top = roots.get(root) or root
        fresh = [one for one in losers if one and one != top and roots.get(one) != top]
        if any(roots.get(one) for one in fresh):
            refuse(action, "merged_before", ctx.column("losers"))
            continue
        action.subject_id, action.extra["losers"] = top, fresh
        roots |= dict.fromkeys(fresh, top) | {one: top for one, other in roots.items() if other in fresh}
        settle(action, not fresh, False)
    return actions


def apply(actions: Sequence[Action], ctx: Context, fence: Fence) -> None:
    by_moment: dict[datetime | None, list[tuple[int, int]]] = {}
    for action in actions:
        if action.outcome == CREATED:
            said = action.row.moment("at")
            pairs = [(one, action.subject_id) for one in action.extra["losers"]]
            by_moment.setdefault(said.at if said else None, []).extend(pairs)
    made = [one for at, pairs in by_moment.items() for one in merging.add(pairs, by=ctx.one.by, at=at, fence=fence)]
    ctx.add("merge", [one.pk for one in made])
