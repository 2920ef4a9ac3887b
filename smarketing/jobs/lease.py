"""Lease with fencing token: only its newest holder may write, even against a frozen then thawed worker.

A chunk's transaction begins with `hold(lease)`: `SELECT … WHERE token = … FOR SHARE`. Taking the lease over updates
that row, so it waits for chunks under way, and every later chunk of the old holder finds its token gone.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.db import connection, transaction

from .models import Lease


class Lost(Exception):
    """Somebody else holds the lease now: stop at once, nothing of this chunk was written."""


@dataclass(frozen=True)
class Held:
    name: str
    token: int


@transaction.atomic
def take(name: str, holder: str, length: timedelta = timedelta(seconds=60)) -> Held | None:
    """Take a free or expired lease. None while another holder's has not run out. Always on the real clock."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO jobs_lease (name, token, holder) VALUES (%s, 0, '') ON CONFLICT DO NOTHING", [name])
        cursor.execute(
            "UPDATE jobs_lease SET token = token + 1, holder = %s, until = clock_timestamp() + %s::interval"
            " WHERE name = %s AND (until IS NULL OR until < clock_timestamp()) RETURNING token",
            [holder, f"{length.total_seconds()} seconds", name],
        )
        row = cursor.fetchone()
    return Held(name, row[0]) if row else None


def hold(held: Held) -> None:
    """First statement of a chunk's transaction. Lost when the token is no longer the newest."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM jobs_lease WHERE name = %s AND token = %s FOR SHARE", [held.name, held.token])
        if cursor.fetchone() is None:
            raise Lost(held.name)


@transaction.atomic
def renew(held: Held, length: timedelta = timedelta(seconds=60)) -> None:
    """Keep the lease for `length` from now. Lost when somebody took it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE jobs_lease SET until = clock_timestamp() + %s::interval WHERE name = %s AND token = %s",
            [f"{length.total_seconds()} seconds", held.name, held.token],
        )
        if not cursor.rowcount:
            raise Lost(held.name)


@transaction.atomic
def release(held: Held) -> None:
    """Let it go; nothing happens when it is lost already."""
    Lease.objects.filter(name=held.name, token=held.token).update(until=None, holder="")
