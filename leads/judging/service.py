"""Judging leads: what waits (the dirty marks), and what is asked for by id.

The cut-off is read first and facts in later statements, only those recorded at or before it. Leads are locked before
their marks go, so that two judges never judge one lead at once; scores, qualifications, holds, handoffs, assignments
and stage moves of a batch are one transaction.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from leads.handoffs import handing
from leads.intake import locks
from leads.intake.bulk import among
from leads.models import HandoffState, Lead, Qualification
from leads.scoring import asks, days, store
from leads.scoring.sql import execute, fetch
from leads.scoring.timeline import chain
from leads.scoring.timeline.chain import Segment, Yes
from smarketing.jobs import bell
from smarketing.rows import fence
from smarketing.rows.fence import Fence, open_fence

from . import lines

WAITING = f"SELECT EXISTS (SELECT FROM leads_leaddirty) OR ({lines.WAITING})"
CORRECTED = "correction"  # reason of a withdrawal
_MARKED = """
SELECT d.lead_id FROM leads_leaddirty d JOIN leads_lead l ON l.id = d.lead_id WHERE d.since <= %(cutoff)s
ORDER BY d.lead_id LIMIT %(limit)s FOR NO KEY UPDATE OF l SKIP LOCKED
"""
_LOCKED = """
SELECT count(*) FROM (SELECT FROM leads_lead WHERE id >= %(low)s AND id < %(high)s ORDER BY id FOR NO KEY UPDATE) l
"""
_UNMARK = "DELETE FROM leads_leaddirty WHERE lead_id = ANY(%(ids)s) AND since <= %(cutoff)s"


def sweep(limit: int = chain.ROWS) -> int:
    """Judge up to `limit` marked leads whose facts are all visible. Returns how many; 1 as well where a turn was spent on what
    must be counted before."""
    cutoff = fence.cutoff()
    if not lines.prepare(cutoff, seconds=bell.TURN):
        return 1
    lines.take_up(cutoff)
    return locks.again(lambda: _sweep(cutoff, limit))


@transaction.atomic
def _sweep(cutoff: datetime, limit: int) -> int:
    ids = locks.judge_free(row[0] for row in fetch(_MARKED, {"cutoff": cutoff, "limit": limit}))
    if ids:
        execute(_UNMARK, {"ids": ids, "cutoff": cutoff})
        _judge(ids, cutoff)
    return len(ids)


@transaction.atomic
def judge(lead_ids: Iterable[int], cutoff: datetime) -> int:
    """Judge these leads at every moment up to `cutoff` that was not judged yet, in order. Returns qualifications made.

    `cutoff` comes from `fence.cutoff()`. Judged again, nothing changes.
    """
    ids = sorted(set(lead_ids))
    if not ids:
        return 0
    lock(ids)
    return _judge(ids, cutoff)


@transaction.atomic
def match(low: int, high: int) -> int:
    """Match the leads low <= id < high as known now, with the newest versions of the personas. Returns the rows changed.

    They are locked first: whoever judged one of them before knew no more than is known now, whoever does later knows more.
    """
    fetch(_LOCKED, {"low": low, "high": high})
    return store.match_personas(asks.whole(fence.cutoff(), low, high))


def lock(ids: Sequence[int]) -> None:
    """Keep every other judge away from these leads until the transaction ends."""
    locks.judge(ids)
    fetch("SELECT id FROM leads_lead WHERE id = ANY(%(ids)s) ORDER BY id FOR NO KEY UPDATE", {"ids": list(ids)})


def _judge(ids: Sequence[int], cutoff: datetime) -> int:
    acts, made, fallen = open_fence(), [], []
    store.forget(ids)
    for line, line_segments in lines.live(cutoff).items():
        found = score(line, line_segments, ids, cutoff)
        made += qualify(line, found.yes, acts)
        fallen += [(lead, line, at) for lead, at in found.fallen]
    observe(ids, cutoff)
    now = max(cutoff, fence.cutoff())  # a night's cut-off is old: no match known then overwrites a newer one
    store.match_personas(asks.some(now, ids))
    _withdraw(ids, cutoff, acts)
    _take_back(fallen, cutoff, acts)
    handing.pass_on(made, at=cutoff, fence=acts)
    handing.pass_on(_freed(ids, {one.pk for one in made}, cutoff), at=cutoff, fence=acts, paced=False)
    return len(made)


@dataclass
class Found:
    """Where a definition became true for the first time in a cycle, and where a correction made it untrue."""

    yes: list[Yes] = field(default_factory=list)
    fallen: list[tuple[int, datetime]] = field(default_factory=list)


def score(line_id: int, line: Sequence[Segment], ids: Sequence[int], until: datetime, **more) -> Found:
    """Write the scores of leads on a line up to `until`."""
    found = Found()
    for batch in chain.batches(ids):
        after = store.judged_until(line_id, batch)
        walks = chain.walks(line, batch, here=days.here(), until=until, after=after)
        store.write(walks, line_id, **more)
        had = Qualification.objects.filter(among("lead_id", batch), line=line_id).values_list("lead_id", "cycle")
        found.yes += chain.first_yes(walks, had)
        found.fallen += chain.fallen(walks)
    return found


def qualify(line_id: int, found: Sequence[Yes], acts: Fence) -> list[Qualification]:
    """The acts that say so, with the version in force at that moment."""
    return Qualification.objects.bulk_create(
        [
            Qualification(
                lead_id=one.lead_id, line_id=line_id, version_id=one.version_id, cycle=one.cycle, effective_at=one.at,
                recorded_at=acts.recorded_at, cause="direct" if one.direct else "grade", grade=one.grade,
            )
            for one in found
        ],
        batch_size=2000,
    )  # fmt: skip


def observe(ids: Sequence[int], cutoff: datetime) -> None:
    """Scores of versions in their observation period: no qualifications, nothing handed over."""
    for version in lines.observed(cutoff):
        line = [Segment(version, version.published_at, None)]
        for batch in chain.batches(ids):
            after = store.judged_until(version.line_id, batch, store.OBSERVED)
            walks = chain.walks(line, batch, here=days.here(), until=cutoff, after=after)
            store.write(walks, version.line_id, store.OBSERVED)


def _withdraw(ids: Sequence[int], at: datetime, acts: Fence) -> None:
    """Who opposes, or was erased, is taken back from sales."""
    gone = Lead.objects.filter(among("pk", ids)).exclude(opted_out=False, erased=False)
    open_ones = HandoffState.objects.filter(lead__in=gone, is_open=True)
    if taken := list(open_ones.values_list("handoff_id", flat=True)):
        handing.withdraw(taken, reason=handing.OPPOSED, by=None, at=at, fence=acts)


def _take_back(fallen: Sequence[tuple[int, int, datetime]], at: datetime, acts: Fence) -> None:
    """What qualified by a fact that was none is taken back from sales, unless somebody has worked on it."""
    wanted = {(lead, line): moment for lead, line, moment in fallen}
    rows = HandoffState.objects.filter(among("lead_id", [lead for lead, _line in wanted]), is_open=True)
    untouched = rows.filter(attempts=0, accepted_at=None, handoff__qualification__isnull=False)
    gone = [
        row.handoff_id
        for row in untouched.select_related("handoff__qualification")
        if row.handoff.qualification.effective_at <= wanted.get((row.lead_id, row.line_id), lines.NEVER)
    ]
    if gone:
        handing.withdraw(gone, reason=CORRECTED, by=None, at=at, fence=acts)


def _freed(ids: Sequence[int], new: set[int], cutoff: datetime) -> list[Qualification]:
    """Held qualifications of these leads whose hold a fact may have lifted: opposition, a missing field. A line that
    is retired hands nobody over."""
    held = Qualification.objects.filter(among("lead_id", ids), handoff=None).exclude(pk__in=new)
    last = held.order_by("pk", "-holds__occurred_at", "-holds__pk").distinct("pk").values_list("pk", "holds__reason")
    wanted = [pk for pk, reason in last if reason in ("opposition", "mandatory")]
    return list(Qualification.objects.filter(pk__in=wanted).exclude(line__in=lines.retired(cutoff)))
