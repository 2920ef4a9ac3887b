"""The clock of the demo company: moved forward, never back, so that nothing recorded lies in the future.

Days that are passed over are lived through: the worker stops at each night in between and at each day's end, does what the
portal does by itself, and runs the night as of its own instant. So a month in one move leaves what thirty moves of a day
leave. A live company has no such clock: the database refuses an offset there (rows.Installation).
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from smarketing.accounts import here
from smarketing.accounts.audit import record
from smarketing.accounts.models import User
from smarketing.rows import clock, kept
from smarketing.rows.models import Installation

from . import bell, ledger, nightly, outbox, runs
from .models import Chunk, Run

JOB, STEP = "demo_clock", "days"
STEPS = {
    "hour": (timedelta(hours=1), gettext_lazy("1 hour")),
    "day": (timedelta(days=1), gettext_lazy("1 day")),
    "week": (timedelta(days=7), gettext_lazy("1 week")),
    "month": (timedelta(days=30), gettext_lazy("30 days")),
}
FARTHEST = timedelta(days=400)
DAY = timedelta(days=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ROUNDS = 100  # of the bell at one stop: what never ends does not hold up the clock
WAIT = 0.2  # seconds between two looks at a night that another worker is at
BY_ITSELF: list[Callable[[], object]] = []  # what beat does every minute, registered from beside: done at each stop


class CannotMove(ValueError):
    """Why the clock stays; translated and meant for the screen."""


def register() -> None:
    """The job that lives through the days of a move."""
    ledger.STEPS[STEP] = gettext_lazy("Days passed, each with its night")
    runs.register(runs.Job(JOB, gettext_lazy("Demo clock"), [runs.Step(STEP, lambda run: (), live, in_order=True)]))


@transaction.atomic
def move(*, step: str, by: User | None, at: datetime) -> Run | None:
    """Move the demo's clock forward by a step of STEPS from `at`, its present. Over a night the worker moves it, day by day:
    returns that run; else it stands there at once: None.

    CannotMove in a live company, for an unknown step, too far ahead, or while it is on its way.
    """
    company = Installation.objects.select_for_update().filter(kind="demo").first()
    if company is None or step not in STEPS:
        raise CannotMove(_("Only the demo company's clock can be moved."))
    if on_its_way():
        raise CannotMove(_("The demo's clock is on its way already: wait until it has arrived."))
    until = at + STEPS[step][0]
    if company.clock_offset + (until - at) > FARTHEST:
        raise CannotMove(_("The demo's clock is far ahead already: make a new demo company instead."))
    record(by, "demo.clock", "installation", company.pk, at, step=step)
    if nights(at, until):
        return _ask(at, until)
    _show(until)
    with connection.cursor() as cursor:
        cursor.execute("NOTIFY smarketing_bell")
    return None


def on_its_way() -> Run | None:
    """The move that is under way."""
    return Run.objects.filter(job=JOB, state="running").order_by("pk").last()


@dataclass(frozen=True)
class Move:
    """The last move over days, while it is of interest: under way (`done` of `of` days), or stopped by errors."""

    run: Run
    done: int
    of: int


def last() -> Move | None:
    """The last move over days; None once it arrived."""
    run = Run.objects.filter(job=JOB).order_by("pk").last()
    if run is None or run.state == "done":
        return None
    states = list(run.chunks.values_list("state", flat=True))
    return Move(run, states.count("done"), len(states))


def nights(after: datetime, until: datetime) -> list[datetime]:
    """The instants at which nights begin, of those with after < instant <= until, in their order."""
    zone = clock.zone()
    first = after.astimezone(zone).date()
    days = [first + timedelta(days=n) for n in range((until.astimezone(zone).date() - first).days + 1)]
    begun = [datetime.combine(day, nightly.AT, tzinfo=zone).astimezone(UTC) for day in days]
    return [one for one in begun if after < one <= until]


def live(run: Run, low: int, high: int) -> int:
    """Live through the demo's time from `low` to `high`, microseconds since 1970: a day at most. Returns how many nights.

    Worked again after a death it goes on where it stood: the clock only moves forward, a night that ran is not run again.
    """
    begun = nights(_instant(low), _instant(high))
    for left in Run.objects.filter(job=nightly.JOB, state="running").order_by("pk"):
        _through(left)
    for night in begun:
        _stop(night)
        day = clock.today(night)
        if not Run.objects.filter(job=nightly.JOB, business_date=day).exclude(state="running").exists():
            _through(nightly.run(day))
        _settle()
    _stop(_instant(high))
    return len(begun)


def _ask(at: datetime, until: datetime) -> Run:
    """A run with a chunk for each day from `at`; the worker is told by the outbox."""
    edges = [at, *(at + n * DAY for n in range(1, -((at - until) // DAY))), until]
    run = Run.objects.create(job=JOB, business_date=clock.today(until), cutoff=until, started_at=timezone.now())
    Chunk.objects.bulk_create(
        Chunk(run=run, step=STEP, number=number, low=_micros(low), high=_micros(high))
        for number, (low, high) in enumerate(pairwise(edges))
    )
    outbox.intend("jobs.go_on", run=run.pk)
    return run


def _stop(at: datetime) -> None:
    """The clock shows `at`, and everything is done that the portal does by itself."""
    _show(at)
    kept.forget_all()
    _settle()


def _show(at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE rows_installation SET clock_offset = clock_offset + (%(at)s - smarketing_clock())"
            " WHERE kind = 'demo' AND smarketing_clock() < %(at)s",
            {"at": at},
        )
    here.forget()


def _settle() -> None:
    _drain()
    for one in BY_ITSELF:
        one()
    _drain()


def _drain() -> None:
    for _round in range(ROUNDS):
        if not bell.answer():
            break


def _through(run: Run) -> None:
    """Until this night has ended, whoever works on it."""
    while run.state == "running":
        run = nightly.go_on(run.pk) or Run.objects.get(pk=run.pk)
        if run.state == "running":
            time.sleep(WAIT)


def _micros(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1)


def _instant(micros: int) -> datetime:
    return EPOCH + timedelta(microseconds=micros)


def offset() -> timedelta | None:
    """How far the demo's clock is ahead; None in a live company."""
    company = here.card()
    return company.clock_offset if company.kind == "demo" else None
