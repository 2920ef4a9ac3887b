"""Counting a replay: month by month, gained, lost and kept, and by group. Pure: arrays in, exact numbers out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np

from smarketing.measures.numbers import wilson

from .passing import COOLING, MANDATORY, OPEN, OPPOSITION, PACE

Ints = np.ndarray
HANDED, DECIDED, ACCEPTED, MATURED, WON = 1, 2, 4, 8, 16  # `became`
CLOSED = 12  # months that are over, before the running one
NOT_YET = -2  # month of a handoff that is none yet
PASSED = "passed"
HOLDS = {"pace": PACE, "mandatory": MANDATORY, "cooling": COOLING, "open": OPEN, "opposition": OPPOSITION}
THIN = 20  # cases under which a share proves nothing


@dataclass(frozen=True)
class Rows:
    """MQLs of one side, a row each: lead, instant (microseconds since 1970), month (place in `Record.months`; -1 before them),
    code of what became of it."""

    lead: Ints
    at: Ints
    month: Ints
    code: Ints

    def where(self, keep: Ints) -> "Rows":
        return Rows(self.lead[keep], self.at[keep], self.month[keep], self.code[keep])

    def __len__(self) -> int:
        return len(self.lead)

    def once(self) -> "Rows":
        """Each lead once: with what became of it first."""
        return self.where(np.unique(self.lead, return_index=True)[1])


@dataclass(frozen=True)
class Share:
    """A share with its Wilson interval; `open`: cases of which nothing can be said yet."""

    hits: int
    of: int
    open: int = 0

    @property
    def value(self) -> Decimal | None:
        return Decimal(self.hits) / self.of if self.of else None

    @property
    def interval(self) -> tuple[Decimal, Decimal] | None:
        return wilson(self.hits, self.of)

    @property
    def half(self) -> Decimal | None:
        """Half of the interval's width."""
        return (self.interval[1] - self.interval[0]) / 2 if self.interval else None

    @property
    def thin(self) -> bool:
        return self.of < THIN


@dataclass(frozen=True)
class Figures:
    """`mql`, of which `handed` really were handed over; accepted of those decided, won of those handed over long enough ago."""

    mql: int
    handed: int
    accepted: Share
    won: Share

    @property
    def never(self) -> int:
        """Those of whom nobody knows what would have become: they never were handed over."""
        return self.mql - self.handed


@dataclass(frozen=True)
class Against:
    """Leads of the closed months, each once. `customers`: how many of the lost ones were won."""

    gained: Ints
    lost: Ints
    kept: Ints
    customers: Ints


@dataclass(frozen=True)
class Passed:
    """Handoffs under the draft, a row an MQL of it: the lead, the handoff's month (-1: before them; NOT_YET), what holds it
    (`passing`; 0: nothing)."""

    lead: Ints
    month: Ints
    hold: Ints


@dataclass(frozen=True)
class Record:
    """`months`: first days of the months, the running one last. `since`: the instant from which there is a record to compare
    with (None: there is none in the closed months). `passed`: None where it was not computed."""

    months: Sequence[date]
    draft: Rows
    was: Rows
    since: int | None = None
    passed: Passed | None = None

    @property
    def closed(self) -> range:
        return range(len(self.months) - 1)


def figures(rows: Rows) -> Figures:
    """What there is to say of some MQLs, each lead counted once."""
    rows = rows.once()
    code = rows.code
    handed, decided = (code & HANDED) > 0, (code & DECIDED) > 0
    mature = handed & ((code & MATURED) > 0)
    accepted = Share(int(((code & ACCEPTED) > 0).sum()), int(decided.sum()), int((handed & ~decided).sum()))
    won = Share(int((mature & ((code & WON) > 0)).sum()), int(mature.sum()), int((handed & ~mature).sum()))
    return Figures(len(rows), int(handed.sum()), accepted, won)


def by_month(record: Record, rows: Rows) -> list[Figures]:
    """The figures of each month."""
    return [figures(rows.where(rows.month == place)) for place in range(len(record.months))]


def closed(record: Record, rows: Rows) -> Rows:
    """Those of the closed months."""
    return rows.where((rows.month >= 0) & (rows.month < len(record.months) - 1))


def against(record: Record) -> Against | None:
    """Leads of the closed months since there is a record: gained by the draft, lost, kept (sooner or later); each once.

    A lead that the other side had made an MQL before is kept, not gained or lost.
    """
    if record.since is None:
        return None
    last = len(record.months) - 1
    draft, was = (
        np.unique(one.lead[(one.month >= 0) & (one.month < last) & (one.at >= record.since)])
        for one in (record.draft, record.was)
    )
    ever_draft, ever_was = (np.unique(one.lead[one.month < last]) for one in (record.draft, record.was))
    gained, lost = np.setdiff1d(draft, ever_was), np.setdiff1d(was, ever_draft)
    kept = np.setdiff1d(np.union1d(draft, was), np.union1d(gained, lost))
    won = record.was.lead[(record.was.code & WON) > 0]
    return Against(gained, lost, kept, np.intersect1d(lost, won))


def chosen(record: Record, side: str, month: int | None, which: str) -> Ints:
    """Leads behind a figure, each once: `side` draft or was, a month's place or None for the closed months, `which` of
    "mql", "handed", "never", "decided", "accepted", "undecided", "mature", "won", "immature"; of the draft "passed", and who waits at
    the end by what holds it. KeyError for another one."""
    if which == PASSED or which in HOLDS:
        return _passed(record, month, which)
    rows = {"draft": record.draft, "was": record.was}[side]
    rows = closed(record, rows) if month is None else rows.where(rows.month == month)
    rows = rows.once()
    return rows.lead[_TESTS[which](rows.code)]


def _passed(record: Record, month: int | None, which: str) -> Ints:
    found = record.passed
    if found is None:
        return np.empty(0, np.int64)
    if which in HOLDS:
        return np.unique(found.lead[found.hold == HOLDS[which]])
    months = record.closed if month is None else [month]
    return np.unique(found.lead[np.isin(found.month, list(months))])


def _has(code: Ints, bit: int) -> Ints:
    return (code & bit) > 0


_TESTS = {
    "mql": lambda code: np.ones(len(code), bool),
    "handed": lambda code: _has(code, HANDED),
    "never": lambda code: ~_has(code, HANDED),
    "decided": lambda code: _has(code, DECIDED),
    "accepted": lambda code: _has(code, ACCEPTED),
    "undecided": lambda code: _has(code, HANDED) & ~_has(code, DECIDED),
    "mature": lambda code: _has(code, HANDED) & _has(code, MATURED),
    "won": lambda code: _has(code, HANDED) & _has(code, MATURED) & _has(code, WON),
    "immature": lambda code: _has(code, HANDED) & ~_has(code, MATURED),
}
WHICH = tuple(_TESTS)
