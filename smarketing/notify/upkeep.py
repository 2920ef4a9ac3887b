"""What the night does with notices: old ones go."""

from datetime import timedelta

from smarketing.jobs.models import Run

from . import notices

KEPT = timedelta(days=90)


def forget(run: Run) -> int:
    """Delete notices told ninety days ago. Returns how many."""
    return notices.forget(before=run.cutoff - KEPT)
