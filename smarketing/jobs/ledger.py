"""What the page of runs shows: progress and time of runs and their steps, what is alive. Reading only."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count, Max, Min, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from . import runs
from .models import Chunk, Heartbeat, Lease, Outbox, Run

STATES = {  # state -> (shape, word, class)
    "running": ("◌", _("running"), "run-running"),
    "waiting": ("◌", _("waits for the worker"), "run-running"),
    "done": ("✓", _("done"), "kept"),
    "failed": ("✗", _("stopped by errors"), "broken"),
    "stopped": ("–", _("stopped"), "run-running"),
}
STEPS: dict[str, object] = {}  # step key -> its words, registered by the apps
PROCESSES = {"worker": _("Worker (judging, nights)"), "bell": _("Bell (wakes the worker)")}
ALIVE = timedelta(seconds=90)


@dataclass
class Line:
    """One run, or one step of it."""

    label: object
    done: int = 0
    of: int = 0
    rows: int = 0
    seconds: int | None = None
    quarantined: list[Chunk] = field(default_factory=list)


@dataclass
class Shown:
    run: Run
    label: object
    state: tuple
    total: Line
    steps: list[Line]


def shown(found: Iterable[Run]) -> list[Shown]:
    """Runs as the page shows them, with sums of their chunks in one query."""
    found = list(found)
    sums: dict[int, dict[str, dict]] = {}
    grouped = Chunk.objects.filter(run__in=found).values("run_id", "step").annotate(
        of=Count("pk"), done=Count("pk", filter=Q(state="done")), rows=Sum("rows"), first=Min("number"),
        last=Max("done_at"),
    )  # fmt: skip
    for row in grouped:
        sums.setdefault(row["run_id"], {})[row["step"]] = dict(row)
    held = set(Lease.objects.exclude(until=None).filter(until__gt=timezone.now()).values_list("name", flat=True))
    return [_shown(run, sums.get(run.pk, {}), run.job in held) for run in found]


def _shown(run: Run, sums: dict[str, dict], held: bool) -> Shown:
    job = runs.JOBS.get(run.job)
    order = [step.key for step in job.steps] if job else []
    keys = [key for key in order if key in sums] + sorted(set(sums) - set(order))
    bad: dict[str, list[Chunk]] = {}
    for chunk in run.chunks.filter(state="quarantined").order_by("step", "number"):
        bad.setdefault(chunk.step, []).append(chunk)
    steps, since = [], run.started_at
    for key in keys:
        one = sums[key]
        seconds = _seconds(since, one["last"])
        since = one["last"] or since
        steps.append(Line(STEPS.get(key, key), one["done"], one["of"], one["rows"] or 0, seconds, bad.get(key, [])))
    total = Line("", sum(s.done for s in steps), sum(s.of for s in steps), sum(s.rows for s in steps))
    total.seconds = _seconds(run.started_at, run.finished_at or timezone.now())
    state = "waiting" if run.state == "running" and not held else run.state
    return Shown(run, job.label if job else run.job, STATES[state], total, steps)


def _seconds(since: datetime, until: datetime | None) -> int | None:
    return None if until is None else max(0, round((until - since).total_seconds()))


def processes() -> list[tuple[object, Heartbeat | None, bool]]:
    """(label, last heartbeat, alive) of the processes that nights and judging need."""
    beats = {beat.name: beat for beat in Heartbeat.objects.filter(name__in=PROCESSES)}
    since = timezone.now() - ALIVE
    return [(label, beats.get(name), name in beats and beats[name].at > since) for name, label in PROCESSES.items()]


def undelivered() -> int:
    """Side effects that gave up or failed at least once and still wait."""
    return Outbox.objects.filter(sent_at=None, attempts__gt=0).count()
