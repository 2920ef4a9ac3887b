"""Addresses of the rows behind each figure of the contract."""

from typing import Any

from django.urls import reverse

from smarketing.measures import engine
from smarketing.web.navigation import address

from .. import asking
from ..follow import Month, Row


def rows(month: Month, row: Row, show: str = "", **where: Any) -> str:
    """The page that lists what a clause counted in the month, at the cut-off of the figure. `where`: further dimensions."""
    if show == "held":
        return address("leads:list") or reverse("sla:follow_up")
    key, asked = asking.question(month, row, show, next(iter(where), ""))
    asked["where"] = {**asked["where"], **where}
    return engine.rows_url(key, **asked)
