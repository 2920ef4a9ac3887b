"""The answers that the overview is made of: counted now, or read from the night's edition; one pass per measure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from reporting.attribution import models as attribution
from smarketing.measures import ahead, engine, passes, statement, survival
from smarketing.measures.ahead import Counted
from smarketing.measures.engine import Answer
from smarketing.measures.numbers import Exact
from smarketing.measures.question import Question, Refusal
from smarketing.rows import clock, fence

from . import frozen
from .parts import REPORTS as REPORTS
from .parts import Parts
from .spans import COHORT, PERIOD, TRIANGLE, Span, mature_on

# What dates a row of each measure, in a cohort and in a period.
DATED = {
    "leads": ("created", "created"), "cost": ("spent", "spent"), "mql": ("handed", "handed"),
    "mql_repeated": ("handed", "handed"), "handoffs": ("handed", "handed"), "undecided": ("handed", "handed"), "expired": ("handed", "handed"),
    "accepted": ("handed", "decided"), "turned_down": ("handed", "decided"), "acceptance": ("handed", "handed"),
    "sql": ("handed", "reached"), "deals": ("handed", "opened"), "won": ("handed", "won"),
    "revenue": ("handed", "won"), "pipeline": ("handed", "handed"), "days_to_won": ("handed", "won"),
    "conversion": ("handed", "won"), "mql_people": ("handed", "handed"), "mql_inferred": ("opened", "opened"),
    "with_deal": ("handed", "opened"), "with_win": ("handed", "won"), "deals_open": ("handed", "opened"), "pipeline_open": ("opened", "opened"),
    "mql_rate": ("created", "created"), "wait_mql": ("created", "created"), "revenue_attributed": ("handed", "won"), "roi_attributed": ("handed", "won"),
    "sql_rate": ("handed", "handed"), "deal_rate": ("handed", "handed"), "won_rate": ("handed", "handed"),
    "wait_accepted": ("handed", "entered"), "wait_sql": ("handed", "entered"), "wait_deal": ("handed", "entered"), "wait_won": ("handed", "entered"),
    "come_accepted": ("handed", "handed"), "come_sql": ("handed", "handed"), "come_won": ("handed", "handed"),
    "won_since": ("handed", "handed"), "revenue_since": ("handed", "handed"), "turndowns": ("decided", "decided"),
    "turned_down_rate": ("handed", "handed"), "reach": ("handed", "handed"), "tried_sql": ("handed", "handed"), "tried_won": ("handed", "handed"),
    "matched_cost": ("created", "created"), "matched_return": ("created", "created"), "matched_won": ("created", "created"), "matched_revenue": ("created", "created"), "matched_time": ("created", "created"), "matched_loaded_cac": ("created", "created"),
    "days_to_won_last": ("handed", "won"), "contested": ("contested", "contested"), "upheld": ("contested", "contested"),
}  # fmt: skip
# What the page asks, whatever it is divided by; and what it asks of each group.
TOTALS = (
    ("mql_repeated", ""), ("handoffs", ""), ("accepted", ""), ("undecided", ""), ("expired", ""), ("sql", ""), ("pipeline", ""),
    ("days_to_won", ""), ("turned_down", "reason"), ("turned_down", "reason+month"), ("conversion", "persona"), ("with_deal", ""), ("with_win", ""), ("mql_rate", ""), ("wait_mql", ""),
    ("cost", ""), ("revenue_attributed", ""), ("roi_attributed", ""),  # of all, where they cannot be divided
    ("matched_cost", "spent_for"), ("matched_return", ""), ("matched_time", "side"), ("matched_loaded_cac", ""),
)  # fmt: skip
GROUPED = ("leads", "mql", "acceptance", "deals", "won", "revenue", "cost", "revenue_attributed", "roi_attributed")
MATCHED = ("matched_cost", "matched_return")  # of each group, where what was spent is known of campaigns only
MODELS = tuple(f"attributed:{model.key}" for model in attribution.MODELS)
DATED |= {key: ("handed", "won") for key in MODELS}
# The page of funnel and time: its totals, what it asks of each group, and the cohorts of a year.
WAITS = ("wait_accepted", "wait_sql", "wait_deal", "wait_won")
CURVES = ("come_accepted", "come_sql", "come_won")
CURVE, OTHER = "curve", "other"  # kept beside answers: the curve of a measure, its total seen the other way
FUNNEL = (
    ("won", ""), ("won", OTHER), ("deals_open", ""), ("pipeline", ""), ("pipeline_open", ""), ("revenue", ""), ("leads", ""), ("mql_rate", ""), ("wait_mql", ""),
    ("mql_people", ""), ("mql_inferred", ""), ("handoffs", "order"), ("accepted", "order+accepted_how"), ("sql", "order+sql_how"),
    ("with_deal", "order"), ("with_win", "order"), ("days_to_won_last", ""), *((key, "") for key in WAITS), *((key, CURVE) for key in CURVES),
)  # fmt: skip
SPLIT = ("handoffs", "acceptance", "sql_rate", "deal_rate", "won_rate", "wait_mql", *WAITS)
# The cohorts of a year: by the month of handoff what came since; by the month of creation what they cost and brought.
BOUGHT = (
    ("cost", "month"), ("matched_cost", "month+spent_for"), ("matched_won", "month"), ("matched_revenue", "month"), ("matched_return", "month"),
    ("matched_time", "month+side"), ("matched_loaded_cac", "month"),
)  # fmt: skip
COHORTS = (("mql", "month"), ("won_since", "month+months_since"), ("revenue_since", "month+months_since"), *BOUGHT)
# The page of what sales said.
SAID = (
    ("turndowns", "reason+criterion"), ("turndowns", "reason+persona"), ("turndowns", "reason+campaign"), ("turndowns", "reason+source"),
    ("turndowns", "reason+rep"), ("reach", "delay"), ("tried_sql", "delay"), ("tried_won", "delay"), ("reach", "hours"), ("tried_sql", "hours"), ("tried_won", "hours"),
    *(("turned_down_rate", by) for by in ("persona", "campaign", "source", "rep")), ("contested", ""), ("upheld", ""),
)  # fmt: skip
# What an edition keeps of BY: all but what must be looked up for each lead created.
KEPT_BY = ("campaign", "channel", "source", "persona", "month", "country", "team", "rep", "grade", "version")
UNPRICED = (
    "source",
    "persona",
    "country",
    "team",
    "rep",
    "grade",
    "version",
)  # those of them by which money spent is not known
# By what the overview and the funnel may be divided.
BY = (
    "campaign",
    "programme",
    "channel",
    "source",
    "persona",
    "month",
    "team",
    "rep",
    "grade",
    "version",
    "country",
    "company.industry",
)


Asked = tuple[str, str]  # measure, dimensions "order+reason"


@dataclass
class Asking:
    """Asks about one span, seen as cohorts or as a period, for one person. `cutoff` None: now.

    `kept`: answers of the published edition, by (measure, dimension); `counted`: those counted so far, each once; `rows`: what others
    will be made of; `where`: only these groups are looked at.
    """

    span: Span
    view: str
    user: Any = None
    cutoff: datetime | None = None
    kept: Parts | dict[tuple[str, str], dict] = field(default_factory=dict)
    counted: dict[tuple[str, str], Answer] = field(default_factory=dict)
    rows: Counted = field(default_factory=dict)
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def together(self, asked: Sequence[tuple[str, str]]) -> None:
        """Count the rows of these (measure, dimensions) now, those together that are found by the same steps; `ask` and `waits` then
        read them."""
        wanted = [one for one in dict.fromkeys(asked) if one not in self.kept and one not in self.counted]
        if wanted:
            self.cutoff = self.cutoff or fence.cutoff()
            self.rows = ahead.both(self.rows, passes.count(self.asked(key, by) for key, by in wanted))

    def young(self, until: date | None = None) -> bool:
        """Whether the cohorts that end before `until` (of the whole span) are not mature at the cut-off; a period never is young."""
        self.cutoff = self.cutoff or fence.cutoff()
        return self.view == COHORT and mature_on(until or self.span.until) > clock.today(self.cutoff)

    def asked(self, key: str, by: str) -> Question:
        """The question that an answer kept as (measure, `by`) is of: its rows dated the other way, or the rows of a curve."""
        return self.turned().question(key) if by == OTHER else self.question(key, divided(by))

    def question(self, key: str, by: str = "") -> Question:
        """What is asked of a measure, divided by dimensions "order+reason"; each row is dated as in this view."""
        return engine.ask(
            key,
            first=self.span.first,
            until=self.span.until,
            by=tuple(by.split("+")) if by else (),
            date=DATED[key][self.view == PERIOD],
            where=self.where,
            user=self.user,
            cutoff=self.cutoff,
        )

    def ask(self, key: str, by: str = "") -> Answer | None:
        """The answer of a measure; None where it cannot be divided so (cost by source)."""
        if (key, by) in self.counted:
            return self.counted[key, by]
        if (key, by) in self.kept:
            return frozen.thaw(self.kept[key, by], self.question(key, by))
        try:
            with ahead.known(self.rows):
                found = engine.said(self.question(key, by))
        except Refusal as refusal:
            if refusal.code == "unknown_dimension":
                return None
            raise
        self.cutoff = self.cutoff or found.cutoff  # one cut-off for the whole page
        self.counted[key, by] = found
        return found

    def other(self, key: str) -> Answer | None:
        """The same months seen the other way: a cohort's as a period, a period's as cohorts."""
        there = self.turned()
        there.kept = {(key, ""): self.kept[key, OTHER]} if (key, OTHER) in self.kept else {}
        return there.ask(key)

    def turned(self) -> "Asking":
        """The same months and rows, a cohort's as a period, a period's as cohorts."""
        view = PERIOD if self.view == COHORT else COHORT
        return replace(self, view=view, kept={}, counted={})

    def curves(self, key: str, by: str = "") -> dict[str, list[survival.Step]]:
        """Group → by each day, the share of its handoffs that have come so far (Kaplan and Meier); of all under "" where it is not
        divided."""
        body = self.kept.get((key, curve(by)))
        lines = body["curve"] if body is not None else self.waits(key, by)
        groups: dict[str, list[tuple[int, bool, int]]] = {}
        for *group, time, hit, times in lines:
            groups.setdefault("".join(group), []).append((time, bool(hit), times))
        return {group: survival.curve(some) for group, some in groups.items()}

    def waits(self, key: str, by: str = "") -> list[tuple]:
        """(group where it is divided, days, came, how many) of a measure's rows."""
        asked = self.question(key, by)
        self.cutoff, measure = asked.cutoff, engine.resolve(asked)
        with ahead.known(self.rows):
            found = ahead.gathered(measure, asked)
        if found is None:
            found = statement.build(measure, asked).gathered(asked.by, measure.reduce)
        groups = {group: lines for group, lines in found.items() if group is not None} if by else {(): found[None]}
        return sorted(
            (*group, int(value), bool(hit), n)
            for group, lines in groups.items()
            if engine.may_see(measure, asked, group)
            for value, hit, n in lines
        )


