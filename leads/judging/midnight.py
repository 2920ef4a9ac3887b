"""A midnight judged from the raw sums: they are brought to it, and leads with an edge there are scored in one statement.

Walked, moment by moment, is only who needs it: facts not judged yet, midnights missed, a first yes, what sums do not hold.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction

from leads.models import Lead, RawSumDay
from leads.scoring import days, store, sums
from personas.models import DefinitionVersion
from smarketing.accounts.audit import record

from . import edges, lines, marks, service

RECOUNTED_IN = 30  # nights in which every sum is once counted anew and compared
MENDED = "judge.sums_mended"


def blocks(size: int = sums.SIZE) -> list[tuple[int, int]]:
    """Ranges of lead ids whose sums are kept together; of fewer ids where less is to be done in one transaction."""
    first, last = (Lead.objects.order_by(order).values_list("pk", flat=True).first() for order in ("pk", "-pk"))
    if first is None or last is None:
        return []
    return [(low, low + size) for low in range(sums.block_of(first), last + 1, size)]


def keep(day: date, cutoff: datetime, low: int) -> int:
    """Bring the sums of a block to the beginning of `day`, compare a part of them with a recount, forget old versions.

    Returns the rows written; none while `cutoff` lies before that midnight.
    """
    if days.here().midnight(day) > cutoff:
        return 0
    versions = lines.scored(cutoff)
    sums.prune([one.pk for one in versions], low)
    written = 0
    for version in versions:
        written += sums.bring(version, low, day)
        if sums.day_of(version.pk, low, low + 1) == day:
            written += _mend(version, low, day)
    return written


def keep_all(at: datetime) -> int:
    """Bring the sums of every lead to the day of `at`. Returns the rows written."""
    sums.fit()
    written = 0
    for low, _high in blocks():
        with transaction.atomic():
            written += keep(days.here().of(at), at, low)
    return written


def verify() -> Iterator[tuple[DefinitionVersion, int, date, int]]:
    """(version, lowest lead id, day, sums that differ from a full recount) of every block that is kept."""
    for kept in RawSumDay.objects.select_related("version").order_by("version", "low"):
        wrong = sums.differences(kept.version, kept.low, kept.low + sums.SIZE, kept.day)
        yield kept.version, kept.low, kept.day, wrong


def _mend(version: DefinitionVersion, low: int, day: date) -> int:
    """Recount tonight's part of a block; where it differs, all of the block is counted anew, and the log says so."""
    part = -(-sums.SIZE // RECOUNTED_IN)
    start = low + day.toordinal() % RECOUNTED_IN * part
    wrong = sums.differences(version, start, min(start + part, low + sums.SIZE), day)
    if not wrong:
        return 0
    record(None, MENDED, "definitionversion", version.pk, days.here().midnight(day), leads_from=low, sums=wrong)
    return sums.recount(version, low, day)


def judge(missed: Sequence[date], day: date, cutoff: datetime, low: int, high: int) -> int:
    """Judge the leads low <= id < high at the beginning of `day`, and whoever has facts or missed midnights up to `cutoff`.

    Returns how many were looked at.
    """
    walked = marks.waiting(cutoff, low, high) | edges.leads_due(missed, low, high)
    walked |= edges.leads_ahead(min(missed, default=day) - timedelta(days=1), day, low, high)
    due = edges.leads_due([day], low, high) - walked
    service.lock(sorted(walked | due))
    looked_at = len(walked | due)
    if due:
        walked |= _by_sums(sorted(due), day, cutoff, low, high)
    service.judge(walked, cutoff)
    return looked_at


def _by_sums(ids: Sequence[int], day: date, cutoff: datetime, low: int, high: int) -> set[int]:
    """Score leads under every version; returns those that must be walked."""
    midnight = days.here().midnight(day)
    if any(sums.day_of(version.pk, low, high) != day for version in lines.scored(cutoff)):
        return set(ids)
    odd: set[int] = set()
    for version, track in _standing(midnight, cutoff):
        odd |= store.score_kept(version, midnight, ids, track)
    return odd


def _standing(midnight: datetime, cutoff: datetime) -> Iterator[tuple[DefinitionVersion, str]]:
    """Versions and tracks that were in force, or observed, at the midnight; younger ones are taken up lead by lead."""
    for line in lines.live(cutoff).values():
        if line[-1].start <= midnight:
            yield line[-1].version, store.LIVE
    for version in lines.observed(cutoff):
        if version.published_at <= midnight:
            yield version, store.OBSERVED
