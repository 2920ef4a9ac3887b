"""A version that takes effect, judged for everybody at once: lots of leads in one statement each, not lead by lead.

Every lead is marked first, lot by lot (`marks`), and a mark goes only with the judgement: what is left after a crash is taken up
again, or walked by the judge as ever. Lots are taken side by side, each by a connection of its own.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime

from django.conf import settings
from django.db import OperationalError, connection, transaction

from leads.handoffs import handing
from leads.intake import locks
from leads.models import LotDirty
from leads.scoring import whole
from leads.scoring.timeline.chain import Yes
from personas.models import DefinitionVersion
from smarketing.jobs import bell
from smarketing.rows import fence
from smarketing.rows.fence import open_fence

from . import lines, marks, service

WAITING = f"SELECT ({marks.LOTS_WAIT}) OR ({lines.WAITING})"
MOST = 4  # connections, however many cores there are
Follow = Callable[[Sequence[Yes]], None]


def run() -> int:
    """Take up the version that took effect, or go on with one that was begun. Returns how many leads were judged; 1 as well
    where a turn was spent on what must be counted before."""
    cutoff = fence.cutoff()
    if not lines.prepare(cutoff, seconds=bell.TURN):
        return 1
    lines.take_up(cutoff)
    return sum(everybody(version, cutoff) for version in marks.versions())


def everybody(version: DefinitionVersion, cutoff: datetime) -> int:
    """Judge the leads of every lot that waits at the instant the version took effect, and pass on who became an MQL."""

    def follow(yes: Sequence[Yes]) -> None:
        acts = open_fence()
        for some in _batches(yes):
            handing.pass_on(service.qualify(version.line_id, some, acts), at=cutoff, fence=acts)

    return score(version, follow)


def score(
    version: DefinitionVersion, follow: Follow, within: Callable[[], AbstractContextManager] = nullcontext
) -> int:
    """Score the leads of every lot that waits; `follow` says in the same transaction what becomes of who says yes.

    Each connection does so `within` what is given, all the time. Returns how many leads were scored.
    """

    def work() -> int:
        with within():
            return sum(iter(lambda: locks.again(lambda: _lot(version, follow)), None))

    more = min(_connections(), LotDirty.objects.filter(version=version).count()) - 1
    if more < 1:
        return work()
    with ThreadPoolExecutor(more) as pool:
        others = [pool.submit(_apart, work) for _number in range(more)]
        return work() + sum(one.result() for one in others)


def _connections() -> int:
    """How many take lots side by side; one inside a transaction, whose rows nobody else would see."""
    if connection.in_atomic_block:
        return 1
    return settings.JUDGES or min(os.cpu_count() or 1, MOST)


def _apart(work: Callable[[], int]) -> int:
    """Help on a connection of this thread's own; where the database has none to give, the others take what is left."""
    try:
        connection.ensure_connection()
    except OperationalError:
        return 0
    try:
        return work()
    finally:
        connection.close()


@transaction.atomic
def _lot(version: DefinitionVersion, follow: Follow) -> int | None:
    """Score one lot, its mark gone with it; None when nobody waits."""
    lot = marks.take(version)
    if lot is None:
        return None
    low, high, since = lot
    locks.judge_all(low, high)
    count, yes = whole.take_up(version, since, low, high, begins=lines.is_first(version))
    follow(yes)
    return count


def _batches(yes: Sequence[Yes], size: int = 4096) -> Iterator[Sequence[Yes]]:
    return (yes[start : start + size] for start in range(0, len(yes), size))
