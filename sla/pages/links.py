"""Addresses of the rows behind each figure of the contract."""

from typing import Any

from django.urls import reverse

from smarketing.measures import engine
from smarketing.web.navigation import address

from .. import rates
from ..follow import Month, Row
from ..kinds import CLOCK, KINDS, Asked, params

SUFFIXES = {"pending": "_pending", "excluded": "_excluded", "waived": "_waived"}


def rows(month: Month, row: Row, show: str = "") -> str:
    """The page that lists what a clause counted in the month, at the cut-off of the figure."""
    kind = KINDS[row.clause.kind]
    if show == "held":
        return address("leads:list") or reverse("sla:follow_up")
    if kind.source != CLOCK:
        return of_line(month, rates.asked(kind, show, params.population(row.clause.params)))
    found = asked(month, row)
    if show in ("met", "missed"):
        found["where"]["clock"] = show
    return engine.rows_url(kind.measure + SUFFIXES.get(show, ""), **found)


def of_line(month: Month, some: Asked) -> str:
    """The page that lists rows of a measure about the contract's definition line in the month."""
    times = {"first": month.first, "until": month.until, "zone": month.zone, "cutoff": month.cutoff}
    return engine.rows_url(some.measure, **rates.question(month.contract.line_id, some, **times))


def asked(month: Month, row: Row) -> dict[str, Any]:
    """The question by which the clocks of a clause in the month are asked."""
    return {
        "first": month.first, "until": month.until, "zone": month.zone, "cutoff": month.cutoff,
        "where": {"contract": month.contract.name, "clause": row.clause.key},
    }  # fmt: skip
