"""The state of one handoff, pure: what was decided, tried, sold and taken back, as one row of columns."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from personas.criteria.grade import DIGITS, LETTERS

NO_RANK = 99
EVENING, LAST_MINUTE = time(18), time(23, 59)
CLOSING = {"refuse": "refused", "return": "returned", "withdraw": "withdrawn", "expire": "expired"}
OPEN = ("pooled", "assigned", "accepted")


@dataclass(frozen=True)
class Try:
    """One attempt that was not taken back."""

    occurred_at: datetime
    channel: str
    outcome: str = ""
    next_on: date | None = None  # the day for which a next step was agreed


@dataclass(frozen=True)
class Nap:
    """One snooze: from when until when. One that ends where it begins takes the handoff up again."""

    occurred_at: datetime
    until: datetime


@dataclass(frozen=True)
class Verdict:
    """One decision that was not taken back."""

    kind: str
    occurred_at: datetime
    reason: str = ""


@dataclass(frozen=True)
class Charge:
    """One assignment: the rep in charge from then on, or the pool."""

    occurred_at: datetime
    rep_id: int | None
    pool_id: int | None


@dataclass(frozen=True)
class Story:
    """All that is known of a handoff; lists in the order (occurred_at, id). `sold_at`: a deal that proves the need."""

    effective_at: datetime
    grade: str = ""
    rules: Mapping[str, Any] = field(default_factory=dict)
    charges: Sequence[Charge] = ()
    verdicts: Sequence[Verdict] = ()
    tries: Sequence[Try] = ()
    naps: Sequence[Nap] = ()
    sold_at: datetime | None = None
    merged_at: datetime | None = None
    undone_at: datetime | None = None


REPLIED, AUTO_MAIL = "replied", "auto_mail"
SPOKEN = ("reached", REPLIED)  # outcomes by which the person was spoken to
COUNTS, INBOUND, UNLISTED, SAME, DAY_FULL = "counts", "inbound", "unlisted", "same", "day_full"


def weighed(attempts: Iterable[Any], rules: Mapping[str, Any], zone: ZoneInfo) -> list[tuple[Any, str]]:
    """Each attempt in the order of their instants, with COUNTS or why it does not: what came from the prospect is none, its
    channel is not listed, it lies within k minutes of one that counts, or m count on its local day already."""
    apart = timedelta(minutes=rules["same_within_minutes"])
    out: list[tuple[Any, str]] = []
    last, days = None, dict[Any, int]()
    for one in sorted(attempts, key=lambda one: one.occurred_at):
        day = one.occurred_at.astimezone(zone).date()
        if one.outcome == REPLIED:
            why = INBOUND
        elif one.channel not in rules["channels"]:
            why = UNLISTED
        elif last is not None and one.occurred_at - last <= apart:
            why = SAME
        elif days.get(day, 0) >= rules["per_day"]:
            why = DAY_FULL
        else:
            why, last = COUNTS, one.occurred_at
            days[day] = days.get(day, 0) + 1
        out.append((one, why))
    return out


def counted(attempts: Iterable[Any], rules: Mapping[str, Any], zone: ZoneInfo) -> list[datetime]:
    """Instants of the attempts that count: on a listed channel, two within k minutes are one, at most m a local day."""
    return [one.occurred_at for one, why in weighed(attempts, rules, zone) if why == COUNTS]


def worked(attempts: Iterable[Any]) -> list[Any]:
    """What somebody of sales did: neither what came from the prospect, nor what a machine sent."""
    return [one for one in attempts if one.outcome != REPLIED and one.channel != AUTO_MAIL]


def rank(grade: str) -> int:
    """Place of a grade in the queue: A1 first; without a grade last."""
    return LETTERS.index(grade[0]) * len(DIGITS) + DIGITS.index(grade[1]) if grade else NO_RANK


def columns(story: Story, zone: ZoneInfo) -> dict[str, Any]:
    """Columns of HandoffState that follow from a story (`first` and the promise are not among them)."""
    tried = counted(story.tries, story.rules, zone)
    sql_at = min([v.occurred_at for v in story.verdicts if v.kind == "qualify"] + _known(story.sold_at), default=None)
    accepted_at, implicit = _acceptance(story, sql_at)
    state, closed_at, reason = _end(story, sql_at)
    charge = story.charges[-1] if story.charges else None
    decided_at, first_decision = _first_decision(story, accepted_at)
    rep = charge.rep_id if charge else None
    return {
        "state": state or ("accepted" if accepted_at else "assigned" if rep else "pooled"),
        "is_open": state is None,
        "rep_id": rep,
        "pool_id": charge.pool_id if charge else None,
        "assigned_at": charge.occurred_at if rep else None,
        "attempts": len(tried),
        "first_attempt_at": tried[0] if tried else None,
        "tried": tried,
        "reached_at": min((t.occurred_at for t in story.tries if t.outcome in SPOKEN), default=None),
        "accepted_at": accepted_at,
        "implicit": implicit,
        "decided_at": decided_at,
        "first_decision": first_decision,
        "reason": reason,
        "sql_at": sql_at,
        "closed_at": closed_at,
        "grade_rank": rank(story.grade),
        "effective_at": story.effective_at,
        "snoozed_until": None if state else _snoozed(story),
        "step_at": None if state else _step(story, zone),
    }  # fmt: skip


def _step(story: Story, zone: ZoneInfo) -> datetime | None:
    """By when the next step is to be done that was named with the last attempt: the evening of its day. The next attempt,
    whatever comes of it, has done it; what a machine sent has not."""
    last = next((one for one in reversed(story.tries) if one.channel != AUTO_MAIL), None)
    if last is None or last.next_on is None:
        return None
    evening = datetime.combine(last.next_on, EVENING, tzinfo=zone)
    return evening if evening > last.occurred_at else datetime.combine(last.next_on, LAST_MINUTE, tzinfo=zone)


def _snoozed(story: Story) -> datetime | None:
    """Until when the newest snooze sets a handoff aside; what was done with it since, or another rep, ends it."""
    if not story.naps:
        return None
    nap = story.naps[-1]
    since = [one.occurred_at for one in (*story.tries, *story.charges, *story.verdicts)]
    return nap.until if nap.until > nap.occurred_at and all(at <= nap.occurred_at for at in since) else None


def _known(*instants: datetime | None) -> list[datetime]:
    return [one for one in instants if one is not None]


def _acceptance(story: Story, sql_at: datetime | None) -> tuple[datetime | None, bool]:
    """(instant, implicit): said by the rep, else shown by the first attempt, by a giving back, or by success."""
    said = min((v.occurred_at for v in story.verdicts if v.kind == "accept"), default=None)
    refused = min((v.occurred_at for v in story.verdicts if v.kind == "refuse"), default=None)
    shown = [t.occurred_at for t in worked(story.tries)] + [v.occurred_at for v in story.verdicts if v.kind == "return"]
    tried = min(shown, default=None)
    best = min(_known(said, tried, sql_at), default=None)
    if best is None or (refused is not None and refused < best):
        return None, False
    return best, best != said


def _end(story: Story, sql_at: datetime | None) -> tuple[str | None, datetime | None, str]:
    """(state, instant, reason) of a closed handoff; (None, None, "") of an open one. A need confirmed outlives silence."""
    if story.undone_at:
        return "withdrawn", story.undone_at, "undone"
    last = next((v for v in story.verdicts if v.kind in CLOSING), None)
    if sql_at and (last is None or last.kind == "expire" or sql_at <= last.occurred_at):
        return "converted", sql_at, ""
    if last:
        return CLOSING[last.kind], last.occurred_at, last.reason
    return ("merged", story.merged_at, "") if story.merged_at else (None, None, "")


def _first_decision(story: Story, accepted_at: datetime | None) -> tuple[datetime | None, str]:
    """By which every handoff is counted once: "accept" or "refuse", "" while (or for ever) undecided."""
    refused = next((v for v in story.verdicts if v.kind == "refuse"), None)
    if accepted_at and not (refused and refused.occurred_at < accepted_at):
        return accepted_at, "accept"
    if refused:
        return refused.occurred_at, "refuse"
    return None, ""
