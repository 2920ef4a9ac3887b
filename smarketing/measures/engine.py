"""The engine: a question about a measure in, an exact answer out, and the page that lists the rows it counted.

    answer("conversion", first=date(2017, 6, 1), until=date(2018, 6, 1), by=("source",), window=30)
    rows_url("mql", first=…, until=…, where={"line": "France B2B"})

Figures are exact (`Fraction`, `Decimal`, `int`); only `numbers.api` and pages round them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date as Date
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from smarketing.rows import clock, fence

from . import ahead, numbers, registry, statement
from .addresses import address, opener
from .numbers import Exact
from .question import Question, Refusal
from .reduces import NOTHING, REDUCES, Figure
from .registry import Measure
from .seeing import may_see as may_see
from .seeing import refuse_foreign as refuse_foreign
from .statement import Gathered


@dataclass(frozen=True)
class Group:
    """One line of an answer. `interval`: 95 %, for shares and, where the measure says so, quantiles; `rows_url` lists the rows
    counted; `cases`: on how many leads, handoffs or deals a figure stands that is no count or sum."""

    group: dict[str, str]
    value: Exact | None
    n: int
    of: int | None
    interval: tuple[Decimal, Decimal] | None
    mature: bool
    rows_url: str = ""
    cases: int | None = None


@dataclass(frozen=True)
class Answer:
    unit: str
    rows: list[Group]
    total: Group
    cutoff: datetime
    question: Question
    measure: Measure


def answer(key: str, **asked: Any) -> Answer:
    """Answer a question: the keywords of `ask`. Groups are in the order of their values. Refusal when it cannot be."""
    return said(ask(key, **asked))


def said(question: Question) -> Answer:
    """The same of a question that is asked already. What was counted ahead is not counted again."""
    refuse_foreign(resolve(question), question)
    return answered(question, *figures(resolve(question), question, ahead.gathered))


def answered(question: Question, groups: Mapping[tuple[str, ...], Figure], total: Figure) -> Answer:
    """The answer of a question whose figures are known: what its person may see, intervals, maturity, addresses."""
    measure = resolve(question)
    seen = [values for values in sorted(groups) if may_see(measure, question, values)]
    open_ = opener(question)
    rows = [
        _group(measure, question, dict(zip(question.by, values, strict=True)), groups[values], open_) for values in seen
    ]
    return Answer(measure.unit, rows, _group(measure, question, {}, total, open_), question.cutoff, question, measure)


def seen(measure: Measure, question: Question) -> dict[tuple[str, ...], Figure]:
    """The figures of the groups that the question's person may see apart, of any measure, registered or not."""
    groups = figures(measure, question)[0]
    return {values: figure for values, figure in groups.items() if may_see(measure, question, values)}


def ask(
    key: str,
    *,
    first: Date,
    until: Date,
    by: Sequence[str] = (),
    where: Mapping[str, str | Sequence[str]] | None = None,
    window: int | None = None,
    date: str = "",
    stat: str = "",
    cutoff: datetime | None = None,
    zone: ZoneInfo | None = None,
    user: Any = None,
) -> Question:
    """A question with its defaults filled in: today's cut-off, the installation's zone, the measure's own date.

    Refusal "to_before_from", "unknown_measure", "unknown_date", "no_window", "bad_window", "unknown_stat".
    """
    measure = registry.find(key)
    if until <= first:
        raise Refusal("to_before_from", "The end of the period is not after its beginning.")
    if date and date not in measure.dates:
        raise Refusal("unknown_date", f"{key} is dated by {', '.join(measure.dates)}, not by {date[:40]}.")
    chosen = measure.by_date.get(date or measure.dates[0], measure)
    if window is not None and not chosen.windowed:
        raise Refusal("no_window", f"{key} knows no window when dated so.")
    if stat and stat not in chosen.stats:
        raise Refusal("unknown_stat", f"{key} has no figure {stat[:40]}.")
    home = clock.zone()
    return Question(
        key=key, first=first, until=until, cutoff=cutoff or fence.cutoff(), zone=zone or home, home=home,
        by=tuple(dict.fromkeys(by)), where=_many(where or {}), date=date or measure.dates[0], window=window,
        stat=stat or (chosen.stats[0] if chosen.stats else ""), user=user,
    )  # fmt: skip


def resolve(question: Question) -> Measure:
    """The measure that answers: another one may take over for the question's date."""
    measure = registry.find(question.key)
    return measure.by_date.get(question.date, measure)


def part_question(question: Question, part: registry.Part) -> Question:
    """The question that a combination asks of one of its parts."""
    measure = registry.find(part.key)
    date = part.date or (question.date if question.date in measure.dates else measure.dates[0])
    stat = part.stat or (measure.stats[0] if measure.stats else "")
    return replace(question, key=part.key, date=date, stat=stat, window=question.window if measure.windowed else None)


