"""The table of the overview: campaigns, or whatever it is divided by; what has no value is never dropped."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from leads.models import Campaign
from smarketing.measures import engine, numbers, shown, words
from smarketing.measures.engine import Answer, Group
from smarketing.measures.numbers import Exact

from .asking import quotient
from .cells import Cell, figure
from .cells import made as made_of
from .spans import month


@dataclass(frozen=True)
class Line:
    """One group of the table, or its total. `key`: the value of its dimension; `adds`: the campaign on which a cost may be written in
    the cell, where none is known; `young`: its cohorts are not mature."""

    name: str
    cells: list[Cell]
    blank: bool = False
    key: str = ""
    adds: int | None = None
    young: bool = False


@dataclass
class Table:
    heads: list[tuple[str, str]]
    lines: list[Line]
    total: Line
    money: bool = True


HEADS = {
    "cost": gettext_lazy("Cost"), "leads": gettext_lazy("Leads"), "mql": gettext_lazy("MQL"),
    "acceptance": gettext_lazy("Accepted"), "deals": gettext_lazy("Deals"), "won": gettext_lazy("Won"),
    "revenue": gettext_lazy("Revenue"), "cpl": gettext_lazy("Per lead"), "cac": gettext_lazy("Per deal won"),
    "matched_cost": gettext_lazy("Cost"), "matched_cpl": gettext_lazy("Per lead"), "matched_return": gettext_lazy("Return"),
    "revenue_attributed": gettext_lazy("Credited"), "roi_attributed": gettext_lazy("Return"),
}  # fmt: skip
TITLES = {
    "acceptance": gettext_lazy("Acceptance rate of the handoffs decided"),
    "cpl": gettext_lazy("Cost ÷ leads created"),
    "cac": gettext_lazy("Cost ÷ deals won"),
    "revenue": gettext_lazy("Revenue of the deals of these leads"),
    "matched_cost": gettext_lazy(
        "Cost of the leads created in these months: what was spent on their campaigns in the month they came, shared equally"
    ),
    "matched_cpl": gettext_lazy("Cost ÷ leads created"),
    "matched_return": gettext_lazy("(Revenue so far of the leads created in these months − their cost) ÷ their cost"),
    "revenue_attributed": gettext_lazy("Revenue credited by the model agreed: %(model)s"),
    "roi_attributed": gettext_lazy("(Revenue credited to campaigns − cost) ÷ cost, by the model agreed: %(model)s"),
}
PRICED = (
    "cost",
    "leads",
    "mql",
    "acceptance",
    "deals",
    "won",
    "revenue",
    "cpl",
    "cac",
    "revenue_attributed",
    "roi_attributed",
)
UNPRICED = ("matched_cost", "leads", "mql", "acceptance", "deals", "won", "revenue", "matched_cpl", "matched_return")
RETURNS = ("roi_attributed", "matched_return")


def table(
    found: dict[str, Answer],
    by: str,
    young: Callable[..., bool],
    model: str,
    verdicts: Mapping[str, Cell] | None = None,
) -> Table:
    """The groups and their total. `young`: whether cohorts that end before a day (of the whole span) are not mature; `model`: the
    name of the one agreed; `verdicts`: what all models say of each, as a last column."""
    money = bool(found["cost"].question.by)
    kept = PRICED if money else UNPRICED
    offered = engine.dimensions(found["mql"].measure)
    groups: dict[str, dict[str, Group]] = {}
    for key, answer in found.items():
        for row in answer.rows if answer.question.by else []:
            groups.setdefault(row.group[by], {})[key] = row
    order = sorted(
        groups, key=lambda name: (name == "", name) if by == "month" else (name == "", *_rank(groups[name]), name)
    )
    lines = [
        Line(_name(by, name, offered), _cells(kept, found, groups[name]), not name, name, None, young(*_end(by, name)))
        for name in order
    ]  # fmt: skip
    total = Line(_("Total"), _cells(kept, found, {key: answer.total for key, answer in found.items()}), young=young())
    heads = [(str(HEADS[key]), str(TITLES.get(key, "")) % {"model": model}) for key in kept]
    if verdicts is not None:
        heads.append(
            (_("All models"), _("Whether the return keeps its sign and its rank under every model of attribution"))
        )
        for name, line in zip(order, lines, strict=True):
            line.cells.append(verdicts.get(name, Cell(shown.NOTHING)))
        total.cells.append(Cell(""))
    return Table(heads, lines, total, money)


def _end(by: str, name: str) -> tuple[date, ...]:
    """The day after a month, where the table is by month."""
    return (month(date.fromisoformat(f"{name}-01"), 1),) if by == "month" and name else ()


def with_costs(page: Table) -> Table:
    """The table of campaigns with the campaign of each line whose cost nobody knows: there one may be written in the cell."""
    bare = [line.key for line in page.lines if line.key and line.cells[0].text == shown.NOTHING]
    standing = Campaign.objects.standing().filter(root_id=None)
    by_name = standing.filter(key="", name__in=bare).order_by("-pk").values_list("name", "pk")
    found = dict(by_name) | dict(standing.filter(key__in=bare).order_by("-pk").values_list("key", "pk"))
    return replace(
        page, lines=[replace(line, adds=found.get(line.key) if line.key in bare else None) for line in page.lines]
    )


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
        "cpl": lambda: made_of(quotient(value("cost"), value("leads")), numbers.MONEY),
        "cac": lambda: made_of(quotient(value("cost"), value("won")), numbers.MONEY),
        "matched_cpl": lambda: made_of(quotient(value("matched_cost"), value("leads")), numbers.MONEY),
    }
    return [made[key]() if key in made else _grouped(key, found[key], group.get(key)) for key in kept]


def _grouped(key: str, answer: Answer, one: Group | None) -> Cell:
    if one is None:
        return Cell(
            "0" if key not in ("cost", "acceptance", "matched_cost", *RETURNS) and answer.question.by else shown.NOTHING
        )
    if key in RETURNS:
        return Cell(shown.figure(one.value, numbers.RATIO, 0), one.rows_url if one.value is not None else "")
    if key != "acceptance":
        return figure(answer, one)
    cases = ngettext("%(n)s decided", "%(n)s decided", one.of or 0) % {"n": shown.number(one.of or 0)}
    cell = shown.figure(one.value, numbers.RATIO, 0)
    return Cell(cell, one.rows_url, f"{shown.interval(one.interval)} · {cases}", (one.of or 0) < numbers.FEW)
