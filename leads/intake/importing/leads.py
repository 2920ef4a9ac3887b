"""Leads from a file: found by key in the source, else by e-mail; what the file says is recorded, blanks say nothing."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q

from leads.intake import columns, companies, companies_merged, facts, hooks
from leads.models import Correction, Handoff
from smarketing.rows.fence import Fence

from . import consents
from .context import (
    CREATED,
    REJECTED,
    UPDATED,
    Action,
    Context,
    campaign_of,
    campaigns_by_word,
    check_moments,
    make_campaigns,
    refuse,
    settle,
)
from .naming import find, identities
from .naming import keep as keep_keys
from .rows import Moment, Row

__all__ = ["apply", "classify", "companies_by_key", "company", "identities", "make_companies", "newer"]

# Lifecycle stages of HubSpot, in their order: where no date tells which of two rows is newer, the later stage does.
_STAGES = [
    "subscriber",
    "lead",
    "marketingqualifiedlead",
    "salesqualifiedlead",
    "opportunity",
    "customer",
    "evangelist",
]
LIFECYCLE = "x_lifecycle_stage"
STANDS = "\0stands"  # key of the company that stands for the one named, beside the fields of that one


def newer(first: Row, second: Row) -> int:
    """Which of two rows of one record is newer: 1 the second, -1 the first, 0 when nothing tells."""
    one, other = (row.moment("modified") for row in (first, second))
    if one and other and one.at != other.at:
        return 1 if other.at > one.at else -1
    stages = [str(row.values.get(LIFECYCLE, "")).lower().replace(" ", "") for row in (first, second)]
    ranks = [_STAGES.index(stage) if stage in _STAGES else -1 for stage in stages]
    return (ranks[1] > ranks[0]) - (ranks[1] < ranks[0]) if min(ranks) >= 0 else 0


def classify(rows: Sequence[Row], ctx: Context) -> list[Action]:
    """What each row would do. Reads only."""
    actions = [Action(row, REJECTED if row.errors else "") for row in rows]
    good = [action for action in actions if not action.row.errors]
    find(good, ctx)
    now = columns.current("lead", {a.subject_id for a in good if a.subject_id})
    said = companies_by_key(good, ctx)
    words = campaigns_by_word(a.row.values.get("campaign", "") for a in good)
    handed = _handed(good, ctx)
    consents.classify(good, ctx)
    for action in good:
        _changes(action, now.get(action.subject_id, {}), ctx)
        company(action, said, now.get(action.subject_id, {}))
        campaign = campaign_of(action, words, ctx)
        if campaign and now.get(action.subject_id, {}).get("campaign") != campaign:
            action.changes["campaign"] = campaign
        _handoff(action, handed)
        _outcome(action, ctx)
    return actions


def apply(actions: Sequence[Action], ctx: Context, fence: Fence) -> None:
    """Do it. Raced when a key was taken meanwhile."""
    done = [action for action in actions if action.outcome in (CREATED, UPDATED)]
    born = {a.row.line: _born(a.row) for a in done}
    when = {line: moment.at if moment else fence.recorded_at for line, moment in born.items()}
    at = {a.row.line: fence.recorded_at if a.subject_id else when[a.row.line] for a in done}
    campaigns = make_campaigns(done, at, ctx, fence)
    make_companies(done, at, ctx, fence)
    for action in done:
        if word := action.extra.get("campaign_word"):
            action.changes["campaign"] = campaigns[word.lower()]
    new = [action for action in done if action.subject_id is None]
    days = {line: bool(moment and moment.day_only) for line, moment in born.items()}
    births = [facts.Birth(when[a.row.line], a.changes, days[a.row.line]) for a in new]
    for action, pk in zip(new, facts.create_leads(births, origin=ctx.origin, fence=fence), strict=True):
        action.subject_id = pk
    made = set(new)
    old = [
        facts.Change("lead", a.subject_id, name, value, fence.recorded_at)
        for a in done
        if a not in made
        for name, value in a.changes.items()
    ]
    facts.record_changes(old, origin=ctx.origin, fence=fence)
    keep_keys(done, ctx, fence)
    consents.apply(done, ctx, fence)
    _hand_over(done, ctx, fence)


def _born(row: Row) -> Moment | None:
    """When the lead came to be: its date of creation, else when it became MQL."""
    return row.moment("created") or row.moment("mql")


def _changes(action: Action, now: dict[str, Any], ctx: Context) -> None:
    values = action.row.values
    action.changes = {
        field: values[name]
        for name, field in ctx.fields("lead.")
        if name in values and values[name] != "" and _differs(now.get(field), values[name])
    }
    if now.get("opted_out") is True:
        action.changes.pop("opted_out", None)  # no file ends an opposition
    check_moments(action, ctx, "created", "mql")
    if ctx.history and not action.subject_id and _born(action.row) is None:
        refuse(action, "history_needs_date", ctx.column("created"))


def _differs(now: Any, value: Any) -> bool:
    """Whether two JSON values are written differently: 1 and true, 1 and "1" are."""
    return now != value or type(now) is not type(value)


def companies_by_key(actions: Sequence[Action], ctx: Context) -> dict[str, dict[str, Any]]:
    """What is known of the companies that rows name, by their key: {"id": …, STANDS: …, field: value}."""
    names = ctx.fields("company.")
    for action in actions:
        values = action.row.values
        said = companies.said_of({field: values[name] for name, field in names if name in values})
        action.extra |= {"company": said, "company_key": companies.name_key(said)}
    keys = {action.extra["company_key"] for action in actions}
    ids = companies.find(sorted(keys - {""}))
    current = columns.current("company", set(ids.values()))
    stands = companies_merged.standing_for(ids.values())
    return {key: {"id": pk, STANDS: stands.get(pk, pk), **current.get(pk, {})} for key, pk in ids.items()}


def company(action: Action, known: dict[str, dict[str, Any]], now: dict[str, Any]) -> None:
    """A file of leads fills what is not known of a company, and never overwrites it; the first row speaks."""
    said = action.extra["company"]
    key = action.extra["company_key"]
    if not key:
        action.extra["company"] = {}
        return
    found = known.setdefault(key, {})
    fills = {
        name: value for name, value in said.items() if name not in ("name", "domain") and found.get(name) in (None, "")
    }
    found |= fills
    other = "id" not in found or now.get("company") != found[STANDS]
    names = {name: said[name] for name in ("name", "domain") if name in said}
    action.extra["company"] = {**names, **fills} if other or fills else {}
    action.extra["other_company"] = other


def _handed(actions: Sequence[Action], ctx: Context) -> set[int]:
    """Leads that have an imported handoff on the line, or are with sales: they get no other."""
    leads = [a.subject_id for a in actions if a.subject_id and "mql" in a.row.values]
    rows = Handoff.objects.filter(lead__in=leads, line=ctx.line_id).filter(
        Q(gate=Handoff.Gate.IMPORTED) | Q(state_row__is_open=True)
    )
    rows = rows.exclude(pk__in=Correction.objects.filter(subject="handoff").values("subject_id"))
    return set(rows.values_list("lead_id", flat=True))


def _handoff(action: Action, handed: set[int]) -> None:
    moment = action.row.moment("mql")
    if moment and action.subject_id not in handed:
        action.extra["handoff"] = moment


def _outcome(action: Action, ctx: Context) -> None:
    extra = action.extra
    changed = bool(
        action.changes
        or extra["company"]
        or any(extra.get(name) for name in ("campaign_word", "handoff", "new_key", "consent"))
    )
    if ctx.history and action.subject_id and changed:
        refuse(action, "history_exists")
    settle(action, action.subject_id is not None, changed)


def make_companies(actions: Sequence[Action], at: dict[int, Any], ctx: Context, fence: Fence) -> None:
    told = [action for action in actions if action.extra["company"]]
    ids = companies.find_or_create(
        [a.extra["company"] for a in told], [at[a.row.line] for a in told], origin=ctx.origin, fence=fence
    )
    for action, pk in zip(told, ids, strict=True):
        if action.extra["other_company"]:
            action.changes["company"] = pk


def _hand_over(actions: Sequence[Action], ctx: Context, fence: Fence) -> None:
    rows = [
        hooks.Handed(a.subject_id, ctx.line_id, a.extra["handoff"].at, a.extra["handoff"].day_only)
        for a in actions
        if a.extra.get("handoff")
    ]
    for hook in hooks.handed if rows else []:
        hook(rows, ctx.origin, fence)
