"""The table of clause kinds. Adding one is one row here and one case in `clocks.py` (clocked kinds) or `follow.py`.

`source` says what decides the clause in a period: a volume counted by handoffs made, or clocks settled. What a clocked
kind says to the statement of `sets.py` stands in its row, too: `runs`, `kept`, `made_up`.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy


@dataclass(frozen=True)
class Kind:
    key: str
    side: str
    source: str  # volume | clock
    unit: str  # leads | business_hours | attempts
    measure: str  # registered measure that gives its figure
    label: object
    target_label: object
    sentence: Any  # ngettext on target where it counts things
    short: Any  # the same, short enough for a table that shows the share beside it
    share: bool
    param: str = ""  # second number of the clause
    param_label: object = ""
    runs: str = ""  # clock: hours (of the target) | days (of the parameter), of working time
    kept: str = ""  # SQL of the instant from which the promise is kept, over tried, reached_at, sql_at, %(target)s
    queue: str = ""  # label of the promise in the queue
    made_up: str = "false"  # SQL over a clock k: missed, and owed no more


KINDS = {
    kind.key: kind
    for kind in (
        Kind(
            "mql_volume", "marketing", "volume", "leads", "mql",
            _("MQL handed to sales"), _("MQL a month"),
            ngettext_lazy("%(target)s MQL a month", "%(target)s MQL a month", "number"),
            _("MQL handed to sales"),
            share=False,
        ),
        Kind(
            "first_attempt", "sales", "clock", "business_hours", "first_attempt_in_time",
            _("First attempt in time"), _("business hours at most"),
            ngettext_lazy(
                "first attempt within %(target)s business hour", "first attempt within %(target)s business hours", "number"
            ),
            ngettext_lazy("first attempt in %(target)s bus. h", "first attempt in %(target)s bus. h", "number"),
            share=True, runs="hours", kept="tried[1]", queue="first", made_up="k.done > 0",
        ),
        Kind(
            "min_attempts", "sales", "clock", "attempts", "attempts_in_time",
            _("Attempts on each MQL"), _("attempts at least"),
            ngettext_lazy(
                "at least %(target)s attempt within %(param)s business days",
                "at least %(target)s attempts within %(param)s business days",
                "number",
            ),
            ngettext_lazy(
                "%(target)s attempt in %(param)s bus. days", "%(target)s attempts in %(param)s bus. days", "number"
            ),
            share=True, param="days", param_label=_("business days"),
            runs="days", kept="least(tried[%(target)s], reached_at, sql_at)", queue="attempts",
        ),
    )
}  # fmt: skip


def sentence(kind: str, target: Decimal, params: dict) -> str:
    """The clause in words, in the active language. KeyError for a kind that the table does not hold."""
    return _said(KINDS[kind], KINDS[kind].sentence, target, params)


def short(kind: str, target: Decimal, params: dict) -> str:
    """The clause in few words, for a table."""
    return _said(KINDS[kind], KINDS[kind].short, target, params)


def _said(row: Kind, text, target: Decimal, params: dict) -> str:
    words = {"target": _plain(target), "number": int(target), "param": params.get(row.param, "")}
    return str(text % words)


def _plain(value: Decimal) -> str:
    text = f"{Decimal(value):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
