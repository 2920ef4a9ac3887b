"""Judging months of history at once: the same qualifications as the judge that looks moment by moment.

Scores are written anew from the facts; qualifications already recorded stay as they are. Then each passes on at its
own instant, and the backlog of a version is released on the business days since, at the pace agreed then.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from leads.handoffs import handing, holds
from leads.intake import locks
from leads.intake.bulk import among
from leads.models import Lead, LeadDirty, Qualification
from leads.scoring import asks, days, store
from leads.scoring.timeline import chain
from leads.scoring.timeline.chain import Segment
from smarketing.rows.fence import open_fence

from . import lines, marks, service

Progress = Callable[[str, int, int], None]
NIGHT = timedelta(hours=1, minutes=10)  # after midnight, when a night releases what is held


def run(
    start: datetime, until: datetime, progress: Progress | None = None, *, leads: Iterable[int] | None = None
) -> dict[str, int]:
    """Judge every lead (or `leads`) at every moment up to `until`; hand over as the gates would have done since `start`.

    `progress(step, done, of)`. Returns {"qualifications", "handoffs", "held"}: how many were made, how many wait.
    """
    tell = progress or (lambda step, done, of: None)
    lines.prepare(until, lambda done, of: tell("behaviours", done, of))
    lines.take_up(until, mark=False)
    marks.spread()
    ids = sorted(leads) if leads is not None else list(Lead.objects.order_by("pk").values_list("pk", flat=True))
    made = score(ids, until, tell)
    handed = 0
    for line_id, line in lines.live(until).items():
        handed += _hand_over(line_id, line, start, until)
    for batch in chain.batches(ids):
        store.match_personas(asks.listed([(one, until) for one in batch]))
        LeadDirty.objects.filter(among("lead_id", batch), since__lte=until).delete()
    tell("handoffs", 1, 1)
    waiting = Qualification.objects.filter(handoff=None).count()
    return {"qualifications": made, "handoffs": handed, "held": waiting}


def score(ids: Sequence[int], until: datetime, tell: Progress, qualify: bool = True) -> int:
    """Write the scores of leads anew, batch by batch; returns the qualifications made (none unless `qualify`)."""
    made, batches = 0, list(chain.batches(ids))
    for done, batch in enumerate(batches, 1):
        made += _score_batch(batch, until, qualify)
        tell("leads", done, len(batches))
    return made


@transaction.atomic
def _score_batch(batch: Sequence[int], until: datetime, qualify: bool) -> int:
    locks.judge(batch)
    acts, made = open_fence(), 0
    keep = store.keep_from(until)
    for line_id, line in lines.live(until).items():
        store.wipe(line_id, batch)
        found = service.score(line_id, line, batch, until, keep_from=keep)
        made += len(service.qualify(line_id, found.yes, acts)) if qualify else 0
    service.observe(batch, until)
    return made


@transaction.atomic
def _hand_over(line_id: int, line: Sequence[Segment], start: datetime, until: datetime) -> int:
    """Pass on what nobody looked at yet, each at its own instant; then release what is held, day by day."""
    acts = open_fence()
    new = list(Qualification.objects.filter(line=line_id, handoff=None, holds=None))
    handed = handing.pass_on(new, at=None, fence=acts, caps=False)
    released = handing.release_over(line_id=line_id, nights=list(_nights(line, start, until)), fence=acts)
    return len(handed) + len(released)


def _nights(line: Sequence[Segment], start: datetime, until: datetime):
    """(instant, how many may pass) of each business day's night after `start`, up to `until`."""
    here = days.here()
    for midnight in here.midnights(start, until):
        at, day = midnight + NIGHT, here.of(midnight)
        version = next((one.version for one in reversed(line) if one.start <= at), None)
        if version and at <= until and holds.business_day(day):
            yield at, int(version.body.get("pace") or 0)
