"""Deals from a file: found by their key (or, without a key column, one per lead), won and lost at their closing date."""

from collections.abc import Sequence
from typing import Any

from django.db.models.functions import Lower

from leads.intake import bulk, columns, facts
from leads.models import Correction, Deal, DealContact, Handoff
from smarketing.accounts.models import User
from smarketing.rows.fence import Fence

from .context import (
    CREATED,
    REJECTED,
    UPDATED,
    Action,
    Context,
    check_moments,
    custom,
    leads_by_key,
    leads_of,
    not_declared,
    refuse,
    settle,
)
from .rows import Row

_ENDS = ("state", "closed_at", "closed_day_only", "reason")
_SPLIT = str.maketrans(",|", ";;")


def key_of(row: Row) -> str:
    """The deal's key: its own, else that of its lead."""
    values = row.values
    return values.get("deal.key") or f"lead:{values.get('lead') or values.get('lead_email', '').lower()}"


def identities(row: Row) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(key_of(row), "key_twice", ("deal.key", "lead", "lead_email"))]


def classify(rows: Sequence[Row], ctx: Context) -> list[Action]:
    """What each row would do. Reads only."""
    actions = [Action(row, REJECTED if row.errors else "") for row in rows]
    good = [action for action in actions if not action.row.errors]
    leads, known = leads_of([a.row for a in good], ctx), _deals(good)
    now = columns.current("deal", {pk for pk, _lead, _created in known.values()})
    young = not_declared(leads.values()) if ctx.history else set()
    people = _people(good)
    contacts = leads_by_key(ctx, [key for a in good for key in _contacts(a.row)])
    links = set(DealContact.objects.filter(deal__in=[d[0] for d in known.values()]).values_list("deal_id", "lead_id"))
    for action in good:
        action.extra["lead"] = lead = leads.get(action.row.line)
        deal = known.get(key_of(action.row))
        if lead is None:
            refuse(action, "unknown_lead", ctx.column("lead", "lead_email"))
        elif deal and deal[1] != lead:
            refuse(action, "other_lead", ctx.column("lead", "lead_email"))
        elif lead in young:
            refuse(action, "history_known")
        else:
            action.subject_id, action.extra["created"] = (deal[0], deal[2]) if deal else (None, None)
            _changes(action, now.get(action.subject_id, {}), people, ctx)
            _link(action, contacts, links, ctx)
            settle(action, deal is not None, bool(action.changes or action.extra["contacts"]))
    return actions


def apply(actions: Sequence[Action], ctx: Context, fence: Fence) -> None:
    done = [action for action in actions if action.outcome in (CREATED, UPDATED)]
    new = [action for action in done if action.subject_id is None]
    handoffs = _handoffs(new)
    births = [_birth(action, handoffs, fence) for action in new]
    for action, pk in zip(new, facts.create_deals(births, origin=ctx.origin, fence=fence), strict=True):
        action.subject_id = pk
    made = set(new)
    changes = [change for action in done for change in _later(action, action in made, fence)]
    facts.record_changes(changes, origin=ctx.origin, fence=fence)
    rows = [(action, lead) for action in done for lead in action.extra["contacts"]]
    DealContact.objects.bulk_create(
        DealContact(
            deal_id=a.subject_id, lead_id=lead, by=ctx.one.by, occurred_at=(at := _start(a, fence)),
            recorded_at=fence.recorded_at, known_at=at if ctx.history else fence.recorded_at,
        )
        for a, lead in rows
    )  # fmt: skip


def _deals(actions: Sequence[Action]) -> dict[str, tuple]:
    keys = [key_of(action.row) for action in actions]
    rows = Deal.objects.filter(key__in=keys).order_by("-id").values_list("key", "id", "lead_id", "created_at")
    return {key: (pk, lead, created) for key, pk, lead, created in rows}


def _people(actions: Sequence[Action]) -> dict[str, int]:
    """People of the portal by lower-case e-mail and name."""
    if not any("rep" in a.row.values for a in actions):
        return {}
    rows = User.objects.annotate(n=Lower("name"), e=Lower("email")).values_list("pk", "n", "e")
    return {word: pk for pk, name, email in rows for word in (name, email)}


