"""What "what would make this an MQL" may ask for: a switch for each field that may change and each kind of event that a person
may do."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from personas.criteria.behaviours import EVENT_KINDS, POSSIBLE_KINDS
from personas.criteria.fields import SUBJECTS, FieldInfo
from personas.models import EventKind, FieldDef
from smarketing.accounts.audit import record
from smarketing.accounts.models import User

from .catalogue import COMPANY_SUMS, info_of, rows

VERB = "settings.attributes"


@dataclass(frozen=True)
class Field:
    """A field of the catalogue; `pk` None where it is a sum that is counted, not a row. `switched`: whether there is a choice."""

    pk: int | None
    info: FieldInfo
    switched: bool
    own: bool


@dataclass(frozen=True)
class Kind:
    """A kind of event; `possible`: a person may do it, so there is a choice."""

    kind: str
    possible: bool
    advised: bool


def listed() -> list[Field]:
    """Every field that conditions may name, in the order of the catalogue; lists of leads are nobody's to become."""
    found = [
        Field(row.pk, info_of(row, row.off), row.changeable, not row.column)
        for row in rows()
        if not row.listing and not row.retired_at and not row.off
    ]
    found.sort(key=lambda one: (SUBJECTS.index(one.info.subject), one.own, one.info.key))
    return found + [Field(None, info, False, False) for info in COMPANY_SUMS]


def kinds() -> list[Kind]:
    """Every kind of event, in the order of the catalogue."""
    may = advised_kinds()
    return [Kind(kind, kind in POSSIBLE_KINDS, kind in may) for kind in EVENT_KINDS]


def advised_kinds() -> frozenset[str]:
    """The kinds of event that may be advised."""
    return frozenset(POSSIBLE_KINDS) - set(EventKind.objects.filter(advised=False).values_list("kind", flat=True))


@transaction.atomic
def say(*, fields: Collection[int], shown: Collection[int], kinds: Collection[str], by: User, at: datetime) -> int:
    """Of the fields that were `shown` (ids of rows) advice may ask for these, and of the kinds of event for these. Returns how many
    switches moved."""
    moved = 0
    switched = {one.pk for one in listed() if one.switched}.intersection(shown)
    for row in FieldDef.objects.select_for_update().filter(pk__in=switched).order_by("pk"):
        if row.advised != (row.pk in fields):
            row.advised = row.pk in fields
            row.save(update_fields=["advised"])
            record(by, VERB, "attribute", row.pk, at, key=row.key, deed="advise", advised=row.advised)
            moved += 1
    before = advised_kinds()
    for kind in POSSIBLE_KINDS:
        if (kind in kinds) != (kind in before):
            made, _new = EventKind.objects.update_or_create(kind=kind, defaults={"advised": kind in kinds})
            record(by, VERB, "eventkind", made.pk, at, key=kind, deed="advise", advised=made.advised)
            moved += 1
    return moved
