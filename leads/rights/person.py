"""One person: the leads that are them, what they are called, and everything the house holds about them.

Export reads `SECTIONS`, erasure the same family and names: what one shows the other removes.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
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
    StageMove,
    Suppression,
    Visitor,
)

NAMES = ("email", "phone")  # values that tell a person apart from everybody else, wherever they are written


@dataclass(frozen=True)
class Person:
    """The leads merged into one another, their deals, and the visitors that are nobody else."""

    leads: list[int]
    deals: list[int]
    visitors: list[int]
    keys: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)  # addresses, numbers, keys: what finds them in text
    full_names: list[str] = field(default_factory=list)


def of(lead: Lead) -> Person:
    """Who a lead is, by everything that was ever said of it."""
    leads = sorted(merged(lead))
    deals = list(Deal.objects.filter(lead__in=leads).order_by("pk").values_list("pk", flat=True))
    joined = Join.objects.filter(lead__in=leads).values("visitor")
    shared = Join.objects.filter(visitor__in=joined).exclude(lead__in=leads).values("visitor")
    visitors = Visitor.objects.filter(pk__in=joined).exclude(pk__in=shared).order_by("pk")
    said = AttributeChange.objects.filter(subject="lead", subject_id__in=leads)
    words = {str(value).strip() for value in said.filter(field__in=NAMES).values_list("value", flat=True) if value}
    keys = list(LeadKey.objects.filter(lead__in=leads).order_by("pk").values_list("key", flat=True))
    return Person(
        leads,
        deals,
        list(visitors.values_list("pk", flat=True)),
        [*keys, *visitors.values_list("key", flat=True)],
        sorted(words),
        sorted(_full_names(said)),
    )


def _full_names(said: QuerySet[AttributeChange]) -> Iterator[str]:
    """Every first name with every last name."""
    firsts = {str(one) for one in said.filter(field="first_name").values_list("value", flat=True) if one}
    lasts = {str(one) for one in said.filter(field="last_name").values_list("value", flat=True) if one}
    return (f"{first} {last}" for first in firsts for last in lasts)


def events(who: Person) -> QuerySet[Event]:
    """Their events, those before they were known included."""
    return Event.objects.filter(Q(lead__in=who.leads) | Q(lead=None, visitor__in=who.visitors))


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
        "id", "occurred_at", "recorded_at", "channel", "outcome", "next_step_on", "note__text", rep_name=F("rep__name")
    ),
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
    "recyclings": "engagementreset", "suppression": "suppression", "recognitions": "join", "event_details": "eventdetail",
}  # fmt: skip


def section(name: str, who: Person) -> list[dict[str, Any]]:
    """The rows of a section in their order, each with `taken_back` where it can be."""
    rows = list(SECTIONS[name](who))
    rows.sort(key=lambda row: row.get("id", 0))
    if subject := TAKEN_BACK.get(name):
        back = Correction.objects.filter(subject=subject, subject_id__in=[row["id"] for row in rows])
        said = dict(back.values_list("subject_id", "occurred_at"))
        rows = [row | {"taken_back": said.get(row["id"])} for row in rows]
    return rows
