"""The page of funnel and time: each step in people and money, how long it takes with those who still wait, who skipped it."""

from dataclasses import dataclass, field
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from smarketing.measures import engine, numbers, shown, words
from smarketing.measures.engine import Answer, Group
from smarketing.rows.models import Installation

from . import leak, paces
from .asking import FUNNEL, SPLIT, Asked, Asking
from .asking import curve as by_curve
from .cells import Cell, count, figure, money
from .spans import COHORT

STEPS = (
    ("handoffs", "order", "", ""),
    ("accepted", "order+accepted_how", "accepted_how", "wait_accepted"),
    ("sql", "order+sql_how", "sql_how", "wait_sql"),
    ("with_deal", "order", "", "wait_deal"),
    ("with_win", "order", "", "wait_won"),
)
HEADS = {
    "handoffs": gettext_lazy("Handed over"), "acceptance": gettext_lazy("Accepted"), "sql_rate": gettext_lazy("SQL"),
    "deal_rate": gettext_lazy("Deal"), "won_rate": gettext_lazy("Won"), "wait_mql": gettext_lazy("Days to handoff"),
    "wait_accepted": gettext_lazy("Days to acceptance"), "wait_sql": gettext_lazy("Days to SQL"), "wait_deal": gettext_lazy("Days to a deal"),
    "wait_won": gettext_lazy("Days to won"),
}  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One step; `inferred`: how many skipped it and are counted by the next one; `wait`: days by which half have come; `young`: some
    of its cohorts are not mature."""

    label: str
    every: Cell
    first: Cell
    repeated: Cell
    inferred: Cell | None
    share: str
    wait: Cell | None
    waiting: str
    bars: tuple[int, int, int]  # of 1000: first, repeated, of both the inferred ones
    young: bool = False


@dataclass
class Funnel:
    sentence: str
    before: leak.Before | None
    steps: list[Step] = field(default_factory=list)
    money: list[tuple[str, Cell, Cell]] = field(default_factory=list)
    apart: list[tuple[str, Cell]] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    segments: list[tuple[str, list[Cell], str]] = field(default_factory=list)  # name, cells, value of the dimension
    curves: paces.Paces | None = None
    group_curves: paces.Paces | None = None


def asks(by: str, curve: str = "come_won") -> list[Asked]:
    """What the page shows, with a segment split by one dimension ("" for none)."""
    split = [*((key, by) for key in SPLIT), (curve, by_curve(by))] if by else []
    return [*FUNNEL, *split]


def page(asking: Asking, by: str, curve: str = "come_won", whole: Asking | None = None) -> Funnel:
    """Everything on the page for one span, with a segment split by one dimension ("" for none); `curve`: which one of each segment.
    `whole`: where only one group is looked at, all of them, for the split."""
    found = steps(asking)
    made = Funnel(_difference(asking, found), leak.before(asking))
    made.steps = _steps(asking, found)
    made.money, made.apart = _money(asking), _apart(asking)
    made.curves = paces.paces(asking)
    if by:
        made.heads, made.segments = _segments(whole or asking, by)
        made.group_curves = paces.groups(whole or asking, curve, by)
    return made


def steps(asking: Asking) -> dict[str, Answer]:
    """The five steps, first and repeated handoffs apart, those inferred marked."""
    split = {key: by for key, by, _how, _wait in STEPS}
    asking.together(list(split.items()))
    return {key: found for key, by in split.items() if (found := asking.ask(key, by)) is not None}


def _difference(asking: Asking, found: dict[str, Answer]) -> str:
    """One sentence: what this view counts, and what the other one would."""
    here = asking.ask("won")
    said = {
        "handed": shown.number(found["handoffs"].total.n),
        "mine": shown.number(here.total.n),
        "theirs": shown.number(asking.other("won").total.n),
    }
    if asking.view == COHORT:
        return (
            _(
                "Cohort: the %(handed)s leads handed over in these months came to %(mine)s deals won so far; seen as a period, %(theirs)s deals were won in these months, whenever their leads were handed over."
            )
            % said
        )
    return (
        _(
            "Period: %(mine)s deals were won in these months, whenever their leads were handed over; seen as a cohort, the %(handed)s leads handed over in these months came to %(theirs)s deals won so far."
        )
        % said
    )


def _n(answer: Answer, **group: str) -> int:
    return sum(row.n for row in answer.rows if all(row.group.get(name) == value for name, value in group.items()))


def _steps(asking: Asking, found: dict[str, Answer]) -> list[Step]:
    most = max((answer.total.n for answer in found.values()), default=0) or 1
    steps: list[Step] = []
    before, young = 0, asking.young()
    for key, _split, how, wait in STEPS:
        answer = found[key]
        n, skipped = answer.total.n, _n(answer, **{how: "skipped"}) if how else 0
        share = shown.percent(Fraction(n, before), 0) if before and asking.view == COHORT else ""
        first, repeated = _n(answer, order="first"), _n(answer, order="repeated")
        fresh = _counted(answer, first, order="first")
        again = _counted(answer, repeated, order="repeated")
        inferred = _counted(answer, skipped, **{how: "skipped"}) if how else None
        waited, waiting = _waited(asking, wait) if wait else (None, "")
        bars = (first * 1000 // most, repeated * 1000 // most, skipped * 1000 // most)
        hatched = young and key != "handoffs"
        steps.append(
            Step(
                str(leak.STEPS[key]), _counted(answer, n), fresh, again, inferred, share, waited, waiting, bars, hatched
            )
        )
        before = n
    return steps


def _counted(answer: Answer, n: int, **group: str) -> Cell:
    """A count of handoffs, with their rows."""
    return Cell(shown.number(n), engine.address(answer.question, group))


def _waited(asking: Asking, key: str) -> tuple[Cell, str]:
    answer = asking.ask(key)
    of = answer.total.of or 0
    cell = figure(answer, faint=of < numbers.FEW)
    text = _("%(n)s of %(of)s have come") % {"n": shown.number(answer.total.n), "of": shown.number(of)} if of else ""
    return cell, text


def _money(asking: Asking) -> list[tuple[str, Cell, Cell]]:
    currency = Installation.objects.values_list("currency", flat=True).first() or ""
    opened, won = asking.ask("deals_open"), asking.ask("won")
    waiting = asking.ask("pipeline" if asking.view == COHORT else "pipeline_open")
    return [
        (_("deals opened, still open"), count(opened), money(waiting, currency)),
        (_("deals won"), count(won), money(asking.ask("revenue"), currency)),
    ]


def _apart(asking: Asking) -> list[tuple[str, Cell]]:
    return [
        (_("people handed over"), count(asking.ask("mql_people"))),
        (_("MQL inferred: a deal without a handoff"), count(asking.ask("mql_inferred"))),
        (_("median days from the first handoff to won"), figure(asking.ask("days_to_won"))),
        (_("median days from the last handoff to won"), figure(asking.ask("days_to_won_last"))),
    ]


def _segments(asking: Asking, by: str) -> tuple[list[str], list[tuple[str, list[Cell], str]]]:
    """The steps of each group, the greatest first; the blank group last, never dropped."""
    found = {key: answer for key in SPLIT if (answer := asking.ask(key, by)) is not None}
    groups: dict[str, dict[str, Group]] = {}
    for key, answer in found.items():
        for row in answer.rows:
            groups.setdefault(row.group[by], {})[key] = row
    offered = engine.dimensions(found["handoffs"].measure)

    def place(name: str) -> tuple:
        size = groups[name]["handoffs"].n if "handoffs" in groups[name] else 0
        return (name == "", name if by == "month" else "", -size, name)

    lines = [
        (words.value(by, name, offered), [_segment(found[key], groups[name].get(key)) for key in found], name)
        for name in sorted(groups, key=place)
    ]
    return [str(HEADS[key]) for key in found], lines


def _segment(answer: Answer, row: Group | None) -> Cell:
    if row is None:
        return Cell("0" if answer.unit == numbers.COUNT else shown.NOTHING)
    if answer.unit != numbers.RATIO:
        return figure(answer, row, faint=answer.unit == numbers.DAYS and (row.of or 0) < numbers.FEW)
    title = " · ".join(
        filter(None, (shown.interval(row.interval), f"{shown.number(row.n)} / {shown.number(row.of or 0)}"))
    )
    text = shown.figure(row.value, numbers.RATIO, 0)
    return Cell(text if row.mature else f"{text} ◌", row.rows_url, title, (row.of or 0) < numbers.FEW)
