"""The judge's part of an ordinary night: yesterday was judged as it went, its last night was done, one day of traffic later."""

from datetime import datetime, timedelta

from django.db import transaction

from leads.judging import midnight, nightly
from leads.models import RawSumDay
from leads.scoring import days
from smarketing.jobs.models import Run
from smarketing.rows import clock

from .stopwatch import Sheet, spent, undone


def begins() -> datetime:
    """Last midnight, to whose night the history is judged."""
    here = days.here()
    return here.midnight(here.of(clock.now()))


def measure(sheet: Sheet, full: tuple[float, float]) -> None:
    """Sums moved, leads scored, consequences drawn, against a full re-score (seconds, processor seconds); and the same night
    where no sums stand."""
    day = days.here().of(begins())
    yesterday = days.here().midnight(day - timedelta(days=1)) + timedelta(minutes=70)
    built = undone(lambda: midnight.keep_all(yesterday))
    sheet.add("sums_built", "raw sums of a new version, counted once", built, "s")
    midnight.keep_all(yesterday)
    run = Run(job="bench", business_date=day, cutoff=begins() + timedelta(seconds=1), started_at=clock.now())
    Run.objects.create(
        job="bench", business_date=day - timedelta(days=1), cutoff=yesterday, started_at=yesterday, state="done"
    )
    judged: list[int] = []
    moved = undone(lambda: _step(run, "rawsums"), 3)

    def night() -> None:
        _step(run, "rawsums")
        judged.append(_step(run, "midnight"))

    took, inside = spent(night, 3)
    share = inside / full[1]
    sheet.add("night_moved", "of which the sums moved and compared", moved, "s")
    sheet.add("night", f"ordinary night: {judged[-1]} leads judged", took, "s")
    what = "ordinary night ÷ full re-score"
    sheet.add("night_wall", f"{what}, beside what else this machine does", 100 * took / full[0], "%")
    sheet.add("night_ratio", f"{what}, by processor time", 100 * share, "%", "≤ 25 %", share <= 0.25)

    def walked() -> None:
        RawSumDay.objects.all().delete()
        _step(run, "midnight")

    slow = undone(walked)
    sheet.add("night_walked", "the same leads walked, no sums", 100 * slow / full[0], "%")
    sheet.add("night_personas", "personas of all leads matched after it", undone(lambda: _step(run, "personas")), "s")
    for key in ("rawsums", "midnight"):
        with transaction.atomic():
            _step(run, key)


def _step(run: Run, key: str) -> int:
    """Rows of one step of the night, all its chunks."""
    ranges, work = next((ranges, work) for name, ranges, work in nightly.STEPS if name == key)
    return sum(work(run, low, high) for low, high in ranges(run))
