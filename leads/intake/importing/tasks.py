"""Large imports are worked off by the worker; small ones at once by whoever asks (`service.work`).

The bell rings when an import waits; a worker then takes it by its lease, so a second task for it finds nothing to do.
"""

from celery import shared_task
from django.db import InterfaceError, OperationalError

from smarketing.jobs import bell
from smarketing.jobs.models import Lease
from smarketing.rows.clock import now

from . import service

WAITING = """
SELECT EXISTS (
  SELECT 1 FROM leads_import i LEFT JOIN jobs_lease l ON l.name = 'import ' || i.id
  WHERE i.state IN ('checking', 'running', 'undoing') AND (l.until IS NULL OR l.until < clock_timestamp()))
"""


@shared_task(
    name="leads.import", soft_time_limit=3600, time_limit=3660, expires=60,
    autoretry_for=(OperationalError, InterfaceError), retry_backoff=True, max_retries=5,
)  # fmt: skip
def work_import(pk: int) -> None:
    """Check or apply one import. Lost or repeated, it changes nothing: what waits is found again."""
    for one in service.waiting().filter(pk=pk):
        service.work(one, now)


def drain() -> int:
    """Give every import that waits and that nobody works on to a worker. Always 0: the work is done elsewhere."""
    for pk in due():
        work_import.delay(pk)
    return 0


def due() -> list[int]:
    """Imports that wait and that nobody works on. Of several to be undone the newest alone: what it wrote on the rows of an
    older one would stand in that one's way."""
    held = set(Lease.objects.filter(name__startswith="import ", until__gt=now_real()).values_list("name", flat=True))
    found = list(service.waiting().values_list("pk", "state"))
    newest = max((pk for pk, state in found if state == "undoing"), default=None)
    return [pk for pk, state in found if f"import {pk}" not in held and (state != "undoing" or pk == newest)]


def now_real():
    """Leases live on the real clock, also in a demo."""
    from django.utils import timezone

    return timezone.now()


def register() -> None:
    bell.register(drain, WAITING)
