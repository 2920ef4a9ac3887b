"""Figures counted in few passes over the facts, for all that then ask one of them alone.

    with passes.counted(questions):
        engine.answer("mql", …)  # read of what was counted

Rows of one population are read once for everything that they are divided by (GROUPING SETS), and populations whose rows are found
by the same steps are read by one statement. Each figure is what `engine.figures` says of its question alone.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from . import ahead, engine, statement
from .ahead import SHAPES, Counted
from .question import Question, Refusal
from .registry import Measure
from .statement import Statement


@dataclass
class _Arm:
    """The rows of one population, and by what they are divided: each a set of dimensions, the empty one for all."""

    measure: Measure
    question: Question
    sets: set[frozenset[str]] = field(default_factory=lambda: {frozenset()})

    @property
    def names(self) -> list[str]:
        """All dimensions of its sets, in the order in which they are read."""
        return sorted(frozenset().union(*self.sets))


@dataclass
class _Pass:
    """Arms of one statement: each with its key, and its rows; the steps and parameters that these name, and what they mean."""

    arms: list[tuple[tuple, _Arm, Statement]] = field(default_factory=list)
    steps: dict[str, str] = field(default_factory=dict)
    params: dict[str, Any] = field(default_factory=dict)

    def agrees(self, steps: Mapping[str, str], params: Mapping[str, Any]) -> bool:
        """Whether no name would mean two things."""
        return all(self.steps.get(name, sql) == sql for name, sql in steps.items()) and all(
            self.params.get(name, value) == value for name, value in params.items()
        )


@contextmanager
def counted(questions: Iterable[Question]) -> Iterator[None]:
    """Inside, `engine.answer` reads the figures of these questions of what is counted now. A dimension that a measure does not have is
    left to be refused when it is asked."""
    with ahead.known(count(questions)):
        yield


def leaves(question: Question) -> Iterator[tuple[Measure, Question]]:
    """The measures with rows of their own that a question is answered from."""
    measure = engine.resolve(question)
    if measure.combine is None:
        yield measure, question
    for part in measure.parts:
        yield from leaves(engine.part_question(question, part))


def count(questions: Iterable[Question]) -> Counted:
    """The rows of these questions, gathered."""
    arms: dict[tuple, _Arm] = {}
    for asked in questions:
        for measure, one in _offered(asked):
            arms.setdefault(ahead.key(one), _Arm(measure, one)).sets.add(frozenset(one.by))
    found: dict = {}
    for some in _passes(arms):
        found |= _read(some)
    return found


def _offered(asked: Question) -> list[tuple[Measure, Question]]:
    """The leaves of a question; none where one of them cannot be divided so: it will be refused when it is asked."""
    found = list(leaves(asked))
    try:
        for measure, one in found:
            statement.refuse_unknown(measure, one)
    except Refusal:
        return []
    return found


def _passes(arms: Mapping[tuple, _Arm]) -> list[_Pass]:
    """The arms, those together of which no name means two things."""
    passes: list[_Pass] = []
    for number, (key, arm) in enumerate(arms.items()):
        try:
            built = statement.build(arm.measure, replace(arm.question, by=tuple(arm.names)), mark=f"p{number}_")
        except Refusal:  # refused again by whoever asks it
            continue
        steps, params = _said(built)
        one = next((one for one in passes if one.agrees(steps, params)), None)
        if one is None:
            passes.append(one := _Pass())
        one.arms.append((key, arm, built))
        one.steps |= steps
        one.params |= params
    return passes


def _said(built: Statement) -> tuple[dict[str, str], dict[str, Any]]:
    """The steps and the parameters that a statement names."""
    steps = statement.named(built.population.ctes, built.rows)
    text = " ".join((built.rows, *steps.values()))
    return steps, {name: built.params[name] for name in set(re.findall(r"%\((\w+)\)s", text))}


def _read(some: _Pass) -> Counted:
    arms = " UNION ALL ".join(_arm(number, arm, built) for number, (_key, arm, built) in enumerate(some.arms))
    sql = f"WITH {statement.steps(some.steps, arms)}told AS ({arms}) SELECT * FROM told"
    found: dict[tuple, dict[frozenset, dict]] = {key: {one: {} for one in arm.sets} for key, arm, _built in some.arms}
    for which, mask, group, *row in statement.run(sql, some.params):
        key, arm, _built = some.arms[which]
        names = arm.names
        kept = [name for place, name in enumerate(names) if not mask >> (len(names) - 1 - place) & 1]
        values = tuple(value for name, value in zip(names, group, strict=True) if name in kept)
        found[key][frozenset(kept)].setdefault(values, []).append(tuple(row))
    return found


def _arm(number: int, arm: _Arm, built: Statement) -> str:
    shape = SHAPES[arm.measure.reduce]
    columns = [built.names[name] for name in arm.names]
    value, hit, n, of = shape.columns
    sets = ", ".join(
        f"({', '.join([*(built.names[name] for name in sorted(one)), *shape.spread])})"
        for one in sorted(arm.sets, key=sorted)
    )
    mask = f"grouping({', '.join(columns)})" if columns else "0"
    return (
        f"SELECT {number} AS which, {mask} AS mask, ARRAY[{', '.join(columns)}]::text[] AS found, {value}::numeric AS value,"
        f" {hit}::boolean AS hit, {n}::bigint AS n, {of}::bigint AS total FROM ({built.rows}) arm GROUP BY GROUPING SETS ({sets})"
    )
