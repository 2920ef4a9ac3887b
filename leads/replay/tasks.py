"""Replays are worked off by the worker: the bell rings while one waits that nobody works on."""

from celery import shared_task

from leads.models import Replay
from leads.scoring.sql import fetch
from smarketing.jobs import bell

from . import runs

_FREE = """
FROM leads_replay r LEFT JOIN jobs_lease l ON l.name = 'replay ' || r.id
WHERE r.state IN ('waiting', 'running') AND (l.until IS NULL OR l.until < clock_timestamp())
"""
WAITING = f"SELECT EXISTS (SELECT 1 {_FREE})"


@shared_task(name="leads.replay", soft_time_limit=900, time_limit=960, expires=60)
def replay(pk: int) -> None:
    """Replay one draft. Lost or repeated, it changes nothing: what waits is found again."""
    for one in Replay.objects.under_way().filter(pk=pk):
        runs.work(one)


def drain() -> int:
    """Give every replay that waits to a worker. Always 0: the work is done elsewhere."""
    for (pk,) in fetch(f"SELECT r.id {_FREE} ORDER BY r.id"):
        replay.delay(pk)
    return 0


def register() -> None:
    bell.register(drain, WAITING)
