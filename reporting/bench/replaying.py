"""The twelve-month preview of a draft: how long from a changed draft to its figures, and against one scan of the ledger."""

from copy import deepcopy
from typing import Any

import numpy as np
from django.db import connection, transaction

from leads.replay import became, columns, months, walk
from leads.replay.shown import first_days
from leads.scoring import days
from leads.scoring.timeline.pull import us
from reporting.demo.setting import Stage
from smarketing.rows import fence

from .stopwatch import Sheet, processor, seconds

LEDGER = "SELECT sum(n), count(*), max(occurred_day) FROM leads_behaviourday"
GOAL = 2  # seconds at 100,000 leads
ROUNDS = 5


def ledger() -> float:
    """Seconds of one sequential scan of the ledger, by one process, warm."""

    def once() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")
            cursor.execute("SET LOCAL enable_indexscan = off")
            cursor.execute(LEDGER)
            cursor.fetchall()

    with transaction.atomic():
        once()
        return seconds(once, ROUNDS)


def drafts(body: dict[str, Any]) -> list[dict[str, Any]]:
    """Drafts as somebody drags: a weight each time otherwise, so that nothing found before helps."""
    found = []
    for more in range(1, ROUNDS + 1):
        draft = deepcopy(body)
        draft["engagement"]["items"][0]["points"] += more
        found.append(draft)
    return found


def preview(body: dict[str, Any], line: int, snapshot: columns.Columns) -> list[months.Figures]:
    """All that the page shows of a draft: the first yes of each lead, what became of them, month by month."""
    found = walk.firsts(body, snapshot)
    real = became.read(line, snapshot.cutoff)
    starts = [us(days.here().midnight(one)) for one in first_days(snapshot.cutoff)]
    month = np.searchsorted(starts, found.at, "right") - 1
    rows = months.Rows(found.lead, found.at, month, real.codes_of(found.lead, found.cycle))
    return months.by_month(months.Record(first_days(snapshot.cutoff), rows, rows), rows)


def measure(sheet: Sheet, stage: Stage, leads: int) -> None:
    """A cold draft (the snapshot is made), then drafts of which only weights change."""
    columns.forget()
    scan, cutoff = ledger(), fence.cutoff()
    body, line = stage.version.body, stage.line.pk
    cold = seconds(lambda: preview(body, line, columns.current(cutoff)))
    waiting = iter(drafts(body))
    warm = seconds(lambda: preview(next(waiting), line, columns.current(cutoff)), ROUNDS)
    sheet.add("ledger", "one sequential scan of the ledger", scan, "s")
    sheet.add("preview_cold", "twelve-month preview, the snapshot made for it", cold, "s")
    waiting = iter(drafts(body))
    used = processor(lambda: preview(next(waiting), line, columns.current(cutoff)), ROUNDS)
    goal = (f"≤ {GOAL}", used <= GOAL) if leads <= 100_000 else ("", None)
    sheet.add("preview_wall", "twelve-month preview of a changed draft, beside what else this machine does", warm, "s")
    sheet.add("preview", "the same, by processor time", used, "s", *goal)
    sheet.add("preview_ratio", "preview ÷ scan of the ledger", warm / scan, "×")
