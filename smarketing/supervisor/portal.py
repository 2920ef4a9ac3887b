"""One company's portal: servers, preparation, processes; started, watched and stopped in the right order."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

from . import children, lock
from .broker import Broker
from .errors import CannotStart
from .postgres import APPLICATION, OWNER, Server, prepare

ROOT = Path(__file__).resolve().parent.parent.parent
RESTARTS = 5


def web(port: int) -> list[str]:
    """The command that serves the pages."""
    return [
        str(Path(sys.executable).parent / "gunicorn"), "smarketing.wsgi", "--bind", f"0.0.0.0:{port}", "--workers", "2",
        "--threads", "4", "--worker-class", "gthread", "--preload", "--timeout", "60", "--graceful-timeout", "10",
    ]  # fmt: skip


class Portal:
    """`demo` keeps var/demo and makes the demo company on first start; otherwise an empty company of one's own."""

    def __init__(self, data: Path, *, demo: bool, port: int, say: Callable[[str], None]):
        self.data, self.demo, self.port, self.say = data, demo, port, say
        self.server: Server | None = None
        self.broker: Broker | None = None
        self.children: dict[str, subprocess.Popen] = {}
        self.commands: dict[str, list[str]] = {}
        self.restarts: dict[str, int] = {}
        self.environment = dict(os.environ)

    # -- start -------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Everything up and answering over HTTP. CannotStart with one clear sentence."""
        self._lock = lock.hold(self.data)
        self._free_port()
        self._settle_environment()
        self._prepare()
        self._start_processes()
        self._wait_for_http()
        (self.data / "run" / "address").write_text(self.address)

    @property
    def address(self) -> str:
        return f"http://localhost:{self.port}"

    def _free_port(self) -> None:
        for port in range(self.port, self.port + 20):
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    continue
            if port != self.port:
                self.say(f"Port {self.port} is taken by another program: using {port}.")
            self.port = port
            return
        raise CannotStart(f"Ports {self.port} to {self.port + 19} are all taken: choose one with PORT=….")

    def _settle_environment(self) -> None:
        env = self.environment
        env["SMARKETING_DATA"] = str(self.data)
        env.setdefault("SMARKETING_URL", self.address)
        env.setdefault("PYTHONUNBUFFERED", "1")
        self._secret_key()
        started = {}
        if not env.get("DATABASE_URL"):
            self.say("Starting the database…")
            self.server = Server(self.data)
            self.server.start()
            prepare(self.server)
            started["DATABASE_URL"] = self.server.url("smarketing", APPLICATION)
            started["OWNER_DATABASE_URL"] = self.server.url("smarketing", OWNER)
        if not env.get("REDIS_URL"):
            self.broker = Broker(self.data)
            self.broker.start()
            started["REDIS_URL"] = self.broker.url
        path = self.data / "run" / "env"
        path.touch(mode=0o600)
        path.write_text("".join(f"{key}={value}\n" for key, value in started.items()))
        env.update(started)

    def _secret_key(self) -> None:
        path = self.data / "secret_key"
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(50))

    def _prepare(self) -> None:
        command = [sys.executable, "manage.py", "prepare", "--demo" if self.demo else "--company"]
        log = self.data / "log" / "prepare.log"
        with log.open("ab") as err:
            process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, stderr=err, text=True
            )
            for line in process.stdout or ():
                self.say(line.rstrip())
        if process.wait():
            raise CannotStart(f"The database could not be prepared. The log says:\n{children.tail(log)}")

    def _start_processes(self) -> None:
        binaries = Path(sys.executable).parent
        celery = [str(binaries / "celery"), "-A", "smarketing"]
        self.commands = {
            "web": web(self.port),
            "worker": [*celery, "worker", "--concurrency", "2", "--loglevel", "WARNING", "--without-gossip", "--without-mingle"],
            "bell": [sys.executable, "manage.py", "bell"],
            "beat": [
                *celery, "beat", "--loglevel", "WARNING", "--schedule", str(self.data / "run" / "beat"), "--pidfile=",
            ],
        }  # fmt: skip
        for name in self.commands:
            self._run(name)

    def _run(self, name: str) -> None:
        log = self.data / "log" / f"{name}.log"
        self.children[name] = children.start(self.commands[name], log, env=self.environment, cwd=ROOT)

    def _wait_for_http(self, seconds: float = 180) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.children["web"].poll() is not None:
                break
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5) as answer:
                    if answer.status == 200:
                        return
            except OSError:
                time.sleep(0.1)
        raise CannotStart(f"The pages do not answer. The log says:\n{children.tail(self.data / 'log' / 'web.log')}")

    # -- watch and stop ------------------------------------------------------------------------------------------

    def watch(self, stopped: Callable[[], bool]) -> None:
        """Until `stopped()`: a process that died is started again, a dead server ends the portal with its reason."""
        while not stopped():
            time.sleep(0.3)
            for server in filter(None, (self.server, self.broker)):
                if server.child and server.child.poll() is not None:
                    raise CannotStart(f"{type(server).__name__} ended. Its log says:\n{children.tail(server.log)}")
            for name, child in list(self.children.items()):
                if child.poll() is not None and not stopped():
                    self._again(name)

    def _again(self, name: str) -> None:
        self.restarts[name] = self.restarts.get(name, 0) + 1
        log = self.data / "log" / f"{name}.log"
        if self.restarts[name] > RESTARTS:
            raise CannotStart(f"{name} ended {RESTARTS} times. Its log says:\n{children.tail(log)}")
        self.say(f"{name} ended and is started again.")
        self._run(name)

    def stop(self) -> None:
        """Beat, bell, worker (warm), web, broker, database."""
        for name in ("beat", "bell", "worker", "web"):
            if name in self.children:
                children.stop(self.children[name], signal.SIGTERM)
        if self.broker:
            self.broker.stop()
        if self.server:
            self.server.stop()
        (self.data / "run" / "env").unlink(missing_ok=True)
