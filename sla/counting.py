"""What a contract's clauses come to, counted from the facts known at a cut-off: volumes, settled promises, rates."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from smarketing.calendars import services as calendars
from smarketing.rows.days import Days

from . import blocks, kept, late, passing
from . import rates as measured
from .clocks import EXCLUDED, MET, MISSED, PAUSED, PENDING, WAIVED
from .figures import Figure, Share, Volume, from_book, promised_of, target_of
from .gathered import Clocks, Promises, Settled, summed
from .kinds import KINDS, QUALIFICATION, RATE, VOLUME, periods
from .models import Clause, Contract, Terms
from .parts import runs
from .terms import next_month

Counted = Mapping[
    str, Mapping[date, Any]
]  # what is counted (`rates.counted`) -> local day -> how many, of a rate by state


class Counting:
    """A contract judged at an instant with the facts known at a cut-off."""

    def __init__(self, contract: Contract, at: datetime, cutoff: datetime):
        self.contract, self.at, self.cutoff = contract, at, cutoff
        found = contract.terms.filter(span__isnull=False).select_related("calendar", "span", "paper")
        self.terms = sorted(found.prefetch_related("clauses"), key=lambda terms: terms.span.first)
        self.axes = {terms.pk: calendars.axis(terms.calendar) for terms in self.terms}
        self.periods = {periods.MONTH} | {one.period for terms in self.terms for one in terms.clauses.all()}

    @property
    def zone(self) -> ZoneInfo:
        return self.axes[self.terms[-1].pk].zone if self.terms else calendars.file_zone()

    @property
    def today(self) -> date:
        return self.at.astimezone(self.zone).date()

    def reach(self, months: Sequence[date]) -> list[date]:
        """These months, and the earlier ones of quarters and years that clauses are judged by."""
        return periods.reach(months, self.periods)

    def inside(self, first: date, until: date | None = None) -> list[tuple[Terms, date, date]]:
        """(terms, first, until) of the parts of a month, or of the days until another one."""
        until, out = until or next_month(first), []
        for terms in self.terms:
            a, b = max(terms.span.first, first), min(terms.span.until or until, until)
            if a < b:
                out.append((terms, a, b))
        return out

    def business_days(self, parts: Sequence[tuple[Terms, date, date]], seen: date | None = None) -> tuple[int, int]:
        """Business days of some parts, and how many of them have come (today included; by `seen` at the latest)."""
        tomorrow = min(self.today + timedelta(days=1), seen or date.max)
        days = sum(self.axes[terms.pk].business_days(a, b) for terms, a, b in parts)
        return days, sum(self.axes[terms.pk].business_days(a, min(b, tomorrow)) for terms, a, b in parts)

    def by_day(self, months: Sequence[date], sources: tuple[str, ...] = (VOLUME, RATE)) -> dict[str, dict[date, Any]]:
        """What the measures of promised volumes and rates count of the line, by local day of the contract."""
        return kept.by_day(self.asked(sources), months, self.cutoff)

    def asked(self, sources: tuple[str, ...] = (VOLUME, RATE)) -> kept.Asked:
        """What is counted by day for the clauses of these sources."""
        every = [
            clause for terms in self.terms for clause in terms.clauses.all() if KINDS[clause.kind].source in sources
        ]
        wanted = dict(sorted({measured.counted(clause): clause for clause in every}.items()))
        over: dict[str, set[str]] = defaultdict(set)
        for clause in every:
            over[measured.counted(clause)].add(clause.period)
        return kept.Asked(self.contract, self.zone, wanted, max((terms.pk for terms in self.terms), default=0), over)

    def rates(self, months: Sequence[date], counted: Counted) -> dict[tuple[date, str], dict[int, dict[str, int]]]:
        """(month, clause key) -> terms -> state -> how many, of the rates: by the terms in force on each row's day."""
        out: dict = defaultdict(dict)
        for month in self.reach(months):
            for terms, a, b in self.inside(month):
                for clause in terms.clauses.all():
                    if KINDS[clause.kind].source == RATE:
                        out[month, clause.key][terms.pk] = measured.between(counted[measured.counted(clause)], a, b)
        return out

    def _final(self, clause: Clause, until: date) -> date:
        """From which day a share says no more than it will: of a cohort, once its last day has had its time."""
        kind = KINDS[clause.kind]
        wait = measured.maturity(kind) if kind.source == RATE else 0
        return until + timedelta(days=max(wait - 1, 0))

    def promises(self, months: Sequence[date]) -> Clocks:
        """The clocks of these months, and of those that count with them, as known at the cut-off."""
        asked, months = months, self.reach(months)
        out: Promises = defaultdict(lambda: defaultdict(measured.none))
        days: dict[tuple[date, str], Settled] = defaultdict(dict)
        waiting: dict[tuple[date, str], list[int]] = defaultdict(list)
        took: dict[tuple[date, str], list[str]] = defaultdict(list)
        local = Days(self.zone)
        counts = blocks.read(self.contract, [terms.pk for terms in self.terms], months, self.cutoff, local)
        handed = {one.period for terms in self.terms for one in terms.clauses.all() if runs(one, QUALIFICATION)}
        own = periods.reach(asked, handed)
        for passed in passing.count(self.contract, own, self.cutoff, local) if own else ():
            month, key, terms, state, settled, n, leads = passed
            counts.append(blocks.Count(month, key, terms, state, settled, None, False, n, None))
            waiting[month, key] += leads
        for one in counts:
            out[one.month, one.key][one.terms][PENDING if one.state == PAUSED else one.state] += one.n
            if one.took:
                took[one.month, one.key].append(one.took)
            if one.state in (MET, MISSED) and one.settled is not None:
                on = max(one.settled, one.month)
                met, missed = days[one.month, one.key].get(on, (0, 0))
                days[one.month, one.key][on] = (
                    met + one.n * (one.state == MET),
                    missed + one.n * (one.state == MISSED),
                )
        return Clocks(out, days, late.of(counts), waiting, took)

    def figures(self, first: date, counted, clocks, book) -> dict[str, tuple[Clause, Figure]]:
        """clause key -> (clause as it stands last, figure), in the order of the terms."""
        out = {}
        for key, clause in sorted(self._clauses(first, clocks).items(), key=lambda pair: (pair[1].order, pair[0])):
            span = periods.span(clause.period, first)
            if book is not None:
                figure = from_book(book.figures[key]) if key in book.figures else None
            elif KINDS[clause.kind].source == VOLUME:
                figure = self.volume(first, self.inside(span.first, span.until), key, counted)
            else:
                figure = self.share(first, clause, summed(clocks, span.months, key))
            if figure:
                out[key] = (clause, figure)
        return out

    def _clauses(self, first: date, clocks: Promises) -> dict[str, Clause]:
        """Clause key -> the clause as it stands last, of those that say something of a month: of terms in force in its period
        by then, or under which something counts in it."""
        spans, out = {one: periods.span(one, first) for one in self.periods}, {}
        counts = {terms for (month, _key), found in clocks.items() if month == first for terms in found}
        begun = {one: {terms.pk for terms, *_days in self.inside(span.first, span.seen)} for one, span in spans.items()}
        for terms in self.terms:
            for clause in terms.clauses.all():
                own, months = clause.period, spans[clause.period].months
                if terms.pk in counts | begun[own] or any(terms.pk in clocks.get((m, clause.key), ()) for m in months):
                    out[clause.key] = clause
        return out

    def volume(self, first: date, parts, key: str, counted, until: date | None = None) -> Volume | None:
        """The volume counted in these parts of a month, or of the longer period that the clause has, by the month's end; over when
        `until` has come (None: the period's end)."""
        held = [(terms, clause, a, b) for terms, a, b in parts for clause in terms.clauses.all() if clause.key == key]
        held = [one for one in held if one[1].period == held[-1][1].period]
        if not held:
            return None
        axis, span = self.axes[held[-1][0].pk], periods.span(held[-1][1].period, first)
        whole = axis.business_days(span.first, span.until)
        pieces = [(Fraction(clause.target), self.axes[t.pk].business_days(a, b)) for t, clause, a, b in held]
        full = len(held) == 1 and (held[0][2], held[0][3]) == (span.first, span.until)
        target = pieces[0][0] if full else target_of(pieces, whole)
        count = sum(
            n
            for _t, one, a, b in held
            for day, n in counted[measured.counted(one)].items()
            if a <= day < min(b, span.seen)
        )
        days, elapsed = self.business_days([(terms, a, b) for terms, _c, a, b in held], span.seen)
        until = until or span.until
        over = self.today >= until and span.seen >= until
        started, unit = self.today >= max(held[0][2], first), KINDS[held[-1][1].kind].unit
        last = min(self.today, span.seen - timedelta(days=1))
        ideal = None if len(held) == 1 or not whole else self.ideal(first, held, last)
        return Volume(count, target, elapsed, days, over, started, unit, ideal)

    def ideal(self, first: date, held: Sequence[tuple[Terms, Clause, date, date]], day: date) -> Fraction:
        """Where the line of a volume stands as a day ends in a period cut by amendments: each part by its own target and its
        business days that have come. `held`: the parts that promise it, in [a, b)."""
        span = periods.span(held[-1][1].period, first)
        whole = self.axes[held[-1][0].pk].business_days(span.first, span.until)
        tomorrow = day + timedelta(days=1)
        gone = (
            clause.target * self.axes[terms.pk].business_days(a, min(b, tomorrow))
            for terms, clause, a, b in held
            if a < tomorrow
        )
        return sum((Fraction(one) for one in gone), Fraction(0)) / whole

    def held(self, first: date, clause: Clause) -> list[tuple[Terms, Clause, date, date]]:
        """The parts of a month, or of a clause's longer period, that promise it."""
        span = periods.span(clause.period, first)
        parts = self.inside(span.first, span.until)
        return [
            (terms, one, a, b) for terms, a, b in parts for one in terms.clauses.all()
            if (one.key, one.period) == (clause.key, clause.period)
        ]  # fmt: skip

    def share(self, first: date, clause: Clause, counts: dict[int, dict[str, int]], until: date | None = None) -> Share:
        """The share kept of settled clocks (terms -> state -> how many), final once `until` has come."""
        shares = {
            terms.pk: one.promised
            for terms in self.terms for one in terms.clauses.all()
            if one.key == clause.key and KINDS[one.kind].source != VOLUME
        }  # fmt: skip
        span = periods.span(clause.period, first)
        until = until or span.until
        total = {state: sum(found[state] for found in counts.values()) for state in measured.none()}
        promised = promised_of((shares[terms], found[MET] + found[MISSED]) for terms, found in counts.items())
        return Share(
            total[MET], total[MISSED], total[PENDING], total[EXCLUDED],
            promised if promised is not None else clause.promised,
            until <= span.seen and self.today >= self._final(clause, until), total[WAIVED],
        )  # fmt: skip
