"""Figures for whoever watches the house from outside (Prometheus): read from the database when asked, registered by apps.

These are about the machine's health; what the two teams look at are measures (`smarketing.measures`).
"""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.models import Count, Max, Min
from django.utils import timezone
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily

from . import ledger
from .models import Chunk, Heartbeat, Outbox, Run

Read = Callable[[], float | Mapping[str, float]]
_TABLE: dict[str, tuple[str, str, Read]] = {}


def register(name: str, help: str, read: Read, label: str = "") -> None:
    """Add a gauge `smarketing_<name>`; `read()` gives its value, or label value -> value. The same name replaces."""
    _TABLE[name] = (help, label, read)


class House:
    """Every registered gauge, read now."""

    def collect(self):
        for name, (help, label, read) in sorted(_TABLE.items()):
            family = GaugeMetricFamily(f"smarketing_{name}", help, labels=[label] if label else None)
            found = read()
            for value, number in found.items() if isinstance(found, Mapping) else [("", found)]:
                family.add_metric([value] if label else [], float(number))
            yield family


def text() -> bytes:
    """Everything in Prometheus' text format: this house's gauges, and the requests of all web processes."""
    house = CollectorRegistry()
    house.register(House())
    requests = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        requests = CollectorRegistry()
        multiprocess.MultiProcessCollector(requests)
    return generate_latest(house) + generate_latest(requests)


def heartbeat_ages() -> dict[str, float]:
    now = timezone.now()
    return {name: (now - at).total_seconds() for name, at in Heartbeat.objects.values_list("name", "at")}


def outbox_age() -> float:
    oldest = Outbox.objects.filter(sent_at=None).aggregate(at=Min("created_at"))["at"]
    return (timezone.now() - oldest).total_seconds() if oldest else 0


def last_done() -> dict[str, float]:
    done = Run.objects.filter(state="done").values_list("job").annotate(at=Max("finished_at"))
    return {job: at.timestamp() for job, at in done if at}


def _runs() -> dict[str, float]:
    counts = dict(Run.objects.values_list("state").annotate(n=Count("pk")))
    return {state: counts.get(state, 0) for state in ledger.STATES if state != "waiting"}


def database_bytes() -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return cursor.fetchone()[0]


def media_bytes() -> float:
    paths = (Path(folder) / name for folder, _folders, names in os.walk(settings.MEDIA_ROOT) for name in names)
    return sum(path.stat().st_size for path in paths if path.is_file())


def quarantined() -> int:
    return Chunk.objects.filter(state="quarantined").count()


register("heartbeat_age_seconds", "Since a process, or the last backup, was heard of.", heartbeat_ages, "process")
register("outbox_oldest_seconds", "Age of the oldest side effect not delivered yet.", outbox_age)
register("outbox_failing", "Side effects that failed at least once and wait.", ledger.undelivered)
register("runs", "Runs of jobs by state.", _runs, "state")
register("run_last_done_timestamp", "When a job was last done, in seconds since 1970.", last_done, "job")
register("chunks_quarantined", "Pieces of work set aside after three attempts.", quarantined)
register("database_bytes", "Size of the database.", database_bytes)
register("media_bytes", "Size of the files that people brought.", media_bytes)
