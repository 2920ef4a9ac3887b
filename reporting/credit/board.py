"""The board of attribution: campaigns × models side by side, each number with the address of its rows."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from leads.models import Campaign
from reporting.loop import frozen
from reporting.loop.cells import Cell, figure
from smarketing.measures import engine, numbers, shown
from smarketing.measures.engine import Answer
from smarketing.measures.question import Question

from . import compare, labels, origins, reckoned
from .compare import UNKNOWN, Verdict
from .settings import Settings, of_day

ODD = (
    "won_untouched", "won_touched_late", "won_before_first_touch", "won_without_contact", "open_without_contact",
    "won_before_first_contact", "won_without_amount", "won_for_nothing", "refunds", "loose_cost",
)  # fmt: skip
WHOLE = ("won", "revenue", "win_rate", "pipeline_open")
OPEN = ("pipeline_open", "open_without_contact")  # whenever they were opened
FALLBACKS = f"won_{reckoned.FALLING}"
ORIGIN = ("origin_won", "origin", "origin_rate", "origin_open")
EVER = (date(1990, 1, 1), date(2098, 1, 1))


@dataclass(frozen=True)
class Span:
    """What is looked at: first ≤ day < until, deals dated by `dated` (won, or the cohort: handed). `kept`: answers of the
    published edition, by "measure|dimension"."""

    first: date
    until: date
    dated: str
    cutoff: datetime
    user: Any = None
    kept: Mapping[str, dict[str, Any]] = field(default_factory=dict)

    def asked(self, dated: str = "") -> dict[str, Any]:
        return {"first": self.first, "until": self.until, "date": dated or self.dated, "cutoff": self.cutoff}


@dataclass
class Line:
    """A campaign (key "" for what none explains): its cost, its credit by model, its return by the chosen model."""

    key: str
    name: str
    cost: Fraction
    credits: dict[str, Fraction]
    verdict: Verdict
    cells: dict[str, Cell] = field(default_factory=dict)
    cost_cell: Cell | None = None
    returned: Fraction | None = None


@dataclass
class Board:
    settings: Settings
    models: tuple[str, ...]
    lines: list[Line]
    total: Line
    deals: int
    fallbacks: int
    fallbacks_url: str


def board(span: Span) -> Board:
    """Everything of the table, reckoned once, or read from the edition."""
    version, revenue, won, fallbacks = _read(span) if span.kept else _reckoned(span)
    named = names()
    cost = {row.group["campaign"]: Fraction(row.value or 0) for row in ask(span, "cost", "campaign").rows}
    keys = sorted(set(cost).union(*revenue.values()) - {""})
    back = compare.returns(revenue, cost)
    said = compare.verdicts(back, version.model, keys)
    words, opens = dict(reversed(named.values())), _openers(span, version.enabled)
    lines = [_line(opens, key, words, cost, revenue, said.get(key), back[version.model].get(key)) for key in keys]
    lines.sort(key=lambda line: (-line.credits[version.model], -line.cost, line.name))
    if "" in cost or any("" in got for got in revenue.values()):
        lines.append(_line(opens, "", words, cost, revenue, None, None))
    total = _total(opens, lines, version.enabled, version.model)
    return Board(version, version.enabled, lines, total, won, fallbacks, engine.rows_url(FALLBACKS, **span.asked()))


def _reckoned(span: Span) -> tuple[Settings, dict[str, dict[str, Fraction]], int, int]:
    """(version, revenue by model and campaign, deals won, those where the chosen model falls back)."""
    question = engine.ask("revenue_attributed", user=span.user, **span.asked())
    found, named = reckoned.reckon(question), names()
    revenue = {model: by_key(found.sums(model), named) for model in found.settings.enabled}
    return found.settings, revenue, found.won, found.fallbacks


def _read(span: Span) -> tuple[Settings, dict[str, dict[str, Fraction]], int, int]:
    """The same from the edition."""
    version = of_day(span.first, span.cutoff)
    asked = {model: ask(span, f"attributed:{model}", "campaign").rows for model in version.enabled}
    revenue = {
        model: {row.group["campaign"]: Fraction(row.value or 0) for row in rows} for model, rows in asked.items()
    }
    return version, revenue, ask(span, "won").total.n, ask(span, FALLBACKS).total.n


def names() -> dict[int, tuple[str, str]]:
    """Campaign → (its value in the dimension, its name)."""
    return {one.pk: (one.key or one.name, one.name or one.key) for one in Campaign.objects.all()}


def by_key(sums: Mapping[int | None, int], names: Mapping[int, tuple[str, str]]) -> dict[str, Fraction]:
    """Revenue by the value of the dimension campaign, of cents by campaign."""
    found: dict[str, Fraction] = defaultdict(Fraction)
    for campaign, cents in sums.items():
        found[names[campaign][0] if campaign else ""] += Fraction(cents, 100)
    return dict(found)


Openers = Mapping[str, Callable[[Mapping[str, str]], str]]


def _openers(span: Span, models: Sequence[str]) -> Openers:
    """Model, or "" for what campaigns cost → the address of its rows, by campaign."""
    found = {model: engine.opener(engine.ask(f"attributed:{model}", **span.asked())) for model in models}
    return {**found, "": engine.opener(engine.ask("cost", **span.asked("spent")))}


def _line(
    opens: Openers, key: str, names: Mapping[str, str], cost, revenue, verdict: Verdict | None, back: Fraction | None
) -> Line:
    credits = {model: got.get(key, Fraction(0)) for model, got in revenue.items()}
    name = names.get(key, key)
    line = Line(key, name, cost.get(key, Fraction(0)), credits, verdict or Verdict(UNKNOWN, 0), returned=back)
    return _with_cells(opens, line, {"campaign": key})


def _with_cells(opens: Openers, line: Line, where: dict[str, str]) -> Line:
    """The line with what each of its figures shows and opens."""
    for model, some in line.credits.items():
        line.cells[model] = Cell(
            shown.figure(some, numbers.MONEY, 0), opens[model](where), shown.figure(some, numbers.MONEY)
        )
    line.cost_cell = Cell(shown.figure(line.cost, numbers.MONEY, 0), opens[""](where))
    return line


def _total(opens: Openers, lines: list[Line], models: tuple[str, ...], chosen: str) -> Line:
    credits = {model: sum((line.credits[model] for line in lines), Fraction(0)) for model in models}
    cost = sum((line.cost for line in lines), Fraction(0))
    back = (credits[chosen] - cost) / cost if cost else None
    return _with_cells(opens, Line("", "", cost, credits, Verdict(UNKNOWN, 0), returned=back), {})


# --- sourced and influenced; what the data say oddly


@dataclass(frozen=True)
class OriginRow:
    key: str
    label: Any
    words: Any
    cells: list[Cell]
    share: str


def origin_rows(span: Span) -> tuple[list[OriginRow], list[Cell]]:
    """A row per definition, and all deals; they hold each other's deals and are never added up."""
    whole = [ask(span, key) for key in WHOLE]
    revenue = Fraction(whole[1].total.value or 0)
    rows = []
    for key in origins.DEFINITIONS:
        found = [ask(span, f"{prefix}:{key}") for prefix in ORIGIN]
        mine = Fraction(found[1].total.value or 0)
        share = shown.percent(mine / revenue) if revenue else shown.NOTHING
        rows.append(OriginRow(key, *labels.ORIGINS[key], [_cell(one) for one in found], share))
    return rows, [_cell(one) for one in whole]


