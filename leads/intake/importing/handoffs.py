"""Handoffs that really happened, for leads that are known: "became MQL on" in a file of its own."""

from collections.abc import Sequence

from leads.intake import hooks
from leads.models import Correction, Handoff
from smarketing.rows.fence import Fence

from .by_name import who_of
from .context import CREATED, REJECTED, Action, Context, check_moments, leads_of, not_declared, refuse, settle
from .rows import Row


def identities(row: Row) -> list[tuple[str, str, tuple[str, ...]]]:
    who = row.values.get("lead") or row.values.get("lead_email", "").lower() or who_of(row)
    return [(who, "key_twice", ("lead", "lead_email"))] if who else []


def classify(rows: Sequence[Row], ctx: Context) -> list[Action]:
    """What each row would do. Reads only."""
    actions = [Action(row, REJECTED if row.errors else "") for row in rows]
    good = [action for action in actions if not action.row.errors]
    leads = leads_of([a.row for a in good], ctx)
    young = not_declared(leads.values()) if ctx.history else set()
    back = Correction.objects.filter(subject="handoff").values("subject_id")
    rows_had = Handoff.objects.filter(lead__in=set(leads.values()), line=ctx.line_id).exclude(pk__in=back)
    had = {lead: (gate, is_open, at) for lead, gate, is_open, at in rows_had.values_list(
        "lead_id", "gate", "state_row__is_open", "occurred_at")}  # fmt: skip
    for action in good:
        lead = leads.get(action.row.line)
        action.subject_id = lead
        if lead is None:
            refuse(action, "unknown_lead", ctx.column("lead", "lead_email"))
        elif lead in young:
            refuse(action, "history_known")
        if "mql" not in action.row.values:
            refuse(action, "missing", ctx.column("mql"))
        check_moments(action, ctx, "mql")
        held = had.get(lead)
        known = held is not None and (held[0] == Handoff.Gate.IMPORTED or bool(held[1]))
        if known and action.outcome != REJECTED and held[2] != action.row.values["mql"].at:
            refuse(action, "handoff_exists", ctx.column("mql"))
        settle(action, known, False)
    return actions


def apply(actions: Sequence[Action], ctx: Context, fence: Fence) -> None:
    rows = [
        hooks.Handed(a.subject_id, ctx.line_id, a.row.values["mql"].at, a.row.values["mql"].day_only)
        for a in actions
        if a.outcome == CREATED and a.subject_id and ctx.line_id
    ]
    for hook in hooks.handed if rows else []:
        hook(rows, ctx.origin, fence)
