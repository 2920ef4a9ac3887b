"""Looking after personas: when somebody asks whether one is still true, retiring one and bringing it back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from personas import hooks
from personas.criteria import tree
from personas.models import DefinitionDraft, DefinitionLine, DefinitionVersion, Persona, PersonaReview, PersonaVersion
from smarketing.accounts.audit import record
from smarketing.accounts.models import User

from .persona_order import last_place

SOON = 14  # days before its date that a review is asked for
MONTHS = (3, 6, 12)  # after which a persona is usually read again


@dataclass(frozen=True)
class Naming:
    """A definition that names a persona: the numbers of the persona's version in its last version and in its draft, None
    where that names none."""

    line: DefinitionLine
    published: int | None
    drafted: int | None

    @property
    def waits(self) -> bool:
        """Whether the draft names another version than the published text: it waits to be proposed and signed."""
        return self.drafted is not None and self.drafted != self.published


def namings(persona: Persona) -> list[Naming]:
    """The definitions that name a persona, in their last version or their draft, by name."""
    numbers = dict(persona.versions.values_list("pk", "number"))
    newest = DefinitionVersion.objects.order_by("line_id", "-number").distinct("line_id").values_list("line_id", "body")
    published, drafts = dict(newest), dict(DefinitionDraft.objects.values_list("line_id", "body"))
    found = []
    for line in DefinitionLine.objects.order_by("name"):
        said = [_named(body, numbers) for body in (published.get(line.pk), drafts.get(line.pk))]
        if any(said):
            found.append(Naming(line, *said))
    return found


def _named(body: dict | None, numbers: dict[int, int]) -> int | None:
    return max((numbers[pk] for pk in tree.personas_used(body) if pk in numbers), default=None) if body else None


@transaction.atomic
def review_by(*, persona: Persona, day: date | None, by: User | None, at: datetime) -> None:
    """Set by when somebody is to ask whether a persona is still true; None: nobody asks."""
    if persona.review_on != day:
        persona.review_on = day
        persona.save(update_fields=["review_on"])
        record(by, "persona.review_by", "persona", persona.pk, at, day=day.isoformat() if day else "")


@transaction.atomic
def reviewed(*, persona: Persona, next_on: date | None, by: User, at: datetime) -> PersonaReview:
    """Somebody read the newest version again and found it true."""
    persona = Persona.objects.select_for_update().get(pk=persona.pk)
    version = persona.versions.order_by("-number").first()
    made = PersonaReview.objects.create(persona=persona, version=version, next_on=next_on, by=by, at=at)
    record(by, "persona.review", "persona", persona.pk, at, version=version.number)
    review_by(persona=persona, day=next_on, by=by, at=at)
    return made


def due(today: date, ahead: int = 0) -> list[Persona]:
    """Personas not retired whose review falls on or before so many days from today, the oldest date first."""
    found = Persona.objects.filter(retired=False, review_on__isnull=False).order_by("review_on", "place", "pk")
    return [one for one in found if (one.review_on - today).days <= ahead]


@transaction.atomic
def retire(*, persona: Persona, by: User, at: datetime) -> None:
    """Match no lead with it any more. Published definitions keep the version they name; everything written stays."""
    persona = Persona.objects.select_for_update().get(pk=persona.pk)
    if not persona.retired:
        persona.retired = True
        persona.save(update_fields=["retired"])
        record(by, "persona.retire", "persona", persona.pk, at)
        hooks.match_again(at)


@transaction.atomic
def bring_back(*, persona: Persona, by: User, at: datetime) -> None:
    """Take a retired persona into use again, last in the order."""
    persona = Persona.objects.select_for_update().get(pk=persona.pk)
    if persona.retired:
        persona.retired, persona.place = False, last_place()
        persona.save(update_fields=["retired", "place"])
        record(by, "persona.back", "persona", persona.pk, at)
        hooks.match_again(at)


def newest(personas: Iterable[Persona]) -> dict[int, PersonaVersion]:
    """Persona → its newest version."""
    found = PersonaVersion.objects.filter(persona__in=list(personas)).order_by("persona_id", "-number")
    return {one.persona_id: one for one in found.distinct("persona_id")}
