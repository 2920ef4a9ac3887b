"""Events, each counted once: keys, events, payloads and the behaviour ledger in one short transaction.

The same message id with the same body is the same message, at any distance; with another body it is a named error of
that row. Ids are given in the order of arrival, keys and ledger rows are written sorted (else writers deadlock).
"""

import hashlib
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from leads.models import Source
from smarketing.rows.fence import Fence, open_fence

from . import bulk, columns, dirty, hooks

_KEY = {"source_id": "bigint", "key": "bytea", "body_hash": "bytea", "event_id": "bigint"}
_EVENT = {
    "id": "bigint", "lead_id": "bigint", "visitor_id": "bigint", "source_id": "bigint", "kind": "text", "name": "text",
    "page": "text", "form": "text", "campaign_id": "bigint", "day_only": "boolean", "occurred_at": "timestamptz",
    "recorded_at": "timestamptz", "known_at": "timestamptz",
}  # fmt: skip
_PAYLOAD = {"event_id": "bigint", "properties": "jsonb"}


def key_of(message_id: str) -> bytes:
    """The key by which an event is known, from its id as sent."""
    return hashlib.sha256(message_id.encode("utf-8", "surrogatepass")).digest()[:16]


@dataclass
class NewEvent:
    """One event as it came. `body` is what makes a repeat "the same" (default: everything but the message id).

    `id` and `known_at` are filled by `record_events`; `lead_id` and `visitor_id` by the caller or by its `resolve`.
    """

    message_id: str
    kind: str
    occurred_at: datetime
    name: str = ""
    page: str = ""
    form: str = ""
    campaign_id: int | None = None
    day_only: bool = False
    properties: dict[str, Any] = field(default_factory=dict)
    body: Any = None
    lead_id: int | None = None
    visitor_id: int | None = None
    history: bool = False
    refused: bool = False  # by `resolve`: its key is kept, so that it is not asked again, and nothing else
    id: int = 0
    known_at: datetime | None = None

    @property
    def key(self) -> bytes:
        return key_of(self.message_id)

    @property
    def hash(self) -> bytes:
        """Keyed, so that nobody can try out personal values against it."""
        body = self.body
        if body is None:
            when = self.occurred_at.isoformat()
            body = [self.kind, self.name, self.page, self.form, self.lead_id, self.visitor_id, when, self.properties]
        text = b"event body\0" + bulk.json_text(body).encode("utf-8", "surrogatepass")
        return hmac.digest(settings.SECRET_KEY.encode(), text, "sha256")[:16]


@dataclass(frozen=True)
class Outcome:
    """Positions in the batch: added now, seen before with the same body, refused as the same id with another body."""

    added: list[int]
    same: list[int]
    clashes: list[int]


Resolve = Callable[[Any, Fence], None]  # the batch as given: a sequence of NewEvent or a kind of it


@transaction.atomic
def record_events(
    batch: Sequence[NewEvent], *, source: Source, fence: Fence | None = None, resolve: Resolve | None = None
) -> Outcome:
    """Add a batch of one source. `resolve(events, fence)` names lead and visitor of those that are new.

    An event dated after its recording (a client's clock ahead) is taken as of its recording.
    """
    fence = fence or open_fence()
    for event, number in zip(batch, fence.ids(len(batch)), strict=True):
        event.id = number
    outcome = _reserve(batch, source, fence)
    fresh = [batch[index] for index in outcome.added]
    for event in fresh:
        event.occurred_at = min(event.occurred_at, fence.recorded_at)
        event.known_at = event.occurred_at if event.history else fence.recorded_at
    if resolve:
        resolve(fresh, fence)
    fresh = _welcome(fresh)
    _store(fresh, source, fence)
    named = [event for event in fresh if event.lead_id]
    for hook in hooks.events:
        hook(named, fence)
    dirty.mark((event.lead_id for event in named), fence)
    return outcome


def _welcome(events: Sequence[NewEvent]) -> list[NewEvent]:
    """Without those that were refused, and those of leads that were erased while their writer was on the way."""
    there = columns.living(event.lead_id for event in events if event.lead_id)
    return [event for event in events if not event.refused and (event.lead_id is None or event.lead_id in there)]


def _reserve(batch: Sequence[NewEvent], source: Source, fence: Fence) -> Outcome:
    added, same, clashes = [], [], []
    first: dict[bytes, int] = {}
    hashes, keys = [event.hash for event in batch], [event.key for event in batch]
    for index, key in enumerate(keys):
        first.setdefault(key, index)
    rows = [(source.pk, key, hashes[index], batch[index].id) for key, index in sorted(first.items())]
    made = {row[0] for row in bulk.insert("leads_eventkey", _KEY, rows, "ON CONFLICT DO NOTHING RETURNING event_id")}
    kept = {key: hashes[index] for key, index in first.items() if batch[index].id in made}
    kept |= _hashes(source, [key for key in first if key not in kept])
    for index, event in enumerate(batch):
        if event.id in made:
            added.append(index)
        else:
            (same if kept.get(keys[index]) == hashes[index] else clashes).append(index)
    return Outcome(added, same, clashes)


def _hashes(source: Source, keys: Sequence[bytes]) -> dict[bytes, bytes]:
    if not keys:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT key, body_hash FROM leads_eventkey WHERE source_id = %s AND key = ANY(%s)",
            [source.pk, list(keys)],
        )
        return {bytes(key): bytes(hash) for key, hash in cursor.fetchall()}


def _store(events: Sequence[NewEvent], source: Source, fence: Fence) -> None:
    rows = [
        (
            e.id, e.lead_id, e.visitor_id, source.pk, e.kind[:20], e.name[:120], e.page[:300], e.form[:120],
            e.campaign_id, e.day_only, e.occurred_at, fence.recorded_at, e.known_at,
        )
        for e in sorted(events, key=lambda e: e.id)
    ]  # fmt: skip
    bulk.add("leads_event", _EVENT, rows)
    bulk.add("leads_eventpayload", _PAYLOAD, [(e.id, bulk.json_text(e.properties)) for e in events if e.properties])
