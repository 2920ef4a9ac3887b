"""Which question of which measure gives a figure of a month: what its page opens, and what it is broken down by."""

from typing import Any

from . import credited, rates
from .follow import Month, Row
from .kinds import CLOCK, params

SUFFIXES = {"pending": "_pending", "excluded": "_excluded", "waived": "_waived"}


def question(month: Month, row: Row, show: str = "", by: str = "") -> tuple[str, dict[str, Any]]:
    """(measure, keywords of its question) of the rows that a clause counted in the month.

    `by`: the dimension that they are divided by, or kept to: amounts by campaign are credited (`credited`). `show`: "" for what the
    figure counts; "met" or "missed" of it; "pending", "excluded" or "waived", which stand apart; "against": what breaks the promise.
    """
    kind = row.kind
    if kind.source != CLOCK:
        some = rates.asked(kind, show, params.population(row.clause.params))
        found = credited.of(month, row, by)
        return (found.measure if found else some.measure), rates.question(
            month.contract.line_id, some, **times(month, row)
        )
    said = clocks(month, row)
    if show in ("met", "missed"):
        said["where"]["clock"] = show
    return kind.measure + SUFFIXES.get(show, ""), said


def times(month: Month, row: Row | None = None) -> dict[str, Any]:
    """Period, zone and cut-off of a month's questions; of those about a row, its days, as far as terms promise it."""
    if row is None:
        first, until = month.first, month.until
    else:
        first, until = (span := month.span(row)).first, span.seen
        first, until = max([first, *(a for a, _b in row.days[:1])]), min([until, *(b for _a, b in row.days[-1:])])
    return {"first": first, "until": until, "zone": month.zone, "cutoff": month.cutoff}


def clocks(month: Month, row: Row) -> dict[str, Any]:
    """The question by which the clocks of a clause in the month are asked."""
    return {**times(month, row), "where": {"contract": month.contract.name, "clause": row.clause.key}}
