"""The clock of the demo company: moved forward, never back, so that nothing recorded lies in the future.

A live company has no such clock: the database refuses an offset there (rows.Installation).
"""

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from smarketing.accounts import here
from smarketing.accounts.audit import record
from smarketing.accounts.models import User
from smarketing.rows import clock
from smarketing.rows.models import Installation

from . import nightly

STEPS = {
    "hour": (timedelta(hours=1), gettext_lazy("1 hour")),
    "day": (timedelta(days=1), gettext_lazy("1 day")),
    "week": (timedelta(days=7), gettext_lazy("1 week")),
}
FARTHEST = timedelta(days=400)


class CannotMove(ValueError):
    """Why the clock stays; translated and meant for the screen."""


@transaction.atomic
def move(*, step: str, by: User | None, at: datetime) -> datetime:
    """Move the demo's clock forward by a step of STEPS; a new day's night is asked for. Returns the new present.

    CannotMove in a live company, for an unknown step, or too far ahead.
    """
    company = Installation.objects.select_for_update().filter(kind="demo").first()
    if company is None or step not in STEPS:
        raise CannotMove(_("Only the demo company's clock can be moved."))
    offset = company.clock_offset + STEPS[step][0]
    if offset > FARTHEST:
        raise CannotMove(_("The demo's clock is far ahead already: make a new demo company instead."))
    before = clock.today(at)
    Installation.objects.filter(pk=company.pk).update(clock_offset=offset)
    here.forget()
    now = clock.now()
    record(by, "demo.clock", "installation", company.pk, now, step=step)
    if clock.today(now) != before:
        nightly.ask(by=by, at=now)
    with connection.cursor() as cursor:
        cursor.execute("NOTIFY smarketing_bell")
    return now


def offset() -> timedelta | None:
    """How far the demo's clock is ahead; None in a live company."""
    company = here.card()
    return company.clock_offset if company.kind == "demo" else None
