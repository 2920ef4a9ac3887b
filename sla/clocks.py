"""The clocks of sales' promises, pure: what the log says, judged at an instant.

A clock is pending until its promise is kept (met), can no longer be kept (missed) or no longer applies (excluded).
An attempt at the due instant is in time. A reasoned refusal before the due instant excludes; after it, missed stays
missed. Early success (the lead was reached, or a need confirmed) satisfies a minimum-attempts clause. A waiver that the other
side consented to takes a clock out that was not met; while a pause runs, one that is not settled is paused.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

PENDING, PAUSED, MET, MISSED, EXCLUDED, WAIVED = "pending", "paused", "met", "missed", "excluded", "waived"
OWED, SETTLED = (PENDING, PAUSED), (MET, MISSED, EXCLUDED, WAIVED)


@dataclass(frozen=True)
class Log:
    """What a clock reads of one handoff: instants only, corrections already taken out."""

    handed_at: datetime
    attempts: Sequence[datetime] = field(default_factory=tuple)  # as counted by the handoff's rules, ascending
    reached_at: datetime | None = None
    converted_at: datetime | None = None
    decided_at: datetime | None = None  # accepted, said or shown by work, or refused
    dropped_at: datetime | None = None  # reasoned refusal or return, withdrawal, merge
    ended_at: datetime | None = None  # refused or given back
    ended_as: str = ""  # how it was dropped: a state of the handoff
    waived_at: datetime | None = None  # of the clock that is read: when the other side consented to a waiver
    resumes_at: datetime | None = None  # of the pause that runs, its end


@dataclass(frozen=True)
class Reading:
    state: str
    settled_at: datetime | None
    done: int


def first_attempt(log: Log, due: datetime, target: int, at: datetime) -> Reading:
    """First attempt, or the prospect spoken to, at or before `due`."""
    kept = min((moment for moment in (*log.attempts[:1], log.reached_at) if moment), default=None)
    return _settle(log, due, at, kept_at=kept)


def min_attempts(log: Log, due: datetime, target: int, at: datetime) -> Reading:
    """`target` attempts, or success, at or before `due`."""
    enough = log.attempts[target - 1] if len(log.attempts) >= target else None
    kept = min((moment for moment in (enough, log.reached_at, log.converted_at) if moment), default=None)
    return _settle(log, due, at, kept_at=kept)


def decision(log: Log, due: datetime, target: int, at: datetime) -> Reading:
    """Accepted or refused at or before `due`: a refusal in time keeps the promise."""
    return _settle(log, due, at, kept_at=log.decided_at)


def outcome(log: Log, due: datetime, target: int, at: datetime) -> Reading:
    """A need confirmed, a refusal or a return at or before `due`; silence ends nothing."""
    kept = min((moment for moment in (log.converted_at, log.ended_at) if moment), default=None)
    gone = log.dropped_at if log.ended_as in ("withdrawn", "merged") else None
    return _settle(replace(log, dropped_at=gone), due, at, kept_at=kept)


def _settle(log: Log, due: datetime, at: datetime, kept_at: datetime | None) -> Reading:
    done = sum(moment <= at for moment in log.attempts)
    kept, dropped = _by(kept_at, due, at), _by(log.dropped_at, due, at)
    if kept and not (dropped and dropped < kept):
        return Reading(MET, kept, done)
    if dropped:
        return Reading(EXCLUDED, dropped, done)
    if log.waived_at is not None and log.waived_at <= at:
        return Reading(WAIVED, log.waived_at, done)
    if at > due:
        return Reading(MISSED, due, done)
    return Reading(PENDING if log.resumes_at is None else PAUSED, None, done)


def spaced(attempts: Sequence[datetime], day_of: Callable[[datetime], int], apart: int) -> tuple[datetime, ...]:
    """The attempts that count where they must lie so many business days apart: the first, and each first one far enough
    from the one before. `day_of`: how many business days have begun by an instant."""
    kept: list[datetime] = []
    for moment in attempts:
        if not kept or day_of(moment) >= day_of(kept[-1]) + apart:
            kept.append(moment)
    return tuple(kept)


def _by(moment: datetime | None, due: datetime, at: datetime) -> datetime | None:
    """The moment, when it lies at or before both."""
    return moment if moment is not None and moment <= min(due, at) else None


JUDGES: dict[str, Callable[[Log, datetime, int, datetime], Reading]] = {
    "first_attempt": first_attempt,
    "min_attempts": min_attempts,
    "decision": decision,
    "outcome": outcome,
}
