"""Counting new behaviours once from the raw events, in chunks of leads, beside writers that go on adding.

From its registration on, every writer counts a behaviour. So the back-fill first waits until no writer is left that
began before; then each chunk, on one snapshot, wipes what it holds and counts what that snapshot shows. A writer that
commits later adds to it; one that gets in between makes the chunk start again.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from django.db import OperationalError, connection, transaction

from leads.models import Behaviour
from smarketing.jobs import bell
from smarketing.rows import clock, fence

from . import ledger
from .sql import Params, execute, fetch

CHUNK = 20_000
TRIES = 5


def run(
    behaviours: Sequence[Behaviour],
    *,
    at: datetime,
    progress: Callable[[int, int], None] | None = None,
    seconds: float | None = None,
) -> int:
    """Count behaviours for every lead; they are `backfilled_at` `at` afterwards. Returns the ledger rows written.

    `progress(done, of)` is told after each chunk. Safe to repeat at any point; whoever was cut off, or has worked for
    `seconds`, leaves the rest to the next one, who goes on there.
    """
    if not behaviours:
        return 0
    await_older_writers()
    start, ids = time.monotonic(), [one.pk for one in behaviours]
    begun = Behaviour.objects.filter(
        pk__in=ids, backfilled_at=None
    )  # what was counted to the end is counted from the first lead on
    reached = dict.fromkeys(ids, 0) | dict(begun.values_list("pk", "counted_to"))
    found, written = _ranges(min(reached.values())), 0
    for done, (low, high) in enumerate(found, 1):
        some = [pk for pk in ids if reached[pk] < high]
        written += count(some, low, high)
        begun.filter(pk__in=some).update(counted_to=high)
        if progress:
            progress(done, len(found))
        if seconds is not None and time.monotonic() - start >= seconds and done < len(found):
            return written
    Behaviour.objects.filter(pk__in=ids).update(backfilled_at=at)
    return written


def await_older_writers() -> None:
    """Return once every writer of facts that was under way has ended (they are short)."""
    if connection.in_atomic_block:
        return  # a test, or a caller that is itself the only writer
    start = clock.now()
    while fence.cutoff() < start:
        time.sleep(0.005)


def count(behaviour_ids: list[int], low: int, high: int) -> int:
    """Wipe and recount these behaviours of the leads low <= id < high. Returns the rows written."""
    for attempt in range(TRIES):
        try:
            with _one_snapshot():
                return _recount(behaviour_ids, low, high)
        except OperationalError as problem:
            if getattr(problem.__cause__, "pgcode", "") not in ("40001", "40P01") or attempt == TRIES - 1:
                raise
    raise AssertionError("unreachable")


def _recount(behaviour_ids: list[int], low: int, high: int) -> int:
    params = Params(behaviours=behaviour_ids, low=low, high=high)
    execute(
        "DELETE FROM leads_behaviourday WHERE behaviour_id = ANY(%(behaviours)s) AND lead_id >= %(low)s AND lead_id < %(high)s",
        params,
    )
    between = "{0} >= %(low)s AND {0} < %(high)s"
    sources = [(one, between.format(one[0])) for one in ledger.SOURCES]
    filters = {pk: filter_ for pk, filter_ in ledger.active().items() if pk in set(behaviour_ids)}
    return execute(ledger.UPSERT.format(rows=ledger.rows(sources, filters, params)), params)


@contextmanager
def _one_snapshot() -> Iterator[None]:
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def _ranges(reached: int) -> list[tuple[int, int]]:
    """Ranges of lead ids, from the one on that holds the first id not reached yet."""
    low, high = fetch("SELECT min(id), max(id) FROM leads_lead")[0]
    found = [] if low is None else [(start, start + CHUNK) for start in range(low, high + 1, CHUNK)]
    return [(start, until) for start, until in found if until > reached]


WAITING = "SELECT EXISTS (SELECT 1 FROM leads_behaviour WHERE backfilled_at IS NULL)"


def drain() -> int:
    """Count what was registered and never counted, a turn long; the doorbell rings for it (`smarketing.jobs.bell`). How many."""
    waiting = list(Behaviour.objects.filter(backfilled_at=None).order_by("pk"))
    run(waiting, at=clock.now(), seconds=bell.TURN)
    return len(waiting)
