"""The blocks of the overview: what is shown, made of answers. Every number leads to its rows."""

from dataclasses import dataclass, field
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from leads.handoffs import reasons
from smarketing.measures import engine, numbers, shown, words
from smarketing.measures.engine import Answer, Group
from smarketing.measures.numbers import Exact, wilson

from .asking import GROUPED, Asking, quotient
from .spans import COHORT

FEW = 20  # below so many cases a share says little


@dataclass(frozen=True)
class Cell:
    text: str
    url: str = ""
    title: str = ""
    faint: bool = False


@dataclass(frozen=True)
class Step:
    """One step of the funnel; `share` of the step before; `width` of 1000."""

    label: str
    cell: Cell
    count: int
    share: str
    width: int


@dataclass(frozen=True)
class Line:
    """One group of the table, or its total."""

    name: str
    cells: list[Cell]
    blank: bool = False


@dataclass
class Table:
    heads: list[tuple[str, str]]
    lines: list[Line]
    total: Line
    money: bool = True


@dataclass(frozen=True)
class Bar:
    """A share with its interval on a scale of 1000."""

    name: str
    cell: Cell
    of: int
    low: int
    point: int
    high: int


@dataclass
class Overview:
    funnel: list[Step] = field(default_factory=list)
    sentence: str = ""
    table: Table | None = None
    reasons: list[tuple[str, Cell, str, int]] = field(default_factory=list)
    personas: list[Bar] = field(default_factory=list)
    scale: str = ""
    money: dict[str, Cell] = field(default_factory=dict)
    apart: dict[str, Cell] = field(default_factory=dict)
    changes: list[tuple[str, str]] = field(default_factory=list)
    leads: Cell | None = None
    handed: int = 0


def overview(asking: Asking, by: str) -> Overview:
    """Everything on the page for one span, divided by one dimension."""
    found = {key: asking.ask(key, by) or asking.ask(key) for key in GROUPED}
    page = Overview(table=_table(found, by))
    totals = {
        key: asking.ask(key)
        for key in ("mql_repeated", "handoffs", "accepted", "undecided", "expired", "sql", "pipeline", "days_to_won")
    }
    page.leads, page.handed = _count(found["leads"]), totals["handoffs"].total.n
    page.funnel = _funnel(
        [totals["handoffs"], totals["accepted"], totals["sql"], found["deals"], found["won"]], asking.view
    )
    page.apart = {
        "first": _count(found["mql"]),
        "repeated": _count(totals["mql_repeated"]),
        "undecided": _count(totals["undecided"]),
        "expired": _count(totals["expired"]),
    }
    page.money = {
        "open": _figure(totals["pipeline"]),
        "won": _figure(found["revenue"]),
        "cost": _figure(found["cost"]),
        "days": _figure(totals["days_to_won"]),
    }
    page.sentence = _sentence(asking.view, totals, found, asking.ask("revenue", "campaign"))
    turned_down, conversion = asking.ask("turned_down", "reason"), asking.ask("conversion", "persona")
    page.reasons = _reasons(turned_down)
    page.personas, page.scale = _bars(conversion) if asking.view == COHORT else ([], "")
    page.changes = _changes(found, by, turned_down)
    return page  # fmt: skip


# --- cells


def _figure(answer: Answer, group: Group | None = None, title: str = "", faint: bool = False) -> Cell:
    one = group or answer.total
    return Cell(
        shown.figure(one.value, answer.unit, 0 if answer.unit == numbers.MONEY else None), one.rows_url, title, faint
    )


def _count(answer: Answer) -> Cell:
    return _figure(answer)


def _made(value: Exact | None, unit: str) -> Cell:
    return Cell(shown.figure(value, unit, 0))


# --- did it pay