def _changes(action: Action, now: dict[str, Any], people: dict[str, int], ctx: Context) -> None:
    values = action.row.values
    action.extra["now"] = now
    said = custom(values) | {"key": key_of(action.row)}
    said |= {
        name: values[f"deal.{name}"] for name in ("state", "amount", "title", "reason") if f"deal.{name}" in values
    }
    closed = values.get("closed")
    if closed and said.get("state", now.get("state")) in ("won", "lost"):
        said |= {"closed_at": closed.at.isoformat(), "closed_day_only": closed.day_only}
        check_moments(action, ctx, "closed")
    elif said.get("state") in ("won", "lost") and "closed_at" not in now:
        refuse(action, "closed_before", ctx.column("closed"))
    if "rep" in values:
        said["rep"] = people.get(values["rep"].lower())
        if said["rep"] is None:
            refuse(action, "unknown_person", ctx.column("rep"))
    check_moments(action, ctx, "created")
    if ctx.history and not (values.get("created") or closed):
        refuse(action, "history_needs_date", ctx.column("created", "closed"))
    action.changes = {
        name: value
        for name, value in said.items()
        if value != "" and (name not in now or bulk.json_text(now[name]) != bulk.json_text(value))
    }


def _contacts(row: Row) -> list[str]:
    return [key for part in row.values.get("contacts", "").translate(_SPLIT).split(";") if (key := part.strip())]


def _link(action: Action, contacts: dict[str, int], links: set[tuple], ctx: Context) -> None:
    found = [contacts.get(key) for key in _contacts(action.row)]
    if None in found:
        refuse(action, "unknown_lead", ctx.column("contacts"))
    action.extra["contacts"] = [one for one in dict.fromkeys(found) if (action.subject_id, one) not in links]


def _start(action: Action, fence: Fence):
    """When the deal was opened: as said, at its closing at the latest; else now."""
    said, closed = action.row.moment("created"), action.row.moment("closed")
    if action.subject_id and action.extra["created"]:
        return action.extra["created"]
    if "closed_at" not in action.changes:
        closed = None
    return (said or closed).at if said or closed else fence.recorded_at


def _birth(action: Action, handoffs: dict[int, list], fence: Fence) -> facts.Birth:
    at, said, closed = _start(action, fence), action.row.moment("created"), action.row.moment("closed")
    day_only = (said or closed).day_only if said or closed else False
    later = "closed_at" in action.changes and closed.at > at
    values = {name: value for name, value in action.changes.items() if not (later and name in _ENDS)}
    if later:
        values["state"] = "open"
    lead = action.extra["lead"]
    until = closed.at if "closed_at" in action.changes else at
    return facts.Birth(at, values, day_only, {"lead_id": lead, "handoff_id": _handoff(handoffs.get(lead, []), until)})


def _later(action: Action, new: bool, fence: Fence) -> list[facts.Change]:
    """Changes after birth: the first ending holds from its closing date (were it not before birth), the rest from now."""
    closed = action.row.moment("closed")
    ends = "closed_at" in action.changes
    if new and not (ends and closed.at > _start(action, fence)):
        return []
    first_end = new or (ends and "closed_at" not in action.extra["now"] and closed.at >= action.extra["created"])
    out = []
    for name, value in action.changes.items():
        if name in _ENDS and ends and first_end:
            out.append(facts.Change("deal", action.subject_id, name, value, closed.at, closed.day_only))
        elif not new:
            out.append(facts.Change("deal", action.subject_id, name, value, fence.recorded_at))
    return out


def _handoffs(actions: Sequence[Action]) -> dict[int, list[tuple]]:
    """Handoffs of the leads, oldest first."""
    back = Correction.objects.filter(subject="handoff").values("subject_id")
    rows = Handoff.objects.filter(lead__in=[a.extra["lead"] for a in actions]).exclude(pk__in=back)
    out: dict[int, list[tuple]] = {}
    for lead, at, pk in rows.order_by("occurred_at", "id").values_list("lead_id", "occurred_at", "id"):
        out.setdefault(lead, []).append((at, pk))
    return out


def _handoff(found: list[tuple], until) -> int | None:
    """The lead's last handoff before the deal's end, else its first."""
    before = [pk for at, pk in found if at <= until]
    return before[-1] if before else found[0][1] if found else None
