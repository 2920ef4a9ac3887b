"""Take in what a website or program sends: one transaction per request, an answer per message."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from leads.intake import events, facts, locks, suppression
from leads.models import Campaign, RefusedArrival, Source
from smarketing.accounts.models import Token
from smarketing.rows.fence import Fence

from . import identities, links, traits
from .wire import Message, Problem, messages


@dataclass(frozen=True)
class Receipt:
    """What became of a request: messages added, seen before, and refused one by one."""

    added: int
    repeated: int
    problems: list[Problem]

    def as_json(self) -> dict[str, Any]:
        problems = [problem.as_json() for problem in sorted(self.problems, key=lambda one: one.index)]
        return {"success": True, "added": self.added, "repeated": self.repeated, "problems": problems}


@dataclass
class Tracked(events.NewEvent):
    message: Message | None = field(default=None)


def source_of(token: Token) -> Source:
    """The source of a write key."""
    found = Source.objects.filter(token=token).first()
    return found or Source.objects.get_or_create(token=token, defaults={"name": f"{token.name} ({token.pk})"[:80]})[0]


def take(*, body: dict[str, Any], call: str, token: Token, at: datetime) -> Receipt:
    """Take in a request body. wire.Refused when it is no batch at all; everything else is said per message."""
    good, bad = messages(body, call, at)
    source = source_of(token)
    return locks.again(lambda: _take(good, list(bad), source))


@transaction.atomic
def _take(good: Sequence[Message], problems: list[Problem], source: Source) -> Receipt:
    batch = [_event(message) for message in good]

    def resolve(fresh: Sequence[Tracked], fence: Fence) -> None:
        origin = facts.Origin(source=source.name)
        _refuse_gone(fresh)
        fresh = [event for event in fresh if not event.refused]
        mine = [event.message for event in fresh]
        people = identities.resolve(mine, source, origin, fence)
        problems.extend(traits.apply(mine, people, origin, fence))
        campaigns = _campaigns(mine)
        for event in fresh:
            event.lead_id = people.lead_of(event.message)
            event.visitor_id = people.visitors.get(event.message.anonymous_id)
            event.campaign_id = campaigns.get(_campaign(event.message))

    outcome = events.record_events(batch, source=source, resolve=resolve)
    problems += [Problem(good[n].index, "other_body", good[n].message_id) for n in outcome.clashes]
    return Receipt(len(outcome.added), len(outcome.same), problems)


def _refuse_gone(fresh: Sequence[Tracked]) -> None:
    """People who were erased after opposing are counted and nothing of them is kept. The answer does not tell: a write
    key is public, and nobody learns by it who is on the list."""
    said = {id(event): identities.addresses_of(event.message) for event in fresh if event.message}
    gone = suppression.gone({one for found in said.values() for one in found})
    for event in fresh if gone else []:
        event.refused = bool(said[id(event)] & gone)
    suppression.refused(RefusedArrival.Way.SITE, sum(event.refused for event in fresh))


def _event(message: Message) -> Tracked:
    personal = message.type in ("identify", "group", "alias")
    return Tracked(
        message_id=message.message_id,
        kind=message.kind,
        occurred_at=message.occurred_at,
        name=message.name,
        page=message.page,
        form=message.form if message.kind == "form" else "",
        properties={} if personal else message.properties | links.properties(message),
        body=message.body,
        message=message,
    )


def _campaign(message: Message) -> str:
    return links.values(message).get("campaign", "").lower()


def _campaigns(mine: Sequence[Message]) -> dict[str, int]:
    """Campaigns by the lower-case key or name that messages say; unknown ones are left to the payload."""
    from django.db.models import Q
    from django.db.models.functions import Lower

    wanted = {name for name in map(_campaign, mine) if name}
    if not wanted:
        return {}
    rows = Campaign.objects.annotate(k=Lower("key"), n=Lower("name")).filter(Q(k__in=wanted) | Q(n__in=wanted))
    found: dict[str, int] = {}
    for one, key, name in rows.order_by("-id").values_list("id", "k", "n"):
        found[name], found[key] = one, one
    return found
