"""Did a resolution help: its figure in the months before the meeting and since, each with its interval. Not proof of cause."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from smarketing.measures import engine, numbers, registry
from smarketing.measures.engine import Group
from smarketing.measures.question import Refusal
from smarketing.rows import clock, fence

from ..models import Resolution
from .resolutions import outcome

BEFORE = 90  # days


@dataclass(frozen=True)
class Reading:
    """The figure in [first, until)."""

    first: date
    until: date
    unit: str
    total: Group


@dataclass(frozen=True)
class Helped:
    """`reached`: whether the target is; None without one, or without a figure. `apart`: whether the intervals of two shares
    do not touch; None for other units or where one side counts nothing."""

    label: str
    words: str
    before: Reading | None
    since: Reading | None
    reached: bool | None
    apart: bool | None


def of(resolution: Resolution, at: datetime, user=None) -> Helped | None:
    """Before: the ninety days up to the meeting, with the facts known then. Since: from the day it was done (else from the
    meeting) to yesterday. None for a measure that is gone."""
    try:
        measure = registry.find(resolution.measure)
        met = clock.today(resolution.meeting.starts_at)
        said = outcome(resolution)
        begun = max(met, clock.today(said.at)) if said and said.done else met
        before = _read(resolution, met - timedelta(days=BEFORE), met, resolution.cutoff, user)
        since = _read(resolution, begun, clock.today(at), fence.cutoff(), user)
    except Refusal:
        return None
    return Helped(
        str(measure.label), str(measure.words), before, since, _reached(resolution, since), _apart(before, since)
    )


def _read(resolution: Resolution, first: date, until: date, cutoff: datetime, user) -> Reading | None:
    if until <= first:
        return None
    found = engine.answer(
        resolution.measure, first=first, until=until, where=resolution.where, cutoff=cutoff, user=user
    )
    return Reading(first, until, found.unit, found.total)


def _reached(resolution: Resolution, since: Reading | None) -> bool | None:
    if resolution.target is None or since is None or since.total.value is None:
        return None
    scale = 100 if since.unit == numbers.RATIO else 1
    value, target = Fraction(since.total.value) * scale, Fraction(resolution.target)
    return value >= target if resolution.direction == Resolution.Direction.UP else value <= target


def _apart(before: Reading | None, since: Reading | None) -> bool | None:
    one, other = before and before.total.interval, since and since.total.interval
    if not one or not other:
        return None
    return one[1] < other[0] or other[1] < one[0]
