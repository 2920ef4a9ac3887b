"""The night may be killed anywhere and run again: the morning's rows are those of a night that nobody disturbed."""

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connections, transaction

from leads.intake.events import NewEvent, record_events
from leads.models import Lead, Source
from smarketing.jobs import runs
from smarketing.rows import clock, fence
from tests.conftest import DEMO_AT, _current
from tests.smarketing.jobs.nights import Ground, Hands, Reader

POINTS = (
    "nightly.partitions.plan", "nightly.rawsums.before", "nightly.rawsums.after", "nightly.midnight.before", "nightly.midnight.after", "nightly.midnight.committed",
    "nightly.release.after", "nightly.personas.before", "nightly.clocks.taken", "nightly.clocks.after",
    "nightly.sums.plan", "nightly.sums.before:2", "nightly.sums.after:9", "nightly.sums.committed:12",
    "nightly.publish.before", "publish.pointer", "nightly.publish.after", "nightly.publish.committed", "nightly.finish",
)  # fmt: skip


@pytest.fixture
def ground(demo_db, servers):
    """The demo on the night after its present: forty leads came back since, and the night was asked for."""
    server, broker = servers
    later = DEMO_AT + timedelta(hours=15)
    with closing(server.connect(demo_db)) as connection, connection.cursor() as cursor:
        cursor.execute("UPDATE rows_installation SET clock_offset = %s - clock_timestamp()", [later])
        cursor.execute("DELETE FROM jobs_run WHERE state <> 'done'")
        cursor.execute("UPDATE jobs_run SET business_date = business_date + 1")  # an ordinary night follows
        cursor.execute("DELETE FROM jobs_outbox")
    with transaction.atomic():
        leads = list(Lead.objects.order_by("-pk").values_list("pk", flat=True)[:40])
        visits = [
            NewEvent(f"back-{lead}-{n}", "page", later, page=page, lead_id=lead)
            for lead in leads
            for n, page in enumerate(("/pricing", "/pricing", "/pricing", "/customers/acme", "/customers/acme"))
        ]
        record_events(visits, source=Source.objects.get(name="site"))
    time.sleep(0.01)
    runs.start("nightly", clock.today(), fence.cutoff())
    connections.close_all()
    base = _current["database"].name
    yield Ground(server, broker, base)


@pytest.fixture
def undisturbed(ground) -> tuple[dict, int]:
    """(digests of the derived tables, rows of the edition) after a night that nobody disturbed."""
    with ground.trial() as trial:
        trial.finish()
        return trial.derived(), trial.run("SELECT count(*) FROM reporting_publishedsum")[0][0]


def whole(reader: Reader, rows: int) -> bool:
    """Whether what the reader saw was never a part of an edition."""
    return {count for _edition, count in reader.seen} <= {0, rows} and all(
        count == rows for edition, count in reader.seen if edition
    )


def killed_at(ground, undisturbed, folder: Path, points: tuple[str, ...]) -> tuple[int, int]:
    """Worker and broker killed at each of these points in turn, then left alone: the same rows, and readers saw no part.

    Returns (chunks committed before the first death, in all).
    """
    before = []
    with ground.trial() as trial, Reader(trial) as reader:
        for number, point in enumerate(points):
            with Hands(trial, folder / str(number), crash=point) as hands:
                hands.until_dead()
            before.append(trial.chunks())
        finish(trial, folder / "last")
        assert trial.derived() == undisturbed[0], points
        chunks = trial.chunks()
    assert whole(reader, undisturbed[1]), points
    return before[0], chunks


def finish(trial, folder: Path) -> None:
    with Hands(trial, folder) as hands:
        hands.until(lambda: trial.state() != "running")
    assert trial.state() == "done", trial.unsettled()


@pytest.mark.invariant("I8")
def test_worker_and_broker_killed_between_two_chunks_the_night_goes_on_to_the_same_rows(ground, undisturbed, tmp_path):
    before, chunks = killed_at(ground, undisturbed, tmp_path, ("nightly.sums.committed:9",))
    assert 0 < before < chunks


@pytest.mark.trust
@pytest.mark.invariant("I8")
def test_worker_and_broker_killed_at_every_named_point_the_rows_are_the_same(ground, undisturbed, tmp_path):
    within = 0
    for point in POINTS:
        before, chunks = killed_at(ground, undisturbed, tmp_path / point, (point,))
        within += 0 < before < chunks
    assert within >= 12  # with chunks committed before and after the death


