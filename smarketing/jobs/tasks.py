"""Tasks of the platform: one ring of the doorbell, the nightly run, the heartbeat."""

from datetime import date

from celery import shared_task
from django.db import InterfaceError, OperationalError

from smarketing.rows import clock

from . import bell, demo_clock, heartbeat, nightly

RETRY = {"autoretry_for": (OperationalError, InterfaceError), "retry_backoff": True, "max_retries": 5}
LONG = {"soft_time_limit": 4 * 3600, "time_limit": 4 * 3600 + 60}


@shared_task(name="jobs.ring", expires=5, **RETRY)
def ring() -> None:
    """Drain what waits in the database: dirty marks, outbox. Lost or repeated, it changes nothing."""
    bell.answer()


@shared_task(name="jobs.nightly", **LONG, **RETRY)
def run_nightly(day: str | None = None) -> None:
    nightly.run(date.fromisoformat(day) if day else None)


@shared_task(name="jobs.go_on", **LONG, **RETRY)
def go_on(run: int) -> None:
    """Go on with a run that somebody asked for; delivered twice it is the same run."""
    nightly.go_on(run)


@shared_task(name="jobs.nightly_due", **LONG, **RETRY)
def nightly_due() -> None:
    """Beat's call, every ten minutes: run the night once its local hour has come and it has not begun. While the demo's clock
    is moved, whoever moves it runs the nights."""
    if demo_clock.on_its_way():
        return
    if day := nightly.due(clock.now()):
        nightly.run(day)


@shared_task(name="jobs.heartbeat", expires=30)
def worker_heartbeat() -> None:
    heartbeat.beat("worker")


@shared_task(name="jobs.reconcile", expires=60, **LONG)
def reconcile() -> None:
    """Go on with runs whose worker died: as long as a night takes."""
    nightly.reconcile()
