"""In which order a file writes its dates, told from its cells. Pure; where the cells do not tell, it says so.

ISO dates (year first) and dates with dots (always day first) read the same in every order. Slashed and dashed ones are
day first or month first, for the whole file: told only when some cell leaves one possibility, and all of them the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from .mapping import Mapping
from .targets import BY_KIND
from .values import DATED, DMY, DOTTED, ISO, MDY


@dataclass(frozen=True)
class Told:
    """`order`: iso, dmy, mdy, or empty when the cells leave it open; `cell`: one that shows why."""

    order: str
    cell: str = ""


def order_of(cells: Iterable[str]) -> Told:
    """The order in which these cells write dates; those that are no dates are passed over."""
    days, months, either, dotted = "", "", "", ""
    for cell in cells:
        text = cell.strip()
        if DOTTED.fullmatch(text):
            dotted = dotted or text
            continue
        match = DATED.fullmatch(text)
        if match is None:
            continue
        first, second = int(match[1]), int(match[2])
        if first > 12 >= second:
            days = days or text
        elif second > 12 >= first:
            months = months or text
        elif first <= 12 and second <= 12:
            either = either or text
    if days and months:
        return Told("", days)
    if days or months:
        return Told(DMY if days else MDY, days or months)
    if either:
        return Told("", either)
    return Told(DMY, dotted) if dotted else Told(ISO)


def is_dated(cell: str) -> bool:
    """Whether a cell is written as a date whose order matters."""
    text = cell.strip()
    return bool(DATED.fullmatch(text) or DOTTED.fullmatch(text))


def columns_of(mapping: Mapping) -> list[int]:
    """Where the columns stand that hold dates by what they become."""
    known = BY_KIND[mapping.kind]
    return [
        column.index
        for column in mapping.used
        if any(one in known and known[one].type in ("when", "date") for one in column.targets) or column.type == "date"
    ]
