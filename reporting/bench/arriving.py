"""From a fact that a site sends to the lead's place in a rep's queue, through what a company runs: web, broker, bell and worker as
processes of their own. The clock starts when the request leaves and stops when the database shows what pages read."""

import base64
import http.client
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import median
from typing import Any

from django.conf import settings
from django.db import connections, transaction

from leads.judging import service as judge
from leads.models import HandoffState, Lead, LeadDirty, Score
from leads.scoring import company_days
from reporting.demo.setting import Stage
from smarketing.accounts import tokens
from smarketing.rows import clock, fence
from smarketing.supervisor import children, portal
from smarketing.supervisor.broker import Broker

from . import rescoring
from .stopwatch import Sheet, percentile

FACTS = 60
GOAL = 2  # seconds, p95
PATIENCE = 20  # seconds after which a fact is given up
WANTED = ("Head of Marketing", "Founder", "CEO")  # whom a request for a demo makes an MQL


def measure(sheet: Sheet, stage: Stage, *, taken_up: bool, count: int = FACTS) -> None:
    """`taken_up`: everybody is judged by the version in force already."""
    if not taken_up:
        with transaction.atomic():
            rescoring.taken_up(stage.version, clock.now())
            LeadDirty.objects.all().delete()
    company_days.bring(fence.cutoff())  # as the night before did
    while judge.sweep():  # who is an MQL from the start is handed over or held before anybody's time is taken
        pass
    quiet = Lead.objects.filter(handoffs=None, opted_out=False, erased=False, root_id=None, function__in=WANTED)
    people = list(quiet.exclude(email="").order_by("-pk").values_list("pk", "email")[: count + 5])
    _token, key = tokens.issue(kind="write", name="bench", by=None, at=clock.now())
    with running(Path(settings.DATA)) as (port, pids):
        before = processor(pids)
        found = [asked_for_demo(port, key, lead, mail, number) for number, (lead, mail) in enumerate(people)]
        used = (processor(pids) - before) / len(found)
    steady = [one for one in found[5:] if one]  # the first ones read code and plans
    lost = len(found) - 5 - len(steady)
    for name, at in (("answered", 0), ("scored and MQL", 1), ("in the queue of a rep", 2)):
        took = [one[at] for one in steady]
        said = f"fact sent over HTTP to {name}, web, bell and worker included"
        sheet.add(f"arrival_p50_{at}", f"{said}, p50 of {len(took)}", 1000 * median(took), "ms")
        p95 = percentile(took, 0.95)
        goal = (f"≤ {GOAL},000 ms, none lost", p95 <= GOAL and not lost) if at == 2 else ("", None)
        sheet.add(f"arrival_p95_{at}", f"{said}, p95", 1000 * p95, "ms", *goal)
    sheet.add("arrival_processor", "processor time of a fact: web, worker, bell, broker, database", 1000 * used, "ms")
    sheet.add("arrival_lost", f"facts that came to no queue within {PATIENCE} s", lost, "")


def asked_for_demo(port: int, key: str, lead: int, mail: str, number: int) -> tuple[float, float, float] | None:
    """Seconds until the request was answered, the lead scored anew and an MQL, and its handoff somebody's; None: never."""
    who: dict[str, Any] = {"userId": mail, "timestamp": clock.now().isoformat()}
    batch = [
        who | {"type": "identify", "traits": {"email": mail}, "messageId": f"who-{number}-{lead}"},
        who | {"type": "track", "event": "Demo requested", "messageId": f"what-{number}-{lead}"},
    ]
    begun = time.perf_counter()
    post(port, key, batch)
    answered = time.perf_counter() - begun
    judged = _until(begun, lambda: Score.objects.filter(lead=lead, track="live", direct=True).exists())
    queued = _until(begun, lambda: HandoffState.objects.filter(lead=lead, rep__isnull=False, is_open=True).exists())
    return None if judged is None or queued is None else (answered, judged, queued)


def post(port: int, key: str, batch: Sequence[dict[str, Any]]) -> None:
    """One call of a site. RuntimeError with the answer where it is not taken in."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        head = {
            "Authorization": "Basic " + base64.b64encode(f"{key}:".encode()).decode(),
            "Content-Type": "application/json",
        }
        line.request("POST", "/v1/batch", json.dumps({"batch": list(batch)}), head)
        answer = line.getresponse()
        said = answer.read().decode()
        if answer.status != 200 or json.loads(said).get("problems"):
            raise RuntimeError(f"{answer.status}: {said[:300]}")
    finally:
        line.close()


def _until(begun: float, is_so: Callable[[], bool]) -> float | None:
    while not is_so():
        if time.perf_counter() - begun > PATIENCE:
            return None
        time.sleep(0.002)
    return time.perf_counter() - begun


@contextmanager
def running(folder: Path) -> Iterator[tuple[int, list[int]]]:
    """The processes of a portal on the bench's own database, without its nightly timetable. Gives the port of its pages, and the
    first process of each of its parts, the database included where it is one of this folder."""
    broker = Broker(folder)
    broker.start()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {"REDIS_URL": broker.url, "SMARKETING_URL": f"http://localhost:{port}"}
    celery = [str(Path(sys.executable).parent / "celery"), "-A", "smarketing", "worker", "--loglevel", "WARNING"]
    commands: dict[str, Sequence[str]] = {
        "web": portal.web(port),
        "worker": [*celery, "--concurrency", "2", "--without-gossip", "--without-mingle"],
        "bell": [sys.executable, "manage.py", "bell"],
    }
    started = [
        children.start(list(command), folder / "log" / f"{name}.log", env=environment, cwd=portal.ROOT)
        for name, command in commands.items()
    ]
    try:
        _answers(port, folder / "log" / "web.log")
        mark = folder / "postgres" / "postmaster.pid"
        database = [int(mark.read_text().split()[0])] if mark.exists() else []
        yield port, [*(one.pid for one in started if one.pid), *([broker.child.pid] if broker.child else []), *database]
    finally:
        for child in reversed(started):
            children.stop(child, signal.SIGTERM)
        broker.stop()
        connections.close_all()


def processor(pids: Sequence[int]) -> float:
    """Seconds of processor time that these processes and all below them used up to now, those that ended included."""
    told = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            said = path.read_text().rpartition(")")[2].split()
            told[int(path.parent.name)] = int(said[1]), [int(one) for one in said[11:15]]
    asked = set(pids)
    while more := {pid for pid, (parent, _ticks) in told.items() if parent in asked} - asked:
        asked |= more
    ticks = sum(sum(told[pid][1]) if pid in pids else sum(told[pid][1][:2]) for pid in asked if pid in told)
    return ticks / os.sysconf("SC_CLK_TCK")


def _answers(port: int, log: Path, seconds: float = 180) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            line.request("GET", "/healthz")
            if line.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
        finally:
            line.close()
    raise RuntimeError(f"the pages do not answer: {children.tail(log)}")
