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


# Values of a group, None of all -> what a reduce makes its figure of.
Gathered = dict[tuple[str, ...] | None, list[tuple]]


@dataclass(frozen=True)
class Statement:
    """`asked`: SQL of every row of the population (key, day, value, hit, and one text column per dimension), `periods`: columns
    that hang on the day, `chosen`: which of these rows count."""

    asked: str
    periods: tuple[str, ...]
    chosen: str
    params: dict[str, Any]
    names: dict[str, str]  # dimension → its column in `counted`
    population: Population
    offered: Mapping[str, Dimension]  # the dimensions, where any but a period is named

    @property
    def counted(self) -> str:
        """The named steps, of which `counted` are the counted rows."""
        return f"{steps(self.population.ctes, self.asked)}counted AS ({self.rows})"

    @property
    def rows(self) -> str:
        """The counted rows, where the steps of the population are named before."""
        dated = f"SELECT {', '.join(['*', *self.periods])} FROM ({self.asked}) every"
        return f"SELECT * FROM ({dated}) dated WHERE {self.chosen}"

    def groups(self, by: tuple[str, ...], reduce: str, stat: str) -> tuple[dict[tuple[str, ...], Figure], Figure]:
        """(figure of each group, figure of all), in one pass."""
        return finished(self.gathered(by, reduce), reduce, stat)

    def gathered(self, by: tuple[str, ...], reduce: str) -> Gathered:
        """What each group, and all (None), is reduced from, in one pass."""
        rule = REDUCES[reduce]
        columns = [self.names[name] for name in by]
        spread = list(rule.spread)
        sets = f"({', '.join([*columns, *spread])}), ({', '.join(spread)})" if columns else f"({', '.join(spread)})"
        is_total = f"grouping({columns[0]})" if columns else "1"
        sql = (
            f"WITH {self.counted} SELECT {', '.join([is_total, *columns])}, {rule.columns} FROM counted"
            f" GROUP BY GROUPING SETS ({sets})"
        )
        lines: Gathered = {None: []}
        for row in run(sql, self.params):
            group = None if row[0] else tuple(row[1 : 1 + len(columns)])
            lines.setdefault(group, []).append(row[1 + len(columns) :])
        return lines

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


def finished(lines: Gathered, reduce: str, stat: str) -> tuple[dict[tuple[str, ...], Figure], Figure]:
    """(figure of each group, figure of all) of what was gathered."""
    finish = REDUCES[reduce].finish
    groups = {group: finish(some, stat) for group, some in lines.items() if group is not None}
    return groups, finish(lines[None], stat)


def build(measure: Measure, question: Question, extra: Mapping[str, str] | None = None, mark: str = "") -> Statement:
    """The statement of a measure's population for a question. `extra`: more columns of counted rows (drill-down); `mark`: begins the
    names of the parameters by which its rows are chosen.

    Refusal "unknown_dimension" for one that the measure does not have.
    """
    assert measure.population is not None
    wanted = tuple(dict.fromkeys([*question.by, *question.where]))
    offered = measure.dimensions(question) if set(wanted) - PERIOD_SQL.keys() else {}
    names, columns, conditions, params = {}, [], [], {}
    for number, name in enumerate(wanted):
        names[name] = f"d{number}"
        columns.append(f"{_expression(measure, offered, name)} AS d{number}")
    for name, values in question.where.items():
        params[f"{mark}w_{names[name]}"] = list(values)
        conditions.append(f"{names[name]} = ANY(%({mark}w_{names[name]})s::text[])")
    population = measure.population(question)  # last: some ask much before they know their rows
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
    source = _source(population, inner + within)
    asked = f"SELECT {inner} FROM {source}{within}"
    chosen = " AND ".join(["(sure OR (day >= %(first)s AND day < %(until)s))", *conditions])
    given = {**question.params(), **population.params, **params}
    return Statement(asked, tuple(periods), chosen, given, names, population, offered)


def _source(population: Population, asked: str) -> str:
    """Where the rows are read, with the joins that what is asked names."""

    def named(aliases: tuple[str, ...], text: str) -> bool:
        return any(re.search(rf"\b{alias}\.", text) for alias in aliases)

    source = population.source + (population.beside if named(population.brings, asked) else "")
    for join, aliases in population.spare:
        rest = source.replace(join, "")
        source = source if named(aliases, asked + rest) else rest
    return source


def steps(ctes: Mapping[str, str], asked: str) -> str:
    """The named steps that a text needs, each followed by a comma."""
    return "".join(f"{name} AS {sql}, " for name, sql in named(ctes, asked).items())


def named(ctes: Mapping[str, str], asked: str) -> dict[str, str]:
    """Those of the named steps, in their order, that this text names, or a step that is needed itself: the others would be
    planned for nothing."""
    needed: dict[str, str] = {}
    for name, sql in reversed(list(ctes.items())):
        if re.search(rf"\b{name}\b", " ".join((asked, *needed.values()))):
            needed[name] = sql
    return dict(reversed(list(needed.items())))


def refuse_unknown(measure: Measure, question: Question) -> None:
    """Refusal "unknown_dimension" for one by which the rows of a measure are not to be divided; a combination is asked of its parts."""
    wanted = set((*question.by, *question.where)) - PERIOD_SQL.keys()
    offered = measure.dimensions(question) if wanted and measure.combine is None else {}
    for name in wanted if measure.combine is None else ():
        _expression(measure, offered, name)


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