@pytest.mark.trust
@pytest.mark.invariant("I8")
def test_worker_and_broker_killed_at_twenty_random_moments_the_rows_are_the_same(ground, undisturbed, tmp_path):
    dice, deaths, turn = random.Random(7), 0, 0
    with ground.trial() as trial:
        finish(trial, tmp_path / "whole")
        chunks = trial.chunks()
    while deaths < 20:
        turn += 1
        with ground.trial() as trial, Reader(trial) as reader:
            for number, after in enumerate(sorted(dice.sample(range(1, chunks), 4))):
                with Hands(trial, tmp_path / f"{turn}.{number}") as hands:
                    hands.until(lambda after=after: trial.chunks() >= after)
                    time.sleep(dice.uniform(0, 0.2))
                deaths += trial.state() == "running"
            finish(trial, tmp_path / f"{turn}.last")
            assert trial.derived() == undisturbed[0], turn
        assert whole(reader, undisturbed[1]), turn


@pytest.mark.trust
@pytest.mark.invariant("I8", mutant="publish before the last chunk")
def test_mutant_published_before_the_last_chunk_a_reader_sees_a_part(ground, undisturbed):
    with ground.trial() as trial, Reader(trial) as reader:
        trial.finish("publish-early")
    assert not whole(reader, undisturbed[1])


def frozen_and_thawed(ground, mutant: str = "") -> tuple[dict, dict]:
    """(rows after others did the work, rows after the thawed worker went on)."""
    with ground.trial() as trial:
        frozen = trial.start(mutant, SMARKETING_CRASH="stop@nightly.sums.taken:5")
        _wait_until_stopped(frozen.pid)
        trial.expire()
        trial.finish()
        for _night in range(2):  # two more nights: the first one's sums are pruned
            trial.run(
                "INSERT INTO jobs_run (job, business_date, cutoff, state, step, started_at, counts, error) SELECT job,"
                " business_date + 1, cutoff + interval '1 minute', 'running', '', now(), '{}', '' FROM jobs_run"
                " ORDER BY id DESC LIMIT 1"
            )
            trial.finish()
        before = trial.derived()
        os.kill(frozen.pid, signal.SIGCONT)
        frozen.communicate(timeout=120)
        return before, trial.derived()


def _wait_until_stopped(pid: int) -> None:
    end = time.monotonic() + 120
    while time.monotonic() < end:
        if Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "T":
            return
        time.sleep(0.05)
    pytest.fail("it never got to the point where it freezes")


@pytest.mark.trust
@pytest.mark.invariant("I9")
def test_a_worker_frozen_then_thawed_writes_nothing(ground):
    before, after = frozen_and_thawed(ground)
    assert after == before


@pytest.mark.trust
@pytest.mark.invariant("I9", mutant="no token check")
def test_mutant_without_token_check_the_thawed_worker_overwrites(ground):
    before, after = frozen_and_thawed(ground, "no-token")
    assert after != before


@pytest.mark.trust
@pytest.mark.invariant("I17")
def test_a_chunk_that_kills_its_worker_three_times_is_set_aside_and_nothing_is_published(ground):
    with ground.trial() as trial:
        for _death in range(3):
            assert trial.night(crash="nightly.midnight.before") == -signal.SIGKILL
        trial.night()
        assert trial.state() == "failed"
        assert trial.run("SELECT step, state, error FROM jobs_chunk WHERE state = 'quarantined'") == [
            ("midnight", "quarantined", "its worker died three times")
        ]
        assert trial.run("SELECT * FROM reporting_pointer") == []


@pytest.mark.trust
@pytest.mark.invariant("I16")
def test_killed_between_delivery_and_its_mark_a_message_comes_again_with_the_same_id(ground, tmp_path):
    letters = tmp_path / "letters"
    relay = (
        "import django; django.setup()\n"
        "from smarketing.jobs import outbox\n"
        f"outbox.register('letter', lambda number, body: open({str(letters)!r}, 'a').write(f'{{number}} {{body}}\\n'))\n"
        "outbox.relay()\n"
    )
    with ground.trial() as trial:
        trial.run(
            "INSERT INTO jobs_outbox (kind, body, created_at, attempts, error) VALUES ('letter', '{\"to\": 1}', now(), 0, '')"
        )
        environment = trial.environment(DJANGO_SETTINGS_MODULE="smarketing.settings")
        killed = subprocess.run(
            [sys.executable, "-c", relay], env=environment | {"SMARKETING_CRASH": "outbox.delivered"}, check=False
        )
        assert killed.returncode == -signal.SIGKILL
        assert trial.run("SELECT sent_at, attempts FROM jobs_outbox WHERE kind = 'letter'") == [(None, 0)]
        subprocess.run([sys.executable, "-c", relay], env=environment, check=True)
        assert trial.run("SELECT sent_at IS NOT NULL FROM jobs_outbox WHERE kind = 'letter'") == [(True,)]
    said = letters.read_text().splitlines()
    assert len(said) == 2 and said[0] == said[1]
