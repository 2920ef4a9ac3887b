"""Two answers side by side, group by group, and why a quotient differs between them: `decompose`, for shares and for measures that
divide one sum by another (return, cost per lead, average deal)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from smarketing.measures import engine, numbers, shown, words
from smarketing.measures.engine import Answer, Group
from smarketing.measures.numbers import Exact
from smarketing.measures.reduces import quotient, returned, total
from smarketing.measures.registry import Measure

from . import decompose
from .cells import Cell
from .explore import cell_of, of

Sides = Mapping[str, tuple[Exact, Exact]]


@dataclass(frozen=True)
class Line:
    """A group in both: figure and what it is made of, the difference, and what the group brings to that of all."""

    key: str
    name: str
    before: Cell
    before_of: str
    after: Cell
    after_of: str
    change: str
    mix: str = ""
    rate: str = ""


@dataclass(frozen=True)
class Compared:
    """`difference` for quotients by a dimension, with what mix and rate bring; `bare`: whether a group has nothing to divide by."""

    earlier: Answer
    later: Answer
    lines: Sequence[Line]
    total: Line
    difference: decompose.Difference | None
    mix: str = ""
    rate: str = ""
    unit: str = ""

    @property
    def bare(self) -> bool:
        sides = (
            [side for part in self.difference.parts for side in (part.before, part.after)] if self.difference else []
        )
        return any(top and not below for top, below in sides)


def periods(asked: dict[str, Any], key: str, user: Any, first: date, until: date) -> Compared:
    """A question's period (the later one) beside another (the earlier one), by its first dimension."""
    by = tuple(asked["by"][:1])
    later = engine.answer(key, user=user, **{**asked, "by": by})
    other = {**asked, "by": by, "first": first, "until": until, "cutoff": later.cutoff}
    return compared(engine.answer(key, user=user, **other), later)


def compared(earlier: Answer, later: Answer) -> Compared:
    """Two answers to the same question of another period, or of another cut-off, by one dimension or none."""
    by = later.question.by
    groups = [{row.group[by[0]]: row for row in answer.rows} if by else {} for answer in (earlier, later)]
    sides = [made(answer) for answer in (earlier, later)] if by else [None, None]
    difference = (
        decompose.quotients(*map(_rates(later.measure), sides)) if all(one is not None for one in sides) else None
    )
    brought = {part.group: part for part in difference.parts} if difference else {}
    names = list(brought) or sorted({*groups[0], *groups[1]}, key=lambda name: (not name, name))
    offered = engine.dimensions(later.measure)
    lines = [
        _line(
            earlier, later, (name, words.value(by[0], name, offered)), (groups[0].get(name), groups[1].get(name)),
            tuple((one or {}).get(name) for one in sides), brought.get(name),
        )
        for name in names
    ]  # fmt: skip
    whole = tuple(None if one is None else _summed(one) for one in sides)
    mix, rate = _said(difference, later.unit) if difference else ("", "")
    every = _line(earlier, later, ("", ""), (earlier.total, later.total), whole, None)
    return Compared(earlier, later, lines, every, difference, mix, rate, later.unit)


# --- what a quotient is made of


def made(answer: Answer) -> Sides | None:
    """Group → (what is divided, what it is divided by); None where the measure is no quotient of sums, or where its person does not see
    every group."""
    measure, question = answer.measure, answer.question
    if measure.reduce == "share" and measure.combine is None:
        found: Sides = {row.group[question.by[0]]: (row.n, row.of or 0) for row in answer.rows}
        return found if _summed(found) == (answer.total.n, answer.total.of) else None
    if not divides(measure):
        return None
    tops, below = (
        engine.figures(engine.resolve(asked), asked)
        for asked in (engine.part_question(question, part) for part in measure.parts)
    )
    keys = {*tops[0], *below[0]}
    seen = {(row.group[question.by[0]],) for row in answer.rows}
    if not keys <= seen:
        return None
    return {
        key[0]: tuple(groups[key].value or 0 if key in groups else 0 for groups in (tops[0], below[0])) for key in keys
    }


