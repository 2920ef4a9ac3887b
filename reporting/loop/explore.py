"""Explore: one measure, up to two dimensions, a filter and a period, as a chart and a table; two periods compared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from django.utils.formats import date_format

from smarketing.measures import engine, numbers, shown, words
from smarketing.measures.engine import Answer, Group
from smarketing.measures.registry import PERIODS

from . import annotations, drawing
from .cells import Cell
from .spans import month, months

MOST = 200  # lines of the table; the file and the API have them all
LINES, BARS = 5, 20


@dataclass(frozen=True)
class Line:
    names: Sequence[str]
    cell: Cell
    of: str
    interval: str
    bar: tuple[int, int, int] | None  # of 1000: low, point, high


@dataclass
class Found:
    """What the page shows of an answer."""

    answer: Answer
    heads: list[str]
    lines: list[Line]
    total: Cell
    total_of: str
    more: int = 0
    chart: drawing.Lines | None = None
    bars: bool = False
    notes: list[annotations.Note] = field(default_factory=list)
    before: tuple[str, Cell, str] | None = None


def found(asked: dict[str, Any], key: str, user: Any) -> Found:
    """The answer to a question of `reading.asked`, shown. Refusal for one that cannot be answered."""
    answer = engine.answer(key, user=user, **asked)
    question, offered = answer.question, engine.dimensions(answer.measure)
    rows = ordered(answer)
    top = max((_high(row, answer.unit) for row in rows), default=Fraction(0))
    made = Found(
        answer, [words.dimension(name, offered) for name in question.by],
        [_line(answer, row, offered, top) for row in rows[:MOST]],
        cell_of(answer, answer.total), of(answer.total), max(0, len(rows) - MOST),
    )  # fmt: skip
    if question.by:
        made.notes = annotations.between(question.first, question.until) if question.by[0] in PERIODS else []
        made.chart = _chart(answer, offered, made.notes)
        made.bars = made.chart is None and len(question.by) == 1 and question.by[0] not in PERIODS
    made.before = _before(answer)
    return made


def ordered(answer: Answer) -> list[Group]:
    """Periods in their order; else the greatest first, and without a rank, by name, what has too few cases or no value."""
    by = answer.question.by
    if not by or by[0] in PERIODS:
        return list(answer.rows)

    def place(row: Group) -> tuple:
        names = tuple(row.group[name] for name in by)
        few = row.value is None or scarce(row)
        return (few, all(not name for name in names), 0 if few else -Fraction(row.value or 0), names)

    return sorted(answer.rows, key=place)


def cell_of(answer: Answer, row: Group) -> Cell:
    """A figure that opens its rows; grey under twenty cases."""
    text = shown.figure(row.value, answer.unit)
    return Cell(text if row.mature else f"{text} ◌", row.rows_url, "", scarce(row))


def scarce(row: Group) -> bool:
    """Whether a figure stands on too few cases to be ranked: of a share its base, of medians, averages and combinations the leads,
    handoffs or deals that they are made of. Counts and sums are what they are."""
    cases = row.cases if row.of is None else row.of
    return cases is not None and cases < numbers.FEW


def of(row: Group) -> str:
    """Of how many a share is."""
    return f"{shown.number(row.n)} / {shown.number(row.of)}" if row.of is not None else ""


def _line(answer: Answer, row: Group, offered: Mapping, top: Fraction) -> Line:
    names = [words.value(name, row.group[name], offered) for name in answer.question.by]
    return Line(names, cell_of(answer, row), of(row), shown.interval(row.interval, answer.unit), _bar(answer, row, top))


def _high(row: Group, unit: str) -> Fraction:
    edge = row.interval[1] if row.interval and unit == numbers.RATIO else row.value
    return max(Fraction(edge or 0), Fraction(0))


def _bar(answer: Answer, row: Group, top: Fraction) -> tuple[int, int, int] | None:
    if row.value is None or not top or row.value < 0:
        return None
    low, high = row.interval if row.interval and answer.unit == numbers.RATIO else (0, row.value)
    left, point, right = (min(1000, int(1000 * Fraction(edge) / top)) for edge in (low, row.value, high))
    return left, point, right


def _chart(answer: Answer, offered: Mapping, notes: list[annotations.Note]) -> drawing.Lines | None:
    """Lines over time: one, or one for each of the five greatest groups of the second dimension."""
    by = answer.question.by
    if by[0] not in PERIODS or len(by) > 2:
        return None
    times = sorted({row.group[by[0]] for row in answer.rows})
    sizes: dict[str, int] = {}
    values: dict[tuple[str, str], Fraction | None] = {}
    for row in answer.rows:
        name = row.group[by[1]] if len(by) > 1 else ""
        sizes[name] = sizes.get(name, 0) + row.n
        values[row.group[by[0]], name] = None if row.value is None else Fraction(row.value)
    names = sorted(sizes, key=lambda name: (-sizes[name], name))[:LINES]
    lines = [
        (words.value(by[1], name, offered) if len(by) > 1 else "", [values.get((time, name)) for time in times])
        for name in names
    ]
    places = [(n, one.text) for one in notes if (n := _place(times, by[0], one.day)) is not None]
    return drawing.series(lines, times, lambda value: shown.figure(value, answer.unit), places)


def _place(times: Sequence[str], period: str, day: date) -> int | None:
    text = {
        "day": f"{day:%Y-%m-%d}",
        "month": f"{day:%Y-%m}",
        "quarter": f"{day.year}-Q{(day.month + 2) // 3}",
        "year": f"{day.year}",
    }[period]
    return times.index(text) if text in times else None


def _before(answer: Answer) -> tuple[str, Cell, str] | None:
    """The same number in the stretch of the same length before: one's own past is the only benchmark."""
    question = answer.question
    first = _back(question.first, question.until)
    asked = replace(question, first=first, until=question.first, by=())
    _groups, total = engine.figures(engine.resolve(asked), asked)
    if not total.n:
        return None
    one = engine.answered(asked, {}, total).total
    ends = (first, question.first - timedelta(days=1))
    period = " – ".join(date_format(day, "SHORT_DATE_FORMAT") for day in ends)
    return period, cell_of(answer, one), of(one)


def _back(first: date, until: date) -> date:
    """As many whole months before, where both are firsts of months; else as many days."""
    if first.day == until.day == 1:
        return month(first, -months(first, until))
    return first - (until - first)
