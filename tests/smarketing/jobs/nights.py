"""A ground for proofs about the night: one prepared database, copied for each trial; readers that watch throughout."""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import closing, suppress
from pathlib import Path

from celery import Celery

from smarketing.supervisor.broker import Broker

PROCESS = Path(__file__).with_name("night_process.py")
# Everything the night writes, without serial ids and instants of recording: what a reader or a judge could tell apart.
DERIVED = {
    "score": "SELECT s.* FROM leads_score s",
    "history": "SELECT s.* FROM leads_scorehistory s",
    "sums": "SELECT s.* FROM leads_rawsum s",
    "days of sums": "SELECT s.* FROM leads_rawsumday s",
    "personas": "SELECT s.* FROM leads_personamatch s",
    "ledger": "SELECT s.* FROM leads_behaviourday s",
    "leads": "SELECT l.* FROM leads_lead l",
    "qualifications": "SELECT lead_id, line_id, version_id, cycle, effective_at, cause, grade FROM leads_qualification",
    "handoffs": "SELECT h.lead_id, h.line_id, h.gate, h.occurred_at, h.grade, (to_jsonb(s) - 'handoff_id')::text"
    " FROM leads_handoff h LEFT JOIN leads_handoffstate s ON s.handoff_id = h.id",
    "assignments": "SELECT h.lead_id, h.occurred_at, a.rep_id, a.how, a.occurred_at FROM leads_assignment a"
    " JOIN leads_handoff h ON h.id = a.handoff_id",
    "moves": "SELECT lead_id, number, from_stage, to_stage, cause, occurred_at FROM leads_stagemove",
    "clocks": "SELECT h.lead_id, h.occurred_at, (to_jsonb(c) - 'handoff_id')::text FROM sla_clock c"
    " JOIN leads_handoff h ON h.id = c.handoff_id",
    "published": "SELECT p.* FROM reporting_publishedsum p",
    "pointer": "SELECT name, edition FROM reporting_pointer",
}


class Ground:
    """`base` holds a night that was asked for and not begun. `trial()` copies it."""

    def __init__(self, server, broker, base: str):
        self.server, self.broker, self.base, self.trials = server, broker, base, 0

    def trial(self) -> "Trial":
        self.trials += 1
        return Trial(self, f"{self.base}_{self.trials}")

    def run(self, sql: str, database: str = "postgres") -> list[tuple]:
        with closing(self.server.connect(database)) as connection, connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else []