def _sentence(view: str, totals: dict[str, Answer], found: dict[str, Answer], by_campaign: Answer) -> str:
    handed, won = totals["handoffs"].total.n, found["won"].total.n
    if not handed:
        return ""
    cost, revenue = found["cost"].total.value, sum(row.value or 0 for row in by_campaign.rows if row.group["campaign"])
    rate = found["acceptance"].total
    said = {
        "handed": shown.number(handed),
        "accepted": shown.figure(rate.value, numbers.RATIO, 0),
        "won": shown.number(won),
        "share": shown.percent(Fraction(won, handed)),
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
            "back": shown.figure(back, numbers.MONEY),
            "revenue": shown.figure(revenue, numbers.MONEY, 0),
            "cost": shown.figure(cost, numbers.MONEY, 0),
        }
        text += (
            " "
            + _("Each 1.00 spent on campaigns brought back %(back)s (%(revenue)s of their revenue for %(cost)s spent).")
            % said
        )
    return text  # fmt: skip


# --- where does it leak

STEPS = (
    gettext_lazy("handed over"),
    gettext_lazy("accepted"),
    gettext_lazy("became SQL"),
    gettext_lazy("deals opened"),
    gettext_lazy("deals won"),
)


def _funnel(answers: list[Answer], view: str) -> list[Step]:
    most = max((answer.total.n for answer in answers), default=0) or 1
    steps, before = [], None
    for label, answer in zip(STEPS, answers, strict=True):
        n = answer.total.n
        share = shown.percent(Fraction(n, before), 0) if before and view == COHORT else ""
        steps.append(Step(str(label), _count(answer), n, share, n * 1000 // most))
        before = n
    return steps


# --- campaigns, or whatever the table is divided by

HEADS = {
    "cost": gettext_lazy("Cost"), "leads": gettext_lazy("Leads"), "mql": gettext_lazy("MQL"),
    "acceptance": gettext_lazy("Accepted"), "deals": gettext_lazy("Deals"), "won": gettext_lazy("Won"),
    "revenue": gettext_lazy("Revenue"), "cpl": gettext_lazy("Per lead"), "cac": gettext_lazy("Per deal won"),
    "roi": gettext_lazy("Return"),
}  # fmt: skip
TITLES = {
    "acceptance": gettext_lazy("Acceptance rate of the handoffs decided"),
    "cpl": gettext_lazy("Cost ÷ leads created"),
    "cac": gettext_lazy("Cost ÷ deals won"),
    "roi": gettext_lazy("(Revenue − cost) ÷ cost"),
}
WITHOUT_MONEY = ("leads", "mql", "acceptance", "deals", "won", "revenue")


def _table(found: dict[str, Answer], by: str) -> Table:
    money = bool(found["cost"].question.by)
    kept = tuple(HEADS) if money else WITHOUT_MONEY
    offered = engine.dimensions(found["mql"].measure)
    groups: dict[str, dict[str, Group]] = {}
    for key, answer in found.items():
        for row in answer.rows if answer.question.by else []:
            groups.setdefault(row.group[by], {})[key] = row
    order = sorted(
        groups, key=lambda name: (name == "", name) if by == "month" else (name == "", *_rank(groups[name]), name)
    )
    lines = [
        Line(_name(by, name, offered), _cells(kept, found, groups[name]), blank=not name) for name in order
    ]  # fmt: skip
    total = Line(_("Total"), _cells(kept, found, {key: answer.total for key, answer in found.items()}))
    return Table([(str(HEADS[key]), str(TITLES.get(key, ""))) for key in kept], lines, total, money)


def _rank(group: dict[str, Group]) -> tuple:
    def of(key: str):
        return -(group[key].value or 0) if key in group else 0

    return of("revenue"), of("won"), of("mql"), of("leads")


def _name(by: str, name: str, offered) -> str:
    return _("(no campaign)") if by == "campaign" and not name else words.value(by, name, offered)


def _cells(kept: tuple[str, ...], found: dict[str, Answer], group: dict[str, Group]) -> list[Cell]:
    def value(key: str) -> Exact | None:
        return group[key].value if key in group else None

    made = {
        "cpl": lambda: _made(quotient(value("cost"), value("leads")), numbers.MONEY),
        "cac": lambda: _made(quotient(value("cost"), value("won")), numbers.MONEY),
        "roi": lambda: _made(_return(value("revenue") or 0, value("cost")), numbers.RATIO),
    }
    return [made[key]() if key in made else _grouped(key, found[key], group.get(key)) for key in kept]


def _return(revenue: Exact, cost: Exact | None) -> Fraction | None:
    return quotient(Fraction(revenue) - Fraction(cost), cost) if cost else None


def _grouped(key: str, answer: Answer, one: Group | None) -> Cell:
    if one is None:
        return Cell("0" if key not in ("cost", "acceptance") and answer.question.by else shown.NOTHING)
    if key != "acceptance":
        return _figure(answer, one)
    cases = ngettext("%(n)s decided", "%(n)s decided", one.of or 0) % {"n": shown.number(one.of or 0)}
    cell = shown.figure(one.value, numbers.RATIO, 0)
    return Cell(cell, one.rows_url, f"{shown.interval(one.interval)} · {cases}", (one.of or 0) < FEW)


# --- what did sales say


def _reasons(answer: Answer) -> list[tuple[str, Cell, str, int]]:
    every = answer.total.n
    offered = engine.dimensions(answer.measure)
    rows = sorted(answer.rows, key=lambda row: (-row.n, row.group["reason"]))
    return [
        (words.value("reason", row.group["reason"], offered), _figure(answer, row), shown.percent(Fraction(row.n, every), 0), row.n * 1000 // every)
        for row in rows
    ]  # fmt: skip


# --- personas


def _bars(answer: Answer) -> tuple[list[Bar], str]:
    offered = engine.dimensions(answer.measure)
    rows = [row for row in answer.rows if row.of]
    edges = {id(row): wilson(row.n, row.of) for row in rows}
    top = max((high for _low, high in edges.values()), default=0) or 1
    bars = []
    for row in sorted(rows, key=lambda row: (row.group["persona"] == "", -row.value, row.group["persona"])):
        low, high = edges[id(row)]
        name = words.value("persona", row.group["persona"], offered) if row.group["persona"] else _("(no persona)")
        cell = Cell(shown.figure(row.value, numbers.RATIO), row.rows_url, shown.interval((low, high)), row.of < FEW)
        bars.append(
            Bar(name, cell, row.of, *(int(1000 * edge / top) for edge in (low, row.n / numbers.Decimal(row.of), high)))
        )
    return bars, shown.percent(Fraction(top), 0)


# --- what shall we change


def _changes(found: dict[str, Answer], by: str, turned_down: Answer) -> list[tuple[str, str]]:
    """Up to three sentences with where they lead: what the figures ask to be talked about."""
    out = []
    rated = [row for row in found["acceptance"].rows if row.of and row.of >= FEW and row.group.get(by)]
    total = found["acceptance"].total
    if rated and total.value is not None:
        worst = min(rated, key=lambda row: (row.value, row.group[by]))
        if worst.interval[1] < total.value:
            offered = engine.dimensions(found["mql"].measure)
            said = {
                "name": words.value(by, worst.group[by], offered),
                "share": shown.figure(worst.value, numbers.RATIO, 0),
            }
            out.append(
                (
                    _("%(name)s: only %(share)s accepted, less than the others. Stop it, or change whom it brings?")
                    % said,
                    worst.rows_url,
                )
            )
    of_quality = [row for row in turned_down.rows if row.group["reason"] in reasons.QUALITY]
    if of_quality:
        most = max(of_quality, key=lambda row: (row.n, row.group["reason"]))
        share = shown.percent(Fraction(most.n, turned_down.total.n), 0)
        said = {"name": reasons.label(most.group["reason"]), "share": share}
        out.append(
            (_("“%(name)s” is %(share)s of what sales sent back. Is a criterion missing?") % said, most.rows_url)
        )
    if found["cost"] is not None and not found["cost"].total.n:
        out.append((_("No cost is known for these months: without it there is no return to speak of."), ""))
    return out  # fmt: skip
