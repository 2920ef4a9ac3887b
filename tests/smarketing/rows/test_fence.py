"""The fence: no fact appears later at or before a cut-off already used."""

import threading
import time

import pytest
from django.db import connection, transaction

from smarketing.rows import fence

pytestmark = pytest.mark.django_db(transaction=True)


def slow_writer(ready: threading.Event, hold: float, stamps: list, take=fence.open_fence) -> None:
    with transaction.atomic():
        stamps.append(take().recorded_at)
        ready.set()
        time.sleep(hold)
    connection.close()


@pytest.mark.invariant("I6")
def test_a_cutoff_waits_behind_the_oldest_open_writer():
    ready, stamps = threading.Event(), []
    writer = threading.Thread(target=slow_writer, args=(ready, 0.5, stamps))
    writer.start()
    ready.wait()
    during = fence.cutoff()
    writer.join()
    after = fence.cutoff()
    assert during < stamps[0] < after


@pytest.mark.invariant("I6", mutant="a fence without its lock")
def test_without_its_lock_the_fence_would_miss_rows():
    """Negative control: a writer that only reads the clock lets a cut-off pass its open transaction."""

    def no_lock():
        with connection.cursor() as cursor:
            cursor.execute("SELECT smarketing_clock(), nextval('rows_event_block')")
            return fence.Fence(*cursor.fetchone())

    ready, stamps = threading.Event(), []
    writer = threading.Thread(target=slow_writer, args=(ready, 0.3, stamps, no_lock))
    writer.start()
    ready.wait()
    time.sleep(0.05)
    assert fence.cutoff() > stamps[0]
    writer.join()


def test_facts_are_refused_outside_a_transaction():
    with pytest.raises(RuntimeError, match="inside a transaction"):
        fence.open_fence()


def test_ids_are_distinct_and_ordered_by_their_millisecond():
    with transaction.atomic():
        first = fence.open_fence()
        ids = first.ids(2500)
    assert len(set(ids)) == 2500
    assert all(number >> 22 == ids[0] >> 22 for number in ids)
    assert ids[0] >= fence.id_floor(first.recorded_at)
