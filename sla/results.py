"""A rep's own results: promises kept today and by month beside the team's, and conversions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from leads.measures.dimensions import names
from smarketing.accounts.models import User
from smarketing.measures import engine
from smarketing.measures.engine import Answer, Group

KEPT = ("first_attempt_in_time", "attempts_in_time", "decided_in_time")
# (measure, its figure) of the table.
LINES = (
    *((key, "") for key in KEPT),
    ("response_time", "median"),
    ("reach", ""),
    ("handoffs", ""),
    ("acceptance", ""),
    ("sql", ""),
    ("won", ""),
    ("revenue", ""),
)
MONTHS = 6


@dataclass(frozen=True)
class Today:
    """Promises of theirs that fell due today and are settled, those kept, and those still to come before midnight."""

    kept: int
    settled: int
    pending: int
    broken_url: str = ""


@dataclass(frozen=True)
class Line:
    """A measure by month, the newest last, then of all these months: theirs, and the whole of sales (None where it says of no
    share, so that two sums are not compared)."""

    answer: Answer
    months: tuple[Group, ...]
    own: Group
    team: Group | None


def today(user: User, day: date, cutoff: datetime) -> Today:
    """How many of the promises due on a local day they kept."""
    asked = _asked(user, day, day + timedelta(days=1), cutoff)
    kept = settled = pending = 0
    broken = ""
    for key in KEPT:
        found = engine.answer(key, **asked).total
        kept, settled = kept + found.n, settled + (found.of or 0)
        pending += engine.answer(f"{key}_pending", **asked).total.n
        if found.n < (found.of or 0) and not broken:
            broken = engine.rows_url(key, **(asked | {"where": asked["where"] | {"clock": "missed"}}))
    return Today(kept, settled, pending, broken)


def lines(user: User, months: Sequence[date], until: date, cutoff: datetime) -> list[Line]:
    """The table: each measure in each month and over all of them. `months`: their first days, the oldest first."""
    out, asked = [], _asked(user, months[0], until, cutoff)
    ends = [*months[1:], until]
    for key, stat in LINES:
        more = {"stat": stat} if stat else {}
        found = engine.answer(key, by=("month",), **asked, **more)
        known = {row.group["month"]: row for row in found.rows}
        by_month = [
            known.get(f"{a:%Y-%m}") or _nothing(found, key, **_asked(user, a, b, cutoff), **more)
            for a, b in zip(months, ends, strict=True)
        ]
        compares = found.total.of is not None or bool(stat)
        everybody = {"first": months[0], "until": until, "cutoff": cutoff, "user": user, **more}
        team = engine.answer(key, **everybody).total if compares else None
        out.append(Line(found, tuple(by_month), found.total, team))
    return out


def _nothing(found: Answer, key: str, **asked: Any) -> Group:
    """A month in which nothing of theirs counts, with the page that lists none."""
    of = None if found.total.of is None else 0
    value = 0 if found.total.value is not None and of is None and not found.question.stat else None
    return Group({}, value, 0, of, None, True, engine.rows_url(key, **asked))


def _asked(user: User, first: date, until: date, cutoff: datetime) -> dict:
    return {
        "first": first, "until": until, "cutoff": cutoff, "user": user, "where": {"rep": names([user])[user.pk]},
    }  # fmt: skip
