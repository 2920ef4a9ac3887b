"""The run ledger: steps cut into chunks, each checkpointed in the transaction of its rows.

A run is keyed (job, business date, cut-off): started again after a crash it goes on where its last committed chunk
ended, with the same cut-off, and writes the same bytes. A chunk that fails three times is quarantined and shown; it
stops only itself. Steps run in order; one that `needs_all` refuses to run while an earlier chunk is quarantined.
Everything a run writes, its own ledger included, begins with the lease's token: a worker frozen and thawed again after
another took over writes nothing.
"""

import socket
import traceback
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from os import getpid
from typing import Any

from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from smarketing.web.logs import cut

from . import lease
from .crash import point
from .models import Chunk, Run

ATTEMPTS = 3
STARTS = 1001  # space of two-key advisory locks: one start of a job at a time


@dataclass(frozen=True)
class Step:
    """`ranges(run)` → (low, high) id ranges, half-open; `work(run, low, high)` → rows written, in one transaction."""

    key: str
    ranges: Callable[[Run], Iterable[tuple[int, int]]]
    work: Callable[[Run, int, int], int]
    needs_all: bool = False  # refuses to run when an earlier chunk is quarantined
    # Its chunks follow one another: one that is quarantined stops the run. Each commits its work by itself, is noted as done
    # after it, and worked again where a death lies between the two.
    in_order: bool = False


@dataclass(frozen=True)
class Job:
    key: str
    label: Any  # lazy text
    steps: Sequence[Step]


JOBS: dict[str, Job] = {}
ENDED: list[Callable[[Run], None]] = []  # told inside the transaction that ends a run


def register(job: Job) -> None:
    """Add a job from above (`AppConfig.ready()`)."""
    JOBS[job.key] = job


@transaction.atomic
def start(job: str, business_date: date, cutoff: datetime) -> Run:
    """The run of a job for a business date: the unfinished one with its own cut-off, else a new one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [STARTS, job])
    unfinished = Run.objects.filter(job=job, business_date=business_date, state="running").order_by("pk").last()
    if unfinished:
        return unfinished
    run, _made = Run.objects.get_or_create(
        job=job, business_date=business_date, cutoff=cutoff, defaults={"started_at": timezone.now()}
    )
    return run


def go_on(run: Run) -> Run:
    """Work off what is left of a run under the job's lease. Returns the run as it stands: done, failed, or still
    running because another worker holds the lease."""
    held = lease.take(run.job, f"{socket.gethostname()}:{getpid()}")
    if held is None:
        return run
    try:
        for step in JOBS[run.job].steps:
            if step.needs_all and run.chunks.filter(state="quarantined").exists():
                return _finish(held, run, "failed")
            _plan(held, run, step)
            while _next_chunk(held, run, step):
                lease.renew(held)
        quarantined = run.chunks.filter(state="quarantined").exists()
        return _finish(held, run, "failed" if quarantined else "done")
    except lease.Lost:
        run.refresh_from_db()
        return run
    finally:
        with suppress(OperationalError, InterfaceError):  # a broken connection: the lease runs out by itself
            lease.release(held)


@transaction.atomic
def try_again(run: Run) -> int:
    """Give the quarantined chunks of a failed run another three attempts. Returns how many; 0: nothing to do."""
    run = Run.objects.select_for_update().get(pk=run.pk)
    found = run.chunks.filter(state="quarantined").update(state="pending", attempts=0)
    if found or run.state in ("failed", "stopped"):
        Run.objects.filter(pk=run.pk).update(state="running", finished_at=None, error="")
    return found


@transaction.atomic
def _plan(held: lease.Held, run: Run, step: Step) -> None:
    lease.hold(held)
    if run.chunks.filter(step=step.key).exists():
        return
    point(f"{run.job}.{step.key}.plan")
    Chunk.objects.bulk_create(
        Chunk(run=run, step=step.key, number=number, low=low, high=high)
        for number, (low, high) in enumerate(step.ranges(run))
    )
    Run.objects.filter(pk=run.pk).update(step=step.key)


def _next_chunk(held: lease.Held, run: Run, step: Step) -> bool:
    chunk = run.chunks.filter(step=step.key, state="pending").order_by("number").first()
    if chunk is None or (step.in_order and run.chunks.filter(state="quarantined").exists()):
        return False
    if not _count_attempt(held, chunk):
        return True
    point(f"{run.job}.{step.key}.taken")
    try:
        done = step.work(run, chunk.low, chunk.high) if step.in_order else None
        with transaction.atomic():
            lease.hold(held)
            point(f"{run.job}.{step.key}.before")
            rows = step.work(run, chunk.low, chunk.high) if done is None else done
            point(f"{run.job}.{step.key}.after")
            Chunk.objects.filter(pk=chunk.pk).update(state="done", rows=rows, done_at=timezone.now(), error="")
        point(f"{run.job}.{step.key}.committed")
    except (lease.Lost, OperationalError, InterfaceError):
        connection.close_if_unusable_or_obsolete()
        raise
    except Exception:
        _note(held, chunk, cut(traceback.format_exc(limit=4))[-2000:])
    return True


@transaction.atomic
def _count_attempt(held: lease.Held, chunk: Chunk) -> bool:
    """Count an attempt before the work, so that a row that kills its worker is quarantined too. False: quarantined."""
    lease.hold(held)
    if chunk.attempts < ATTEMPTS:
        Chunk.objects.filter(pk=chunk.pk).update(attempts=chunk.attempts + 1)
        return True
    error = chunk.error or "its worker died three times"
    Chunk.objects.filter(pk=chunk.pk).update(state="quarantined", error=error)
    return False


@transaction.atomic
def _note(held: lease.Held, chunk: Chunk, error: str) -> None:
    lease.hold(held)
    Chunk.objects.filter(pk=chunk.pk).update(error=error)


@transaction.atomic
def _finish(held: lease.Held, run: Run, state: str) -> Run:
    lease.hold(held)
    counts: dict[str, int] = {}
    for step, rows in run.chunks.values_list("step", "rows"):
        counts[step] = counts.get(step, 0) + rows
    error = run.chunks.filter(state="quarantined").values_list("error", flat=True).first() or ""
    point(f"{run.job}.finish")
    Run.objects.filter(pk=run.pk).update(state=state, finished_at=timezone.now(), counts=counts, error=error)
    run.refresh_from_db()
    for hook in ENDED:
        hook(run)
    return run


def id_ranges(table: str, size: int) -> list[tuple[int, int]]:
    """Half-open id ranges that together hold every row of a table (its name comes from code, never from a user)."""
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT min(id), max(id) FROM "{table}"')
        low, high = cursor.fetchone()
    return [] if low is None else [(start, min(start + size, high + 1)) for start in range(low, high + 1, size)]
