"""The installation's own card: name, country, language, currency, zone. Zone and currency are fixed by the first fact."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import available_timezones

from django.db import transaction
from django.utils.translation import gettext as _

from smarketing.rows.models import Installation

from . import here
from .audit import record
from .models import User
from .people import PeopleError

FIELDS = ("company", "country", "language", "currency", "zone")
FIXED = ("currency", "zone")
HAS_FACTS: list[Callable[[], bool]] = []  # filled from above: does any fact exist that was cut into days, or paid?


def fixed() -> bool:
    """Whether facts exist, so that zone and currency may no longer change."""
    return any(has() for has in HAS_FACTS)


@transaction.atomic
def save_company(*, by: User, at: datetime, **fields) -> list[str]:
    """Set `fields` of FIELDS. Returns the names of those that changed. PeopleError for a zone unknown or fixed."""
    installation = Installation.objects.select_for_update().get()
    changed = [name for name in FIELDS if name in fields and getattr(installation, name) != fields[name]]
    if "zone" in changed and fields["zone"] not in available_timezones():
        raise PeopleError(_("This time zone is not known: write it like Europe/Paris."))
    if set(changed) & set(FIXED) and fixed():
        raise PeopleError(_("Facts exist already: the time zone sets their days and the currency their amounts."))
    for name in changed:
        setattr(installation, name, fields[name])
    if changed:
        installation.save(update_fields=changed)
        here.forget()
        record(by, "settings.company", "installation", installation.pk, at, fields=sorted(changed))
    return changed
