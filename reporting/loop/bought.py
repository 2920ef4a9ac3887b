"""What was spent on leads, and what these leads brought: by the month in which they came, whenever they bought."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.measures.matched import HANDED, NO_CAMPAIGN, NO_LEAD, WAITING
from smarketing.measures import engine, numbers, shown, words
from smarketing.measures.engine import Answer, Group
from smarketing.web import money as written

from .asking import BOUGHT, Asking
from .cells import Cell, figure
from .spans import mature_on, month
from .tables import Line

# What was spent for what, as shown: the parts that are all of it.
PARTS: tuple[tuple[tuple[str, ...], object], ...] = (
    ((HANDED,), gettext_lazy("on leads handed over")),
    ((WAITING,), gettext_lazy("on leads not handed over")),
    ((NO_LEAD, NO_CAMPAIGN), gettext_lazy("brought no lead")),
)
HEADS = {"matched_won": gettext_lazy("deals won"), "matched_revenue": gettext_lazy("revenue"), "matched_return": gettext_lazy("return")}  # fmt: skip


@dataclass(frozen=True)
class Bought:
    """A line per month, and all of them."""

    heads: Sequence[str]
    lines: Sequence[Line]
    total: Line


def parts(asking: Asking, currency: str) -> list[tuple[str, Cell]]:
    """The parts of what was spent in a span, and the return of the leads that it brought; none where nothing was spent."""
    cost, back = asking.ask("matched_cost", "spent_for"), asking.ask("matched_return")
    if not cost.total.n:
        return []
    found = [(str(label), _part(cost, which, {}, currency)) for which, label in PARTS]
    return [*found, (_("return of the leads that it brought"), _return(back.total))]


def months(asking: Asking) -> Bought | None:
    """The cohorts of a year by the month of creation; None where nothing was spent in it."""
    found = {key: asking.ask(key, by) for key, by in BOUGHT}
    if not found["cost"].total.n:
        return None
    names = sorted({row.group["month"] for answer in found.values() for row in answer.rows})
    heads = [
        _("spent"),
        *(str(label) for _which, label in PARTS),
        _("leads that it brought"),
        *map(str, HEADS.values()),
    ]
    lines = [
        Line(
            words.value("month", name, {}), _cells(found, {"month": name}), key=name, young=_young(found["cost"], name)
        )
        for name in names
    ]
    return Bought(heads, lines, Line(_("Total"), _cells(found, {})))


def _young(cost: Answer, name: str) -> bool:
    """Whether the leads of a month are too young to have bought all that they will."""
    return mature_on(month(date.fromisoformat(f"{name}-01"), 1)) > cost.question.last_day


def _cells(found: dict[str, Answer], group: dict[str, str]) -> list[Cell]:
    cost = found["matched_cost"]
    shared = [_part(cost, which, group) for which, _label in PARTS]
    return [_cell(found["cost"], group), *shared, _leads(cost, group), *(_cell(found[key], group) for key in HEADS)]


def _cell(answer: Answer, group: dict[str, str]) -> Cell:
    one = next((row for row in answer.rows if row.group == group), None) if group else answer.total
    if answer.unit == numbers.RATIO:
        return _return(one)
    return Cell("0") if one is None else figure(answer, one)


def _leads(cost: Answer, group: dict[str, str]) -> Cell:
    """The leads among whom the cost is shared: each share is one row."""
    _amount, url, rows = _of(cost, (HANDED, WAITING), group)
    return Cell(shown.number(rows), url)


def _return(one: Group | None) -> Cell:
    return (
        Cell(shown.NOTHING)
        if one is None or one.value is None
        else Cell(shown.figure(one.value, numbers.RATIO, 0), one.rows_url)
    )


def _part(cost: Answer, which: tuple[str, ...], group: dict[str, str], currency: str = "") -> Cell:
    """What was spent for one of the parts, in a group of months or in all."""
    amount, url, _rows = _of(cost, which, group)
    if currency:
        return Cell(written.text(numbers.rounded(amount, 0), currency, 0), url)
    return Cell(shown.figure(amount, numbers.MONEY, 0), url)


def _of(cost: Answer, which: tuple[str, ...], group: dict[str, str]) -> tuple[Fraction, str, int]:
    """(amount, where its rows are or "", how many) of some parts."""
    some = [row for row in cost.rows if row.group["spent_for"] in which and group.items() <= row.group.items()]
    where = {**cost.question.where, **{name: (text,) for name, text in group.items()}, "spent_for": which}
    url = engine.address(replace(cost.question, where=where)) if some else ""
    return sum((Fraction(row.value or 0) for row in some), Fraction(0)), url, sum(row.n for row in some)
