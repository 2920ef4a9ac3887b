"""One SQL statement per population: counted rows, filtered, grouped by the dimensions asked, with their total."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from .question import Question, Refusal
from .reduces import REDUCES, Figure
from .registry import PERIODS, Dimension, Measure, Population

PERIOD_SQL = {
    "day": "to_char(day, 'YYYY-MM-DD')",
    "month": "to_char(day, 'YYYY-MM')",
    "quarter": "to_char(day, 'YYYY\"-Q\"Q')",
    "year": "to_char(day, 'YYYY')",
}


@dataclass(frozen=True)
class Statement:
    """`counted`: SQL of the counted rows (day, key, value, hit and one text column per dimension)."""

    counted: str
    params: dict[str, Any]
    names: dict[str, str]  # dimension → its column in `counted`
    population: Population

    def groups(self, by: tuple[str, ...], reduce: str, stat: str) -> tuple[dict[tuple[str, ...], Figure], Figure]:
        """(figure of each group, figure of all), in one pass."""
        rule = REDUCES[reduce]
        columns = [self.names[name] for name in by]
        spread = list(rule.spread)
        sets = f"({', '.join([*columns, *spread])}), ({', '.join(spread)})" if columns else f"({', '.join(spread)})"
        is_total = f"grouping({columns[0]})" if columns else "1"
        sql = (
            f"WITH {self.counted} SELECT {', '.join([is_total, *columns])}, {rule.columns} FROM counted"
            f" GROUP BY GROUPING SETS ({sets})"
        )
        lines: dict[tuple[str, ...] | None, list[tuple]] = {None: []}
        for row in run(sql, self.params):
            group = None if row[0] else tuple(row[1 : 1 + len(columns)])
            lines.setdefault(group, []).append(row[1 + len(columns) :])
        total = rule.finish(lines.pop(None), stat)
        return {group: rule.finish(some, stat) for group, some in lines.items() if group is not None}, total

    def apart(
        self, by: tuple[str, ...], beside: tuple[str, ...], reduce: str
    ) -> dict[str, dict[tuple[str, ...], Figure]]:
        """Dimension of `by` -> (its value, those of `beside`) -> figure: each dimension for itself, all in one pass. For reduces
        that gather nothing before."""
        rule = REDUCES[reduce]
        each, along = [self.names[name] for name in by], [self.names[name] for name in beside]
        sets = ", ".join(f"({', '.join([one, *along])})" for one in each)
        left_out = ", ".join(f"grouping({one})" for one in each)
        sql = (
            f"WITH {self.counted} SELECT ARRAY[{left_out}], {', '.join([*each, *along])}, {rule.columns} FROM counted"
            f" GROUP BY GROUPING SETS ({sets})"
        )
        out: dict[str, dict[tuple[str, ...], Figure]] = {name: {} for name in by}
        for left, *row in run(sql, self.params):
            which = left.index(0)
            group = (row[which], *row[len(each) : len(each) + len(along)])
            out[by[which]][group] = rule.finish([tuple(row[len(each) + len(along) :])], "")
        return out


def build(measure: Measure, question: Question, extra: Mapping[str, str] | None = None) -> Statement:
    """The statement of a measure's population for a question. `extra`: more columns of counted rows (drill-down).

    Refusal "unknown_dimension" for one that the measure does not have.
    """
    assert measure.population is not None
    population = measure.population(question)
    offered = measure.dimensions(question)
    names, columns, conditions, params = {}, [], [], {}
    for number, name in enumerate(dict.fromkeys([*question.by, *question.where])):
        names[name] = f"d{number}"
        columns.append(f"{_expression(measure, offered, name)} AS d{number}")
    for name, values in question.where.items():
        params[f"w_{names[name]}"] = list(values)
        conditions.append(f"{names[name]} = ANY(%(w_{names[name]})s::text[])")
    more = [f"{sql} AS {name}" for name, sql in (extra or {}).items()]
    periods = [column for column in columns if column.startswith("to_char(day")]
    inner = ", ".join(
        [
            f"{population.key} AS key, {population.day} AS day, {population.value} AS value, {population.hit} AS hit",
            f"{question.surely(population.instant) if population.instant else 'false'} AS sure",
            *(column for column in columns if column not in periods),
            *more,
        ]
    )
    within = f" WHERE {' AND '.join(population.where)}" if population.where else ""
    needed = any(re.search(rf"\b{alias}\.", inner + within) for alias in population.brings)
    source = population.source + (population.beside if needed else "")
    asked = f"SELECT {inner} FROM {source}{within}"
    ctes = ", ".join(f"{name} AS {sql}" for name, sql in _named(population.ctes, asked).items())
    chosen = ["(sure OR (day >= %(first)s AND day < %(until)s))", *conditions]
    counted = (
        f"{ctes}{', ' if ctes else ''}every AS ({asked}),"
        f" dated AS (SELECT {', '.join(['*', *periods])} FROM every),"
        f" counted AS (SELECT * FROM dated WHERE {' AND '.join(chosen)})"
    )
    return Statement(counted, {**question.params(), **population.params, **params}, names, population)


def _named(ctes: Mapping[str, str], asked: str) -> dict[str, str]:
    """Those of the named steps, in their order, that this text names, or a step that is needed itself: the others would be
    planned for nothing."""
    needed: dict[str, str] = {}
    for name, sql in reversed(list(ctes.items())):
        if re.search(rf"\b{name}\b", " ".join((asked, *needed.values()))):
            needed[name] = sql
    return dict(reversed(list(needed.items())))


def _expression(measure: Measure, offered: Mapping[str, Dimension], name: str) -> str:
    if name in PERIODS:
        return PERIOD_SQL[name]
    if name not in offered:
        raise Refusal("unknown_dimension", f"{measure.key} has no dimension {name[:80]}.")
    return f"coalesce({offered[name].sql}, '')"


# Rows are read in whole sets: the planner's guesses about steps inside one statement are too low for nested loops.
# Their steps are kept in memory.
_PLAN = "SET LOCAL enable_nestloop = off; SET LOCAL jit = off; SET LOCAL work_mem = '32MB'"
_PLAN_AS_BEFORE = "SET LOCAL enable_nestloop = {}; SET LOCAL jit = {}; SET LOCAL work_mem = '{}'"


@contextmanager
def planned() -> Iterator[CursorWrapper]:
    """Inside, statements are planned for whole populations."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('enable_nestloop'), current_setting('jit'), current_setting('work_mem')")
        before = cursor.fetchone()
        cursor.execute(_PLAN)
        yield cursor
        cursor.execute(_PLAN_AS_BEFORE.format(*before))


def run(sql: str, params: Mapping[str, Any]) -> list[tuple]:
    """The rows of one statement over whole populations."""
    with planned() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()