class Trial:
    """One copy of the ground. Use as a context: it drops its database at the end."""

    def __init__(self, ground: Ground, name: str):
        self.ground, self.name = ground, name

    def __enter__(self) -> "Trial":
        self.ground.run(
            f'CREATE DATABASE "{self.name}" OWNER smarketing_owner TEMPLATE "{self.ground.base}" STRATEGY file_copy'
        )
        return self

    def __exit__(self, *_exc) -> None:
        self.ground.run(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')

    def environment(self, **more: str) -> dict[str, str]:
        url = self.ground.server.url(self.name, "smarketing_app")
        return dict(os.environ) | {"DATABASE_URL": url, "REDIS_URL": self.ground.broker.url} | more

    def start(self, mutant: str = "", **environment: str) -> subprocess.Popen:
        command = [sys.executable, str(PROCESS), *(["--mutant", mutant] if mutant else [])]
        return subprocess.Popen(
            command, env=self.environment(**environment), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )

    def night(self, mutant: str = "", crash: str = "", kill_after: float = 0) -> int:
        """Run the night once; it is killed at a named point, or after some seconds. Returns how it ended."""
        process = self.start(mutant, **({"SMARKETING_CRASH": crash} if crash else {}))
        if kill_after:
            time.sleep(kill_after)
            process.kill()
        out = process.communicate(timeout=240)[0]
        assert process.returncode in (0, -signal.SIGKILL), out.decode()[-2000:]
        self.expire()
        return process.returncode

    def finish(self, mutant: str = "") -> None:
        """Run it again until it is done."""
        for _again in range(4):
            self.night(mutant)
            if self.state() != "running":
                break
        assert self.state() == "done", self.unsettled()

    def unsettled(self) -> list[tuple]:
        """Chunks that are not done, and why."""
        return self.run("SELECT step, number, state, attempts, error FROM jobs_chunk WHERE state <> 'done' ORDER BY id")

    def chunks(self) -> int:
        """How many chunks were committed."""
        return self.run("SELECT count(*) FROM jobs_chunk WHERE state = 'done'")[0][0]

    def state(self) -> str:
        return self.run("SELECT state FROM jobs_run ORDER BY id DESC LIMIT 1")[0][0]

    def expire(self) -> None:
        """Time passes: the dead holder's lease runs out."""
        self.run("UPDATE jobs_lease SET until = clock_timestamp() - interval '1 second' WHERE until IS NOT NULL")

    def run(self, sql: str) -> list[tuple]:
        return self.ground.run(sql, self.name)

    def derived(self) -> dict[str, str]:
        """A digest of each derived table, in one order."""
        out = {}
        for name, sql in DERIVED.items():
            row = f"SELECT md5(coalesce(string_agg(t::text, E'\\n' ORDER BY t::text COLLATE \"C\"), '')) FROM ({sql}) t"
            out[name] = self.run(row)[0][0]
        return out


class Hands:
    """A worker and a broker of a trial's own, working on what was left of its night; both can be killed at once."""

    def __init__(self, trial: Trial, folder: Path, crash: str = ""):
        self.trial, self.broker = trial, Broker(folder)
        self.broker.start()
        environment = trial.environment(REDIS_URL=self.broker.url, SMARKETING_CRASH=crash)
        command = [str(Path(sys.executable).parent / "celery"), "-A", "tests.smarketing.jobs.night_worker", "worker"]
        self.worker = subprocess.Popen(
            [*command, "--pool", "solo", "--loglevel", "ERROR"], env=environment, start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        Celery(broker=self.broker.url).send_task("jobs.reconcile")

    def until_dead(self, seconds: float = 300) -> None:
        """Until the worker died at its named point."""
        try:
            assert self.worker.wait(seconds) == -signal.SIGKILL
        except subprocess.TimeoutExpired:
            raise AssertionError(f"never got there: {self.trial.state()}, {self.trial.unsettled()}") from None

    def until(self, reached, seconds: float = 300) -> None:
        end = time.monotonic() + seconds
        while not reached():
            assert time.monotonic() < end and self.worker.poll() is None, self.trial.unsettled()
            time.sleep(0.02)

    def kill(self) -> None:
        """Worker and broker at once, without a farewell; time passes, the dead one's lease runs out."""
        for one in (self.worker, self.broker.child):
            with suppress(ProcessLookupError):
                os.killpg(one.pid, signal.SIGKILL)
            one.wait()
        self.trial.expire()

    def __enter__(self) -> "Hands":
        return self

    def __exit__(self, *_exc) -> None:
        self.kill()


class Reader(threading.Thread):
    """Reads the published reports without pause; `seen` are the numbers of rows of the edition it was shown."""

    SQL = (
        "SELECT p.edition, count(s.measure) FROM reporting_pointer p LEFT JOIN reporting_publishedsum s"
        " ON s.edition = p.edition GROUP BY 1"
    )

    def __init__(self, trial: Trial):
        super().__init__(daemon=True)
        self.trial, self.seen, self.stopping = trial, set(), threading.Event()

    def run(self) -> None:
        server = self.trial.ground.server
        with closing(server.connect(self.trial.name, "smarketing_app")) as connection, connection.cursor() as cursor:
            while not self.stopping.is_set():
                cursor.execute(self.SQL)
                self.seen.update(cursor.fetchall() or [("", 0)])
                time.sleep(0.01)

    def __enter__(self) -> "Reader":
        self.start()
        return self

    def __exit__(self, *_exc) -> None:
        self.stopping.set()
        self.join()