def ask(span: Span, key: str, by: str = "") -> Answer:
    """What is said of a measure: read of the edition, or counted now."""
    body, asked = span.kept.get(f"{key}|{by}"), question(span, key, by)
    return engine.said(asked) if body is None else frozen.thaw(body, asked)


def question(span: Span, key: str, by: str = "") -> Question:
    """Open deals are all that are open; closed ones those closed in the period; costs those of its days."""
    asked: dict[str, Any] = span.asked("spent" if key in ("cost", "loose_cost") else "")
    if key.startswith(("origin_rate", "win_rate")):
        asked["date"] = "won"
    if key.startswith("origin_open") or key in OPEN:
        asked |= {"first": EVER[0], "until": EVER[1], "date": "opened"}
    asked |= {"user": span.user, "by": (by,) if by else ()}
    return engine.ask(key, **asked)


def beside() -> list[str]:
    """The measures of the figures beside the table."""
    return [*WHOLE, *(f"{prefix}:{key}" for key in origins.DEFINITIONS for prefix in ORIGIN), *ODD, FALLBACKS]


def _cell(found: Answer) -> Cell:
    return figure(found, title=shown.interval(found.total.interval) if found.total.interval else "")


def oddities(span: Span) -> list[tuple[Any, Any, Cell]]:
    """(what, its rule, number with its rows) of what the data say oddly; those that do not occur are left out."""
    found = []
    for key in ODD:
        answer = ask(span, key)
        if answer.total.n:
            found.append((answer.measure.label, answer.measure.words, figure(answer)))
    return found
