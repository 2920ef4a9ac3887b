"""One command starts the portal, says who is in the way, and stops in order with the data kept."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.trust


@pytest.fixture
def data():
    one = Path(tempfile.mkdtemp(prefix="smk-"))
    one.chmod(0o755)
    yield one
    shutil.rmtree(one, ignore_errors=True)


def up(data: Path, port: int) -> subprocess.Popen:
    clean = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "OWNER_DATABASE_URL", "REDIS_URL")}
    return subprocess.Popen(
        [sys.executable, "manage.py", "up", "--company", "--port", str(port)],
        cwd=ROOT,
        env=clean | {"SMARKETING_DATA": str(data), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def until(process: subprocess.Popen, words: str, seconds: float = 90) -> str:
    said, end = "", time.monotonic() + seconds
    while time.monotonic() < end:
        line = process.stdout.readline()
        said += line
        if words in line or not line:
            break
    assert words in said, said
    return said


def get(port: int, path: str) -> int:
    return urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10).status


@pytest.fixture
def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_it_starts_says_it_is_running_already_stops_and_starts_again_on_its_data(data, port):
    first = up(data, port)
    said = until(first, "Ctrl-C stops it")
    assert "/start/" in said and get(port, "/healthz") == 200
    second = up(data, port)
    assert "already running at" in second.communicate(timeout=60)[0] and second.returncode == 1
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            assert get(port, "/readyz") == 200  # worker and bell have beaten
            break
        except urllib.error.HTTPError:
            time.sleep(1)
    else:
        pytest.fail("worker and bell never beat")
    first.send_signal(signal.SIGINT)
    assert "Stopped. Your data is kept." in first.communicate(timeout=60)[0] and first.returncode == 0
    again, begun = up(data, port), time.monotonic()
    until(again, "Ctrl-C stops it")
    assert time.monotonic() - begun < 60
    again.send_signal(signal.SIGINT)
    again.communicate(timeout=60)


def test_a_taken_port_is_said_and_the_next_one_used(data, port):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        process = up(data, port)
        said = until(process, "Ctrl-C stops it")
        assert f"Port {port} is taken" in said
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)


def test_a_database_that_cannot_be_reached_is_one_clear_sentence(data, port):
    clean = os.environ | {"SMARKETING_DATA": str(data), "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    process = subprocess.run(
        [sys.executable, "manage.py", "up", "--company", "--port", str(port)],
        cwd=ROOT, env=clean, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert process.returncode == 1 and "smarketing cannot start:" in process.stdout
    assert "Traceback" not in process.stdout.split("The log says:")[0]
