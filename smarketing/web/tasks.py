"""Large files are written by the worker: the bell rings while one waits that nobody works on."""

from celery import shared_task
from django.db import connection

from smarketing.rows import clock

from . import export_files
from .models import ExportFile

_FREE = """
FROM web_exportfile f LEFT JOIN jobs_lease l ON l.name = 'export ' || f.id
WHERE f.state IN ('waiting', 'running') AND (l.until IS NULL OR l.until < clock_timestamp())
"""
WAITING = f"SELECT EXISTS (SELECT 1 {_FREE})"


@shared_task(name="web.export", soft_time_limit=3600, time_limit=3660, expires=60)
def write_export(pk: int) -> None:
    """Write one file. Lost or repeated, it changes nothing: what waits is found again."""
    for one in ExportFile.objects.under_way().filter(pk=pk):
        export_files.work(one, clock.now)


def drain() -> int:
    """Give every file that waits to a worker. Always 0: the work is done elsewhere."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT f.id {_FREE} ORDER BY f.id")
        waiting = [pk for (pk,) in cursor.fetchall()]
    for pk in waiting:
        write_export.delay(pk)
    return 0
