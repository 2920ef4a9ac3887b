"""Whose message it is: user ids to leads, anonymous ids to visitors, and their joins.

A user id is a key of its source. Unknown, it is the lead with the same e-mail address when the message says one, else a
new lead. The first join of a visitor brings its earlier events to the lead; later ones only count from then on.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection
from django.db.models.functions import Lower

from leads.intake import bulk, dirty, facts, hooks, locks
from leads.models import Lead, LeadKey, Source
from smarketing.rows.fence import Fence

from .wire import Message

_KEY = {"source_id": "bigint", "key": "text", "lead_id": "bigint", "created_at": "timestamptz"}
_VISITOR = {"source_id": "bigint", "key": "text", "created_at": "timestamptz"}
_JOIN = {
    "visitor_id": "bigint", "lead_id": "bigint", "occurred_at": "timestamptz", "recorded_at": "timestamptz",
    "known_at": "timestamptz",
}  # fmt: skip
_LATEST = """
SELECT v.id, v.key, j.lead_id FROM leads_visitor v LEFT JOIN LATERAL (
  SELECT lead_id FROM leads_join WHERE visitor_id = v.id AND NOT EXISTS (
    SELECT FROM leads_correction k WHERE k.subject = 'join' AND k.subject_id = leads_join.id)
    AND NOT EXISTS (SELECT FROM leads_lead l WHERE l.id = leads_join.lead_id AND l.erased)
  ORDER BY occurred_at DESC, recorded_at DESC, id DESC LIMIT 1) j ON true
