"""A lead, company or campaign that somebody added by mistake is taken back, as long as nothing else hangs on it.

What the undoing of an import does to what the import made, this does to one: it is gone from every list and figure, its
values are struck through, and counts are as before. The company that a lead brought with it goes with the lead.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, Model, OuterRef

from leads.models import AttributeChange, Campaign, Company, Correction, Event, Handoff, Lead
from smarketing.accounts.models import User
from smarketing.rows.fence import Fence, open_fence

from . import corrections, dirty, facts, hooks
from .by_hand import ByHandError
from .importing import deeds

THINGS: dict[str, type[Model]] = {"lead": Lead, "company": Company, "campaign": Campaign}
EVENTS = "visit"  # what the system knows of somebody, beside what people did
SHOWN = 20


@dataclass(frozen=True)
class Hanging:
    """What hangs on it: `what` is a key of importing.reasons.DEEDS or EVENTS, by whom (an id) and when."""

    what: str
    by: int | None
    at: datetime


def hanging(thing: Any, author: int | None) -> list[Hanging]:
    """What others did to a lead, company or campaign since it was made, and what hangs on it; the newest first.

    What its own author wrote of its values goes with it.
    """
    subject = thing._meta.model_name
    found = [
        Hanging(one.what, one.by, one.at)
        for one in deeds.on(subject, thing.pk, thing.recorded_at)
        if not (one.what == "edit" and one.by == author)
    ]
    if subject == "lead":
        back = Correction.objects.filter(subject="event", subject_id=OuterRef("pk"))
        seen = Event.objects.filter(lead=thing).exclude(Exists(back)).order_by("-recorded_at")
        found += [Hanging(EVENTS, None, at) for at in seen.values_list("recorded_at", flat=True)[:SHOWN]]
    return sorted(found, key=lambda one: one.at, reverse=True)[:SHOWN]


@transaction.atomic
def take_back(*, thing: Any, by: User, at: datetime, reason: str) -> Correction:
    """Take a lead, company or campaign back that was added by hand. Returns the correction.

    ByHandError: "gone" when it was taken back or erased before; "from_file" for what a file made; "hanging" when something
    hangs on it (see `hanging`); else a key of `corrections.SAID`.
    """
    fence, subject = open_fence(), thing._meta.model_name
    thing = THINGS[subject]._default_manager.select_for_update().get(pk=thing.pk)
    if getattr(thing, "erased", False) or _is_back(subject, thing.pk):
        raise ByHandError("gone")
    if thing.imported_by_id:
        raise ByHandError("from_file")
    if found := corrections.hindrance(subject, thing, by=by, at=at, reason=reason):
        raise ByHandError(found.key, found.field)
    author = corrections.RULES[subject].author(thing)
    if hanging(thing, author):
        raise ByHandError("hanging")
    firm = thing.company if subject == "lead" else None
    _unmake(subject, thing.pk, by, at, reason, fence)
    if firm is not None and _came_along(firm, thing, author):
        _unmake("company", firm.pk, by, at, reason, fence)
    return Correction.objects.get(subject=subject, subject_id=thing.pk)


def gone(subject: str, ids: list[int], *, by: User | None, at: datetime, reason: str) -> None:
    """Leads, companies or campaigns are no longer there; keys of the leads are free again."""
    if ids:
        facts.correct(subject=subject, subject_ids=ids, by=by, at=at, reason=reason)
    if ids and subject == "lead":
        Lead.objects.filter(pk__in=ids).update(erased=True)
        set_free(leads=ids)


def set_free(leads: Iterable[int] = (), keys: Iterable[int] = ()) -> None:
    """Keys of these leads, and these keys, are free again."""
    tomb = secrets.token_hex(8)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE leads_leadkey SET key = 'undone ' || %s || ' ' || id WHERE lead_id = ANY(%s) OR id = ANY(%s)",
            [tomb, sorted(leads), sorted(keys)],
        )


def _unmake(subject: str, pk: int, by: User, at: datetime, reason: str, fence: Fence) -> None:
    if subject == "lead":
        handoffs = list(Handoff.objects.filter(lead=pk).order_by("pk").values_list("pk", flat=True))
        for hook in hooks.undone:
            hook(None, [], handoffs, by, at, fence)
        facts.correct(subject="handoff", subject_ids=handoffs, by=by, at=at, reason=reason)
        for hook in hooks.handoffs:
            hook(handoffs, fence)
    rows = AttributeChange.objects.filter(subject=subject, subject_id=pk)
    facts.correct(subject="attributechange", subject_ids=rows.values_list("pk", flat=True), by=by, at=at, reason=reason)
    gone(subject, [pk], by=by, at=at, reason=reason)
    if subject == "lead":
        dirty.mark([pk], fence)


def _came_along(firm: Company, lead: Lead, author: int | None) -> bool:
    """Whether a company was made in the same deed as the lead, and nobody has touched it since."""
    same = firm.recorded_at == lead.recorded_at and not firm.imported_by_id and not _is_back("company", firm.pk)
    return same and not hanging(firm, author)


def _is_back(subject: str, pk: int) -> bool:
    return Correction.objects.filter(subject=subject, subject_id=pk).exists()
