"""By night: the meeting that the terms would have and nobody planned, the one of tomorrow, resolutions near, due and late."""

from datetime import date, timedelta

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy

from sla.models import Contract
from smarketing.jobs import ledger, nightly
from smarketing.jobs.models import Run
from smarketing.rows import clock

from ..models import Meeting, Resolution
from . import notices, planning

STEP = "meetings"
AHEAD = timedelta(days=7)
WEEKS = 4  # reminders of one late resolution


def register() -> None:
    ledger.STEPS[STEP] = gettext_lazy("Meetings and resolutions announced")
    nightly.once(STEP, look, order=96)


@transaction.atomic
def look(run: Run) -> int:
    """Returns how many people were told."""
    return _unplanned(run) + _soon(run) + _resolutions(run)


def _unplanned(run: Run) -> int:
    told = 0
    for contract in Contract.objects.order_by("pk"):
        if found := planning.due(contract, run.cutoff):
            day = date_format(found.astimezone(clock.zone()).date(), "SHORT_DATE_FORMAT")
            told += notices.tell_unplanned(contract, day, run.cutoff)
    return told


def _soon(run: Run) -> int:
    tomorrow = run.business_date + timedelta(days=1)
    ahead = Meeting.objects.ahead().filter(starts_at__gt=run.cutoff).select_related("contract")
    zone = clock.zone()
    near = [one for one in ahead if one.starts_at.astimezone(zone).date() in (run.business_date, tomorrow)]
    return sum(notices.tell_soon(one, run.cutoff) for one in near)


def _resolutions(run: Run) -> int:
    found = Resolution.objects.open().filter(due__lte=run.business_date + AHEAD).select_related("charge")
    phases = [(one, phase(one.due, run.business_date)) for one in found]
    return sum(notices.tell_due(one, said, run.cutoff) for one, said in phases if said)


def phase(due: date, day: date) -> str:
    """ "soon", "due", or the week in which it is late; "" once enough was said."""
    if day <= due:
        return "due" if day == due else "soon"
    weeks = (day - due).days // 7
    return "" if weeks > WEEKS else f"late{weeks}"
