"""The blocks of the overview: what is shown, made of answers. Every number leads to its rows."""

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from leads.handoffs import reasons
from leads.measures.dimensions import DELAYS
from smarketing.measures import engine, numbers, shown, words
from smarketing.measures.engine import Answer, Group
from smarketing.measures.numbers import wilson
from smarketing.rows import clock
from smarketing.rows.models import Installation
from smarketing.web.money import text as written

from . import advice, bought, deeds, leak, quality, robust, said, tables
from .asking import GROUPED, MATCHED, TOTALS, UNPRICED, WAITS, Asked, Asking, quotient
from .cells import Cell, count, figure, money
from .spans import COHORT

# What it shows whatever it is divided by: which campaigns lose, how long steps take, how soon they were tried.
OF_ALL = (
    ("cost", "campaign"), ("revenue_attributed", "campaign"), ("leads", ""),
    *said.ASKS, *((key, "") for key in WAITS), *((key, "delay") for key, _label in quality.CURVE),
)  # fmt: skip


@dataclass(frozen=True)
class Bar:
    """A share with its interval on a scale of 1000; `young`: of cohorts that are not mature."""

    name: str
    cell: Cell
    of: int
    low: int
    point: int
    high: int
    young: bool = False


@dataclass
class Overview:
    before: leak.Before | None = None
    funnel: list[leak.Step] = field(default_factory=list)
    sentence: str = ""
    table: tables.Table | None = None
    reasons: list[said.Reason] = field(default_factory=list)
    personas: list[Bar] = field(default_factory=list)
    scale: str = ""
    money: dict[str, Cell] = field(default_factory=dict)
    bought: list[tuple[str, Cell]] = field(default_factory=list)
    apart: dict[str, Cell] = field(default_factory=dict)
    changes: list[tuple[deeds.Deed, str]] = field(default_factory=list)
    leak: Cell | None = None
    model: str = ""
    young: bool = False
    response: list[tuple[str, Cell, list[Cell]]] = field(default_factory=list)


def asks(by: str) -> list[Asked]:
    """What the overview shows, divided by one dimension."""
    return [*TOTALS, *((key, by) for key in GROUPED), *((key, by) for key in MATCHED if by in UNPRICED), *OF_ALL]


def overview(asking: Asking, by: str) -> Overview:
    """Everything on the page for one span, divided by one dimension."""
    found = {key: asking.ask(key, by) or asking.ask(key) for key in GROUPED}
    if not found["cost"].question.by:
        found |= {key: asking.ask(key, by) for key in MATCHED}
    models = robust.said(asking) if by == "campaign" else None
    page = Overview(model=robust.model(asking), young=asking.young())
    page.table = tables.table(found, by, asking.young, page.model, robust.cells(asking, models) if models else None)
    currency = Installation.objects.values_list("currency", flat=True).first() or ""
    totals = {
        key: asking.ask(key) for key in (*leak.STEPS, "mql_repeated", "undecided", "expired", "pipeline", "days_to_won")
    }
    page.before, page.funnel, page.leak = leak.before(asking), leak.funnel(asking, totals), leak.lost(totals)
    page.apart = {
        "first": count(found["mql"]),
        "repeated": count(totals["mql_repeated"]),
        "undecided": count(totals["undecided"]),
        "expired": count(totals["expired"]),
        "deals": count(found["deals"]),
        "won": count(found["won"]),
    }
    page.money = {
        "open": money(totals["pipeline"], currency),
        "won": money(found["revenue"], currency),
        "cost": money(found["cost"], currency),
        "days": figure(totals["days_to_won"]),
    }
    credited = asking.ask("revenue_attributed", "campaign")
    page.bought = bought.parts(asking, currency)
    page.sentence = _sentence(asking.view, totals, found, _brought(credited), currency, page.model)
    turned_down, conversion = asking.ask("turned_down", "reason"), asking.ask("conversion", "persona")
    page.reasons = said.reasons(asking)
    page.personas, page.scale = _bars(conversion) if asking.view == COHORT else ([], "")
    page.response = quality.curve(asking, "delay", [key for key, _top, _label in DELAYS])
    losing = advice.about_returns(models, clock.today(asking.cutoff), asking.user) if models and not page.young else []
    page.changes = [(one, robust.board_url(asking)) for one in losing] + _changes(found, by, turned_down, asking.user)
    return page  # fmt: skip


# --- did it pay


