"""What the bench measures, in its order. Each adds lines to the sheet; nothing here asserts a time."""

import time
from datetime import datetime, timedelta

from django.db import connection, transaction

from leads.handoffs import queue
from leads.intake.events import NewEvent, record_events
from leads.judging import catch_up, service
from leads.models import HandoffState, Lead, Score, ScoreHistory
from leads.scoring import days
from reporting.demo import writing
from reporting.demo.setting import Stage
from smarketing.accounts.models import User
from smarketing.rows import clock

from . import recompute, rescoring
from .stopwatch import Processor, Sheet, percentile, seconds, spent

SCAN = "SELECT count(*), max(occurred_at), sum(length(page)) FROM leads_event"
ROUNDS = 5


def scan() -> float:
    """Seconds of one sequential scan of all events, by one process, warm."""

    def once() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")
            cursor.execute("SET LOCAL enable_indexscan = off")
            cursor.execute(SCAN)
            cursor.fetchall()

    with transaction.atomic():
        once()
        return seconds(once, ROUNDS)


def full(sheet: Sheet, stage: Stage, leads: int) -> tuple[float, float]:
    """Everybody scored with contributions and written as the judge takes up a version, at last midnight, against one scan;
    checked by checksum. Returns seconds, and processor seconds."""
    here = days.here()
    moment = here.midnight(here.of(clock.now()))
    base = scan()

    def rescore() -> None:
        for table in (Score, ScoreHistory):
            table.objects.all().delete()
        rescoring.taken_up(stage.version, moment)

    took, inside = spent(rescore, 3)
    sheet.add("scan", "one sequential scan of the events", base, "s")
    sheet.add("full", "full re-score with contributions, written", took, "s")
    sheet.add("full_ratio", "full re-score ÷ scan", took / base, "×", "≤ 25", took / base <= 25)
    sheet.add("full_rate", "leads re-scored", leads / took, "leads/s")
    with transaction.atomic():
        rescore()
        sql, count = recompute.written(stage.version)
        held = recompute.pull(stage.version, moment, here.of(moment))
        begun = time.perf_counter()
        numpy, again = recompute.recompute(stage.version, held)
        sheet.add("numpy", "the same on NumPy arrays, pulled before", time.perf_counter() - begun, "s")
        same = (sql, count) == (numpy, again)
        sheet.add(
            "checksum", f"checksums of {count} leads, SQL and NumPy: {sql} and {numpy}", float(same), "", "equal", same
        )
        transaction.set_rollback(True)
    return took, inside


def history(sheet: Sheet, at: datetime, stage: Stage) -> None:
    """Catch-up judging of all months, handed over and assigned."""
    start = at - timedelta(days=600)
    begun = time.perf_counter()
    found = catch_up.run(start, at)
    sheet.add(
        "catch_up", f"18 months judged: {found['qualifications']} qualifications", time.perf_counter() - begun, "s"
    )


def event_to_queue(sheet: Sheet, count: int = 60) -> None:
    """From a demo request's arrival to its handoff in a rep's queue: intake, judge, hand-over, assignment."""
    source = writing.source()
    quiet = Lead.objects.filter(handoffs=None, opted_out=False, function__in=("Head of Marketing", "Founder", "CEO"))
    took = []
    for number, lead in enumerate(quiet.order_by("-pk").values_list("pk", flat=True)[:count]):
        begun = time.perf_counter()
        record_events([NewEvent(f"bench-{number}", "demo", clock.now(), lead_id=lead)], source=source)
        while not HandoffState.objects.filter(lead=lead, rep__isnull=False).exists():
            if time.perf_counter() - begun > 10:
                break
            service.sweep()
        took.append(time.perf_counter() - begun)
    sheet.add(
        "queue_p50",
        f"event to queue, p50 of {len(took)} (bell and broker left out)",
        1000 * percentile(took, 0.5),
        "ms",
    )
    p95 = percentile(took, 0.95)
    sheet.add("queue_p95", "event to queue, p95", 1000 * p95, "ms", "≤ 2,000 ms", p95 <= 2)


def queue_page(sheet: Sheet, times: int = 200) -> None:
    """The first page of the busiest rep's queue: what it costs in SQL, and with the rows made of it."""
    busiest = max(
        User.objects.filter(role="rep"), key=lambda rep: HandoffState.objects.filter(rep=rep, is_open=True).count()
    )
    owed = HandoffState.objects.owed_by(busiest)
    took, inside = [], []
    for _time in range(times):
        with Processor() as used:
            queue.page(owed, clock.now())
        took.append(used.seconds)
        inside.append(used.database)
    p95, more = percentile(inside, 0.95), 1000 * percentile(took, 0.95)
    what = f"queue page of {owed.count()} handoffs ({more:.1f} ms with its rows), SQL p95"
    sheet.add("page_p95", what, 1000 * p95, "ms", "≤ 5 ms", p95 <= 0.005)


def ingestion(sheet: Sheet, seconds_: float = 5) -> None:
    """Events in batches of 100, durable, random message ids, ledger included, one client."""
    source, leads = writing.source(), list(Lead.objects.order_by("pk").values_list("pk", flat=True)[:20_000])
    batch, begun = 0, time.perf_counter()
    with Processor() as used:
        while time.perf_counter() - begun < seconds_:
            now = clock.now()
            record_events(
                [
                    NewEvent(f"b{batch}-{n}-{now}", "page", now, page="/pricing", lead_id=leads[(batch * 7919 + n * 31) % len(leads)])
                    for n in range(100)
                ],
                source=source,
            )  # fmt: skip
            batch += 1
    what = "events taken in, batches of 100, one client"
    sheet.add(
        "ingest_wall",
        f"{what}, beside what else this machine does",
        100 * batch / (time.perf_counter() - begun),
        "events/s",
    )
    rate = 100 * batch / used.seconds
    sheet.add("ingest", f"{what}, by processor time", rate, "events/s", "≥ 8,000", rate >= 8000)
