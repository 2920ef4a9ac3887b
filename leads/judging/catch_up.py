"""Judging months of history at once: the same qualifications as the judge that looks moment by moment."""

from collections.abc import Callable, Iterable
from datetime import datetime

Progress = Callable[[str, int, int], None]


def run(
    start: datetime, until: datetime, progress: Progress | None = None, *, leads: Iterable[int] | None = None
) -> dict[str, int]:
    """Judge every lead (or `leads`) at every moment in (start, until]; hand over as the gates would have.

    `progress(step, done, of)`. Returns {"moments", "qualifications", "handoffs", "held"}.
    """
    return {"moments": 0, "qualifications": 0, "handoffs": 0, "held": 0}
