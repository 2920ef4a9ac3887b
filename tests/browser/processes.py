"""The worker and the bell as processes of their own on a test's database and the real broker."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def running(urls: dict[str, str]) -> Iterator[None]:
    """Worker and bell run inside; both are ended afterwards."""
    environment = os.environ | urls
    celery = [sys.executable, "-m", "celery", "-A", "smarketing", "worker", "--concurrency", "1", "--loglevel", "ERROR"]
    commands = (
        [*celery, "--without-gossip", "--without-mingle", "--pool", "solo"],
        [sys.executable, "manage.py", "bell"],
    )
    started = [
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for command in commands
    ]
    try:
        yield
    finally:
        for process in started:
            process.kill()
            process.wait()
