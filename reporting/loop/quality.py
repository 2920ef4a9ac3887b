"""What sales said, made to act on: reasons against criteria, personas, campaigns, sources and reps; what marketing contests
of it; what is disputed; how the time to the first attempt goes with what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.measures.dimensions import DELAYS
from leads.rights import disagreements
from personas.models import DefinitionLine
from personas.pages import at_criterion
from smarketing.measures import engine, numbers, shown, words
from smarketing.measures.engine import Answer, Group

from . import advice, deeds
from .asking import Asked, Asking
from .cells import Cell, count
from .deeds import Deed
from .grouped import order, sums

CROSSED = ("criterion", "persona", "campaign", "source", "rep")
COLUMNS = 6  # groups of the matrix that have a column of their own
RATED = ("campaign", "persona", "source", "rep")
CURVE = (
    ("reach", gettext_lazy("Reached")),
    ("tried_sql", gettext_lazy("Became SQL")),
    ("tried_won", gettext_lazy("Won")),
)


@dataclass(frozen=True)
class Matrix:
    """Reasons down, groups across; `rest`: how many more groups there are."""

    heads: Sequence[str]
    rows: Sequence[tuple[str, Cell, str, Sequence[Cell]]]
    total: Cell
    rest: int


@dataclass
class Quality:
    matrix: Matrix
    contested: list[tuple[Any, Cell]] = field(default_factory=list)
    criteria: list[tuple[str, Cell, str, Cell | None, Sequence[deeds.Way]]] = field(default_factory=list)
    rated: list[tuple[str, Cell, str, str]] = field(default_factory=list)
    delays: list[tuple[str, Cell, list[Cell]]] = field(default_factory=list)
    hours: list[tuple[str, Cell, list[Cell]]] = field(default_factory=list)
    disputed: tuple[int, int] = (0, 0)
    about_reasons: list[Deed] = field(default_factory=list)
    about_criteria: list[Deed] = field(default_factory=list)
    about_rated: list[Deed] = field(default_factory=list)
    about_delays: list[Deed] = field(default_factory=list)


def asks(by: str, rated: str) -> list[Asked]:
    """What the page shows: reasons by one dimension, the share turned down by another."""
    crossed = [("turndowns", f"reason+{one}") for one in dict.fromkeys((by, "criterion"))]
    curves = [(key, one) for one in ("delay", "hours") for key, _label in CURVE]
    return [*crossed, ("turned_down_rate", rated), *curves, ("contested", ""), ("upheld", "")]


def page(asking: Asking, by: str, rated: str, user: Any) -> Quality:
    """Everything on the page for one span: reasons by one dimension, the share turned down by another."""
    crossed = asking.ask("turndowns", f"reason+{by}")
    named = crossed if by == "criterion" else asking.ask("turndowns", "reason+criterion")
    shares = asking.ask("turned_down_rate", rated)
    made = Quality(_matrix(crossed, by), _contested(asking))
    said = _said(user)
    made.criteria = _criteria(named, said, user)
    made.disputed = sum(n for n, _open in said.values()), sum(waiting for _n, waiting in said.values())
    made.rated = _rated(shares, rated)
    made.delays = curve(asking, "delay", [key for key, _top, _label in DELAYS])
    made.hours = curve(asking, "hours", ["in", "out"])
    made.about_reasons = advice.about_reasons(named, user)
    made.about_delays = advice.about_delays(asking, user)
    made.about_criteria = advice.about_criteria(named, user)
    made.about_rated = advice.about_rated(shares, rated, user)
    return made


def _matrix(answer: Answer, by: str) -> Matrix:
    offered = engine.dimensions(answer.measure)
    reasons, groups = sums(answer, "reason"), sums(answer, by)
    across = order(groups)[:COLUMNS]
    counted = {(row.group["reason"], row.group[by]): row for row in answer.rows}
    every = answer.total.n
    rows = [
        (
            words.value("reason", reason, offered),
            Cell(shown.number(reasons[reason]), engine.address(answer.question, {"reason": reason})),
            shown.percent(Fraction(reasons[reason], every), 0),
            [_count(counted.get((reason, name))) for name in across],
        )
        for reason in order(reasons)
    ]
    heads = [_head(by, name, offered) for name in across]
    return Matrix(
        heads, rows, Cell(shown.number(every), engine.address(answer.question)), max(0, len(groups) - COLUMNS)
    )


def _head(by: str, name: str, offered: Mapping) -> str:
    if not name:
        return _("no criterion named") if by == "criterion" else words.value(by, name, offered)
    return words.value(by, name, offered)


def _count(row: Group | None) -> Cell:
    return Cell(shown.number(row.n), row.rows_url) if row else Cell("·")


def _contested(asking: Asking) -> list[tuple[Any, Cell]]:
    """How many decisions marketing contests, and the share upheld of those ruled on."""
    contested, upheld = asking.ask("contested"), asking.ask("upheld")
    return [(contested.measure.label, count(contested)), (upheld.measure.label, _share(upheld, upheld.total))]


def _said(user: Any) -> dict[str, tuple[int, int]]:
    """Criterion → (disagreements, those that wait for an answer), of every definition."""
    found: dict[str, tuple[int, int]] = {}
    for line in DefinitionLine.objects.values_list("pk", flat=True):
        for key, (n, waiting) in disagreements.counts(line, user).items():
            before = found.get(key, (0, 0))
            found[key] = before[0] + n, before[1] + waiting
    return found


def _criteria(answer: Answer, said: dict[str, tuple[int, int]], user: Any) -> list[tuple]:
    """Each criterion that refusals contradict: its sentence, how often, of all of them, how many disagree with it, its line in
    drafts."""
    offered = engine.dimensions(answer.measure)
    named = {name: n for name, n in sums(answer, "criterion").items() if name}
    every, drafts = sum(named.values()), at_criterion.lines() if named else []
    lines = []
    for name in order(named):
        n, _waiting = said.get(name.partition(":")[2], (0, 0))
        cell = Cell(shown.number(named[name]), engine.address(answer.question, {"criterion": name}))
        against = Cell(shown.number(n), reverse("leads:disagreements")) if n else None
        lines.append(
            (
                words.value("criterion", name, offered),
                cell,
                shown.percent(Fraction(named[name], every), 0),
                against,
                deeds.at_draft(name, user, drafts),
            )
        )
    return lines


def _rated(answer: Answer, by: str) -> list[tuple[str, Cell, str, str]]:
    """The share turned down of each group, the worst first; those under twenty cases without a rank, by name."""
    offered = engine.dimensions(answer.measure)

    def place(row: Group) -> tuple:
        few = (row.of or 0) < numbers.FEW
        return (few, row.group[by] == "", 0 if few else -(row.value or 0), row.group[by])

    return [
        (words.value(by, row.group[by], offered), Cell(shown.figure(row.value, numbers.RATIO, 0), row.rows_url, "", (row.of or 0) < numbers.FEW),
         f"{shown.number(row.n)} / {shown.number(row.of or 0)}", shown.interval(row.interval))
        for row in sorted(answer.rows, key=place)
    ]  # fmt: skip


def curve(asking: Asking, by: str, names: Sequence[str]) -> list[tuple[str, Cell, list[Cell]]]:
    """For each stretch of time to the first attempt: how many handoffs, and which share of them came how far."""
    found = {key: asking.ask(key, by) for key, _label in CURVE}
    if any(answer is None for answer in found.values()):
        return []
    offered = engine.dimensions(found["reach"].measure)
    groups = {key: {row.group[by]: row for row in answer.rows} for key, answer in found.items()}
    lines = []
    for name in names:
        tried = groups["reach"].get(name)
        of = Cell(shown.number(tried.of or 0), tried.rows_url) if tried else Cell("0")
        cells = [_share(found[key], groups[key].get(name)) for key, _label in CURVE]
        lines.append((str(words.value(by, name, offered)), of, cells))
    return lines


def _share(answer: Answer, row: Group | None) -> Cell:
    if row is None or not row.of:
        return Cell(shown.NOTHING)
    text = shown.figure(row.value, numbers.RATIO, 0)
    return Cell(text if row.mature else f"{text} ◌", row.rows_url, shown.interval(row.interval), row.of < numbers.FEW)
