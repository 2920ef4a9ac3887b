"""Deals from a file: found by their key (or, without a key column, one per lead), won and lost at their closing date."""

from collections.abc import Sequence
from typing import Any

from leads.intake import bulk, columns, companies, companies_merged, facts
from leads.models import Correction, Deal, DealContact, Handoff
from personas.catalogue import add_custom
from smarketing.rows.fence import Fence

from . import lists
from .attempts import people_by_word
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
OWNER = "x_deal_owner"  # who a file says is in charge, where the portal has nobody of that name
_SPLIT = str.maketrans(",|", ";;")


def key_of(row: Row) -> str:
    """The deal's key: its own, else that of its lead; empty when the row names neither."""
    values = row.values
    if not (values.get("deal.key") or values.get("lead") or values.get("lead_email")):
        return ""
    return values.get("deal.key") or f"lead:{values.get('lead') or values.get('lead_email', '').lower()}"


def identities(row: Row) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(key_of(row), "key_twice", ("deal.key", "lead", "lead_email"))] if key_of(row) else []


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
    firms = _Firms(good)
    for action in good:
        action.extra["lead"] = lead = leads.get(action.row.line)
        deal = known.get(key_of(action.row))
        if not key_of(action.row):
            refuse(action, "missing", ctx.column("deal.key", "lead", "lead_email"))
        elif lead is None and (action.row.values.get("lead") or action.row.values.get("lead_email")):
            refuse(action, "unknown_lead", ctx.column("lead", "lead_email"))
        elif deal and deal[1] != lead:
            refuse(action, "other_lead", ctx.column("lead", "lead_email"))
        elif lead in young:
            refuse(action, "history_known")
        else:
            action.subject_id, action.extra["created"] = (deal[0], deal[2]) if deal else (None, None)
            mine = now.get(action.subject_id, {})
            _changes(action, mine, people, ctx)
            firms.name(action, mine)
            _link(action, contacts, links, ctx)
            new_firm = "firm" in action.extra
            settle(action, deal is not None, bool(action.changes or action.extra["contacts"] or new_firm))
    return actions


def apply(actions: Sequence[Action], ctx: Context, fence: Fence) -> None:
    done = [action for action in actions if action.outcome in (CREATED, UPDATED)]
    if any(OWNER in action.changes for action in done):
        add_custom(subject="deal", name=OWNER, type="person", label="Deal owner")
    new = [action for action in done if action.subject_id is None]
    handoffs = _handoffs(new)
    _make_firms(done, ctx, fence)
    births = [_birth(action, handoffs, fence) for action in new]
    for action, pk in zip(new, facts.create_deals(births, origin=ctx.origin, fence=fence), strict=True):
        action.subject_id = pk
    made = set(new)
    changes = [change for action in done for change in _later(action, action in made, fence)]
    facts.record_changes(changes, origin=ctx.origin, fence=fence)
    rows = [(action, lead) for action in done for lead in action.extra["contacts"]]
    linked = DealContact.objects.bulk_create(
        DealContact(
            deal_id=a.subject_id, lead_id=lead, by=ctx.one.by, occurred_at=(at := _start(a, fence)),
            recorded_at=fence.recorded_at, known_at=at if ctx.history else fence.recorded_at,
        )
        for a, lead in rows
    )  # fmt: skip
    ctx.add("dealcontact", [one.pk for one in linked])


class _Firms:
    """Companies that deals name, by name: those known, and those to be made."""

    def __init__(self, actions: Sequence[Action]):
        names = {_firm(action) for action in actions} - {""}
        self._known = companies.find([f"n:{name.lower()}" for name in sorted(names)])
        self._stands = companies_merged.standing_for(self._known.values())

    def name(self, action: Action, now: dict[str, Any]) -> None:
        if not (name := _firm(action)):
            return
        found = self._known.get(f"n:{name.lower()}")
        if found is None:
            action.extra["firm"] = name
        elif now.get("company") != self._stands.get(found, found):
            action.changes["company"] = found


def _firm(action: Action) -> str:
    return companies.one_line(action.row.values.get("company.name"))


def _make_firms(actions: Sequence[Action], ctx: Context, fence: Fence) -> None:
    told = [action for action in actions if "firm" in action.extra]
    said = [{"name": action.extra["firm"]} for action in told]
    at = [_start(action, fence) for action in told]
    for action, pk in zip(told, companies.find_or_create(said, at, origin=ctx.origin, fence=fence), strict=True):
        action.changes["company"] = pk


def _state(values: dict[str, Any], ctx: Context) -> str | None:
    """open, won or lost: as said, as its flags say, as its stage's line in the list of stages says."""
    if "deal.state" in values:
        return values["deal.state"]
    flags = values
    if "is_closed" not in values and "stage" in values:
        stages = ctx.lookup("stages")
        flags = stages.items.get(stages.find(values["stage"]), {})
    if "is_closed" not in flags:
        return None
    return ("won" if flags.get("is_won") else "lost") if flags["is_closed"] else "open"


def _joined(said: dict[str, Any], ctx: Context) -> dict[str, Any]:
    """What the lists know of this deal's product and seller; a key written a little otherwise becomes the list's."""
    out: dict[str, Any] = {}
    for name, attribute in lists.JOINS.items():
        word = said.get(attribute)
        if not word or not (items := ctx.lookup(name)).items:
            continue
        if key := items.find(str(word)):
            out |= {attribute: key} | {n: v for n, v in items.items[key].items() if n.startswith("x_")}
            if key != word:
                ctx.repairs[(attribute, str(word), key)] = ctx.repairs.get((attribute, str(word), key), 0) + 1
    return out


def _deals(actions: Sequence[Action]) -> dict[str, tuple]:
    keys = [key_of(action.row) for action in actions]
    back = Correction.objects.filter(subject="deal").values("subject_id")
    rows = (
        Deal.objects.filter(key__in=keys)
        .exclude(pk__in=back)
        .order_by("-id")
        .values_list("key", "id", "lead_id", "created_at")
    )
    return {key: (pk, lead, created) for key, pk, lead, created in rows}


def _people(actions: Sequence[Action]) -> dict[str, int]:
    """People of the portal by lower-case e-mail and name."""
    if not any("rep" in a.row.values for a in actions):
        return {}
    return people_by_word()


def _changes(action: Action, now: dict[str, Any], people: dict[str, int], ctx: Context) -> None:
    values = action.row.values
    action.extra["now"] = now
    said = custom(values) | {"key": key_of(action.row)}
    said |= {name: values[f"deal.{name}"] for name in ("amount", "title", "reason") if f"deal.{name}" in values}
    said |= {"x_stage": values["stage"]} if "stage" in values else {}
    said |= {"state": state} if (state := _state(values, ctx)) else {}
    said |= _joined(said, ctx)
    closed = values.get("closed")
    if closed and said.get("state", now.get("state")) in ("won", "lost"):
        said |= {"closed_at": closed.at.isoformat(), "closed_day_only": closed.day_only}
        check_moments(action, ctx, "closed")
    elif said.get("state") in ("won", "lost") and "closed_at" not in now:
        refuse(action, "closed_before", ctx.column("closed"))
    if "rep" in values:
        owner = people.get(values["rep"].lower())
        said |= {OWNER: values["rep"]} if owner is None else {"rep": owner}
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
