"""Heartbeat rows: who is alive, for `/readyz`. The worker's row says that the broker answers: it beats by a task."""

from datetime import timedelta

from django.db import connection
from django.utils import timezone

from .models import Heartbeat


def beat(name: str, **detail) -> None:
    """Say that `name` is alive now (real clock)."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": timezone.now(), "detail": detail})


def late(names: tuple[str, ...], after: timedelta = timedelta(seconds=90)) -> list[str]:
    """Those of `names` that have not beaten for `after`."""
    alive = set(Heartbeat.objects.filter(name__in=names, at__gt=timezone.now() - after).values_list("name", flat=True))
    return [name for name in names if name not in alive]


def database_answers() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone() == (1,)
