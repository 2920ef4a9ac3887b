"""The doorbell: one process listens to NOTIFY and rings the worker; at least every second when something waits.

Web requests never talk to the broker: they commit rows and NOTIFY. If the broker is away, what waits stays in the
database and is drained when it answers again.
"""

import logging
import select
import time
from collections.abc import Callable

from django.db import connection

from . import heartbeat, outbox

TURN = 5.0  # seconds that one drain works before the others have their turn; what it leaves rings again
ENOUGH = 10.0  # seconds after which an answer begins no other round: a task may last 30

log = logging.getLogger(__name__)
DRAINS: list[Callable[[], int]] = [outbox.relay]
WAITING: list[str] = ["SELECT EXISTS (SELECT 1 FROM jobs_outbox WHERE sent_at IS NULL AND attempts < 8)"]


def register(drain: Callable[[], int], waiting: str) -> None:
    """`drain()` works off what waits, about a `TURN` long, and returns how much; `waiting` is SQL that says whether anything does."""
    DRAINS.append(drain)
    WAITING.append(waiting)


def answer(rounds: int = 20) -> int:
    """Drain everything that waits; called by the worker. Returns how much was done."""
    done, start = 0, time.monotonic()
    for _round in range(rounds):
        now = sum(drain() for drain in DRAINS)
        done += now
        if not now or time.monotonic() - start > ENOUGH:
            break
    return done


def anything() -> bool:
    with connection.cursor() as cursor:
        for sql in WAITING:
            cursor.execute(sql)
            if cursor.fetchone()[0]:
                return True
    return False


def listen(ring: Callable[[], None], stopped: Callable[[], bool] = lambda: False, interval: float = 1.0) -> None:
    """Ring on every NOTIFY and at least every `interval` seconds while something waits, until `stopped()`."""
    last_beat = 0.0
    with connection.cursor() as cursor:
        cursor.execute("LISTEN smarketing_bell")
    while not stopped():
        raw = connection.connection
        select.select([raw], [], [], interval)
        raw.poll()
        notified = bool(raw.notifies)
        raw.notifies.clear()
        if notified or anything():
            ring()
        if time.monotonic() - last_beat > 20:
            heartbeat.beat("bell")
            last_beat = time.monotonic()
