"""A durable company of its own for a proof that kills things: real PostgreSQL with fsync, real gunicorn, on loopback."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from smarketing.supervisor.postgres import APPLICATION, OWNER, Server, prepare

ROOT = Path(__file__).resolve().parents[2]


class Company:
    """`environment` for every process of this company; `server` its database."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.server = Server(folder)
        self.environment = os.environ | {
            "SMARKETING_DATA": str(folder),
            "SMARKETING_SECRET_KEY": "a" * 50,
            "SMARKETING_HOSTS": "127.0.0.1",
            "DATABASE_URL": self.server.url("smarketing", APPLICATION),
            "OWNER_DATABASE_URL": self.server.url("smarketing", OWNER),
            "REDIS_URL": "redis://127.0.0.1:1/0",
        }
        self.port, self.web = _free_port(), None

    def manage(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *words], cwd=ROOT, env=self.environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start_web(self, application: str = "smarketing.wsgi") -> None:
        command = [sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{self.port}", "--workers", "2"]
        command += ["--threads", "2", "--worker-class", "gthread", "--log-level", "critical"]
        self.web = subprocess.Popen(command, cwd=ROOT, env=self.environment, start_new_session=True)
        end = time.monotonic() + 30
        while time.monotonic() < end:
            with suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=2).close()
                return
            time.sleep(0.1)
        raise AssertionError("the pages do not answer")

    def kill_web(self) -> None:
        """Without a farewell, workers included."""
        with suppress(ProcessLookupError):
            os.killpg(self.web.pid, signal.SIGKILL)
        self.web.wait()

    def kill_database(self) -> None:
        """Postmaster and all of its children at once, as when the machine loses its power (the disk keeps its word)."""
        with suppress(ProcessLookupError):
            os.killpg(self.server.child.pid, signal.SIGKILL)
        self.server.child.wait()
        time.sleep(0.3)

    def rows(self, sql: str) -> list[tuple]:
        with closing(self.server.connect("smarketing", OWNER)) as connection, connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall()


@contextmanager
def company() -> Iterator[Company]:
    """Started and migrated; everything is stopped and removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="smk-trust-"))
    folder.chmod(0o755)
    one = Company(folder)
    try:
        one.server.start()
        prepare(one.server)
        one.manage("migrate", "--verbosity", "0")
        yield one
    finally:
        if one.web and one.web.poll() is None:
            one.kill_web()
        one.server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
