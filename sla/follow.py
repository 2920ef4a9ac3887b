"""The contract followed month by month: every clause of both sides at a cut-off, with the months before it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from smarketing.rows import fence

from . import derive, hooks, split
from .counting import Counted, Counting
from .figures import Figure, Share, Volume
from .gathered import Clocks, Settled, summed
from .kinds import CLOCK, KINDS, VOLUME, periods
from .late import Late
from .models import Clause, Contract, Terms
from .terms import next_month

HISTORY = 5  # months shown beside the one being read
FUTURE, RUNNING, GRACE, OVER, CLOSED, NONE = "future", "running", "grace", "over", "closed", "none"


@dataclass(frozen=True)
class Row:
    """One clause in the month: the whole, and its parts where the month was split by an amendment. `history`: (month,
    state or "") of the months before, oldest first."""

    clause: Clause
    figure: Figure
    history: tuple[tuple[date, str], ...] = ()
    parts: tuple[split.Part, ...] = ()
    days: tuple[tuple[date, date], ...] = ()  # [a, b) in which terms promise it, of what is counted by day; none: all

    @property
    def kind(self):
        return KINDS[self.clause.kind]

    @property
    def long(self) -> bool:
        """Whether it is judged over more than a month."""
        return self.clause.period != periods.MONTH

    @property
    def owed(self) -> int:
        """Promises that are still to fall due; a cohort that is not mature owes nothing."""
        return self.figure.pending if isinstance(self.figure, Share) and self.kind.source == CLOCK else 0


@dataclass(frozen=True)
class Month:
    """All that the follow-up page of a month says. `terms`: in force at its end, or last; None: no terms at all."""

    contract: Contract
    first: date
    until: date
    cutoff: datetime
    phase: str
    zone: ZoneInfo
    terms: Terms | None = None
    rows: tuple[Row, ...] = ()
    days: int = 0
    elapsed: int = 0
    months: tuple[date, ...] = ()
    amended: tuple[Terms, ...] = ()
    frozen: hooks.Frozen | None = None
    # Of volumes and rates, by local day, from the first one of the longest period on; what follows is by the clause's own period.
    counted: Counted = field(default_factory=dict)
    settled: Mapping[str, Settled] = field(default_factory=dict)  # clause key -> of its clocks, by local day
    late: Mapping[str, Late] = field(default_factory=dict)  # clause key -> what broke of its clocks, and what is owed
    waiting: Mapping[str, Sequence[int]] = field(default_factory=dict)  # clause key -> leads overdue to be handed over
    took: Mapping[str, Sequence[str]] = field(default_factory=dict)  # clause key -> how long attempts took, packed

    @property
    def last(self) -> date:
        """Its last day."""
        return self.until - timedelta(days=1)

    @cached_property
    def then(self) -> Clocks:
        """Its clocks as known at its cut-off: of what a book closed before it was kept does not say."""
        return Counting(self.contract, self.cutoff, self.cutoff).promises([self.first])

    def span(self, row: Row) -> periods.Span:
        """The days that a row is about: the month, or the longer period of its clause by the month's end."""
        if row.long:
            return periods.span(row.clause.period, self.last.replace(day=1))
        return periods.Span(self.first, self.until, self.until)

    def row(self, key: str) -> Row | None:
        return next((row for row in self.rows if row.clause.key == key), None)


def month(contract: Contract, first: date, at: datetime, cutoff: datetime) -> Month:
    """The follow-up of the month that begins on `first`, judged at `at` with the facts known at `cutoff`."""
    reader = Reader(contract, at, cutoff)
    return reader.month(first)


