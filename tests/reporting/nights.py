"""Nights as a run leaves them behind."""

from typing import Any

from smarketing.jobs.models import Chunk, Run


def refuse(run: Run, said: Any) -> None:
    """The chunk of a run whose figures contradict each other, as the worker keeps it: `said` is the problem that the check names."""
    Chunk.objects.create(
        run=run, step="publish", number=0, low=0, high=1, state="quarantined",
        error=f"Traceback\nreporting.checks.DoesNotAddUp: {said}",
    )  # fmt: skip
