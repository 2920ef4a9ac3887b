"""The fence: what "known at t" means, for ever (docs/architecture.md, The fence).

A writer of facts first takes a shared advisory lock whose key is its own clock in microseconds, then reads the clock
again as `recorded_at`. A judge takes no lock: its cut-off is the earlier of its clock and the smallest key held, less
one millisecond; it reads facts in a later statement, only those recorded at or before the cut-off. So no fact can
appear later with a `recorded_at` at or before a cut-off already used. No other one-bigint advisory lock may exist.
"""

from datetime import datetime, timedelta

from django.db import connection

_WRITER = """
SELECT pg_advisory_xact_lock_shared((extract(epoch FROM smarketing_clock()) * 1000000)::bigint);
SELECT smarketing_clock(), nextval('rows_event_block')
"""
_JUDGE = """
SELECT smarketing_clock() AS t, (
  SELECT to_timestamp(min((classid::bigint << 32) | objid::bigint) / 1e6) FROM pg_locks
  WHERE locktype = 'advisory' AND objsubid = 1 AND granted AND classid::bigint > 300000
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))
"""
BLOCK = 1000
_EPOCH_MS = 1_577_836_800_000  # 2020-01-01T00:00:00Z


class Fence:
    """An open fence: `recorded_at` of everything this transaction adds, and time-ordered ids."""

    def __init__(self, recorded_at: datetime, block: int):
        self.recorded_at = recorded_at
        self._ms = int(recorded_at.timestamp() * 1000) - _EPOCH_MS
        self._next, self._left = block, BLOCK

    def ids(self, count: int) -> list[int]:
        """`count` new ids for time-partitioned facts: milliseconds << 22 | a database sequence taken in blocks."""
        out = []
        for _ in range(count):
            if not self._left:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT nextval('rows_event_block')")
                    self._next, self._left = cursor.fetchone()[0], BLOCK
            out.append((self._ms << 22) | (self._next & 0x3FFFFF))
            self._next += 1
            self._left -= 1
        return out


def open_fence() -> Fence:
    """Take the fence for this transaction. RuntimeError outside a transaction."""
    if not connection.in_atomic_block:
        raise RuntimeError("facts are added inside a transaction")
    with connection.cursor() as cursor:
        cursor.execute(_WRITER)
        return Fence(*cursor.fetchone())


def cutoff() -> datetime:
    """The newest instant up to which everything recorded is visible. Read facts in a later statement."""
    with connection.cursor() as cursor:
        cursor.execute(_JUDGE)
        clock, oldest_writer = cursor.fetchone()
    return min(clock, oldest_writer or clock) - timedelta(milliseconds=1)


def id_floor(at: datetime) -> int:
    """Smallest time-ordered id of the millisecond of `at` (partition bounds, range scans)."""
    return (int(at.timestamp() * 1000) - _EPOCH_MS) << 22
