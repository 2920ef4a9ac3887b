"""Age and family: personal data of little use in business. Neither asked, shown, printed, exported, taken in nor offered as a
criterion until a company switches them on; what was written before waits hidden. Signed criteria count it all the same, and
one person's own export and erasure always hold it."""

from datetime import datetime

from django.db import transaction
from django.db.models import BooleanField, Exists, ExpressionWrapper, Q

from smarketing.accounts.audit import record
from smarketing.accounts.models import User
from smarketing.rows.models import Installation

FIELDS = frozenset({"lead.birth_date"})  # fields that tell an age
AWAY = Q(key__in=FIELDS) & ~Exists(
    Installation.objects.filter(age_and_family=True)
)  # rows of the catalogue that are hidden now
OFF = ExpressionWrapper(AWAY, output_field=BooleanField())


def wanted() -> bool:
    """Whether the company has switched age and family on."""
    return Installation.objects.filter(age_and_family=True).exists()


def hidden() -> frozenset[str]:
    """Keys of fields that are neither asked, shown nor taken in now."""
    return frozenset() if wanted() else FIELDS


@transaction.atomic
def want(*, on: bool, by: User, at: datetime) -> bool:
    """Switch age and family on or off. Returns whether that changed anything."""
    installation = Installation.objects.select_for_update().get()
    if installation.age_and_family == on:
        return False
    installation.age_and_family = on
    installation.save(update_fields=["age_and_family"])
    record(by, "settings.personas", "installation", installation.pk, at, age_and_family=on)
    return True
