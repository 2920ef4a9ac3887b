"""One cell of the overview: a figure as read, and where its rows are."""

from dataclasses import dataclass, replace

from smarketing.measures import numbers, shown
from smarketing.measures.engine import Answer, Group
from smarketing.measures.numbers import Exact
from smarketing.web import money as words


@dataclass(frozen=True)
class Cell:
    text: str
    url: str = ""
    title: str = ""
    faint: bool = False


def figure(answer: Answer, group: Group | None = None, title: str = "", faint: bool = False) -> Cell:
    one = group or answer.total
    return Cell(
        shown.figure(one.value, answer.unit, 0 if answer.unit == numbers.MONEY else None), one.rows_url, title, faint
    )


def count(answer: Answer) -> Cell:
    return figure(answer)


def money(answer: Answer, currency: str) -> Cell:
    """A sum of money with its currency, in whole units."""
    cell = figure(answer)
    whole = numbers.rounded(answer.total.value or 0, 0)
    return cell if answer.total.value is None else replace(cell, text=words.text(whole, currency, 0))


def made(value: Exact | None, unit: str) -> Cell:
    return Cell(shown.figure(value, unit, 0))
