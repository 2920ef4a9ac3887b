"""Spend from a file: one amount per campaign, day and label; another amount replaces it by a correction."""

from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal

from django.db.models import Q

from leads.intake import facts
from leads.models import Correction, Spend
from smarketing.rows.fence import Fence

from .context import (
    CREATED,
    REJECTED,
    UPDATED,
    Action,
    Context,
    campaign_of,
    campaigns_by_word,
    make_campaigns,
    refuse,
    settle,
)
from .rows import Row

NEEDED = ("day", "amount")  # a cell without a campaign: money of which nobody says on which


def identities(row: Row) -> list[tuple[str, str, tuple[str, ...]]]:
    values = row.values
    name = f"{values.get('campaign', '').lower()}|{values.get('day')}|{values.get('label', '')}"
    return [(name, "spend_twice", ("campaign",))]


def classify(rows: Sequence[Row], ctx: Context) -> list[Action]:
    """What each row would do. Reads only."""
    actions = [Action(row, REJECTED if row.errors else "") for row in rows]
    good = [action for action in actions if not action.row.errors]
    words = campaigns_by_word(a.row.values.get("campaign", "") for a in good)
    known = _known(good, words)
    for action in good:
        values = action.row.values
        for name in NEEDED:
            if name not in values:
                refuse(action, "missing", ctx.column(name))
        if action.outcome == REJECTED:
            continue
        campaign = action.extra["campaign"] = campaign_of(action, words, ctx)
        if _start(action.row, ctx) > ctx.at:
            refuse(action, "future", ctx.column("day"))
        before = known.get((campaign, date.fromisoformat(values["day"]), values.get("label", "")[:80]))
        action.subject_id, amount = before or (None, None)
        changed = amount != Decimal(values["amount"])
        if ctx.history and before and changed:
            refuse(action, "history_exists")
        settle(action, before is not None, changed)
    return actions


def apply(actions: Sequence[Action], ctx: Context, fence: Fence) -> None:
    done = [action for action in actions if action.outcome in (CREATED, UPDATED)]
    campaigns = make_campaigns(done, {a.row.line: _start(a.row, ctx) for a in done}, ctx, fence)
    replaced = [action.subject_id for action in done if action.outcome == UPDATED]
    if replaced:
        ctx.add("spend_replaced", replaced)
        facts.correct(
            subject="spend", subject_ids=replaced, by=ctx.one.by, at=fence.recorded_at, reason=f"import {ctx.one.pk}"
        )
    Spend.objects.bulk_create(_spend(action, campaigns, ctx, fence) for action in done)


def _spend(action: Action, campaigns: dict[str, int], ctx: Context, fence: Fence) -> Spend:
    values, start = action.row.values, _start(action.row, ctx)
    word = action.extra.get("campaign_word")
    return Spend(
        campaign_id=campaigns[word.lower()] if word else action.extra["campaign"],
        spent_on=date.fromisoformat(values["day"]),
        amount=Decimal(values["amount"]),
        label=values.get("label", "")[:80],
        by=ctx.one.by,
        imported_by=ctx.one,
        occurred_at=start,
        recorded_at=fence.recorded_at,
        known_at=start if ctx.history else fence.recorded_at,
    )


def _start(row: Row, ctx: Context) -> datetime:
    return datetime.combine(date.fromisoformat(row.values["day"]), time.min, ctx.reading.day_zone)


def _known(actions: Sequence[Action], words: dict[str, int]) -> dict[tuple, tuple[int, Decimal]]:
    """Spends on these campaigns and days that hold: (campaign, day, label) -> (id, amount)."""
    days = {date.fromisoformat(a.row.values["day"]) for a in actions if a.row.values.get("day")}
    back = Correction.objects.filter(subject="spend").values("subject_id")
    named = Q(campaign__in=set(words.values())) | Q(campaign=None)
    rows = Spend.objects.filter(named, spent_on__in=days).exclude(pk__in=back)
    return {
        (campaign, day, label): (pk, amount)
        for pk, campaign, day, label, amount in rows.order_by("-id").values_list(
            "id", "campaign_id", "spent_on", "label", "amount"
        )
    }
