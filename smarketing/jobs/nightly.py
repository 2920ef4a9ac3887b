"""The nightly run: the same function for beat, the command and the button."""

from datetime import date

from smarketing.rows import clock, fence

from . import runs
from .models import Run

JOB = "nightly"


def run(day: date | None = None) -> Run:
    """Run, or go on with, the night of a business date (default: today's local date)."""
    business_date = day or clock.today()
    return runs.go_on(runs.start(JOB, business_date, fence.cutoff()))


def reconcile() -> int:
    """Go on with every run left unfinished by a dead worker. Returns how many were taken up."""
    taken = 0
    for left in Run.objects.filter(state="running").order_by("pk"):
        if left.job in runs.JOBS:
            runs.go_on(left)
            taken += 1
    return taken
