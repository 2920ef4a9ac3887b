"""Events from a file: each once, by its own id, else by its place in this very file."""

import re
from collections.abc import Sequence

from leads.intake import bulk, dirty, events, facts
from leads.intake.tracking.names import KINDS
from leads.models import Correction, EventKey, Source
from smarketing.rows.fence import Fence

from .context import (
    CREATED,
    REJECTED,
    UNCHANGED,
    Action,
    Context,
    Raced,
    campaign_of,
    campaigns_by_word,
    check_moments,
    custom,
    leads_of,
    make_campaigns,
    not_declared,
    refuse,
)
from .rows import Row

# Kinds of event in the words of other systems (HubSpot's types, Marketo's numbers of activities).
WORDS = {
    "open": "mail_open", "click": "mail_click", "sent": "mail_sent", "delivered": "mail_delivered",
    "bounce": "mail_bounce", "processed": "mail_processed", "dropped": "mail_dropped", "spamreport": "mail_spam",
    "1": "page", "2": "form", "6": "mail_sent", "7": "mail_delivered", "8": "mail_bounce", "9": "unsubscribe",
    "10": "mail_open", "11": "mail_click",
}  # fmt: skip
TIMES = 20  # an import undone and done again so often is a mistake of another kind
_KEY = {"source_id": "bigint", "key": "text", "lead_id": "bigint", "created_at": "timestamptz"}


def identities(row: Row) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(row.values["id"], "key_twice", ("id",))] if row.values.get("id") else []


def classify(rows: Sequence[Row], ctx: Context) -> list[Action]:
    """What each row would do. Reads only."""
    actions = [Action(row, REJECTED if row.errors else "") for row in rows]
    good = [action for action in actions if not action.row.errors]
    leads = leads_of([a.row for a in good], ctx)
    young = not_declared(leads.values()) if ctx.history else set()
    words = campaigns_by_word(a.row.values.get("campaign", "") for a in good)
    for action in good:
        _lead(action, leads.get(action.row.line), young, ctx)
        if "at" not in action.row.values:
            refuse(action, "missing", ctx.column("at"))
        check_moments(action, ctx, "at")
        action.extra["campaign"] = campaign_of(action, words, ctx)
        action.outcome = action.outcome or CREATED
    _repeated([a for a in good if a.outcome == CREATED], ctx)
    return actions


def apply(actions: Sequence[Action], ctx: Context, fence: Fence) -> None:
    done = [action for action in actions if action.outcome == CREATED]
    at = {a.row.line: a.row.values["at"].at for a in done}
    campaigns = make_campaigns(done, at, ctx, fence)
    _make_leads(done, ctx, fence)
    for action in done:
        if word := action.extra.get("campaign_word"):
            action.extra["campaign"] = campaigns[word.lower()]
    made = [_event(action, ctx) for action in done]
    outcome = events.record_events(made, source=ctx.source(), fence=fence)
    ctx.add("event", [made[index].id for index in outcome.added])
    for index in outcome.same:
        done[index].outcome = UNCHANGED
    for index in outcome.clashes:
        refuse(done[index], "other_body", ctx.column("id"))
    dirty.mark((a.extra["lead"] for a in done), fence)


def _lead(action: Action, lead: int | None, young: set[int], ctx: Context) -> None:
    action.extra["lead"] = lead
    if lead is None and not (ctx.mapping.make_missing and action.row.values.get("lead")):
        refuse(action, "unknown_lead", ctx.column("lead", "lead_email"))
    elif lead in young:
        refuse(action, "history_known")


def _event(action: Action, ctx: Context) -> events.NewEvent:
    values = action.row.values
    name = values.get("name", "")
    kind = str(values.get("kind") or KINDS.get(name.lower()) or ("form" if values.get("form") else "track"))
    kind = WORDS.get(kind.lower(), kind)
    return events.NewEvent(
        message_id=message_of(action, ctx) + action.extra.get("again", ""),
        kind=KINDS.get(kind.lower(), re.sub(r"[^a-z0-9]+", "_", kind.lower()).strip("_")[:20] or "track"),
        occurred_at=values["at"].at,
        name=name[:120],
        page=values.get("page", "")[:300],
        form=values.get("form", "")[:120],
        campaign_id=action.extra["campaign"],
        day_only=values["at"].day_only,
        properties={name[2:]: value for name, value in custom(values).items()},
        body=list(action.row.cells),
        lead_id=action.extra["lead"],
        history=ctx.history,
    )


def message_of(action: Action, ctx: Context) -> str:
    """The event's own id, else its place in this very file."""
    return action.row.values.get("id") or f"file:{ctx.one.sha256}:{action.row.line}"


def _repeated(actions: Sequence[Action], ctx: Context) -> None:
    """Events recorded before: the same ones change nothing, other ones under the same id are refused.

    One that was taken back with its import may come again, under its id and how often it was taken back.
    """
    source = Source.objects.filter(name=ctx.mapping.source).first()
    left = list(actions) if source else []
    for tries in range(1, 1 + TIMES):
        made = [_event(action, ctx) for action in left]
        rows = EventKey.objects.filter(source=source, key__in=[event.key for event in made])
        known = {
            bytes(key): (bytes(body), event) for key, body, event in rows.values_list("key", "body_hash", "event_id")
        }
        back = set(
            Correction.objects.filter(subject="event", subject_id__in=[event for _body, event in known.values()])
            .values_list("subject_id", flat=True)
        )  # fmt: skip
        again = []
        for action, event in zip(left, made, strict=True):
            hash, number = known.get(event.key, (b"", 0))
            if number in back:
                action.extra["again"] = f"\0again {tries}"
                again.append(action)
            elif number:
                action.outcome = UNCHANGED
                if hash != event.hash:
                    refuse(action, "other_body", ctx.column("id"))
        left = again
        if not left:
            return
    for action in left:
        refuse(action, "undone_too_often", ctx.column("id"))


def _make_leads(actions: Sequence[Action], ctx: Context, fence: Fence) -> None:
    """Leads that only their events speak of, created at the earliest of them in this chunk."""
    first: dict[str, Action] = {}
    for action in actions:
        if action.extra["lead"] is None:
            key = action.row.values["lead"]
            earlier = first.setdefault(key, action)
            if action.row.values["at"].at < earlier.row.values["at"].at:
                first[key] = action
    if not first:
        return
    births = [facts.Birth(a.row.values["at"].at, {}, a.row.values["at"].day_only) for a in first.values()]
    ids = dict(zip(first, facts.create_leads(births, origin=ctx.origin, fence=fence), strict=True))
    source = ctx.source()
    rows = [(source.pk, key, ids[key], fence.recorded_at) for key in sorted(ids)]
    if len(bulk.insert("leads_leadkey", _KEY, rows, "ON CONFLICT DO NOTHING RETURNING 1")) != len(rows):
        raise Raced
    for action in actions:
        if action.extra["lead"] is None:
            action.extra["lead"] = ids[action.row.values["lead"]]
