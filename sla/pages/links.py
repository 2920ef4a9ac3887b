"""Addresses of the rows behind each figure of the contract."""

from typing import Any

from django.urls import reverse

from smarketing.measures import engine
from smarketing.web.navigation import address

from ..follow import Month, Row
from ..kinds import KINDS

SUFFIXES = {"pending": "_pending", "excluded": "_excluded"}


def rows(month: Month, row: Row, show: str = "") -> str:
    """The page that lists what a clause counted in the month, at the cut-off of the figure."""
    kind = KINDS[row.clause.kind]
    times = {"first": month.first, "until": month.until, "zone": month.zone, "cutoff": month.cutoff}
    if kind.source == "volume":
        if show == "held":
            return address("leads:list") or reverse("sla:follow_up")
        return engine.rows_url(kind.measure, where={"line_id": str(month.contract.line_id)}, **times)
    found = asked(month, row)
    if show in ("met", "missed"):
        found["where"]["clock"] = show
    return engine.rows_url(kind.measure + SUFFIXES.get(show, ""), **found)


def asked(month: Month, row: Row) -> dict[str, Any]:
    """The question by which the clocks of a clause in the month are asked."""
    return {
        "first": month.first, "until": month.until, "zone": month.zone, "cutoff": month.cutoff,
        "where": {"contract": month.contract.name, "clause": row.clause.key},
    }  # fmt: skip
