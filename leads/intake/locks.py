"""Locks on names that do not exist yet, of judges among each other, and another try after a deadlock.

Two-key advisory locks only: the one-key space belongs to the fence (smarketing.rows.fence).
"""

import random
import time
from collections.abc import Callable, Iterable
from typing import TypeVar

from django.db import OperationalError, connection
from psycopg2 import errors

from . import bulk

KEYS, COMPANIES, CAMPAIGNS, EMAILS, RULES, SUPPRESSED, SETTINGS, MERGES, JUDGES = 1, 2, 3, 4, 5, 6, 7, 8, 9
BLOCK = 50_000  # ids of leads that are judged together, the first of which is 1: one lock
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


def merges_stand(of: Iterable[int] = ()) -> bool:
    """No merge is made or taken back until the transaction ends: for who counts facts for the leads they stand for.

    Returns whether any lead of `of` was ever merged into another one: asked once the lock is held.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock_shared(%s, 0);"
            " SELECT EXISTS (SELECT FROM leads_mergedspan WHERE lead_id = ANY(%s::bigint[]))",
            [MERGES, bulk.array(of)],
        )
        return cursor.fetchone()[0]


def merges_change() -> None:
    """Nobody counts a fact until the transaction ends: for who makes a merge or takes one back."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [MERGES])


def judge(lead_ids: Iterable[int]) -> None:
    """Judge these leads one by one, until the transaction ends; whoever judges all leads of a block is waited for.

    Before their rows are locked: who judges a block locks none, but what follows of it may.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_advisory_xact_lock_shared(%s, b)) FROM unnest(%s::int[]) b", [JUDGES, _blocks(lead_ids)]
        )


def judge_free(lead_ids: Iterable[int]) -> list[int]:
    """Those of these leads that may be judged one by one at once, until the transaction ends: in no block that somebody judges whole."""
    ids = list(lead_ids)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT b FROM unnest(%s::int[]) b WHERE pg_try_advisory_xact_lock_shared(%s, b)", [_blocks(ids), JUDGES]
        )
        free = {block for (block,) in cursor.fetchall()}
    return [lead for lead in ids if _block(lead) in free]


def judge_all(low: int, high: int) -> None:
    """Judge all leads low <= id < high at once: until the transaction ends nobody else judges any lead of their blocks."""
    blocks = list(range(_block(low), _block(high - 1) + 1))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(pg_advisory_xact_lock(%s, b)) FROM unnest(%s::int[]) b", [JUDGES, blocks])


def _blocks(lead_ids: Iterable[int]) -> list[int]:
    return sorted(set(map(_block, lead_ids)))


def _block(lead_id: int) -> int:
    return (lead_id - 1) // BLOCK


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
