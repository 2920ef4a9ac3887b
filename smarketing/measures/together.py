"""Several figures from rows that are read once: of one measure, such as a median and nine of ten, or of measures whose rows are found
by the same steps. Each equals what `engine` says of it alone.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from . import engine, statement
from .engine import Answer
from .question import Question
from .reduces import Figure
from .registry import Measure
from .statement import Gathered, Statement

Lines = list[tuple[Any, bool, int]]  # value, hit, how many rows
Figures = tuple[dict[tuple[str, ...], Figure], Figure]
# Reduce -> what it makes its figure of, from such lines. Others are asked alone.
_MADE: Mapping[str, Callable[[Lines], list[tuple]]] = {
    "count": lambda lines: [(sum(n for _value, _hit, n in lines),)],
    "share": lambda lines: [(sum(n for _value, hit, n in lines if hit), sum(n for _value, _hit, n in lines))],
    "spread": lambda lines: [(value, n) for value, _hit, n in lines],
    "come": list,
    "wait": list,
}


def answers(asked: Sequence[tuple[str, str]], **question: Any) -> list[Answer]:
    """What `engine.answer` says of each (measure, its figure or ""); keywords of `engine.ask`."""
    return answered([engine.ask(key, stat=stat, **question) for key, stat in asked])


def answered(questions: Sequence[Question]) -> list[Answer]:
    """What `engine` answers to each question, all of one period and cut-off, each by dimensions of its own. Refusal as there."""
    for one in questions:
        engine.refuse_foreign(engine.resolve(one), one)
    found = figures(questions)
    return [engine.answered(one, *figure) for one, figure in zip(questions, found, strict=True)]


def figures(questions: Sequence[Question]) -> list[Figures]:
    """(figure of each group, of all) of each question; all are of one period and cut-off."""
    return known(questions, [engine.resolve(one) for one in questions])[0]


def known(
    questions: Sequence[Question], measures: Sequence[Measure], cutoffs: Sequence[datetime] | None = None
) -> list[list[Figures]]:
    """The same of questions about these measures, as known at each of some cut-offs of one local day (None: at their own)."""
    alike: dict[Any, int] = {}  # questions that differ by their figure only share their rows
    for n, one in enumerate(questions):
        alike.setdefault(_rows_of(one), n)
    first = list(alike.values())
    built = [statement.build(measures[n], questions[n], mark=f"p{n}_") for n in first]
    together = all(measures[n].reduce in _MADE and measures[n].combine is None for n in first) and _same_steps(built)
    out = []
    for cutoff in cutoffs or [questions[0].cutoff]:
        then = [replace(one, params=one.params | {"cutoff": cutoff}) for one in built]
        lines = _gathered(then, [questions[n].by for n in first], [measures[n].reduce for n in first]) if together else [
            one.gathered(questions[n].by, measures[n].reduce) for n, one in zip(first, then, strict=True)
        ]  # fmt: skip
        read = dict(zip(alike, zip(lines, then, strict=True), strict=True))
        out.append(
            [_figure(one, measure, *read[_rows_of(one)]) for one, measure in zip(questions, measures, strict=True)]
        )
    return out


def _rows_of(question: Question) -> tuple:
    """What tells apart which rows a question is about, and how they are grouped."""
    return question.key, question.date, question.window, question.by, tuple(question.where.items())


def _figure(question: Question, measure: Measure, lines: Gathered, built: Statement) -> Figures:
    groups, total = statement.finished(lines, measure.reduce, question.stat)
    return engine.with_listed(measure, question, groups, built.offered), total


def _same_steps(built: Sequence[Statement]) -> bool:
    """Whether steps and parameters of the same name are the same everywhere."""
    named: dict[str, Any] = {}
    return all(
        named.setdefault(name, said) == said
        for one in built
        for name, said in [*one.population.ctes.items(), *((f"%{key}", value) for key, value in one.params.items())]
    )


def _gathered(built: Sequence[Statement], by: Sequence[tuple[str, ...]], reduces: Sequence[str]) -> list[Gathered]:
    """What each statement's figures are reduced from, in one pass; each is grouped by dimensions of its own."""
    width = max(map(len, by))
    arms = [
        f"SELECT {n} AS which, {''.join(f'{column} AS b{i}, ' for i, column in enumerate(_columns(one, names, width)))}"
        f"value::numeric AS value, hit FROM ({one.rows}) arm"
        for n, (one, names) in enumerate(zip(built, by, strict=True))
    ]
    ctes = {name: sql for one in built for name, sql in one.population.ctes.items()}
    columns = ", ".join(["which", *(f"b{i}" for i in range(width)), "value", "hit"])
    union = " UNION ALL ".join(arms)
    sql = f"WITH {statement.steps(ctes, union)}counted AS ({union}) SELECT {columns}, count(*) FROM counted GROUP BY {columns}"
    params = {name: value for one in built for name, value in one.params.items()}
    groups: list[dict[tuple[str, ...], Lines]] = [defaultdict(list) for _one in built]
    for which, *said in statement.run(sql, params):
        groups[which][tuple(said[: len(by[which])])].append(tuple(said[width:]))
    return [_whole(found, _MADE[reduce]) for found, reduce in zip(groups, reduces, strict=True)]


def _columns(one: Statement, by: tuple[str, ...], width: int) -> list[str]:
    """Columns of the dimensions, then nothing up to the widest."""
    return [one.names[name] for name in by] + ["NULL::text"] * (width - len(by))


def _whole(groups: Mapping[tuple[str, ...], Lines], made: Callable[[Lines], list[tuple]]) -> Gathered:
    every = [line for lines in groups.values() for line in lines]
    return {None: made(every), **({group: made(lines) for group, lines in groups.items() if group})}
