"""Locks on names that do not exist yet, and another try after a deadlock.

Two-key advisory locks only: the one-key space belongs to the fence (smarketing.rows.fence).
"""

import random
import time
from collections.abc import Callable, Iterable
from typing import TypeVar

from django.db import OperationalError, connection
from psycopg2 import errors

KEYS, COMPANIES, CAMPAIGNS, EMAILS, RULES, SUPPRESSED, SETTINGS, MERGES = 1, 2, 3, 4, 5, 6, 7, 8
_AGAIN = (errors.DeadlockDetected, errors.SerializationFailure)
T = TypeVar("T")


def hold(space: int, names: Iterable[str]) -> None:
    """Hold these names until the transaction ends, in one order everywhere."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_advisory_xact_lock(%s, h)) FROM ("
            "SELECT DISTINCT hashtext(n) AS h FROM unnest(%s::text[]) n ORDER BY h) s",
            [space, sorted(set(names))],
        )


def merges_stand() -> None:
    """No merge is made or taken back until the transaction ends: for who counts facts for the leads they stand for."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, 0)", [MERGES])


def merges_change() -> None:
    """Nobody counts a fact until the transaction ends: for who makes a merge or takes one back."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [MERGES])


def again(work: Callable[[], T], tries: int = 3) -> T:
    """Do `work` (a whole transaction); after a deadlock or serialization failure up to three times, with jitter."""
    for left in range(tries, 0, -1):
        try:
            return work()
        except OperationalError as problem:
            if not isinstance(problem.__cause__, _AGAIN) or left == 1 or connection.in_atomic_block:
                raise
            time.sleep(random.uniform(0.01, 0.08))
    raise AssertionError("unreachable")
