"""Details of events from a file: told by the id of an event already recorded (what a mail was opened with, why it bounced)."""

import json
from collections.abc import Sequence

from leads.intake import bulk
from leads.intake.events import NewEvent
from leads.models import Correction, EventDetail, EventKey, Source
from smarketing.rows.fence import Fence

from .context import CREATED, REJECTED, Action, Context, custom, refuse, settle
from .rows import Row


def identities(row: Row) -> list[tuple[str, str, tuple[str, ...]]]:
    return []


def part_of(row: Row) -> str:
    """Which part of an event a row tells: its own word, else the columns it fills."""
    said = row.values.get("part", "")
    names = "+".join(sorted(name[2:] for name in custom(row.values)))
    return (said or names or "detail")[:40]


def classify(rows: Sequence[Row], ctx: Context) -> list[Action]:
    """What each row would do. Reads only."""
    actions = [Action(row, REJECTED if row.errors else "") for row in rows]
    good = [action for action in actions if not action.row.errors]
    events = _events([a.row.values.get("id", "") for a in good], ctx)
    back = Correction.objects.filter(subject="eventdetail").values("subject_id")
    told = EventDetail.objects.filter(event__in=set(events.values())).exclude(pk__in=back)
    known = {(event, part): said for event, part, said in told.values_list("event_id", "part", "properties")}
    for action in good:
        event = action.subject_id = events.get(action.row.values.get("id", ""))
        if event is None:
            refuse(action, "unknown_event", ctx.column("id"))
        part, said = part_of(action.row), {name[2:]: value for name, value in custom(action.row.values).items()}
        before = known.get((event, part)) if event else None
        if before is not None and before != json.loads(json.dumps(said)):
            refuse(action, "other_body", ctx.column("id"))
        action.extra |= {"part": part, "said": said}
        if event:
            known.setdefault((event, part), said)
        settle(action, before is not None, False)
    return actions


def apply(actions: Sequence[Action], ctx: Context, fence: Fence) -> None:
    made = EventDetail.objects.bulk_create(
        EventDetail(
            event_id=a.subject_id, part=a.extra["part"], properties=a.extra["said"], recorded_at=fence.recorded_at
        )
        for a in actions
        if a.outcome == CREATED
    )
    ctx.add("eventdetail", [one.pk for one in made])


def _events(ids: Sequence[str], ctx: Context) -> dict[str, int]:
    """Event by its id in this file's source, undone ones left out."""
    source = Source.objects.filter(name=ctx.mapping.source).first()
    if source is None:
        return {}
    names = {NewEvent(one, "", ctx.at).key: one for one in set(ids) if one}
    rows = EventKey.objects.filter(source=source, key__in=list(names)).values_list("key", "event_id")
    found = {names[bytes(key)]: event for key, event in rows}
    back = set(Correction.objects.filter(subject="event").filter(bulk.among("subject_id", found.values())).values_list(
        "subject_id", flat=True))  # fmt: skip
    return {one: event for one, event in found.items() if event not in back}
