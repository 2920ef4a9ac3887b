"""What was spent on leads, in money and in people's time, and what these leads brought: by the month in which they came, whenever they
bought."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.measures.matched import HANDED, NO_CAMPAIGN, NO_LEAD, WAITING
from smarketing.accounts.models import Side
from smarketing.measures import engine, numbers, shown, words
from smarketing.measures.engine import Answer, Group
from smarketing.measures.numbers import Exact
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
# People's time, where any was written down: of each side, and what a deal won cost with it.
TIMED = {Side.MARKETING: gettext_lazy("time of marketing"), Side.SALES: gettext_lazy("time of sales")}
LOADED = gettext_lazy("loaded cost per deal won")


@dataclass(frozen=True)
class Bought:
    """A line per month, and all of them; `timed`: people's time is among the columns."""

    heads: Sequence[str]
    lines: Sequence[Line]
    total: Line
    timed: bool = False


def parts(asking: Asking, currency: str) -> list[tuple[str, Cell]]:
    """The parts of what was spent in a span, and the return of the leads that it brought; none where nothing was spent. Then people's
    time of each side for these leads, and what a deal won cost with it; none where no hours were written down."""
    cost, back, time = (
        asking.ask(*one) for one in (("matched_cost", "spent_for"), ("matched_return", ""), ("matched_time", "side"))
    )
    found = [(str(label), _part(cost, which, {}, currency)) for which, label in PARTS] if cost.total.n else []
    found += [(_("return of the leads that it brought"), _return(back.total))] if cost.total.n else []
    if not time.total.n:
        return found
    loaded = asking.ask("matched_loaded_cac")
    return [
        *found,
        *((str(label), _time(time, side, {}, currency)) for side, label in TIMED.items()),
        (str(LOADED), _money(loaded.total, currency)),
    ]


def months(asking: Asking) -> Bought | None:
    """The cohorts of a year by the month of creation; None where nothing was spent in it, neither money nor time."""
    found = {key: asking.ask(key, by) for key, by in BOUGHT}
    if found["cost"] is None:  # of a group of leads: what was spent on them
        found["cost"] = asking.ask("matched_cost", "month")
    timed = bool(found["matched_time"].total.n)
    if not (found["cost"].total.n or timed):
        return None
    told = (answer for key, answer in found.items() if key != "matched_loaded_cac")  # months that only won cost nothing
    names = sorted({row.group["month"] for answer in told for row in answer.rows})
    heads = [
        _("spent"),
        *(str(label) for _which, label in PARTS),
        _("leads that it brought"),
        *map(str, HEADS.values()),
        *(map(str, (*TIMED.values(), LOADED)) if timed else ()),
    ]
    lines = [
        Line(
            words.value("month", name, {}),
            _cells(found, {"month": name}, timed),
            key=name,
            young=_young(found["cost"], name),
        )
        for name in names
    ]
    return Bought(heads, lines, Line(_("Total"), _cells(found, {}, timed)), timed)


def _young(cost: Answer, name: str) -> bool:
    """Whether the leads of a month are too young to have bought all that they will."""
    return mature_on(month(date.fromisoformat(f"{name}-01"), 1)) > cost.question.last_day


def _cells(found: dict[str, Answer], group: dict[str, str], timed: bool) -> list[Cell]:
    cost, time = found["matched_cost"], found["matched_time"]
    shared = [_part(cost, which, group) for which, _label in PARTS]
    cells = [_cell(found["cost"], group), *shared, _leads(cost, group), *(_cell(found[key], group) for key in HEADS)]
    if not timed:
        return cells
    return [
        *cells,
        *(_time(time, side, group) for side in TIMED),
        _money(_of_month(found["matched_loaded_cac"], group)),
    ]


def _of_month(answer: Answer, group: dict[str, str]) -> Group | None:
    return next((row for row in answer.rows if row.group == group), None) if group else answer.total


def _cell(answer: Answer, group: dict[str, str]) -> Cell:
    one = _of_month(answer, group)
    if answer.unit == numbers.RATIO:
        return _return(one)
    return Cell("0") if one is None else figure(answer, one)


def _leads(cost: Answer, group: dict[str, str]) -> Cell:
    """The leads among whom the cost is shared: each share is one row."""
    _amount, url, rows = _of(cost, "spent_for", (HANDED, WAITING), group)
    return Cell(shown.number(rows), url)


def _return(one: Group | None) -> Cell:
    return (
        Cell(shown.NOTHING)
        if one is None or one.value is None
        else Cell(shown.figure(one.value, numbers.RATIO, 0), one.rows_url)
    )


def _money(one: Group | None, currency: str = "") -> Cell:
    """An amount of which no parts are told; nothing where it says nothing."""
    if one is None or one.value is None:
        return Cell(shown.NOTHING)
    return _amount(one.value, one.rows_url, currency)


def _amount(value: Exact, url: str, currency: str) -> Cell:
    if currency:
        return Cell(written.text(numbers.rounded(value, 0), currency, 0), url)
    return Cell(shown.figure(value, numbers.MONEY, 0), url)


def _time(time: Answer, side: str, group: dict[str, str], currency: str = "") -> Cell:
    """What the time of a side cost, in a group of months or in all."""
    amount, url, _rows = _of(time, "side", (side,), group)
    return _amount(amount, url, currency)


def _part(cost: Answer, which: tuple[str, ...], group: dict[str, str], currency: str = "") -> Cell:
    """What was spent for one of the parts, in a group of months or in all."""
    amount, url, _rows = _of(cost, "spent_for", which, group)
    return _amount(amount, url, currency)


def _of(cost: Answer, by: str, which: tuple[str, ...], group: dict[str, str]) -> tuple[Fraction, str, int]:
    """(amount, where its rows are or "", how many) of some parts by a dimension."""
    some = [row for row in cost.rows if row.group[by] in which and group.items() <= row.group.items()]
    where = {**cost.question.where, **{name: (text,) for name, text in group.items()}, by: which}
    url = engine.address(replace(cost.question, where=where)) if some else ""
    return sum((Fraction(row.value or 0) for row in some), Fraction(0)), url, sum(row.n for row in some)
