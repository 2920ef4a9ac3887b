"""Runs, chunks and the lease: checkpoint with the rows, poison quarantined, a thawed worker writes nothing."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction

from smarketing.jobs import lease, nightly, runs
from smarketing.jobs.models import Chunk, Heartbeat, Lease, Run
from smarketing.rows.models import Installation

DAY, CUTOFF = date(2026, 3, 3), datetime(2026, 3, 3, 1, tzinfo=UTC)


@pytest.fixture
def job(monkeypatch):
    """A job whose chunks write one heartbeat row each; `job.poison` names ids that cannot be worked on."""

    class Work:
        poison: set[int] = set()
        seen: list[int] = []

        def write(self, run, low, high):
            self.seen.append(low)
            if low in self.poison:
                raise ZeroDivisionError(f"row {low}")
            Heartbeat.objects.create(name=f"row {low}", at=run.cutoff)
            return high - low

    work = Work()
    work.poison, work.seen = set(), []
    steps = [
        runs.Step("first", lambda run: [(n, n + 1) for n in range(3)], work.write),
        runs.Step("last", lambda run: [(9, 10)], work.write, needs_all=True),
    ]
    monkeypatch.setitem(runs.JOBS, "test", runs.Job("test", "Test", steps))
    return work


@pytest.mark.django_db
def test_a_run_works_off_its_chunks_in_order_and_counts_rows(job):
    run = runs.go_on(runs.start("test", DAY, CUTOFF))
    assert (run.state, run.counts, job.seen) == ("done", {"first": 3, "last": 1}, [0, 1, 2, 9])
    assert runs.go_on(run).state == "done" and len(job.seen) == 4
    assert Lease.objects.get().until is None


@pytest.mark.django_db
def test_started_twice_it_is_the_same_run_until_it_ended(job):
    run = runs.start("test", DAY, CUTOFF)
    assert runs.start("test", DAY, CUTOFF + timedelta(hours=1)) == run
    runs.go_on(run)
    assert runs.start("test", DAY, CUTOFF + timedelta(hours=1)) != run


@pytest.mark.django_db
@pytest.mark.invariant("I17")
def test_a_poison_row_stops_only_itself_and_what_needs_all(job):
    job.poison = {1}
    run = runs.go_on(runs.start("test", DAY, CUTOFF))
    assert run.state == "failed" and "row 1" in run.error
    assert dict(Chunk.objects.filter(step="first").values_list("low", "state")) == {
        0: "done",
        1: "quarantined",
        2: "done",
    }
    assert job.seen.count(1) == 3 and 9 not in job.seen and Heartbeat.objects.count() == 2
    job.poison = set()
    assert runs.try_again(run) == 1
    run.refresh_from_db()
    assert runs.go_on(run).state == "done" and Heartbeat.objects.count() == 4


@pytest.mark.django_db
def test_a_row_that_kills_its_worker_is_quarantined_too(job):
    run = runs.start("test", DAY, CUTOFF)
    Chunk.objects.create(run=run, step="first", number=0, low=0, high=1, attempts=3)
    run = runs.go_on(run)
    assert run.state == "failed" and job.seen == [] and "died three times" in run.error


@pytest.mark.django_db
@pytest.mark.invariant("I17", mutant="no counter of attempts")
def test_without_a_counter_a_poison_row_would_stop_the_run(job, monkeypatch):
    """The planted fault: attempts are not counted, so the chunk comes back for ever."""
    job.poison = {1}
    monkeypatch.setattr(runs, "_count_attempt", lambda held, chunk: len(job.seen) < 50 or pytest.fail("for ever"))
    with pytest.raises(pytest.fail.Exception, match="for ever"):
        runs.go_on(runs.start("test", DAY, CUTOFF))


@pytest.mark.django_db
def test_a_lease_is_taken_by_one_and_by_another_only_when_it_ran_out():
    first = lease.take("night", "one")
    assert first and lease.take("night", "two") is None
    Lease.objects.update(until=datetime(2020, 1, 1, tzinfo=UTC))
    second = lease.take("night", "two")
    assert second.token == first.token + 1
    with pytest.raises(lease.Lost):
        lease.hold(first)
    with pytest.raises(lease.Lost):
        lease.renew(first)
    lease.release(first)
    assert lease.take("night", "three") is None


@pytest.mark.django_db(transaction=True)
def test_who_lost_the_lease_in_the_middle_writes_nothing_more(job):
    def stolen_afterwards(run, low, high):
        transaction.on_commit(lambda: Lease.objects.update(token=99))
        return job.write(run, low, high)

    steps = [runs.Step("first", lambda run: [(n, n + 1) for n in range(3)], stolen_afterwards)]
    runs.JOBS["test"] = runs.Job("test", "Test", steps)
    run = runs.go_on(runs.start("test", DAY, CUTOFF))
    assert run.state == "running" and job.seen == [0]
    assert set(Heartbeat.objects.values_list("name", flat=True)) == {"row 0"}


@pytest.mark.django_db
def test_the_night_is_due_once_its_local_hour_has_come():
    Installation.objects.create(kind="live", company="Ours", zone="Europe/Paris")
    assert nightly.due(datetime(2026, 1, 9, 0, 5, tzinfo=UTC)) is None  # 01:05 in Paris
    assert nightly.due(datetime(2026, 1, 9, 0, 10, tzinfo=UTC)) == date(2026, 1, 9)
    Run.objects.create(job="nightly", business_date=date(2026, 1, 9), cutoff=CUTOFF, started_at=CUTOFF)
    assert nightly.due(datetime(2026, 1, 9, 0, 20, tzinfo=UTC)) is None
    Installation.objects.update(zone="America/New_York")
    assert nightly.due(datetime(2026, 1, 10, 6, 0, tzinfo=UTC)) is None  # 01:00 in New York
    assert nightly.due(datetime(2026, 1, 10, 6, 10, tzinfo=UTC)) == date(2026, 1, 10)


@pytest.mark.django_db
def test_a_night_without_its_hour_and_a_night_with_two_of_them_run_once():
    Installation.objects.create(kind="live", company="Ours", zone="Europe/London")
    assert nightly.due(datetime(2026, 3, 29, 0, 50, tzinfo=UTC)) is None  # 00:50, then 02:00
    assert nightly.due(datetime(2026, 3, 29, 1, 0, tzinfo=UTC)) == date(2026, 3, 29)
    first = nightly.due(datetime(2026, 10, 25, 0, 10, tzinfo=UTC))  # 01:10 for the first time
    Run.objects.create(job="nightly", business_date=first, cutoff=CUTOFF, started_at=CUTOFF, state="done")
    assert nightly.due(datetime(2026, 10, 25, 1, 10, tzinfo=UTC)) is None


@pytest.mark.django_db
def test_the_reconciler_goes_on_with_what_a_dead_worker_left(job):
    run = runs.start("test", DAY, CUTOFF)
    assert nightly.reconcile() == 1
    run.refresh_from_db()
    assert run.state == "done" and nightly.reconcile() == 0
