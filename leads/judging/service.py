"""Judging leads: what waits (the dirty marks), and what is asked for by id."""

from collections.abc import Iterable
from datetime import datetime


def sweep(limit: int = 500) -> int:
    """Judge up to `limit` marked leads whose facts are all visible. Returns how many."""
    return 0


def judge(lead_ids: Iterable[int], cutoff: datetime) -> int:
    """Judge these leads at every moment up to `cutoff` that was not judged yet, in order. Returns qualifications made."""
    return 0


def waiting() -> str:
    """SQL that says whether any lead waits to be judged."""
    return "SELECT EXISTS (SELECT 1 FROM leads_leaddirty)"
