"""What the clocks and the months of very many handoffs cost: goal 7 as ratios, and the pages of the contract."""

import re
import time
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from leads.handoffs import attempts
from leads.models import Handoff, HandoffState
from reporting.books import closing, services
from reporting.demo import seed
from sla import derive, follow, sets, splits
from sla.derive import Asked
from sla.models import Clock, Contract, Pause, WaiverAnswer
from smarketing.accounts.models import User
from smarketing.calendars import services as calendars
from smarketing.rows import clock

from . import handed, pages
from .stopwatch import Processor, Sheet, percentile, seconds, spent, timed

ROUNDS, LOADS = 5, 40
Times = tuple[float, float]  # seconds on the wall, and of processor
OTHERS = ("/queue/team/", "/today/")  # pages that read the same clocks
SEEN = 5  # seconds within which a load shows an attempt
JOINED = """SELECT count(*), max(h.occurred_at), max(k.due_at), sum(k.done) FROM leads_handoff h
JOIN sla_clock k ON k.handoff_id = h.id"""
SCANNED = "SELECT count(*), max(occurred_at), sum(line_id) FROM leads_handoff"
NAMES = ", ".join(sets.COLUMNS)


def measure(sheet: Sheet, count: int) -> None:
    """Goal 7: passes over clocks against reading handoffs joined to them; a rebuild against a scan and a COPY."""
    at = clock.now()
    there = handed.grow(count, at)
    derive.rebuild(at)
    seed.analyze("VACUUM ANALYZE")
    joined = _read(JOINED)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), count(*) FILTER (WHERE state = 'pending') FROM sla_clock")
        clocks, pending = cursor.fetchone()
    sheet.add("clocks_read", f"reading {there} handoffs joined to {clocks} clocks", joined[1], "s")
    passed = _over(lambda: derive.recheck(derive.unsettled(), at), joined)
    _ratio(sheet, "clocks_unsettled", f"pass over {pending} unsettled clocks ÷ that", passed, 1.5)
    _ratio(
        sheet, "clocks_recheck", "recheck of every clock ÷ that", _over(lambda: derive.recheck(Asked(), at), joined), 3
    )
    scanned, copied = _read(SCANNED), _copied()
    seed.analyze("VACUUM ANALYZE")
    built = _over(lambda: derive.rebuild(at), (scanned[0] + copied[0], scanned[1] + copied[1]))
    sheet.add("clocks_standing", f"of these handoffs, paused or waived: {_standing()}", float(_standing()), "")
    sheet.add("clocks_elapsed", "working time elapsed over 30 days", _elapsed(), "µs", "< 100", _elapsed() < 100)
    _ratio(sheet, "clocks_rebuild", "rebuild of every clock ÷ (scan + COPY)", built, 3)


def _over(work: Callable[[], Any], base: Times) -> Times:
    """How many times as long a work takes that is undone each time, on the wall and by the processor, by one process."""

    def alone() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")
        work()

    wall, inside = spent(alone, ROUNDS)
    return wall / base[0], inside / base[1]


def _ratio(sheet: Sheet, key: str, what: str, found: Times, goal: float) -> None:
    """A ratio by processor time, which other work of the machine does not move; that on the wall beside it."""
    wall, inside = found
    sheet.add(key, f"{what}, processor (wall {wall:.2f})", inside, "×", f"≤ {goal:g}", inside <= goal)


def _standing() -> int:
    return Pause.objects.count() + WaiverAnswer.objects.count()


def _elapsed() -> float:
    """Microseconds that one `elapsed` over thirty days takes, warm."""
    axis = calendars.axis(calendars.current()[0])
    start = axis.day_starts(axis.days[len(axis.days) // 2])
    end, times_ = start + timedelta(days=30), 2000

    def once() -> None:
        for _n in range(times_):
            axis.elapsed(start, end)

    once()
    return seconds(once, ROUNDS) / times_ * 1e6


def _read(sql: str) -> Times:
    """Reading, by one process, warm."""

    def once() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")
            cursor.execute(sql)
            cursor.fetchall()

    with transaction.atomic():
        once()
        return timed(once, ROUNDS)


def _copied() -> Times:
    """A COPY of the clocks into their emptied table, indexes included."""
    text = StringIO()
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY (SELECT {NAMES} FROM sla_clock) TO STDOUT", text)

        def once() -> None:
            text.seek(0)
            cursor.execute("DELETE FROM sla_clock")
            cursor.copy_expert(f"COPY sla_clock ({NAMES}) FROM STDIN", text)

        def wipe() -> None:
            cursor.execute("DELETE FROM sla_clock")

        both, wiped = spent(once, ROUNDS), spent(wipe, ROUNDS)
    return max(both[0] - wiped[0], 0.0), max(both[1] - wiped[1], 0.0)


def months(sheet: Sheet, count: int, kept: bool = False) -> None:
    """The pages of the contract over so many handoffs, the months before the running one closed as agreed; `kept`: as they stand
    since a run before. An attempt is logged before each load of some of them."""
    client, contract = pages.client(role="manager", side="sales"), Contract.objects.order_by("pk")[0]
    if not kept:
        _grown(contract, count)
    follow.look(clock.now())  # as beat does every minute
    splits.look(clock.now())
    said = f"{Handoff.objects.count()} handoffs, "
    for path in (*pages.of_months(contract), *OTHERS):
        pages.measure(sheet, client, path, said)
    live(sheet, client)


def _grown(contract: Contract, count: int) -> None:
    at = clock.now()
    handed.grow(count, at)
    derive.rebuild(at)
    seed.analyze("VACUUM ANALYZE")
    for month in closing.due(contract, clock.today(at)):
        services.close_month(contract=contract, month=month, by=None, at=at)


def live(sheet: Sheet, client: Client) -> None:
    """The month's page, an attempt logged before each load: what it costs, and whether the load says the attempt."""
    address, took, late, seen = reverse("sla:follow_up"), [], [], 0
    rep = User.objects.filter(role="rep").order_by("pk")[0]
    owed = Clock.objects.filter(state="pending", done=0, handoff__state_row__is_open=True).order_by("due_at")
    some = list(Handoff.objects.filter(pk__in=list(owed.values_list("handoff", flat=True)[: 4 * LOADS]))[:LOADS])
    HandoffState.objects.filter(handoff__in=some).update(rep=rep)
    before = _met(client.get(address).content.decode())
    for one in some:
        attempts.log(handoff=one, by=rep, at=clock.now(), channel="call", outcome="no_answer")
        logged = time.perf_counter()
        with Processor() as used:
            page = client.get(address).content.decode()
        took.append(used.seconds)
        late.append(time.perf_counter() - logged)
        after = _met(page)
        seen, before = seen + (after != before), after
    p95 = 1000 * percentile(took, 0.95) if took else 0.0
    what = f"page {address}, an attempt logged before each load, seen by {seen} of {len(some)}, p95"
    sheet.add("page live", what, p95, "ms", f"≤ {pages.GOAL} ms", p95 <= pages.GOAL and seen == len(some))
    longest = max(late, default=0.0)
    what = f"an attempt logged is seen by the next load, {seen} of {len(some)}, at the latest after"
    sheet.add("seen", what, longest, "s", f"≤ {SEEN} s", longest <= SEEN and seen == len(some))


def _met(page: str) -> list[str]:
    """The fractions of promises kept that a page shows."""
    return re.findall(r"\(([^()<>]+/[^()<>]+)\)", page)
