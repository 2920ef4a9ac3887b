"""The triangle of cohorts as the page shows it: what each month's handoffs came to, month after month."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

from smarketing.measures import engine, numbers, shown
from smarketing.measures.engine import Answer, Group
from smarketing.measures.question import Question

from . import triangle
from .asking import Asking
from .cells import Cell
from .spans import mature_on, month, months

MEASURES = {"won": "won_since", "revenue": "revenue_since"}


@dataclass(frozen=True)
class Box:
    """One square as shown: `text`, what opens, its state, and how dark of 5."""

    text: str
    url: str
    state: str
    shade: int


@dataclass(frozen=True)
class Cohort:
    name: str
    size: Cell
    boxes: Sequence[Box]
    young: bool = False


@dataclass(frozen=True)
class Cohorts:
    rows: Sequence[Cohort]
    foot: Sequence[str]
    columns: Sequence[int]
    of: str


def cohorts(asking: Asking, of: str) -> Cohorts:
    """The cohorts of a year and what they came to since; `of`: won or revenue."""
    asking.together([("mql", "month"), (MEASURES[of], "month+months_since")])
    sizes, came = asking.ask("mql", "month"), asking.ask(MEASURES[of], "month+months_since")
    span = asking.span
    built = triangle.build(
        [month(span.first, n) for n in range(months(span.first, span.until))], {_day(row): row.n for row in sizes.rows},
        {(_day(row), int(row.group["months_since"])): row.value for row in came.rows}, sizes.question.last_day,
    )  # fmt: skip
    last_day = sizes.question.last_day
    top = max(
        (square.share or 0 for row in built.rows for square in row.squares if square.state != triangle.AHEAD), default=0
    )
    rows = [
        Cohort(
            f"{row.month:%Y-%m}",
            _size(sizes, row),
            [_box(came, row, square, of, top) for square in row.squares],
            mature_on(month(row.month, 1)) > last_day,
        )
        for row in built.rows
        if row.size
    ]
    columns = list(range(max((len(row.boxes) for row in rows), default=0)))
    foot = [shown.percent(built.come(since), 1) for since in columns] if of == "won" and built.steps else []
    return Cohorts(rows, foot, columns, of)


def _day(row: Group) -> date:
    return date.fromisoformat(f"{row.group['month']}-01")


def _size(sizes: Answer, row: triangle.Row) -> Cell:
    return Cell(shown.number(row.size), engine.address(sizes.question, {"month": f"{row.month:%Y-%m}"}))


def _box(came: Answer, row: triangle.Row, square: triangle.Square, of: str, top: Any) -> Box:
    if square.state == triangle.AHEAD:
        return Box("", "", square.state, 0)
    text = shown.percent(square.share, 0) if of == "won" else shown.figure(square.value, numbers.MONEY, 0)
    until = {"month": (f"{row.month:%Y-%m}",), "months_since": tuple(str(n) for n in range(square.since + 1))}
    shade = int(4 * Fraction(square.share or 0) / top) + (square.share != 0) if top else 0
    return Box(text, engine.address(_narrow(came, until)), square.state, min(shade, 5))


def _narrow(came: Answer, where: dict[str, tuple[str, ...]]) -> Question:
    return replace(came.question, where={**came.question.where, **where})
