"""What was counted ahead: rows of many questions, gathered in few passes (`passes`), that whoever asks one of them alone reads."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from .question import Question
from .registry import Measure
from .statement import Gathered

Row = tuple[Any, Any, Any, Any]  # value, hit, how many, of how many
# Which rows (`key`) -> by what they are divided -> group, its dimensions in the order of their names -> rows.
Counted = Mapping[tuple, Mapping[frozenset[str], Mapping[tuple[str, ...], list[Row]]]]
_NONE, _EVERY = "NULL", "count(*)"


@dataclass(frozen=True)
class Shape:
    """How the rows of a reduce are gathered: `spread` by which columns; SQL of value, hit, how many, of how many; and what of these
    the reduce makes its figure of."""

    columns: tuple[str, str, str, str]
    made: Callable[[Row], tuple]
    spread: tuple[str, ...] = ()


_WAITS = Shape(("value", "hit", _EVERY, _NONE), lambda row: row[:3], ("value", "hit"))
SHAPES = {
    "count": Shape((_NONE, _NONE, _EVERY, _NONE), lambda row: (row[2],)),
    "share": Shape((_NONE, _NONE, "count(*) FILTER (WHERE hit)", _EVERY), lambda row: row[2:]),
    "sum": Shape(("sum(value)", _NONE, "count(value)", _NONE), lambda row: (row[0], row[2])),
    "spread": Shape(("value", _NONE, _EVERY, _NONE), lambda row: (row[0], row[2]), ("value",)),
    "come": _WAITS,
    "wait": _WAITS,
}
_AHEAD: ContextVar[Counted | None] = ContextVar("ahead", default=None)


@contextmanager
def known(found: Counted) -> Iterator[None]:
    """Inside, `gathered` knows these rows, too."""
    token = _AHEAD.set(both(_AHEAD.get() or {}, found))
    try:
        yield
    finally:
        _AHEAD.reset(token)


def both(one: Counted, other: Counted) -> Counted:
    """What either of them knows."""
    return {**one, **{name: {**one.get(name, {}), **sets} for name, sets in other.items()}}


def gathered(measure: Measure, question: Question) -> Gathered | None:
    """What each group, and all (None), of a registered measure is reduced from; None where it was not counted ahead."""
    held = _AHEAD.get()
    found = held.get(key(question)) if held else None
    if found is None or frozenset(question.by) not in found:
        return None
    made = SHAPES[measure.reduce].made
    lines: Gathered = {None: [made(row) for row in found[frozenset()].get((), ())]}
    if question.by:
        names = sorted(question.by)
        order = [names.index(name) for name in question.by]
        for group, rows in found[frozenset(question.by)].items():
            lines[tuple(group[place] for place in order)] = [made(row) for row in rows]
    return lines


def key(question: Question) -> tuple:
    """What tells apart which rows a question is about."""
    where = tuple(sorted(question.where.items()))
    return (
        question.key, question.date, question.window, question.first, question.until, question.cutoff, question.zone.key, where,
    )  # fmt: skip
