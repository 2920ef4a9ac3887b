"""Many reps at once: what a page takes while each of them looks at it, thinks, and looks again.

The pages are served as `make run` serves them, in processes of their own; who asks is one process of few cycles beside
them, over sockets. Besides the times there is told what a page costs in processor time (pages and database), which other
work of the machine does not change, and how busy the machine was.
"""

import asyncio
import os
import random
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.test import Client

from smarketing.accounts.models import User
from smarketing.supervisor import children, portal

from .stopwatch import Sheet, percentile

REPS = 200
THINK = 3.0  # seconds between two looks, half to one and a half times
SECONDS = 40.0
GOAL = 150  # milliseconds
SERVED = "bench-web"  # by which the database's processes that serve the pages are known
NIGHT = 1.5  # times as long at most while the night runs
TICK = os.sysconf("SC_CLK_TCK")


@dataclass
class Load:
    """What was seen: milliseconds of each answer, answers that were not 200, processor seconds of the servers."""

    took: list[float] = field(default_factory=list)
    failed: int = 0
    spent: float = 0.0
    seconds: float = 0.0

    @property
    def p95(self) -> float:
        return percentile(self.took, 0.95)


@contextmanager
def served() -> Iterator[tuple[int, subprocess.Popen]]:
    """The pages of this company over HTTP: (port, their process)."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = Path(settings.DATA) / "log" / "web.log"
    child = children.start(portal.web(port), log, env=os.environ | {"PGAPPNAME": SERVED}, cwd=portal.ROOT)
    try:
        _wait(port, child, log)
        yield port, child
    finally:
        children.stop(child)


def _wait(port: int, child: subprocess.Popen, log: Path, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and child.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"The pages do not answer. The log says:\n{children.tail(log)}")


def cookies(reps: Sequence[User]) -> list[str]:
    """Each signed in, as a browser's cookie says it."""
    out = []
    for rep in reps:
        browser = Client(SERVER_NAME="localhost")
        browser.force_login(rep)
        out.append(f"{settings.SESSION_COOKIE_NAME}={browser.cookies[settings.SESSION_COOKIE_NAME].value}")
    return out


def looked(port: int, child: subprocess.Popen, asked: Sequence[tuple[str, str]], seconds: float = SECONDS) -> Load:
    """Everybody asks for their page (cookie, path) again and again for so long; the first third warms up and is left out."""
    asyncio.run(_all(port, asked, Load(), seconds / 3))
    found = Load(seconds=seconds)
    before = _processor(child.pid)
    asyncio.run(_all(port, asked, found, seconds))
    found.spent = _processor(child.pid) - before
    return found


async def _all(port: int, asked: Sequence[tuple[str, str]], found: Load, seconds: float) -> None:
    end = time.monotonic() + seconds
    await asyncio.gather(*(_rep(port, cookie, path, found, end) for cookie, path in asked))


async def _rep(port: int, cookie: str, path: str, found: Load, end: float) -> None:
    await asyncio.sleep(random.uniform(0, THINK))
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n"
    while time.monotonic() < end:
        begun = time.perf_counter()
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(request.encode())
            answer = await reader.read()
            while more := await reader.read():
                answer += more
            writer.close()
        except OSError:
            answer = b""
        found.took.append(1000 * (time.perf_counter() - begun))
        found.failed += not answer.startswith(b"HTTP/1.1 200")
        await asyncio.sleep(random.uniform(THINK / 2, THINK * 1.5))


def _processor(web: int) -> float:
    """Processor seconds so far of the pages' processes and of the database's that serve them."""
    return sum(map(_spent, [web, *_children(web), *_database()]))


def _spent(pid: int) -> float:
    try:
        said = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(said[11]) + int(said[12])) / TICK


def _children(pid: int) -> list[int]:
    try:
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _database() -> list[int]:
    """The database's processes that work for the pages: each thread keeps one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE application_name = %s", [SERVED])
        return [row[0] for row in cursor.fetchall()]


def measure(sheet: Sheet, reps: Sequence[User], own: Callable[[User], int]) -> None:
    """The queue under everybody at once, alone and beside the night; then focus mode (`own`: a handoff of a rep)."""
    who = cookies(reps)
    with served() as (port, child):
        alone = looked(port, child, [(cookie, "/queue/") for cookie in who])
        _tell(sheet, "queue", alone, GOAL)
        focus = [(cookie, f"/queue/{own(rep)}/") for cookie, rep in zip(who, reps, strict=True)]
        _tell(sheet, "focus", looked(port, child, focus), GOAL)
        with _beside("nightly"):
            night = looked(port, child, [(cookie, "/queue/") for cookie in who])
        _tell(sheet, "queue while the night runs", night, NIGHT * GOAL)


@contextmanager
def _beside(command: str) -> Iterator[None]:
    """A command of ours works meanwhile."""
    log = Path(settings.DATA) / "log" / "beside.log"
    child = children.start([sys.executable, "manage.py", command], log, env=dict(os.environ), cwd=portal.ROOT)
    try:
        yield
    finally:
        children.stop(child)


def _tell(sheet: Sheet, what: str, load: Load, goal: float) -> None:
    each = 1000 * load.spent / max(len(load.took), 1)
    said = (
        f"{what}, {REPS} reps who think {THINK:.0f} s, {len(load.took) / load.seconds:.0f} a second, {each:.0f} ms of processor"
        f" each, load average {os.getloadavg()[0]:.1f}, {load.failed} failed, p50 {percentile(load.took, 0.5):.0f} ms, p95"
    )
    reached = load.p95 <= goal and not load.failed
    sheet.add(f"crowd {what}", said, load.p95, "ms", f"≤ {goal:.0f} ms", reached)
