"""The contract followed month by month: every clause of both sides at a cut-off, with the months before it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from smarketing.calendars import services as calendars

from . import as_of, hooks, rates, split
from .clocks import EXCLUDED, MET, MISSED, PAUSED, PENDING, WAIVED
from .figures import Figure, Share, Volume, from_book, promised_of, target_of
from .kinds import CLOCK, KINDS, RATE, VOLUME, params
from .models import Clause, Contract, Terms
from .terms import next_month

HISTORY = 5  # months shown beside the one being read
Counted = Mapping[str, Mapping[date, Any]]  # kind -> local day -> how many, of a rate by state
FUTURE, RUNNING, GRACE, OVER, CLOSED, NONE = "future", "running", "grace", "over", "closed", "none"


@dataclass(frozen=True)
class Row:
    """One clause in the month: the whole, and its parts where the month was split by an amendment. `history`: (month,
    state or "") of the months before, oldest first."""

    clause: Clause
    figure: Figure
    history: tuple[tuple[date, str], ...] = ()
    parts: tuple[split.Part, ...] = ()

    @property
    def kind(self):
        return KINDS[self.clause.kind]

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
    counted: Counted = field(default_factory=dict)  # of volumes and rates, by local day

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


class Reader:
    """Reads a contract's figures; one query for volumes, one for clocks, one for books, whatever the months asked."""

    def __init__(self, contract: Contract, at: datetime, cutoff: datetime, *, closed: bool = True):
        """`closed` False: months with a closed book are recounted, to be set beside what was frozen."""
        self.contract, self.at, self.cutoff, self.closed = contract, at, cutoff, closed
        found = contract.terms.filter(span__isnull=False).select_related("calendar", "span", "paper")
        self.terms = sorted(found.prefetch_related("clauses"), key=lambda terms: terms.span.first)
        self.axes = {terms.pk: calendars.axis(terms.calendar) for terms in self.terms}

    @property
    def zone(self) -> ZoneInfo:
        return self.axes[self.terms[-1].pk].zone if self.terms else calendars.file_zone()

    @property
    def today(self) -> date:
        return self.at.astimezone(self.zone).date()

    def first_month(self) -> date | None:
        """The month in which the contract began."""
        return self.terms[0].span.first.replace(day=1) if self.terms else None

    def inside(self, first: date) -> list[tuple[Terms, date, date]]:
        """(terms, first, until) of the parts of a month."""
        until, out = next_month(first), []
        for terms in self.terms:
            a, b = max(terms.span.first, first), min(terms.span.until or until, until)
            if a < b:
                out.append((terms, a, b))
        return out

    def month(self, first: date) -> Month:
        until, parts = next_month(first), self.inside(first)
        begun = self.first_month()
        months = [one for one in back(first, HISTORY) if begun and one >= begun]
        books, counted, clocks, figures = self._read([*months, first])
        rows = tuple(
            Row(
                clause,
                figure,
                tuple((one, self._state(figures[one], clause.key)) for one in months),
                split.of(self, first, clause, counted, clocks.get((first, clause.key), {}), books.get(first)),
            )
            for clause, figure in figures[first].values()
        )
        axis = self.axes[parts[-1][0].pk] if parts else None
        days, elapsed = self._days(parts)
        return Month(
            self.contract, first, until, books[first].cutoff if first in books else self.cutoff,
            self._phase(first, rows, books), self.zone, terms=parts[-1][0] if parts else None, rows=rows,
            days=days, elapsed=elapsed, months=tuple(months), frozen=books.get(first),
            amended=tuple(terms for terms, a, _b in parts if a > first and axis),
            counted={
                kind: {day: n for day, n in found.items() if first <= day < until} for kind, found in counted.items()
            },
        )  # fmt: skip

    def every(self) -> list[tuple[date, dict]]:
        """(first day, clause key → (clause, figure)) of every month since the contract began, the newest first."""
        begun, months = self.first_month(), []
        while begun and begun <= self.today:
            months.append(begun)
            begun = next_month(begun)
        figures = self._read(months)[-1] if months else {}
        return [(month, figures[month]) for month in reversed(months)]

    def ended(self, first: date, side: str) -> dict[str, list[tuple[date, Terms, Volume]]]:
        """Clause key → (business day, its terms, the volume as that day ended) of each day of a month that is over,
        of the volumes of a side."""
        parts, out = self.inside(first), defaultdict(list)
        counted = self._counted([first], (VOLUME,)) if parts else {}
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
                        if figure := past.volume(first, parts, clause.key, so_far):
                            out[clause.key].append((day, terms, figure))
        return out

    def _read(self, months: Sequence[date]) -> tuple[dict, dict, dict, dict]:
        """(books, volumes by day, clocks, figures by month and clause) of these months."""
        books = hooks.books(self.contract, months) if self.closed else {}
        counted = self._counted(months)
        clocks = self._clocks(months) | self._rates(months, counted)
        return books, counted, clocks, {one: self._figures(one, counted, clocks, books.get(one)) for one in months}

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

    def _days(self, parts: Sequence[tuple[Terms, date, date]]) -> tuple[int, int]:
        """Business days of the month's parts, and how many of them have come (today included)."""
        tomorrow = self.today + timedelta(days=1)
        days = sum(self.axes[terms.pk].business_days(a, b) for terms, a, b in parts)
        return days, sum(self.axes[terms.pk].business_days(a, min(b, tomorrow)) for terms, a, b in parts)

    def _counted(self, months: Sequence[date], sources: tuple[str, ...] = (VOLUME, RATE)) -> dict[str, dict[date, Any]]:
        """What the measures of promised volumes and rates count of the line, by local day of the contract."""
        promised = {rates.counted(clause): clause for terms in self.terms for clause in terms.clauses.all()}
        line, first, until = self.contract.line_id, months[0], next_month(months[-1])
        out: dict[str, dict[date, Any]] = {}
        for key, clause in sorted(promised.items()):
            kind = KINDS[clause.kind]
            if kind.source in sources:
                read = rates.by_day if kind.source == RATE else rates.volume
                out[key] = read(kind, line, first, until, self.zone, self.cutoff, params.population(clause.params))
        return out

    def _rates(self, months: Sequence[date], counted: Counted) -> dict[tuple[date, str], dict[int, dict[str, int]]]:
        """(month, clause key) -> terms -> state -> how many, of the rates: by the terms in force on each row's day."""
        out: dict = defaultdict(dict)
        for month in months:
            for terms, a, b in self.inside(month):
                for clause in terms.clauses.all():
                    if KINDS[clause.kind].source == RATE:
                        out[month, clause.key][terms.pk] = rates.between(counted[rates.counted(clause)], a, b)
        return out

    def _final(self, clause: Clause, until: date) -> date:
        """From which day a share says no more than it will: of a cohort, once its last day has had its time."""
        kind = KINDS[clause.kind]
        wait = rates.maturity(kind) if kind.source == RATE else 0
        return until + timedelta(days=max(wait - 1, 0))

    def _clocks(self, months: Sequence[date]) -> dict[tuple[date, str], dict[int, dict[str, int]]]:
        """(month, clause key) -> terms -> state -> how many, as known at the cut-off."""
        out: dict = defaultdict(lambda: defaultdict(rates.none))
        for month, key, terms, state, n in as_of.count(self.contract, months, self.cutoff):
            out[month, key][terms][PENDING if state == PAUSED else state] += n
        return out

    def _figures(self, first: date, counted, clocks, book) -> dict[str, tuple[Clause, Figure]]:
        """clause key -> (clause as it stands last, figure), in the order of the terms."""
        parts, by_key = self.inside(first), {}
        under = [
            terms
            for terms in self.terms
            if any(terms.pk in found for (day, _k), found in clocks.items() if day == first)
        ]
        for terms in [*under, *(terms for terms, _a, _b in parts)]:
            by_key |= {clause.key: clause for clause in terms.clauses.all()}
        out = {}
        for key, clause in sorted(by_key.items(), key=lambda pair: (pair[1].order, pair[0])):
            if book is not None:
                figure = from_book(book.figures[key]) if key in book.figures else None
            elif KINDS[clause.kind].source == VOLUME:
                figure = self.volume(first, parts, key, counted)
            else:
                figure = self.share(first, clause, clocks.get((first, key), {}))
            if figure:
                out[key] = (clause, figure)
        return out

    def volume(self, first: date, parts, key: str, counted, until: date | None = None) -> Volume | None:
        """The volume counted in these parts of a month, over when `until` has come (None: the month's end)."""
        held = [(terms, clause, a, b) for terms, a, b in parts for clause in terms.clauses.all() if clause.key == key]
        if not held:
            return None
        axis = self.axes[held[-1][0].pk]
        whole = axis.business_days(first, next_month(first))
        pieces = [(Fraction(clause.target), self.axes[t.pk].business_days(a, b)) for t, clause, a, b in held]
        full = len(held) == 1 and (held[0][2], held[0][3]) == (first, next_month(first))
        target = pieces[0][0] if full else target_of(pieces, whole)
        count = sum(n for _t, one, a, b in held for day, n in counted[rates.counted(one)].items() if a <= day < b)
        days, elapsed = self._days([(terms, a, b) for terms, _c, a, b in held])
        over = self.today >= (until or next_month(first))
        started, unit = self.today >= held[0][2], KINDS[held[-1][1].kind].unit
        return Volume(count, target, elapsed, days, over, started, unit)

    def share(self, first: date, clause: Clause, counts: dict[int, dict[str, int]], until: date | None = None) -> Share:
        """The share kept of settled clocks (terms -> state -> how many), final once `until` has come."""
        shares = {
            terms.pk: one.promised
            for terms in self.terms for one in terms.clauses.all()
            if one.key == clause.key and KINDS[one.kind].source != VOLUME
        }  # fmt: skip
        total = {state: sum(found[state] for found in counts.values()) for state in rates.none()}
        promised = promised_of((shares[terms], found[MET] + found[MISSED]) for terms, found in counts.items())
        return Share(
            total[MET], total[MISSED], total[PENDING], total[EXCLUDED],
            promised if promised is not None else clause.promised,
            self.today >= self._final(clause, until or next_month(first)), total[WAIVED],
        )  # fmt: skip
