"""The rows behind a number: the same statement, listed in place of counted; newest first, paged by key."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import NoReverseMatch, reverse

from smarketing.accounts.policy import may

from . import statement
from .question import Question, Refusal
from .registry import Column, Measure

PER_PAGE = 50
CHUNK = 2000


@dataclass(frozen=True)
class Line:
    """`hit`: of a share, whether the row is among the hits. `url`: the row's own page, '' where it is not to be opened.
    `value`: what is added up or spread; `groups`: under which values of the dimensions asked it counts."""

    key: int
    day: date
    hit: bool
    url: str
    values: list[Any]
    value: Any = None
    groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class Page:
    columns: list[Column]
    lines: list[Line]
    following: str  # mark of the next page, '' on the last


def page(measure: Measure, question: Question, after: str = "", hits: bool = False) -> Page:
    """One page of the rows counted. `hits`: only those that hit. Refusal "bad_mark" for a mark not made here."""
    columns = _columns(measure, question)
    found = _rows(measure, question, columns, _mark(after), PER_PAGE + 1, hits)
    shown = _lines(measure, question, columns, found[:PER_PAGE])
    last = shown[-1] if len(found) > PER_PAGE else None
    return Page(columns, shown, f"{last.day.isoformat()}_{last.key}" if last else "")


def every(measure: Measure, question: Question, hits: bool = False) -> tuple[list[Column], Iterator[Line]]:
    """All rows counted, read in chunks (export)."""
    columns = _columns(measure, question)
    return columns, _every(measure, question, columns, hits)


def count(measure: Measure, question: Question, hits: bool = False) -> int:
    """How many rows the list has, counted from the list itself."""
    built = statement.build(measure, question)
    return statement.run(
        f"WITH {built.counted} SELECT count(*) FROM counted{' WHERE hit' if hits else ''}", built.params
    )[0][0]


def _every(measure: Measure, question: Question, columns: list[Column], hits: bool) -> Iterator[Line]:
    mark = None
    while found := _rows(measure, question, columns, mark, CHUNK, hits):
        yield from _lines(measure, question, columns, found)
        mark = found[-1][1], found[-1][0]


def _columns(measure: Measure, question: Question) -> list[Column]:
    population = measure.population(question)
    personal = question.user is None or may(question.user, "leads.personal")
    return [column for column in population.columns if personal or not column.personal]


def _rows(measure, question, columns: list[Column], mark, limit: int, hits: bool) -> list[tuple]:
    population = measure.population(question)
    extra = {f"c{number}": column.sql for number, column in enumerate(columns)}
    extra["linked"] = population.link[1] if population.link else "NULL::bigint"
    built = statement.build(measure, question, extra)
    conditions = ["hit"] if hits else []
    params = dict(built.params)
    if mark:
        conditions.append("(day, key) < (%(mark_day)s, %(mark_key)s)")
        params |= {"mark_day": mark[0], "mark_key": mark[1]}
    within = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    names = ", ".join(["value", *(built.names[name] for name in question.by), *extra])
    return statement.run(
        f"WITH {built.counted} SELECT key, day, hit, {names} FROM counted{within} ORDER BY day DESC, key DESC LIMIT {limit}",
        params,
    )


def _lines(measure: Measure, question: Question, columns: list[Column], found: list[tuple]) -> list[Line]:
    population = measure.population(question)
    ids = sorted({row[-1] for row in found if row[-1] is not None})
    open_to = population.seen(question.user, ids) if population.seen and question.user is not None else set(ids)
    lines = []
    grouped, seen = len(question.by), any(column.key == "value" for column in columns)
    secret = any(column.key == "value" and column.personal for column in population.columns)
    for key, day, hit, value, *rest, linked in found:
        groups, values = tuple(rest[:grouped]), rest[grouped:]
        mine = linked in open_to
        shown = [value if mine or not column.personal else None for column, value in zip(columns, values, strict=True)]
        url = _url(population.link, linked) if mine else ""
        told = value if not secret or (mine and seen) else None
        lines.append(Line(key, day, bool(hit), url, shown, told, groups))
    return lines


def _url(link: tuple[str, str] | None, pk: int | None) -> str:
    if not link or pk is None:
        return ""
    try:
        return reverse(link[0], args=[pk])
    except NoReverseMatch:
        return ""


def _mark(text: str) -> tuple[date, int] | None:
    if not text:
        return None
    day, _under, key = text.partition("_")
    try:
        return date.fromisoformat(day), int(key)
    except ValueError:
        raise Refusal("bad_mark", "This page of rows does not exist.") from None
