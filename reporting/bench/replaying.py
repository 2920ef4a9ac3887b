"""The twelve-month preview of a draft, by the way the product goes: a changed draft is saved, its page asks for the months, the
worker's job finds them, the page shows them; and against one scan of the ledger."""

from copy import deepcopy
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from leads.models import Replay
from leads.replay import became, columns, months, runs, walk
from leads.replay.shown import first_days
from leads.scoring import days
from leads.scoring.timeline.pull import us
from personas.criteria import canonical
from personas.definitions import services
from personas.models import DefinitionDraft
from reporting.demo.setting import Stage
from smarketing.accounts.models import User
from smarketing.rows import clock, fence

from .stopwatch import Sheet, processor, seconds, timed

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


class Studio:
    """Somebody at the draft of the company's definition; `work` is what the worker does as `runs.work`."""

    def __init__(self, stage: Stage):
        self.line = stage.line
        self.client = Client(SERVER_NAME="localhost")
        self.client.force_login(User.objects.filter(role="marketer", is_active=True).order_by("pk")[0])

    def save(self, body: dict[str, Any]) -> None:
        draft = DefinitionDraft.objects.get(line=self.line)
        services.save_draft(line=self.line, body=body, revision=draft.revision, by=None, at=clock.now())

    def page(self) -> str:
        """The months as the page asks for them until they are there."""
        address = reverse("leads:replay", args=[self.line.pk])
        answer = self.client.get(address, headers={"HX-Request": "true"})
        if answer.status_code != 200:
            raise RuntimeError(f"{address}: {answer.status_code}")
        return answer.content.decode()

    def work(self) -> None:
        for one in Replay.objects.under_way().filter(line=self.line):
            runs.work(one)

    def change(self, body: dict[str, Any]) -> None:
        """From a changed draft to its figures on the page. RuntimeError where they are not there in the end."""
        self.save(body)
        self.page()
        self.work()
        self.page()
        if not Replay.objects.of_months().done().filter(line=self.line, digest=canonical.digest(body)).exists():
            raise RuntimeError("the months were not found")


def product(sheet: Sheet, stage: Stage, leads: int) -> None:
    """What the page starts and shows: cold, then drafts of which only weights change; its parts apart."""
    studio, body = Studio(stage), stage.version.body
    columns.forget()
    first, *others = drafts(body)
    sheet.add(
        "months_cold",
        "a changed draft to its months on the page, nothing read before",
        seconds(lambda: studio.change(first)),
        "s",
    )
    waiting = iter(others)
    wall, used = timed(lambda: studio.change(next(waiting)), len(others))
    sheet.add("months_wall", f"the same again (median of {len(others)}), beside what else this machine does", wall, "s")
    goal = (f"≤ {GOAL}", used <= GOAL) if leads <= 100_000 else ("", None)
    sheet.add("months", "the same, by processor time", used, "s", *goal)
    again = deepcopy(body)
    again["engagement"]["items"][0]["points"] += ROUNDS + 1
    for name, said, part in (
        ("save", "the draft saved", lambda: studio.save(again)),
        ("ask", "the page that asks for the months", studio.page),
        ("work", "the worker's job", studio.work),
        ("show", "the page that shows them", studio.page),
    ):
        sheet.add(f"months_{name}", f"of it: {said}", seconds(part), "s")


def measure(sheet: Sheet, stage: Stage, leads: int) -> None:
    """The product's way; then the calculation alone: cold (the snapshot is made), and of which only weights change."""
    product(sheet, stage, leads)
    columns.forget()
    scan, cutoff = ledger(), fence.cutoff()
    body, line = stage.version.body, stage.line.pk
    cold = seconds(lambda: preview(body, line, columns.current(cutoff)))
    waiting = iter(drafts(body))
    warm = seconds(lambda: preview(next(waiting), line, columns.current(cutoff)), ROUNDS)
    sheet.add("ledger", "one sequential scan of the ledger", scan, "s")
    sheet.add("preview_cold", "the calculation alone, the snapshot made for it", cold, "s")
    waiting = iter(drafts(body))
    used = processor(lambda: preview(next(waiting), line, columns.current(cutoff)), ROUNDS)
    sheet.add("preview_wall", "the calculation alone, beside what else this machine does", warm, "s")
    sheet.add("preview", "the same, by processor time", used, "s")
    sheet.add("preview_ratio", "calculation ÷ scan of the ledger", warm / scan, "×")
