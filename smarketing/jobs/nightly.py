"""The nightly run: the same function for beat, the command and the button. Its steps come from the apps.

Each app adds its steps in `AppConfig.ready()`; `order` is one line through the house: facts' partitions (10), calendars
(20), judging (30–50), clocks (60), published sums (80), the pointer (90).
"""

from datetime import date, datetime, time

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from smarketing.accounts.audit import record
from smarketing.accounts.models import User
from smarketing.rows import clock, fence

from . import outbox, runs
from .models import Run

JOB = "nightly"
AT = time(1, 10)  # local time of the installation's zone
_STEPS: dict[str, tuple[int, runs.Step]] = {}


def add(step: runs.Step, order: int) -> None:
    """Add a step; the same key again replaces it."""
    _STEPS[step.key] = (order, step)
    steps = [one for _order, one in sorted(_STEPS.values(), key=lambda pair: (pair[0], pair[1].key))]
    runs.register(runs.Job(JOB, _("Nightly run"), steps))


def once(key: str, work, order: int, needs_all: bool = False) -> None:
    """Add a step of one chunk: `work(run)` → rows written."""
    add(runs.Step(key, lambda run: [(0, 1)], lambda run, low, high: work(run), needs_all), order)


def run(day: date | None = None) -> Run:
    """Run, or go on with, the night of a business date (default: today's local date)."""
    business_date = day or clock.today()
    return runs.go_on(runs.start(JOB, business_date, fence.cutoff()))


def due(at: datetime) -> date | None:
    """The local day whose night has to begin now: its hour has come and no run of it exists. None otherwise.

    "At or after", asked every ten minutes: nights on which the clock jumps over the hour, and a worker that was away
    at the hour, lose nothing; a night on which the hour comes twice runs once.
    """
    local = at.astimezone(clock.zone())
    if local.time() < AT or Run.objects.filter(job=JOB, business_date=local.date()).exists():
        return None
    return local.date()


@transaction.atomic
def ask(*, by: User | None, at: datetime, day: date | None = None) -> Run:
    """A person wants the night of a day run now (default: today). The worker is told by the outbox, not the broker."""
    wanted = runs.start(JOB, day or clock.today(at), fence.cutoff())
    outbox.intend("jobs.go_on", run=wanted.pk)
    record(by, "runs.start", "run", wanted.pk, at, day=wanted.business_date.isoformat())
    return wanted


@transaction.atomic
def ask_again(*, run: Run, by: User | None, at: datetime) -> int:
    """Give what was quarantined in a run another try. Returns how many chunks."""
    found = runs.try_again(run)
    outbox.intend("jobs.go_on", run=run.pk)
    record(by, "runs.start", "run", run.pk, at, chunks=found)
    return found


def go_on(pk: int) -> Run | None:
    """Go on with this run, unless it ended."""
    found = Run.objects.filter(pk=pk, state="running").first()
    return runs.go_on(found) if found and found.job in runs.JOBS else None


def reconcile() -> int:
    """Go on with every run left unfinished by a dead worker. Returns how many were taken up."""
    left = list(Run.objects.filter(state="running", job__in=runs.JOBS).order_by("pk").values_list("pk", flat=True))
    return sum(go_on(pk) is not None for pk in left)
