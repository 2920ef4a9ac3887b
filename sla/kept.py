"""What volumes and rates count by day, kept from one look to the next: only the days that something was recorded about since are
counted again. What stands here equals a count from nothing at its own cut-off; wiped, it comes back.

Kept are counts of the present only: past cut-offs are counted when they are asked for.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from smarketing.rows import clock

from . import news, rates
from .kinds import KINDS, params, periods
from .models import Clause, Contract, MonthSum
from .news import ALL, ATTEMPT, DEAL, DECISION, HANDOFF, News
from .terms import next_month

PRESENT = timedelta(minutes=1)  # between a cut-off and now
DAY = timedelta(days=1)
# Measure -> the facts that move it, and whether its rows are dated by the handoff. Others, and those dated by the close of a
# deal, are counted anew whenever one of their facts was recorded.
MOVED: Mapping[str, tuple[str, ...]] = {
    "mql": (HANDOFF,), "complete": (HANDOFF,), "acceptance": (HANDOFF, ATTEMPT, DECISION, DEAL),
    "sql_rate": (HANDOFF, DECISION, DEAL), "reasoned": (DECISION,), "won": (DEAL,), "revenue": (DEAL,),
}  # fmt: skip
BY_HANDOFF = ("mql", "complete", "acceptance", "sql_rate")
FEW = 200  # handoffs about which something was recorded: of so many each is counted by itself, of more their days
FIXED = {"grade"}  # of whom a clause may speak: what never changes about a handoff
Days = dict[date, Any]


@dataclass(frozen=True)
class Asked:
    """What is counted of a contract: its line and zone, the clause by key of what is counted, `basis`: its newest terms."""

    contract: Contract
    zone: ZoneInfo
    clauses: Mapping[str, Clause]
    basis: int
    periods: Mapping[str, Collection[str]] = field(default_factory=dict)  # over which they are judged, by the same key

    def months(self, key: str, months: Sequence[date]) -> Sequence[date]:
        """These months, and the earlier ones of quarters and years over which this is judged."""
        return periods.reach(months, {periods.MONTH, *self.periods.get(key, ())})

    def count(self, key: str, first: date, until: date, cutoff: datetime) -> Days:
        """The days [first, until) counted from nothing."""
        clause = self.clauses[key]
        kind, whom = KINDS[clause.kind], params.population(clause.params)
        return rates.by_day(kind, self.contract.line_id, first, until, self.zone, cutoff, whom)

    def count_some(
        self, key: str, first: date, until: date, cutoffs: Sequence[datetime], handoffs: Collection[int]
    ) -> list[Days]:
        """The same of a few handoffs alone, as known at each of these cut-offs of one local day."""
        clause = self.clauses[key]
        kind, whom = KINDS[clause.kind], params.population(clause.params)
        line = self.contract.line_id
        return rates.of_handoffs(kind, line, first, until, self.zone, cutoffs, whom, sorted(handoffs))


def by_day(asked: Asked, months: Sequence[date], cutoff: datetime) -> dict[str, Days]:
    """What is counted -> local day -> how many, of months that follow one another (and those that count with them), as known at
    the cut-off."""
    reach = {key: asked.months(key, months) for key in asked.clauses}
    lasting = [key for key, clause in asked.clauses.items() if _lasts(clause)]
    if not lasting or abs(clock.now() - cutoff) > PRESENT:
        return {key: asked.count(key, own[0], next_month(own[-1]), cutoff) for key, own in reach.items()}
    every = {month for own in reach.values() for month in own}
    found = MonthSum.objects.filter(contract=asked.contract, basis=asked.basis, month__in=every, what__in=lasting)
    kept = {(one.what, one.month): one for one in found if same_day(one.cutoff, cutoff, asked.zone)}
    since = min((one.cutoff for one in kept.values()), default=cutoff)
    told = news.between(asked.contract.line_id, since, cutoff, asked.zone) if since < cutoff else News()
    out: dict[str, Days] = {}
    made: list[MonthSum] = []
    for key in asked.clauses:
        out[key] = {}
        for month in reach[key]:
            row = kept.get((key, month)) if key in lasting else None
            days = _brought(asked, key, month, row, told, cutoff)
            out[key] |= days
            if key in lasting and (row is None or days != read(row) or cutoff - row.cutoff > PRESENT):
                made.append(_row(asked, key, month, cutoff, days))
    write(made)
    return out


def _lasts(clause: Clause) -> bool:
    """Whether the rows that a clause counts move by facts of handoffs and deals only."""
    return set(params.population(clause.params)) <= FIXED and KINDS[clause.kind].measure in MOVED


def same_day(kept: datetime, cutoff: datetime, zone: ZoneInfo) -> bool:
    """Of the same local day, and not ahead: as a day ends, what is pending may change without any fact."""
    return kept <= cutoff and kept.astimezone(zone).date() == cutoff.astimezone(zone).date()


def _brought(asked: Asked, key: str, month: date, row: MonthSum | None, told: News, cutoff: datetime) -> Days:
    """The days of a month at the cut-off: those of the row, the moved ones counted again."""
    measure, until = KINDS[asked.clauses[key].kind].measure, next_month(month)
    days_moved = None if row is None else moved(measure, told)
    if row is None or days_moved is None:
        return asked.count(key, month, until, cutoff)
    days, within = read(row), [day for day in sorted(days_moved) if month <= day < until]
    if within and measure in BY_HANDOFF and len(told.handoffs) <= FEW:
        then, now = asked.count_some(key, month, until, (row.cutoff, cutoff), told.handoffs)
        return changed(days, then, now)
    for first, last in stretches(within):
        days = {day: n for day, n in days.items() if not first <= day <= last}
        days |= asked.count(key, first, last + DAY, cutoff)
    return days


def changed(days: Days, then: Days, now: Days) -> Days:
    """The days of a month after what a few handoffs counted for is taken away, and put back as they count now. Pure."""
    out = dict(days)
    for day in then.keys() | now.keys():
        was, off, on = (found.get(day, 0) for found in (out, then, now))
        states = {state for one in (was, off, on) if isinstance(one, dict) for state in one}
        n = {one: _n(was, one) - _n(off, one) + _n(on, one) for one in states} if states else was - off + on
        if any(n.values()) if isinstance(n, dict) else n:
            out[day] = n
        else:
            out.pop(day, None)
    return out


def _n(found: Any, state: str) -> int:
    return found[state] if found else 0


def moved(measure: str, told: News) -> set[date] | None:
    """The local days of which a measure counts something else since; None: of all."""
    if ALL in told.words or (measure not in BY_HANDOFF and told.words & set(MOVED[measure])):
        return None
    return {day for kind in MOVED[measure] for day in (told.handed if measure in BY_HANDOFF else told.own)[kind]}


def stretches(ascending: Sequence[Any], step: Any = DAY) -> list[tuple[Any, Any]]:
    """Ascending days (or numbers) as (first, last) of those that follow one another by a step."""
    out: list[tuple[Any, Any]] = []
    for one in ascending:
        out = [*out[:-1], (out[-1][0], one)] if out and out[-1][1] + step == one else [*out, (one, one)]
    return out


def read(row: MonthSum) -> Days:
    """Local day -> how many, or the states of a rate, as they stand in a row."""
    return {
        date.fromisoformat(day): Fraction(n) if isinstance(n, str) else dict(n) if isinstance(n, dict) else n
        for day, n in row.days.items()
    }


def _row(asked: Asked, key: str, month: date, cutoff: datetime, days: Days) -> MonthSum:
    said = {day.isoformat(): str(n) if isinstance(n, Fraction) else n for day, n in sorted(days.items())}
    return MonthSum(contract=asked.contract, month=month, what=key, basis=asked.basis, cutoff=cutoff, days=said)


def write(rows: Sequence[MonthSum]) -> None:
    rows = sorted(rows, key=lambda one: (one.month, one.what))
    MonthSum.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["contract", "month", "what"],
        update_fields=["basis", "cutoff", "days"],
    )
