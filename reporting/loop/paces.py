"""How soon handoffs get there: the share that has come by so many days, of all and of each group, as a table and as curves."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from smarketing.measures import engine, numbers, shown, survival, words
from smarketing.measures.question import Question
from smarketing.measures.survival import Step

from . import drawing
from .asking import CURVES, Asking
from .cells import Cell

MARKS = (7, 30, 60, 90, 180)  # days after the handoff at which the curves are read
DRAWN = 5  # groups of which the curve is drawn; the table has all
NAMES = {"come_accepted": _("accepted"), "come_sql": _("SQL"), "come_won": _("won")}


@dataclass(frozen=True)
class Pace:
    """One curve as read: what it is of, how many handoffs, the share by each mark."""

    name: str
    size: Cell
    cells: Sequence[Cell]


@dataclass(frozen=True)
class Paces:
    """`key`: of which measure the groups are, "" where the curves are of all."""

    lines: Sequence[Pace]
    chart: drawing.Lines | None
    key: str = ""


def paces(asking: Asking) -> Paces:
    """Each step for all handoffs of the span."""
    lines, drawn = [], []
    for key in CURVES:
        steps, asked = asking.curves(key).get("", []), asking.question(key)
        size = asking.ask("handoffs", "order").total
        lines.append(Pace(str(NAMES[key]), Cell(shown.number(size.n), size.rows_url), _marks(asked, {}, steps, size.n)))
        drawn.append((str(NAMES[key]), _points(steps)))
    return Paces(lines, drawing.stairs(drawn, MARKS[-1]))


def groups(asking: Asking, key: str, by: str) -> Paces:
    """One step for each group of the span's handoffs: the greatest first, months in their order, the blank one last."""
    found, sizes = asking.curves(key, by), asking.ask("handoffs", by)
    asked, offered = asking.question(key), engine.dimensions(sizes.measure)
    rows = sorted(
        sizes.rows, key=lambda row: (row.group[by] == "", row.group[by] if by == "month" else "", -row.n, row.group[by])
    )
    lines, drawn = [], []
    for row in rows:
        name, steps = words.value(by, row.group[by], offered), found.get(row.group[by], [])
        lines.append(Pace(name, Cell(shown.number(row.n), row.rows_url), _marks(asked, row.group, steps, row.n)))
        if row.n >= numbers.FEW:
            drawn.append((row.n, name, _points(steps)))
    greatest = sorted(drawn, key=lambda one: (-one[0], one[1]))[:DRAWN]
    return Paces(lines, drawing.stairs([(name, points) for _n, name, points in greatest], MARKS[-1]), key)


def _points(steps: Sequence[Step]) -> list[tuple[int, Fraction]]:
    return [(one.time, one.share) for one in steps if one.time <= MARKS[-1]]


def _marks(asked: Question, group: dict[str, str], steps: list[Step], size: int) -> list[Cell]:
    """The share by each mark with its interval; grey under twenty cases."""
    cells = []
    for days in MARKS:
        by_then = [one for one in steps if one.time <= days]
        edges = survival.interval(by_then)
        around = shown.interval((numbers.rounded(edges[0], 6), numbers.rounded(edges[1], 6))) if edges else ""
        url = f"{engine.address(asked, group)}&window={days}"
        cells.append(Cell(shown.percent(survival.by(steps, days), 0), url, around, size < numbers.FEW))
    return cells
