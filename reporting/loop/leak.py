"""Where it leaks: handoffs from step to step, one population; the leads created before them, told apart."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from smarketing.measures import engine, numbers, shown
from smarketing.measures.engine import Answer

from .asking import WAITS, Asking
from .cells import Cell, count, figure
from .spans import COHORT

# Measure of each step → its word: handoffs all of them, of which each counts once however many deals it led to.
STEPS = {
    "handoffs": _("handed over"), "accepted": _("accepted"), "sql": _("became SQL"), "with_deal": _("deal opened"), "with_win": _("won"),
}  # fmt: skip
LOST = ("refused", "undecided", "expired", "withdrawn", "merged")


@dataclass(frozen=True)
class Step:
    """One step of the funnel; `share` of the step before; `width` of 1000; `wait`: days by which half have come; `young`: some of
    its cohorts are not mature."""

    label: str
    cell: Cell
    count: int
    share: str
    width: int
    wait: Cell | None = None
    young: bool = False


@dataclass(frozen=True)
class Before:
    """Leads created in the months: how many, the share handed over so far, days by which half are; `come`: how many of how many."""

    leads: Cell
    rate: Cell
    wait: Cell
    come: tuple[str, str]
    young: bool


def before(asking: Asking) -> Before | None:
    """The step from creation to handoff: a cohort of its own, by the month of creation; None for what only a handoff has (a rep, a
    grade)."""
    leads, rate, wait = (asking.ask(key) for key in ("leads", "mql_rate", "wait_mql"))
    if leads is None or rate is None or wait is None:
        return None
    n, of = rate.total.n, rate.total.of or 0
    few = of < numbers.FEW
    title = " · ".join(filter(None, (shown.interval(rate.total.interval), f"{shown.number(n)} / {shown.number(of)}")))
    share = Cell(shown.figure(rate.total.value, numbers.RATIO, 0), rate.total.rows_url, title, few)
    come = shown.number(n), shown.number(of)
    return Before(count(leads), share, figure(wait, faint=few), come, not rate.total.mature)


def funnel(asking: Asking, totals: Mapping[str, Answer]) -> list[Step]:
    """The steps of the handoffs of the span."""
    most = max((totals[key].total.n for key in STEPS), default=0) or 1
    waits = [None, *(figure(asking.ask(key)) for key in WAITS)]
    steps, last, young = [], None, asking.young()
    for (key, label), wait in zip(STEPS.items(), waits, strict=True):
        n = totals[key].total.n
        share = shown.percent(Fraction(n, last), 0) if last and asking.view == COHORT else ""
        steps.append(Step(str(label), count(totals[key]), n, share, n * 1000 // most, wait, young and last is not None))
        last = n
    return steps


def lost(totals: Mapping[str, Answer]) -> Cell:
    """Handoffs that were decided against, or not at all: they were not accepted."""
    handed, accepted = totals["handoffs"], totals["accepted"]
    question = replace(handed.question, key="turned_down_rate", where={"decided": LOST})
    return Cell(shown.number(handed.total.n - accepted.total.n), engine.address(question))
