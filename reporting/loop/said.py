"""What sales said, on the overview: each reason with its share, since when it is another one, and the criterion it contradicts most."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from smarketing.measures import engine, shown, words
from smarketing.measures.engine import Answer

from .asking import Asking
from .cells import Cell, figure
from .trend import turn

ASKS = (("turned_down", "reason"), ("turned_down", "reason+month"), ("turndowns", "reason+criterion"))


@dataclass(frozen=True)
class Reason:
    """`width`: of 1000; `since`: "▲ since August 2026", "" for no sure change; `criterion`: the one it contradicts most, with the way
    to what is said of criteria."""

    label: str
    cell: Cell
    share: str
    width: int
    since: str = ""
    criterion: Cell | None = None


def reasons(asking: Asking) -> list[Reason]:
    """The most frequent first."""
    counted, monthly, named = (asking.ask(*one) for one in ASKS)
    offered, every, since, against = (
        engine.dimensions(counted.measure),
        counted.total.n,
        _since(monthly),
        _against(named),
    )
    return [
        Reason(
            words.value("reason", code, offered), figure(counted, row), shown.percent(Fraction(row.n, every), 0), row.n * 1000 // every,
            since.get(code, ""), against.get(code),
        )
        for row in sorted(counted.rows, key=lambda row: (-row.n, row.group["reason"]))
        for code in (row.group["reason"],)
    ]  # fmt: skip


def _since(monthly: Answer) -> Mapping[str, str]:
    """Reason → since when its share of all refusals and returns is surely higher or lower."""
    every: dict[date, int] = defaultdict(int)
    counts: dict[str, dict[date, int]] = defaultdict(dict)
    for row in monthly.rows:
        month = date.fromisoformat(f"{row.group['month']}-01")
        every[month] += row.n
        counts[row.group["reason"]][month] = row.n
    found = {}
    for code, some in counts.items():
        turned = turn([(month, some.get(month, 0), every[month]) for month in sorted(every)])
        if turned is not None:
            text = _("▲ since %(month)s") if turned.up else _("▼ since %(month)s")
            found[code] = text % {"month": date_format(turned.month, "YEAR_MONTH_FORMAT")}
    return found


def _against(named: Answer) -> Mapping[str, Cell]:
    """Reason → the criterion that it was said of most."""
    offered = engine.dimensions(named.measure)
    best: dict[str, engine.Group] = {}
    for row in named.rows:
        code, other = row.group["reason"], best.get(row.group["reason"])
        if row.group["criterion"] and (other is None or row.n > other.n):
            best[code] = row
    url = f"{reverse('reporting:quality')}#criteria"
    return {code: Cell(words.value("criterion", row.group["criterion"], offered), url) for code, row in best.items()}
