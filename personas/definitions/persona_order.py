"""The agreed order of the personas: of several that a lead resembles, the first one counts (`criteria.priority`)."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from personas.criteria import priority
from personas.models import Persona, PersonaOrder
from smarketing.accounts.audit import record
from smarketing.accounts.models import User


class Disordered(ValueError):
    """An order that does not name every persona once; the message is translated and meant for the screen."""


def order() -> list[int]:
    """The personas that are not retired, the first in the agreed order first."""
    return list(Persona.objects.filter(retired=False).order_by("place", "pk").values_list("pk", flat=True))


def agreed() -> PersonaOrder | None:
    """The order agreed last, with its date and author; None as long as it is that in which they were described."""
    return PersonaOrder.objects.select_related("by").order_by("-pk").first()


@transaction.atomic
def agree(*, order: Sequence[int], by: User | None, at: datetime) -> bool:
    """Adopt this order from now on. Returns whether it is another one than before. Disordered when somebody described,
    retired or brought back a persona meanwhile."""
    known = {one.pk: one for one in Persona.objects.select_for_update().filter(retired=False).order_by("pk")}
    if not priority.is_order(order, known):
        raise Disordered(_("The personas have changed meanwhile: look again, then order them."))
    if list(order) == sorted(known, key=lambda pk: (known[pk].place, pk)):
        return False
    PersonaOrder.objects.create(order=list(order), by=by, at=at)
    for place, pk in enumerate(order, 1):
        known[pk].place = place
    Persona.objects.bulk_update([known[pk] for pk in sorted(known)], ["place"])
    record(by, "persona.order", "persona", order[0], at, order=list(order))
    return True


def last_place() -> int:
    """The place of a persona that comes after all others."""
    return (Persona.objects.aggregate(last=Max("place"))["last"] or 0) + 1
