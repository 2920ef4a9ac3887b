"""What the night does with calendars: axes laid out far enough ahead."""

from django.utils.translation import gettext_lazy as _

from smarketing.jobs import ledger, nightly
from smarketing.jobs.models import Run

from . import services


def register() -> None:
    """Add the step to the night."""
    ledger.STEPS["calendars"] = _("Calendars laid out ahead")
    nightly.once("calendars", horizon, order=20)


def horizon(run: Run) -> int:
    """Lengthen calendars whose end is in sight, and lay out those whose rows are missing. Returns how many."""
    return services.lengthen(run.cutoff) + services.ensure_horizon()
