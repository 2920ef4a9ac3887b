"""What a contract's clauses come to, counted from the facts known at a cut-off: volumes, settled promises, rates."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from smarketing.calendars import services as calendars
from smarketing.rows.days import Days

from . import blocks, kept, late, passing
from . import rates as measured
from .clocks import EXCLUDED, MET, MISSED, PAUSED, PENDING, WAIVED
from .figures import Figure, Share, Volume, from_book, promised_of, target_of
from .kinds import KINDS, RATE, VOLUME
from .late import Late
from .models import Clause, Contract, Terms
from .terms import next_month

Counted = Mapping[
    str, Mapping[date, Any]
]  # what is counted (`rates.counted`) -> local day -> how many, of a rate by state


Promises = dict[tuple[date, str], dict[int, dict[str, int]]]
Settled = dict[date, tuple[int, int]]


class Clocks(NamedTuple):
    """By (month, clause key): `states`: terms -> state -> how many; `settled`: local day -> (met, missed), what was settled
    before the month began on its first day; `late`: what broke and what is owed; `waiting`: leads that should have been handed over
    and are not; `took`: how long first attempts took, packed."""

    states: Promises
    settled: dict[tuple[date, str], Settled]
    late: dict[tuple[date, str], Late]
    waiting: dict[tuple[date, str], list[int]]
    took: dict[tuple[date, str], list[str]]


class Counting:
    """A contract judged at an instant with the facts known at a cut-off."""

    def __init__(self, contract: Contract, at: datetime, cutoff: datetime):
        self.contract, self.at, self.cutoff = contract, at, cutoff
        found = contract.terms.filter(span__isnull=False).select_related("calendar", "span", "paper")
        self.terms = sorted(found.prefetch_related("clauses"), key=lambda terms: terms.span.first)
        self.axes = {terms.pk: calendars.axis(terms.calendar) for terms in self.terms}

    @property
    def zone(self) -> ZoneInfo:
        return self.axes[self.terms[-1].pk].zone if self.terms else calendars.file_zone()

    @property
    def today(self) -> date:
        return self.at.astimezone(self.zone).date()

    def inside(self, first: date) -> list[tuple[Terms, date, date]]:
        """(terms, first, until) of the parts of a month."""
        until, out = next_month(first), []
        for terms in self.terms:
            a, b = max(terms.span.first, first), min(terms.span.until or until, until)
            if a < b:
                out.append((terms, a, b))
        return out

    def business_days(self, parts: Sequence[tuple[Terms, date, date]]) -> tuple[int, int]:
        """Business days of the month's parts, and how many of them have come (today included)."""
        tomorrow = self.today + timedelta(days=1)
        days = sum(self.axes[terms.pk].business_days(a, b) for terms, a, b in parts)
        return days, sum(self.axes[terms.pk].business_days(a, min(b, tomorrow)) for terms, a, b in parts)

    def by_day(self, months: Sequence[date], sources: tuple[str, ...] = (VOLUME, RATE)) -> dict[str, dict[date, Any]]:
        """What the measures of promised volumes and rates count of the line, by local day of the contract."""
        return kept.by_day(self.asked(sources), months, self.cutoff)

    def asked(self, sources: tuple[str, ...] = (VOLUME, RATE)) -> kept.Asked:
        """What is counted by day for the clauses of these sources."""
        promised = {measured.counted(clause): clause for terms in self.terms for clause in terms.clauses.all()}
        wanted = {key: clause for key, clause in sorted(promised.items()) if KINDS[clause.kind].source in sources}
        return kept.Asked(self.contract, self.zone, wanted, max((terms.pk for terms in self.terms), default=0))

    def rates(self, months: Sequence[date], counted: Counted) -> dict[tuple[date, str], dict[int, dict[str, int]]]:
        """(month, clause key) -> terms -> state -> how many, of the rates: by the terms in force on each row's day."""
        out: dict = defaultdict(dict)
        for month in months:
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
        """The clocks of these months as known at the cut-off."""
        out: Promises = defaultdict(lambda: defaultdict(measured.none))
        days: dict[tuple[date, str], Settled] = defaultdict(dict)
        waiting: dict[tuple[date, str], list[int]] = defaultdict(list)
        took: dict[tuple[date, str], list[str]] = defaultdict(list)
        local = Days(self.zone)
        counts = blocks.read(self.contract, [terms.pk for terms in self.terms], months, self.cutoff, local)
        handed = passing.promised(self.terms)
        for passed in passing.count(self.contract, months, self.cutoff, local) if handed else ():
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
        count = sum(n for _t, one, a, b in held for day, n in counted[measured.counted(one)].items() if a <= day < b)
        days, elapsed = self.business_days([(terms, a, b) for terms, _c, a, b in held])
        over = self.today >= (until or next_month(first))
        started, unit = self.today >= held[0][2], KINDS[held[-1][1].kind].unit
        ideal = None if len(held) == 1 or not whole else self.ideal(first, held, self.today)
        return Volume(count, target, elapsed, days, over, started, unit, ideal)

    def ideal(self, first: date, held: Sequence[tuple[Terms, Clause, date, date]], day: date) -> Fraction:
        """Where the line of a volume stands as a day ends in a month cut by amendments: each part by its own target and its
        business days that have come. `held`: the parts that promise it, in [a, b)."""
        whole = self.axes[held[-1][0].pk].business_days(first, next_month(first))
        tomorrow = day + timedelta(days=1)
        gone = (
            clause.target * self.axes[terms.pk].business_days(a, min(b, tomorrow))
            for terms, clause, a, b in held
            if a < tomorrow
        )
        return sum((Fraction(one) for one in gone), Fraction(0)) / whole

    def held(self, first: date, key: str) -> list[tuple[Terms, Clause, date, date]]:
        """The parts of a month that promise a clause."""
        parts = self.inside(first)
        return [(terms, clause, a, b) for terms, a, b in parts for clause in terms.clauses.all() if clause.key == key]

    def share(self, first: date, clause: Clause, counts: dict[int, dict[str, int]], until: date | None = None) -> Share:
        """The share kept of settled clocks (terms -> state -> how many), final once `until` has come."""
        shares = {
            terms.pk: one.promised
            for terms in self.terms for one in terms.clauses.all()
            if one.key == clause.key and KINDS[one.kind].source != VOLUME
        }  # fmt: skip
        total = {state: sum(found[state] for found in counts.values()) for state in measured.none()}
        promised = promised_of((shares[terms], found[MET] + found[MISSED]) for terms, found in counts.items())
        return Share(
            total[MET], total[MISSED], total[PENDING], total[EXCLUDED],
            promised if promised is not None else clause.promised,
            self.today >= self._final(clause, until or next_month(first)), total[WAIVED],
        )  # fmt: skip
