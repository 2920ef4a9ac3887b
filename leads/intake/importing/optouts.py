"""Opt-outs from a file: these people no longer want to be written to, since the day it says.

An address that no lead has goes on the suppression list all the same.
"""

from collections.abc import Sequence

from leads.intake import facts, suppression
from leads.models import Lead, Suppression
from smarketing.rows.fence import Fence

from . import consents
from .context import CREATED, REJECTED, UPDATED, Action, Context, check_moments, leads_of, not_declared, refuse, settle
from .rows import Row


def identities(row: Row) -> list[tuple[str, str, tuple[str, ...]]]:
    return []


def classify(rows: Sequence[Row], ctx: Context) -> list[Action]:
    """What each row would do. Reads only."""
    actions = [Action(row, REJECTED if row.errors else "") for row in rows]
    good = [action for action in actions if not action.row.errors]
    leads = leads_of([a.row for a in good], ctx)
    young = not_declared(leads.values()) if ctx.history else set()
    for action in good:
        action.subject_id = leads.get(action.row.line)
    out = _out(good)
    emails = {a.row.line: a.row.values.get("lead_email", "").lower() for a in good}
    consents.classify(good, ctx)
    listed = set(suppression.listed(emails.values()))
    for action in good:
        lead = action.subject_id
        if lead is None and emails[action.row.line] and not ctx.history:
            check_moments(action, ctx, "at")
            settle(action, emails[action.row.line] in listed, False)
            listed.add(emails[action.row.line])
            continue
        if lead is None:
            refuse(action, "unknown_lead", ctx.column("lead", "lead_email"))
        elif lead in young:
            refuse(action, "history_known")
        check_moments(action, ctx, "at")
        settle(action, True, lead not in out or bool(action.extra.get("consent")))
        out |= {lead} if lead else set()
    return actions


def apply(actions: Sequence[Action], ctx: Context, fence: Fence) -> None:
    changes, fresh = [], {}
    out = _out(actions)
    for action in actions:
        if action.outcome == CREATED:
            fresh[action.row.values["lead_email"]] = None
        elif action.outcome == UPDATED and action.subject_id and action.subject_id not in out:
            said = action.row.moment("at")
            at, day_only = (said.at, said.day_only) if said else (fence.recorded_at, False)
            changes.append(facts.Change("lead", action.subject_id, "opted_out", True, at, day_only))
            out.add(action.subject_id)
    consents.apply([action for action in actions if action.outcome == UPDATED], ctx, fence)
    facts.record_changes(changes, origin=ctx.origin, fence=fence, keep_same=True)
    made = suppression.add(fresh, origin=Suppression.Origin.FILE, by=ctx.one.by, at=fence.recorded_at, fence=fence)
    ctx.add("suppression", made)


def _out(actions: Sequence[Action]) -> set[int]:
    """Those of their leads that oppose already."""
    ids = {action.subject_id for action in actions if action.subject_id}
    return set(Lead.objects.filter(pk__in=ids, opted_out=True).values_list("pk", flat=True))
