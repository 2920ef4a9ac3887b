"""A version that takes effect, judged for everybody at once: ranges of leads in one statement each, not lead by lead.

Every lead is marked first (`lines.take_up`), and a mark goes only with the judgement: what is left after a crash, or what a
statement leaves alone, is walked by the judge as ever.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from leads.handoffs import handing
from leads.intake import locks
from leads.scoring import days, whole
from leads.scoring.sql import fetch
from leads.scoring.timeline.chain import Yes
from personas.models import DefinitionVersion
from smarketing.jobs.models import Run
from smarketing.rows import fence
from smarketing.rows.fence import open_fence

from . import lines, service

LOT = 50_000  # leads of one statement
NIGHTLY = "nightly"


def run() -> int:
    """Take up the version that took effect, if there is one. Returns how many leads were judged."""
    cutoff = fence.cutoff()
    lines.prepare(cutoff)
    new = lines.take_up(cutoff)
    return everybody(new[0], cutoff) if len(new) == 1 and at_once(new[0], cutoff) else 0


def at_once(version: DefinitionVersion, cutoff: datetime) -> bool:
    """Whether nothing but this version waits to be judged: no midnight since it took effect, and every one before it done."""
    here, at = days.here(), version.effective_at
    if version.retires or here.midnights(at, cutoff):
        return False
    last = here.of(at - timedelta(microseconds=1))
    nights = Run.objects.filter(job=NIGHTLY, state="done", business_date__gte=last, cutoff__gte=here.midnight(last))
    return _is_first(version) or nights.exists()


def everybody(version: DefinitionVersion, cutoff: datetime) -> int:
    """Judge every marked lead at the instant the version took effect, and pass on who became an MQL."""
    done = 0
    for low, high in whole.lots(LOT):
        done += locks.again(lambda low=low, high=high: _lot(version, low, high, cutoff))
    return done


def score(version: DefinitionVersion, at: datetime, low: int, high: int) -> tuple[int, list[Yes]]:
    """Score the marked leads low <= id < high at `at`, other judges kept away. Within the caller's transaction."""
    fetch(service.LOCKED, {"low": low, "high": high})
    return whole.take_up(version, at, low, high, begins=_is_first(version))


@transaction.atomic
def _lot(version: DefinitionVersion, low: int, high: int, cutoff: datetime) -> int:
    count, yes = score(version, version.effective_at, low, high)
    acts = open_fence()
    for some in _batches(yes):
        handing.pass_on(service.qualify(version.line_id, some, acts), at=cutoff, fence=acts)
    return count


def _batches(yes: Sequence[Yes], size: int = 4096) -> Iterator[Sequence[Yes]]:
    return (yes[start : start + size] for start in range(0, len(yes), size))


def _is_first(version: DefinitionVersion) -> bool:
    """Whether no version of its line took effect before."""
    return not DefinitionVersion.objects.filter(line=version.line_id, effective_at__lt=version.effective_at).exists()
