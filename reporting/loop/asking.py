"""The answers that the overview is made of: counted now, or read from the night's edition; one pass per measure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from reporting.attribution import models as attribution
from reporting.models import Pointer, PublishedSum
from smarketing.jobs.models import Run
from smarketing.measures import engine, statement, survival, together
from smarketing.measures.engine import Answer
from smarketing.measures.numbers import Exact
from smarketing.measures.question import Refusal
from smarketing.rows import clock, fence

from . import frozen
from .spans import COHORT, PERIOD, TRIANGLE, Span, last_handoff, mature_on, usual

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
    "matched_cost": ("created", "created"), "matched_return": ("created", "created"), "matched_won": ("created", "created"), "matched_revenue": ("created", "created"),
    "days_to_won_last": ("handed", "won"), "contested": ("contested", "contested"), "upheld": ("contested", "contested"),
}  # fmt: skip
# What the page asks, whatever it is divided by; and what it asks of each group.
TOTALS = (
    ("mql_repeated", ""), ("handoffs", ""), ("accepted", ""), ("undecided", ""), ("expired", ""), ("sql", ""), ("pipeline", ""),
    ("days_to_won", ""), ("turned_down", "reason"), ("conversion", "persona"), ("with_deal", ""), ("with_win", ""), ("mql_rate", ""), ("wait_mql", ""),
    ("cost", ""), ("revenue_attributed", ""), ("roi_attributed", ""),  # of all, where they cannot be divided
    ("matched_cost", "spent_for"), ("matched_return", ""),
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
)  # fmt: skip
COHORTS = (("mql", "month"), ("won_since", "month+months_since"), ("revenue_since", "month+months_since"), *BOUGHT)
# The page of what sales said.
SAID = (
    ("turndowns", "reason+criterion"), ("turndowns", "reason+persona"), ("turndowns", "reason+campaign"), ("turndowns", "reason+source"),
    ("turndowns", "reason+rep"), ("reach", "delay"), ("tried_sql", "delay"), ("tried_won", "delay"), ("reach", "hours"), ("tried_sql", "hours"), ("tried_won", "hours"),
    *(("turned_down_rate", by) for by in ("persona", "campaign", "source", "rep")), ("contested", ""), ("upheld", ""),
)  # fmt: skip
KEPT_BY = ("campaign", "source", "persona", "month")
UNPRICED = ("source", "persona")  # those of them by which money spent is not known
REPORTS = "reports"  # name of the pointer to the published edition
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


@dataclass
class Asking:
    """Asks about one span, seen as cohorts or as a period, for one person. `cutoff` None: now.

    `kept`: answers of the published edition, by (measure, dimension); `counted`: those counted so far, each once.
    """

    span: Span
    view: str
    user: Any = None
    cutoff: datetime | None = None
    kept: dict[tuple[str, str], dict] = field(default_factory=dict)
    counted: dict[tuple[str, str], Answer] = field(default_factory=dict)

    def together(self, asked: Sequence[tuple[str, str]]) -> None:
        """Count these (measure, dimensions) now, in one pass where their rows are found by the same steps; `ask` then knows them."""
        wanted = [one for one in dict.fromkeys(asked) if one not in self.kept and one not in self.counted]
        if not wanted:
            return
        self.cutoff = self.cutoff or fence.cutoff()
        questions = [engine.ask(key, **self._asked(key, by)) for key, by in wanted]
        self.counted |= zip(wanted, together.answered(questions), strict=True)

    def young(self, until: date | None = None) -> bool:
        """Whether the cohorts that end before `until` (of the whole span) are not mature at the cut-off; a period never is young."""
        self.cutoff = self.cutoff or fence.cutoff()
        return self.view == COHORT and mature_on(until or self.span.until) > clock.today(self.cutoff)

    def _asked(self, key: str, by: str) -> dict[str, Any]:
        """Keywords of the question."""
        return {
            "first": self.span.first,
            "until": self.span.until,
            "by": tuple(by.split("+")) if by else (),
            "date": self._date(key),
            "user": self.user,
            "cutoff": self.cutoff,
        }

    def _date(self, key: str) -> str:
        """What dates a row of a measure in this view."""
        return DATED[key][self.view == PERIOD]

    def ask(self, key: str, by: str = "") -> Answer | None:
        """The answer of a measure; None where it cannot be divided so (cost by source)."""
        if (key, by) in self.counted:
            return self.counted[key, by]
        asked = self._asked(key, by)
        if (key, by) in self.kept:
            return frozen.thaw(self.kept[key, by], engine.ask(key, **asked))
        try:
            found = engine.answer(key, **asked)
        except Refusal as refusal:
            if refusal.code == "unknown_dimension":
                return None
            raise
        self.cutoff = self.cutoff or found.cutoff  # one cut-off for the whole page
        self.counted[key, by] = found
        return found

    def other(self, key: str) -> Answer | None:
        """The same months seen the other way: a cohort's as a period, a period's as cohorts."""
        view = PERIOD if self.view == COHORT else COHORT
        there = {(key, ""): self.kept[key, OTHER]} if (key, OTHER) in self.kept else {}
        return Asking(self.span, view, self.user, self.cutoff, there).ask(key)

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
        asked = engine.ask(
            key,
            first=self.span.first,
            until=self.span.until,
            by=(by,) if by else (),
            date=self._date(key),
            cutoff=self.cutoff,
            user=self.user,
        )
        self.cutoff = asked.cutoff
        built = statement.build(engine.resolve(asked), asked)
        columns = ", ".join([*built.names.values(), "value", "hit"])
        sql = f"WITH {built.counted} SELECT {columns}, count(*) FROM counted GROUP BY {columns} ORDER BY {columns}"
        lines = [(*group, int(value), bool(hit), n) for *group, value, hit, n in statement.run(sql, built.params)]
        return [one for one in lines if not by or engine.may_see(engine.resolve(asked), asked, one[:1])]


def published(span: Span, view: str, user: Any) -> Asking | None:
    """An Asking that reads the published edition; None where it holds nothing about this span."""
    pointer = Pointer.objects.filter(name=REPORTS).first()
    if pointer is None or not span.usual:
        return None
    prefix = dims(view, "")
    rows = PublishedSum.objects.filter(edition=pointer.edition, dims__startswith=prefix)
    kept = {(row.measure, row.dims.removeprefix(prefix)): row.body for row in rows}
    same = [span.first.isoformat(), span.until.isoformat()]
    if not kept or any([body["from"], body["to"]] != same for body in kept.values()):
        return None
    return Asking(span, view, user, datetime.fromisoformat(pointer.edition), kept)


def questions() -> list[tuple[str, str, str]]:
    """(view, measure, dimension) of everything that an edition keeps for the page, in a lasting order."""
    asked = [*TOTALS, *((key, by) for by in KEPT_BY for key in GROUPED)]
    asked += [(key, by) for by in UNPRICED for key in MATCHED]
    asked += [
        *FUNNEL,
        *SAID,
        *((key, by) for by in KEPT_BY for key in SPLIT),
        *((key, curve(by)) for by in KEPT_BY for key in CURVES),
        *((key, "campaign") for key in MODELS),
    ]
    of_view = [(view, key, by) for view in (COHORT, PERIOD) for key, by in dict.fromkeys(asked)]
    return of_view + [(TRIANGLE, key, by) for key, by in COHORTS]


def keep(key: str, view: str, by: str, run: Run) -> dict[str, Any] | None:
    """The body of one answer for a run's edition; None where the measure has no such dimension."""
    span = usual(view, run.business_date, last_handoff())
    asking = Asking(span, view, None, run.cutoff)
    if by == CURVE or by.endswith(f"+{CURVE}"):
        found, divided = asking.ask(key), by.removesuffix(CURVE).removesuffix("+")
        return {**frozen.freeze(found), "curve": asking.waits(key, divided)} if found else None
    found = asking.other(key) if by == OTHER else asking.ask(key, by)
    return frozen.freeze(found) if found else None


def curve(by: str) -> str:
    """What an edition calls the curves of a measure's groups."""
    return f"{by}+{CURVE}" if by else CURVE


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