def back(first: date, count: int) -> list[date]:
    """The `count` months before, oldest first."""
    index = first.year * 12 + first.month - 1
    return [date(n // 12, n % 12 + 1, 1) for n in range(index - count, index)]


class Reader(Counting):
    """Reads a contract's figures; one query for volumes, one for clocks, one for books, whatever the months asked."""

    def __init__(self, contract: Contract, at: datetime, cutoff: datetime, *, closed: bool = True):
        """`closed` False: months with a closed book are recounted, to be set beside what was frozen."""
        super().__init__(contract, at, cutoff)
        self.closed = closed

    def first_month(self) -> date | None:
        """The month in which the contract began."""
        return self.terms[0].span.first.replace(day=1) if self.terms else None

    def month(self, first: date) -> Month:
        until, parts = next_month(first), self.inside(first)
        begun = self.first_month()
        months = [one for one in back(first, HISTORY) if begun and one >= begun]
        books, counted, clocks, figures = self._read([*months, first], [first])
        rows = tuple(
            Row(
                clause,
                figure,
                tuple((one, self._state(figures[one], clause.key)) for one in months),
                split.of(self, first, clause, counted, self._states(first, clause, clocks), books.get(first)),
                self._days(first, clause),
            )
            for clause, figure in figures[first].values()
        )
        axis = self.axes[parts[-1][0].pk] if parts else None
        days, elapsed = self.business_days(parts)
        since = min(self.reach([first]))
        spans = {key: periods.span(one.period, first) for key, (one, _figure) in figures[first].items()}
        over = {key: (span.first, clocks.over(span.months, key)) for key, span in spans.items()}
        return Month(
            self.contract, first, until, books[first].cutoff if first in books else self.cutoff,
            self._phase(first, rows, books), self.zone, terms=parts[-1][0] if parts else None, rows=rows,
            days=days, elapsed=elapsed, months=tuple(months), frozen=books.get(first),
            amended=tuple(terms for terms, a, _b in parts if a > first and axis),
            counted={
                kind: {day: n for day, n in found.items() if since <= day < until} for kind, found in counted.items()
            },
            settled=_of(over, "settled"), late=_of(over, "late"), waiting=_of(over, "waiting"), took=_of(over, "took"),
        )  # fmt: skip

    def _days(self, first: date, clause: Clause) -> tuple[tuple[date, date], ...]:
        held = self.held(first, clause) if KINDS[clause.kind].source != CLOCK else ()
        return tuple((a, b) for _terms, _clause, a, b in held)

    def _states(self, first: date, clause: Clause, clocks: Clocks) -> Mapping[int, dict[str, int]]:
        return summed(clocks.states, periods.span(clause.period, first).months, clause.key)

    def every(self) -> list[tuple[date, dict]]:
        """(first day, clause key → (clause, figure)) of every month since the contract began, the newest first."""
        begun, months = self.first_month(), []
        while begun and begun <= self.today:
            months.append(begun)
            begun = next_month(begun)
        figures = self._read(months)[-1] if months else {}
        return [(month, figures[month]) for month in reversed(months)]

    def only(self, first: date) -> dict[str, tuple[Clause, Figure]]:
        """clause key → (clause, figure) of one month, without those before it."""
        return self._read([first])[-1][first]

    def several(self, months: Sequence[date]) -> dict[date, dict[str, tuple[Clause, Figure]]]:
        """month → clause key → (clause, figure) of months that follow one another."""
        return self._read(months)[-1]

    def ended(self, first: date, side: str) -> dict[str, list[tuple[date, Terms, Volume]]]:
        """Clause key → (business day, its terms, the volume as that day ended) of each day of a month that is over,
        of the volumes of a side."""
        parts, out = self.inside(first), defaultdict(list)
        counted = self.by_day([first], (VOLUME,)) if parts else {}
        for terms, a, b in parts:
            axis, until = self.axes[terms.pk], min(b, self.today)
            for day in (a + timedelta(days=n) for n in range((until - a).days)):
                if axis.business_days(day, day + timedelta(days=1)):
                    past = copy(self)
                    past.at = axis.day_starts(day + timedelta(days=1)) - timedelta(microseconds=1)
                    so_far = {key: {one: n for one, n in found.items() if one <= day} for key, found in counted.items()}
                    for clause in terms.clauses.all():
                        if (clause.side, KINDS[clause.kind].source) != (side, VOLUME):
                            continue
                        span = periods.span(clause.period, first)
                        if figure := past.volume(first, self.inside(span.first, span.until), clause.key, so_far):
                            out[clause.key].append((day, terms, figure))
        return out

    def _read(self, months: Sequence[date], told: Sequence[date] = ()) -> tuple[dict, dict, Clocks, dict]:
        """(books, volumes by day, clocks, figures by month and clause) of these months; `told`: those about whose restatements
        is asked."""
        books = hooks.books(self.contract, months, told) if self.closed else {}
        # A closed month is read from its book, unless that is older than what it keeps of days.
        open_ = [one for one in months if one not in books or not books[one].days]
        counted = self.by_day(open_) if open_ else {}
        clocks = self.promises(open_) if open_ else Clocks({}, {}, {}, {}, {})
        states = clocks.states | (self.rates(open_, counted) if open_ else {})
        figures = {one: self.figures(one, counted, states, books.get(one)) for one in months}
        return books, counted, clocks._replace(states=states), figures

    def _state(self, figures: dict, key: str) -> str:
        found = figures.get(key)
        return found[1].state if found else ""

    def over(self, first: date) -> bool:
        return self.today >= next_month(first)

    def _phase(self, first: date, rows: Sequence[Row], books: dict) -> str:
        if first in books:
            return CLOSED
        if not rows:
            return NONE
        if self.today < first:
            return FUTURE
        if not self.over(first):
            return RUNNING
        return GRACE if any(row.owed for row in rows) else OVER


def _of(over: Mapping[str, tuple[date, Clocks]], name: str) -> dict[str, Any]:
    """Clause key -> what was found of it in its period."""
    told = ((key, month, getattr(clocks, name)) for key, (month, clocks) in over.items())
    return {key: found[month, key] for key, month, found in told if (month, key) in found}


def look(at: datetime) -> int:
    """Bring what is counted by day of the running months up to now, so that pages have little left to count."""
    for contract in Contract.objects.order_by("pk"):
        derive.catch_up(at)
        reader = Reader(contract, at, fence.cutoff())
        if reader.terms:
            running = [reader.today.replace(day=1)]
            reader.by_day(running)
            reader.promises(running)
    return 0