def published(span: Span, view: str, user: Any, by: Iterable[str] = ()) -> Asking | None:
    """An Asking that reads the published edition; None where it holds nothing about this span. `by`: dimensions that will be asked, read
    at once."""
    if not span.usual:
        return None
    kept = Parts(dims(view, ""), span.first, span.until)
    kept.read(by or ("month" if view == TRIANGLE else "",))
    return Asking(span, view, user, kept.cutoff, kept) if kept else None


def curve(by: str) -> str:
    """What an edition calls the curves of a measure's groups."""
    return f"{by}+{CURVE}" if by else CURVE


def is_curve(by: str) -> bool:
    """Whether something is called so."""
    return by == CURVE or by.endswith(f"+{CURVE}")


def divided(by: str) -> str:
    """By what the rows of an answer are divided."""
    return by.removesuffix(CURVE).removesuffix("+") if is_curve(by) else by


def dims(view: str, by: str) -> str:
    """What an edition calls an answer of the page."""
    return f"loop|{view}|{by}"


def parse(text: str) -> tuple[str, str] | None:
    """(view, dimension) of such a name; None for any other."""
    kind, _bar, rest = text.partition("|")
    view, _bar, by = rest.partition("|")
    return (view, by) if kind == "loop" else None


def quotient(top: Exact | None, below: Exact | None) -> Fraction | None:
    """Exact quotient; None over 0 or of nothing."""
    return Fraction(top) / Fraction(below) if top is not None and below else None