WHERE v.source_id = %s AND v.key = ANY(%s)
"""


@dataclass
class People:
    """Lead by user id, visitor by anonymous id, and the lead each visitor is joined to."""

    leads: dict[str, int] = field(default_factory=dict)
    visitors: dict[str, int] = field(default_factory=dict)
    joined: dict[int, int] = field(default_factory=dict)  # visitor -> lead

    def lead_of(self, message: Message) -> int | None:
        if message.user_id:
            return self.leads[message.user_id]
        return self.joined.get(self.visitors[message.anonymous_id])


def resolve(messages: Sequence[Message], source: Source, origin: facts.Origin, fence: Fence) -> People:
    """Find or make everybody in these messages, and join whom they name together."""
    people = People()
    people.leads = _leads(messages, source, origin, fence)
    anonymous = {m.anonymous_id for m in messages if m.anonymous_id} | {
        m.previous_id for m in messages if m.previous_id
    }
    people.visitors, people.joined = _visitors(sorted(anonymous), source, fence)
    _identified(messages, people, source, origin, fence)
    _join(messages, people, fence)
    return people


def email_of(message: Message) -> str:
    """The e-mail address said by a message, in lower case; empty when none or not one."""
    said = message.traits.get("email")
    good = isinstance(said, str) and "@" in said.strip("@ ") and len(said) <= 320
    return said.strip().lower() if good else ""


def addresses_of(message: Message) -> set[str]:
    """Addresses by which a message names its person: the one it says, and a user id that is one."""
    return {said for said in (email_of(message), message.user_id.strip().lower()) if "@" in said}


def by_email(emails: Iterable[str]) -> dict[str, int]:
    """The oldest lead with each e-mail address (lower case), erased ones left out."""
    rows = Lead.objects.annotate(mail=Lower("email")).filter(mail__in=sorted(set(emails)), erased=False)
    return dict(rows.order_by("-id").values_list("mail", "id"))


def _leads(messages: Sequence[Message], source: Source, origin: facts.Origin, fence: Fence) -> dict[str, int]:
    wanted = sorted({message.user_id for message in messages if message.user_id})
    found = _keys(source, wanted)
    missing = [key for key in wanted if key not in found]
    if not missing:
        return found
    locks.hold(locks.KEYS, [f"{source.pk}:{key}" for key in missing])
    found |= _keys(source, missing)
    missing = [key for key in missing if key not in found]
    first: dict[str, Message] = {}
    said: dict[str, str] = {}
    for message in messages:
        if message.user_id in missing:
            earlier = first.setdefault(message.user_id, message)
            if message.occurred_at < earlier.occurred_at:
                first[message.user_id] = message
            said[message.user_id] = email_of(message) or said.get(message.user_id, "")
    made = _make([(key, said[key], first[key]) for key in missing], origin, fence)
    rows = [(source.pk, key, lead, fence.recorded_at) for key, lead in made.items()]
    bulk.insert("leads_leadkey", _KEY, rows)
    return found | made


def _keys(source: Source, keys: Sequence[str]) -> dict[str, int]:
    return dict(LeadKey.objects.filter(source=source, key__in=keys).values_list("key", "lead_id"))


def _make(wanted: Sequence[tuple[str, str, Message]], origin: facts.Origin, fence: Fence) -> dict[str, int]:
    """Leads for (name, e-mail or empty, first message): those known by e-mail, the others new."""
    emails = {email for _, email, _ in wanted if email}
    if emails:
        locks.hold(locks.EMAILS, emails)
    known = by_email(emails)
    out, births, names = {}, [], []
    for name, email, message in wanted:
        if email and email in known:
            out[name] = known[email]
            continue
        births.append(facts.Birth(min(message.occurred_at, fence.recorded_at), _first_values(message)))
        names.append((name, email))
        if email:
            known[email] = -len(births)
    ids = facts.create_leads(births, origin=origin, fence=fence)
    out |= {name: one for (name, _), one in zip(names, ids, strict=True)}
    return {name: one if one > 0 else ids[-one - 1] for name, one in out.items()}


def _first_values(message: Message) -> dict[str, object]:
    said = message.campaign.get("source")
    return {"source": said.strip()[:120]} if isinstance(said, str) and said.strip() else {}


def _visitors(keys: Sequence[str], source: Source, fence: Fence) -> tuple[dict[str, int], dict[int, int]]:
    """Visitors by key, locked: their events and joins are told to the ledger in one order."""
    if not keys:
        return {}, {}
    for _turn in range(3):  # a browser whose person was erased meanwhile is a new one
        bulk.insert(
            "leads_visitor", _VISITOR, [(source.pk, key, fence.recorded_at) for key in keys], "ON CONFLICT DO NOTHING"
        )
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT 1 FROM leads_visitor WHERE source_id = %s AND key = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
                [source.pk, list(keys)],
            )
            cursor.execute(_LATEST, [source.pk, list(keys)])
            rows = cursor.fetchall()
        if len(rows) == len(keys):
            break
    return {key: one for one, key, _ in rows}, {one: lead for one, _, lead in rows if lead is not None}


def _identified(
    messages: Sequence[Message], people: People, source: Source, origin: facts.Origin, fence: Fence
) -> None:
    """An anonymous visitor who says an e-mail address is that lead."""
    said = {}
    for message in messages:
        visitor = people.visitors.get(message.anonymous_id)
        if message.type == "identify" and not message.user_id and visitor not in people.joined and email_of(message):
            said.setdefault(visitor, message)
    made = _make([(str(one), email_of(message), message) for one, message in said.items()], origin, fence)
    pairs = [(one, made[str(one)], message.occurred_at) for one, message in said.items()]
    _add_joins(pairs, people, fence)


def _join(messages: Sequence[Message], people: People, fence: Fence) -> None:
    pairs = []
    joined = dict(people.joined)
    for message in messages:
        if not message.user_id:
            continue
        lead = people.leads[message.user_id]
        for key in (message.anonymous_id, message.previous_id):
            visitor = people.visitors.get(key)
            if visitor and joined.get(visitor) != lead:
                pairs.append((visitor, lead, message.occurred_at))
                joined[visitor] = lead
    _add_joins(pairs, people, fence)


def _add_joins(pairs: Sequence[tuple[int, int, datetime]], people: People, fence: Fence) -> None:
    if not pairs:
        return
    rows = [
        (visitor, lead, min(at, fence.recorded_at), fence.recorded_at, fence.recorded_at) for visitor, lead, at in pairs
    ]
    bulk.insert("leads_join", _JOIN, rows)
    first: dict[int, int] = defaultdict(int)
    for visitor, lead, _at in pairs:
        if visitor not in people.joined:
            first.setdefault(visitor, lead)
        people.joined[visitor] = lead
    for hook in hooks.joins:
        hook(sorted(first.items()), fence)
    dirty.mark((lead for _visitor, lead, _at in pairs), fence)
