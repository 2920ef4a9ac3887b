"""Addresses of the rows behind each figure of the contract."""

from dataclasses import replace
from typing import Any

from django.urls import reverse

from smarketing.measures import engine
from smarketing.web.navigation import address

from .. import asking
from ..follow import Month, Row
from ..kinds import CLOCK
from ..split import Part


def rows(month: Month, row: Row, show: str = "", **where: Any) -> str:
    """The page that lists what a clause counted in the month, at the cut-off of the figure. `where`: further dimensions."""
    if show == "held":
        there = address("leads:list")
        return f"{there}?waits={month.contract.line_id}" if there else reverse("sla:follow_up")
    key, asked = asking.question(month, row, show, next(iter(where), ""))
    asked["where"] = {**asked["where"], **where}
    return engine.rows_url(key, **asked)


def part(month: Month, row: Row, one: Part, show: str = "") -> str:
    """The same of one part of a month that was split: promises made under its terms, or what came in its days."""
    own = replace(row, clause=one.clause)
    key, asked = asking.question(month, own, show)
    if own.kind.source == CLOCK:
        asked["where"] = {**asked["where"], "terms_id": str(one.clause.terms_id)}
    else:
        span = month.span(own)
        asked |= {"first": one.first or span.first, "until": min(one.until or span.seen, span.seen)}
    return engine.rows_url(key, **asked)