def figures(
    measure: Measure, question: Question, known: Callable[[Measure, Question], Gathered | None] = lambda *_asked: None
) -> tuple[dict[tuple[str, ...], Figure], Figure]:
    """(exact figure of each group, of all): one SQL pass per population, none per group; none where its lines are `known`."""
    if measure.combine is None:
        lines = known(measure, question)
        if lines is not None:
            groups, total = statement.finished(lines, measure.reduce, question.stat)
            return with_listed(measure, question, groups, measure.dimensions(question)), total
        built = statement.build(measure, question)
        groups, total = built.groups(question.by, measure.reduce, question.stat)
        return with_listed(measure, question, groups, built.offered), total
    asked = [part_question(question, part) for part in measure.parts]
    parts = [resolve(one) for one in asked]
    for part, one in zip(parts, asked, strict=True):
        statement.refuse_unknown(part, one)  # before anything is counted
    found = [figures(part, one, known) for part, one in zip(parts, asked, strict=True)]
    keys = {key for groups, _total in found for key in groups}
    agreed = [Figure(one.value(question), 0) for one in measure.agreed]

    def combined(of: Sequence[Figure]) -> Figure:
        cases = [n for part, one in zip(parts, of, strict=True) if (n := _cases(part, one)) is not None]
        return replace(measure.combine([*of, *agreed]), cases=min(cases, default=None))

    groups = {key: combined([groups.get(key, NOTHING) for groups, _total in found]) for key in keys}
    return groups, combined([total for _groups, total in found])


def _cases(measure: Measure, figure: Figure) -> int | None:
    """On how many leads, handoffs or deals a figure stands; None for money spent and hours."""
    if measure.combine is not None or not measure.cases:
        return figure.cases if measure.cases else None
    return figure.n if figure.of is None else figure.of


def with_listed(
    measure: Measure,
    question: Question,
    groups: dict[tuple[str, ...], Figure],
    offered: Mapping[str, registry.Dimension],
) -> dict[tuple[str, ...], Figure]:
    """A list's lines under which nothing counts stand there with nothing, instead of vanishing."""
    if len(question.by) != 1 or question.where:
        return groups
    dimension = offered.get(question.by[0]) if question.by[0] not in registry.PERIODS else None
    if dimension is None or dimension.listed is None:
        return groups
    nothing = REDUCES[measure.reduce].finish([], question.stat)
    return {(value,): nothing for value in dimension.listed()} | groups


def dimensions(measure: Measure) -> Mapping[str, registry.Dimension]:
    """Dimensions that a measure offers, without periods: key → Dimension."""
    home = clock.zone()
    day = Date(2000, 1, 1)
    asked = Question(measure.key, day, day, datetime.now(home), home, home, date=measure.dates[0])
    return measure.dimensions(asked)


def rows_url(key: str, **asked: Any) -> str:
    """Address of the page that lists the rows of a number, at the cut-off of that number."""
    return address(ask(key, **asked))


def live(question: Question) -> Question:
    """The same question at the present cut-off."""
    return replace(question, cutoff=fence.cutoff())


def _group(
    measure: Measure,
    question: Question,
    group: dict[str, str],
    figure: Figure,
    open_: Callable[[Mapping[str, str]], str],
) -> Group:
    of = figure.of if measure.unit == numbers.RATIO or measure.reduce == "wait" else None
    return Group(
        group,
        figure.value,
        figure.n,
        of,
        _interval(measure, figure, of),
        _mature(measure, question, group),
        open_(group),
        None if measure.combine is None and measure.reduce in ("count", "sum") else _cases(measure, figure),
    )


def _interval(measure: Measure, figure: Figure, of: int | None) -> tuple[Decimal, Decimal] | None:
    if not measure.interval:
        return None
    if of is not None and measure.reduce in ("share", "count"):
        return numbers.wilson(figure.n, of)
    return figure.around and (numbers.rounded(figure.around[0], 6), numbers.rounded(figure.around[1], 6))


def _mature(measure: Measure, question: Question, group: Mapping[str, str]) -> bool:
    """Whether every row of a cohort has had its time: the window's days, else the measure's own."""
    days = question.window if question.window is not None else measure.maturity
    if days is None:
        return True
    last = question.until - timedelta(days=1)
    if "month" in group:
        year, month = map(int, group["month"].split("-"))
        last = min(last, Date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1))
    return last + timedelta(days=days) <= question.last_day


def _many(where: Mapping[str, str | Sequence[str]]) -> dict[str, tuple[str, ...]]:
    return {name: (value,) if isinstance(value, str) else tuple(value) for name, value in where.items()}