def _sentence(
    view: str, totals: dict[str, Answer], found: dict[str, Answer], revenue: Fraction, currency: str, model: str
) -> str:
    """What was handed over came to, in handoffs; what campaigns brought back (`revenue`), by the model agreed."""
    handed, bought = totals["handoffs"].total.n, totals["with_win"].total.n
    if not handed:
        return ""
    cost, rate = found["cost"].total.value, found["acceptance"].total
    said = {
        "handed": shown.number(handed),
        "accepted": shown.figure(rate.value, numbers.RATIO, 0),
        "won": shown.number(bought if view == COHORT else found["won"].total.n),
        "share": shown.percent(Fraction(bought, handed)),
    }
    if view == COHORT:
        text = (
            _(
                "Of %(handed)s leads handed over, %(accepted)s of those decided were accepted and %(share)s bought (%(won)s)."
            )
            % said
        )
    else:
        text = _("In this period %(handed)s leads were handed over and %(won)s deals were won.") % said
    back = quotient(revenue, cost)
    if back is not None:
        said = {
            "one": written(1, currency),
            "back": written(numbers.rounded(back, 2), currency, 2),
            "revenue": written(numbers.rounded(revenue, 0), currency),
            "cost": written(numbers.rounded(cost, 0), currency),
            "model": model,
        }
        text += (
            " "
            + _(
                "For each %(one)s spent, campaigns brought back %(back)s (%(revenue)s of revenue credited to them for %(cost)s spent; model: %(model)s)."
            )
            % said
        )
    return text  # fmt: skip


def _brought(credited: Answer) -> Fraction:
    """Revenue that campaigns are credited with."""
    return sum((Fraction(row.value or 0) for row in credited.rows if row.group["campaign"]), Fraction(0))


# --- personas


def _place(row: Group) -> tuple:
    """The best first; without a rank, by name, where there are too few cases; the blank one last."""
    few = row.of < numbers.FEW
    return (row.group["persona"] == "", few, 0 if few else -row.value, row.group["persona"])


def _bars(answer: Answer) -> tuple[list[Bar], str]:
    offered = engine.dimensions(answer.measure)
    rows = [row for row in answer.rows if row.of]
    edges = {id(row): wilson(row.n, row.of) for row in rows}
    top = max((high for _low, high in edges.values()), default=0) or 1
    bars = []
    for row in sorted(rows, key=_place):
        low, high = edges[id(row)]
        name = words.value("persona", row.group["persona"], offered) if row.group["persona"] else _("(no persona)")
        cell = Cell(
            shown.figure(row.value, numbers.RATIO), row.rows_url, shown.interval((low, high)), row.of < numbers.FEW
        )
        left, point, right = (int(1000 * edge / top) for edge in (low, row.n / numbers.Decimal(row.of), high))
        bars.append(Bar(name, cell, row.of, left, point, right, not row.mature))
    return bars, shown.percent(Fraction(top), 0)


# --- what shall we change


def _changes(found: dict[str, Answer], by: str, turned_down: Answer, user: Any) -> list[tuple[deeds.Deed, str]]:
    """Up to three more deeds, each with its rows: what the figures ask to be talked about."""
    out = []
    rated = [row for row in found["acceptance"].rows if row.of and row.of >= numbers.FEW and row.group.get(by)]
    total = found["acceptance"].total
    if rated and total.value is not None:
        worst = min(rated, key=lambda row: (row.value, row.group[by]))
        if worst.interval[1] < total.value:
            offered = engine.dimensions(found["mql"].measure)
            said = {
                "name": words.value(by, worst.group[by], offered),
                "share": shown.figure(worst.value, numbers.RATIO, 0),
            }
            text = _("%(name)s: only %(share)s accepted, less than the others. Stop it, or change whom it brings?")
            campaign = deeds.named(worst.group[by]) if by == "campaign" else None
            out.append((deeds.Deed(text % said, deeds.stop(campaign, user) if campaign else ()), worst.rows_url))
    quality = reasons.quality()
    of_quality = [row for row in turned_down.rows if row.group["reason"] in quality]
    if of_quality:
        most = max(of_quality, key=lambda row: (row.n, row.group["reason"]))
        share = shown.percent(Fraction(most.n, turned_down.total.n), 0)
        said = {"name": reasons.label(most.group["reason"]), "share": share}
        text = _("“%(name)s” is %(share)s of what sales sent back. Is a criterion missing?")
        out.append((deeds.Deed(text % said, deeds.new_criterion(user)), most.rows_url))
    if found["cost"] is not None and not found["cost"].total.n:
        out.append((deeds.Deed(_("No cost is known for these months: without it there is no return to speak of.")), ""))
    return out  # fmt: skip
