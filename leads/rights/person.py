"""One person: the leads that are them, what they are called, and everything the house holds about them.

Export reads `SECTIONS`, erasure the same family and names: what one shows the other removes.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any

from django.db.models import F, Q, QuerySet

from leads.evidence.story import merged
from leads.models import (
    Assignment,
    Attempt,
    AttributeChange,
    Consent,
    Correction,
    Deal,
    DealContact,
    Decision,
    EngagementReset,
    Event,
    EventDetail,
    Handoff,
    Hold,
    Join,
    Lead,
    LeadKey,
    Merge,
    Note,
    PersonaMatch,
    Qualification,
    Score,
    Skip,
    Snooze,
    StageMove,
    Suppression,
    Visitor,
)

SHORTEST = 6  # letters from which on an address or number tells a person apart from everybody else


@dataclass
class Person:
    """The leads merged into one another, their deals, and their browsers.

    `joined`: every browser that was ever theirs; `owned`: browsers whose events before they were known are theirs; `visitors`: those that are nobody else besides.
    """

    leads: list[int] = field(default_factory=list)
    deals: list[int] = field(default_factory=list)
    joined: list[int] = field(default_factory=list)
    owned: list[int] = field(default_factory=list)
    visitors: list[int] = field(default_factory=list)
    keys: dict[str, list[str]] = field(default_factory=dict)  # source -> keys there
    emails: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)  # addresses and numbers: what finds them in a text
    full_names: list[tuple[str, str]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    @property
    def said_names(self) -> list[str]:
        """First and last name in one text, in either order."""
        pairs = self.full_names
        return [form for one, other in pairs for form in (f"{one} {other}", f"{other} {one}", f"{other}, {one}")]

    @property
    def texts(self) -> list[str]:
        """Whatever finds them in a text."""
        return [*self.words, *self.said_names]

    def __add__(self, other: "Person") -> "Person":
        names = [one.name for one in fields(self) if one.name != "keys"]
        both = {name: getattr(self, name) + getattr(other, name) for name in names}
        sources = self.keys.keys() | other.keys.keys()
        return Person(keys={one: self.keys.get(one, []) + other.keys.get(one, []) for one in sources}, **both)


def of(lead: Lead) -> Person:
    """Who a lead is, by everything that was ever said of it."""
    leads = sorted(merged(lead))
    deals = list(Deal.objects.filter(lead__in=leads).order_by("pk").values_list("pk", flat=True))
    joined = Join.objects.filter(lead__in=leads).values("visitor")
    owners: dict[int, int] = {}
    others = set()
    for visitor, owner in Join.objects.filter(visitor__in=joined).order_by("pk").values_list("visitor", "lead"):
        owners.setdefault(visitor, owner)
        others |= {visitor} if owner not in leads else set()
    said = AttributeChange.objects.filter(subject="lead", subject_id__in=leads)
    keys: dict[str, list[str]] = {}
    for source, key in LeadKey.objects.filter(lead__in=leads).order_by("pk").values_list("source__name", "key"):
        keys.setdefault(source, []).append(key)
    emails = _values(said, "email")
    first, last = _values(said, "first_name"), _values(said, "last_name")
    return Person(
        leads,
        deals,
        sorted(owners),
        sorted(visitor for visitor, owner in owners.items() if owner in leads),
        sorted(owners.keys() - others),
        keys,
        emails,
        [word for word in [*emails, *_values(said, "phone")] if len(word) >= SHORTEST],
        [(one, other) for one in first for other in last],
        [*first, *last],
    )


def _values(said: QuerySet[AttributeChange], name: str) -> list[str]:
    """Every value that a field ever had."""
    found = {str(one).strip() for one in said.filter(field=name).values_list("value", flat=True) if one}
    return sorted(found - {""})


def events(who: Person) -> QuerySet[Event]:
    """Their events, those before they were known included."""
    return Event.objects.filter(Q(lead__in=who.leads) | Q(lead=None, visitor__in=who.owned))


Rows = Callable[[Person], QuerySet]
SECTIONS: dict[str, Rows] = {
    "leads": lambda who: Lead.objects.filter(pk__in=who.leads).values(
        "id", "created_at", "recorded_at", "email", "first_name", "last_name", "phone", "function", "country", "source",
        "birth_date", "opted_out", "stage", "attributes", company_name=F("company__name"), campaign_name=F("campaign__name"),
    ),
    "values": lambda who: AttributeChange.objects.filter(
        Q(subject="lead", subject_id__in=who.leads) | Q(subject="deal", subject_id__in=who.deals)
    ).values(
        "id", "subject", "subject_id", "field", "value", "occurred_at", "recorded_at", "source",
        file=F("imported_by__filename"), written_by=F("by__name"),
    ),
    "keys": lambda who: LeadKey.objects.filter(lead__in=who.leads).values("id", "key", "created_at", source_name=F("source__name")),
    "visitors": lambda who: Visitor.objects.filter(pk__in=who.visitors).values("id", "key", "created_at", source_name=F("source__name")),
    "recognitions": lambda who: Join.objects.filter(lead__in=who.leads).values("id", "visitor_id", "occurred_at", "recorded_at"),
    "events": lambda who: events(who).values(
        "id", "occurred_at", "recorded_at", "kind", "name", "page", "form", "eventpayload__properties",
        source_name=F("source__name"), campaign_name=F("campaign__name"),
    ),
    "event_details": lambda who: EventDetail.objects.filter(event__in=events(who)).values("id", "event_id", "part", "properties"),
    "consents": lambda who: Consent.objects.filter(lead__in=who.leads).values(
        "id", "kind", "purpose", "channel", "basis", "occurred_at", "recorded_at", "proof__source", "proof__text",
        written_by=F("by__name"),
    ),
    "suppression": lambda who: Suppression.objects.filter(lead__in=who.leads).values("id", "origin", "recorded_at"),
    "notes": lambda who: Note.objects.filter(lead__in=who.leads).values("id", "occurred_at", "words__text", written_by=F("by__name")),
    "qualifications": lambda who: Qualification.objects.filter(lead__in=who.leads).values("id", "effective_at", "cycle", "grade", "cause"),
    "holds": lambda who: Hold.objects.filter(qualification__lead__in=who.leads).values("id", "reason", "occurred_at"),
    "handoffs": lambda who: Handoff.objects.filter(lead__in=who.leads).values("id", "occurred_at", "gate", "grade"),
    "assignments": lambda who: Assignment.objects.filter(handoff__lead__in=who.leads).values("id", "occurred_at", "how", "reason", rep_name=F("rep__name")),
    "attempts": lambda who: Attempt.objects.filter(lead__in=who.leads).values(
        "id", "occurred_at", "recorded_at", "channel", "outcome", "minutes", "next_step", "next_step_on", "note__text", rep_name=F("rep__name")
    ),
    "snoozes": lambda who: Snooze.objects.filter(handoff__lead__in=who.leads).values("id", "occurred_at", "reason", "until"),
    "skips": lambda who: Skip.objects.filter(handoff__lead__in=who.leads).values("id", "occurred_at", "reason"),
    "decisions": lambda who: Decision.objects.filter(handoff__lead__in=who.leads).values("id", "occurred_at", "kind", "reason", "evidence", "return_on"),
    "stages": lambda who: StageMove.objects.filter(lead__in=who.leads).values("id", "occurred_at", "from_stage", "to_stage", "cause"),
    "recyclings": lambda who: EngagementReset.objects.filter(lead__in=who.leads).values("id", "occurred_at"),
    "deals": lambda who: Deal.objects.filter(pk__in=who.deals).values(
        "id", "key", "title", "state", "amount", "created_at", "closed_at", "reason", "attributes", rep_name=F("rep__name")
    ),
    "deal_roles": lambda who: DealContact.objects.filter(lead__in=who.leads).values("id", "deal_id", "role", "occurred_at"),
    "merges": lambda who: Merge.objects.filter(Q(loser__in=who.leads) | Q(root__in=who.leads)).values("id", "loser_id", "root_id", "occurred_at"),
    "grades": lambda who: Score.objects.filter(lead__in=who.leads).values("line_id", "track", "fit", "engagement", "grade", "effective_at"),
    "personas": lambda who: PersonaMatch.objects.filter(lead__in=who.leads).values("persona_id", name=F("persona__name")),
}  # fmt: skip
# Section -> subject of its corrections: what was taken back says so.
TAKEN_BACK = {
    "values": "attributechange", "events": "event", "consents": "consent", "notes": "note", "handoffs": "handoff",
    "attempts": "attempt", "decisions": "decision", "deals": "deal", "deal_roles": "dealcontact", "merges": "merge",
    "recyclings": "engagementreset", "assignments": "assignment", "suppression": "suppression", "recognitions": "join", "event_details": "eventdetail",
}  # fmt: skip


def section(name: str, who: Person) -> list[dict[str, Any]]:
    """The rows of a section in their order, each with `taken_back` where it can be."""
    rows = list(SECTIONS[name](who))
    rows.sort(key=lambda row: row.get("id", 0))
    if subject := TAKEN_BACK.get(name):
        back = Correction.objects.filter(subject=subject, subject_id__in=[row["id"] for row in rows])
        said = {
            one: {"taken_back": at, "taken_back_why": why}
            for one, at, why in back.values_list("subject_id", "occurred_at", "reason")
        }
        rows = [row | said.get(row["id"], {"taken_back": None, "taken_back_why": ""}) for row in rows]
    return rows