def divides(measure: Measure) -> bool:
    """Whether a measure divides one sum by another: its groups' sums are those of the whole."""
    return (
        measure.combine in (quotient, returned)
        and len(measure.parts) == 2
        and not measure.agreed
        and all(_adds(engine.registry.find(part.key)) for part in measure.parts)
    )


def _adds(measure: Measure) -> bool:
    if measure.combine is total:
        return all(_adds(engine.registry.find(part.key)) for part in measure.parts)
    return measure.combine is None and measure.reduce in ("count", "sum")


def _rates(measure: Measure):
    """What is divided, as the measure takes it: a return takes away what it is divided by."""
    if measure.combine is not returned:
        return lambda sides: sides
    return lambda sides: {name: (Fraction(top) - Fraction(below), below) for name, (top, below) in sides.items()}


def _summed(sides: Sides) -> tuple[Exact, Exact]:
    top, below = (sum((side[n] for side in sides.values()), 0) for n in (0, 1))
    return top, below


# --- in words


def _said(difference: decompose.Difference, unit: str) -> tuple[str, str]:
    """Mix and rate, so rounded that they add up to the difference as it is shown."""
    scale, places = (100, 2) if unit == numbers.RATIO else (1, 2)
    whole = numbers.rounded((difference.after - difference.before) * scale, places)
    mix = numbers.rounded(difference.mix * scale, places)
    return moved(Fraction(mix) / scale, unit), moved(Fraction(whole - mix) / scale, unit)


def _line(
    earlier: Answer, later: Answer, name: tuple[str, str], rows: tuple[Group | None, Group | None],
    sides: tuple[Any, ...], part: decompose.Part | None,
) -> Line:  # fmt: skip
    cells = [
        cell_of(answer, row) if row else Cell(shown.NOTHING) for answer, row in zip((earlier, later), rows, strict=True)
    ]
    ofs = [
        of(row) if row and row.of is not None else _sides(later.measure, side)
        for row, side in zip(rows, sides, strict=True)
    ]
    change = changed(later.measure, *rows)
    told = shown.NOTHING if change is None else moved(change, later.unit)
    said = (moved(part.mix, later.unit), moved(part.rate, later.unit)) if part else ("", "")
    return Line(*name, cells[0], ofs[0], cells[1], ofs[1], told, *said)


def changed(measure: Measure, before: Group | None, after: Group | None) -> Fraction | None:
    """By how much the later figure of a group is more; a count or sum that one period lacks is 0. None where one is unknown."""
    values = [None if row is None else row.value for row in (before, after)]
    if measure.combine is None and measure.reduce in ("count", "sum"):
        values = [value or 0 for value in values]
    first, second = values
    return None if first is None or second is None else Fraction(second) - Fraction(first)


def _sides(measure: Measure, side: tuple[Exact, Exact] | None) -> str:
    """What a quotient is made of: 40,000 / 10,000."""
    if side is None or measure.combine is None:
        return ""
    units = [engine.registry.find(part.key).unit for part in measure.parts]
    return " / ".join(shown.figure(one, unit, 0) for one, unit in zip(side, units, strict=True))


def moved(value: Fraction, unit: str) -> str:
    """A difference with its sign: of shares in points of a hundred."""
    return points(value) if unit == numbers.RATIO else signed(value, unit)


def points(share: Fraction) -> str:
    """A difference of shares in points of a hundred, with its sign."""
    text = shown.number(abs(numbers.rounded(share * 100, 2)))
    return f"+{text}" if share > 0 else f"−{text}" if share < 0 else text


def signed(value: Fraction, unit: str) -> str:
    text = shown.figure(abs(value), unit)
    return f"+{text}" if value > 0 else f"−{text}" if value < 0 else text
