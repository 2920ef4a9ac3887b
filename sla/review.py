"""The review of a contract: what could be promised instead, clause by clause, and what past changes of its terms brought.

Targets are proposed from four sides: what is promised, the median of the last three closed months, what sales can follow up,
what the goal needs. A volume takes the least of what is possible and what is needed; that one is said to bind.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from smarketing.measures import numbers
from smarketing.rows import fence

from . import follow, goals, hooks, time_of_sales
from .figures import Figure, Share, Volume, from_book
from .kinds import MONEY, PERCENT, params, periods
from .models import Clause, Contract, Terms
from .sections import defaults, reckoning

REPEAT, MEDIAN, CAPACITY, GOAL = "repeat", "median", "capacity", "goal"
CLOSED, AROUND = 3, 3  # months
STEP = Fraction(
    1, 10
)  # a proposed share is a tenth of a percent, rounded down: nothing is promised that was not reached


@dataclass(frozen=True)
class Option:
    """`number`: what the clause would promise: so many, or a share in percent."""

    key: str
    number: Decimal


@dataclass(frozen=True)
class Proposal:
    """A clause with what it could promise; `binds`: the option that is taken unless somebody says otherwise; `months`: closed
    ones behind the median, or as many quarters or years."""

    clause: Clause
    options: tuple[Option, ...]
    binds: str
    months: int

    def number(self, key: str) -> Decimal | None:
        return next((one.number for one in self.options if one.key == key), None)


@dataclass(frozen=True)
class Side:
    """What a clause came to in some months: of a share (kept, settled, interval), of a volume so many over business days
    (interval of the count; none of money)."""

    months: tuple[date, ...]
    first: date  # of its days: of a longer period that of its first month
    n: int | Fraction
    of: int | None
    interval: tuple[Decimal, Decimal] | None
    days: int
    figure: Figure  # of its first month
    cutoff: datetime
    zone: ZoneInfo

    @property
    def value(self) -> Fraction | None:
        """The share, or how many a business day."""
        base = self.days if self.of is None else self.of
        return Fraction(self.n) / base if base else None


@dataclass(frozen=True)
class Change:
    """A clause that a version of the terms changed, added (`earlier` None) or dropped (`later` None), with what it came to in
    the three months before and after."""

    earlier: Clause | None
    later: Clause | None
    terms: Terms
    before: Side | None
    after: Side | None

    @property
    def clause(self) -> Clause:
        found = self.later or self.earlier
        assert found is not None
        return found


def is_share(clause: Clause) -> bool:
    """Whether what is promised of a clause is a share: of its promises, or itself a percentage."""
    return clause.share is not None or clause.unit == PERCENT


def promised(clause: Clause) -> Decimal:
    """The number that a review may change: the share in percent, else the target."""
    return clause.target if clause.share is None else clause.share


def proposals(contract: Contract, terms: Terms, at: datetime) -> list[Proposal]:
    """What each clause of the terms in force could promise from the next month on."""
    clauses = list(terms.clauses.all())
    closed = {one: closed_figures(contract, at, period=one) for one in {clause.period for clause in clauses}}
    return [_proposal(terms, clause, closed[clause.period].get(clause.key, []), at) for clause in clauses]


def closed_figures(
    contract: Contract, at: datetime, count: int = CLOSED, period: str = periods.MONTH
) -> dict[str, list[Figure]]:
    """Clause key -> its figures in the last closed months, or in the last of closed quarters or years, the newest first; of what
    was judged over that time then."""
    reader = follow.Reader(contract, at, at)
    reach = max(24, count * periods.MONTHS[period] + periods.MONTHS[period])
    books = hooks.books(contract, follow.back(reader.today.replace(day=1), reach), []) if reader.terms else {}
    out: dict[str, list[Figure]] = {}
    for month in sorted((one for one in books if periods.span(period, one).ends), reverse=True)[:count]:
        judged = {
            one.key for terms, *_days in reader.inside(month) for one in terms.clauses.all() if one.period == period
        }
        for key, kept in books[month].figures.items():
            if key in judged:
                out.setdefault(key, []).append(from_book(kept))
    return out


def _proposal(terms: Terms, clause: Clause, closed: Sequence[Figure], at: datetime) -> Proposal:
    options = [Option(REPEAT, promised(clause))]
    reached = [value for figure in closed if (value := _reached(figure)) is not None]
    if reached:
        options.append(Option(MEDIAN, _rounded(clause, Fraction(median(reached)))))
    if not params.population(clause.params):  # of a part nobody knows what the goal or the time of sales leaves for it
        both = (
            (CAPACITY, capacity(terms, at, clause.period) if clause.kind == "mql_volume" else 0),
            (GOAL, needed(terms.body, clause.kind, periods.MONTHS[clause.period])),
        )
        options += [Option(key, Decimal(found)) for key, found in both if found]
    return Proposal(clause, tuple(options), binding(options), len(reached))


def binding(options: Sequence[Option]) -> str:
    """The option that binds: the least of goal and capacity, else what is promised or can be followed up, whichever is less."""
    by_key = {one.key: one.number for one in options}
    wanted = GOAL if GOAL in by_key else REPEAT
    return CAPACITY if CAPACITY in by_key and by_key[CAPACITY] < by_key[wanted] else wanted


def _reached(figure: Figure) -> Fraction | None:
    if isinstance(figure, Volume):
        return Fraction(figure.count)
    return Fraction(figure.met, figure.settled) * 100 if figure.settled else None


def _rounded(clause: Clause, value: Fraction) -> Decimal:
    step = STEP if is_share(clause) else Fraction(1)
    whole = value // step * step
    return Decimal(whole.numerator) / Decimal(whole.denominator)


def capacity(terms: Terms, at: datetime, period: str = periods.MONTH) -> int:
    """Leads that sales can follow up in the month, quarter or year to come: attempts there is time for ÷ attempts promised on
    each."""
    reader = follow.Reader(terms.contract, at, at)
    first = periods.span(period, reader.today.replace(day=1)).until
    until = periods.span(period, first).until
    days = reader.axes[terms.pk].business_days(first, until) if terms.pk in reader.axes else 0
    each = max((int(one.target) for one in terms.clauses.all() if one.kind == "min_attempts"), default=1)
    return reckoning.most(time_of_sales.said(defaults.section(terms.body, "capacity")), days, each)


def needed(body: dict[str, Any], kind: str = "mql_volume", months: int = 1) -> int:
    """MQL, deals won or revenue that the goal written in the terms needs in so many months, rounded up; 0 where none is written,
    and for any other kind of clause."""
    goal = defaults.section(body, "goal")
    found = reckoning.goal_of(goal) if goal["won"] else None
    if found is None or kind not in ("mql_volume", "won", "revenue"):
        return 0
    whole = {"mql_volume": found.leads, "won": found.customers, "revenue": found.mine}[kind]
    return goals.up(whole * months / found.months)


def body_with(base: dict[str, Any], chosen: dict[str, Decimal]) -> dict[str, Any]:
    """A body in which clauses (by key) promise other numbers."""
    clauses = []
    for one in base.get("clauses", []):
        number = chosen.get(one["key"])
        field = "share" if one.get("share") else "target"
        clauses.append(one if number is None else one | {field: f"{number.normalize():f}"})
    return base | {"clauses": clauses}


def changes(contract: Contract, at: datetime) -> list[Change]:
    """Each clause that a version of the terms changed, added or dropped, the newest first, with three whole months on either
    side."""
    reader = follow.Reader(contract, at, fence.cutoff())
    out = []
    for earlier, later in pairwise(reader.terms):
        was, now = ({(one.key, one.kind): one for one in terms.clauses.all()} for terms in (earlier, later))
        for key in dict.fromkeys([*was, *now]):
            before, after = was.get(key), now.get(key)
            if before is None or after is None or _words(before) != _words(after):
                was_so = _around(reader, before, later.span.first)[0] if before else None
                out.append(
                    Change(before, after, later, was_so, _around(reader, after, later.span.first)[1] if after else None)
                )
    return out[::-1]


def _words(clause: Clause) -> tuple:
    return clause.target, clause.share, str(clause.params)


def _around(reader: follow.Reader, clause: Clause, starts: date) -> tuple[Side | None, Side | None]:
    """What a clause came to in whole months before and from a day on; of a longer period, in whole ones, named by their last
    months. A period cut by the day belongs to neither side."""
    before, after = periods.whole(clause.period, starts, AROUND)
    begun = reader.first_month()
    before = [one for one in before if begun is None or periods.span(clause.period, one).first >= begun]
    return _side(reader, clause.key, before), _side(reader, clause.key, [one for one in after if reader.over(one)])


def _side(reader: follow.Reader, key: str, months: Sequence[date]) -> Side | None:
    found = reader.several(months) if months else {}
    figures = [found[month][key][1] for month in months if key in found[month]]
    if not figures:
        return None
    first = min(periods.span(found[month][key][0].period, month).first for month in months if key in found[month])
    if isinstance(figures[0], Volume):
        count = sum(one.count for one in figures if isinstance(one, Volume))
        days = sum(one.days for one in figures if isinstance(one, Volume))
        interval = None if figures[0].unit == MONEY else numbers.poisson(int(count))
        return Side(tuple(months), first, count, None, interval, days, figures[0], reader.cutoff, reader.zone)
    met = sum(one.met for one in figures if isinstance(one, Share))
    settled = sum(one.settled for one in figures if isinstance(one, Share))
    interval = numbers.wilson(met, settled)
    return Side(tuple(months), first, met, settled, interval, 0, figures[0], reader.cutoff, reader.zone)
