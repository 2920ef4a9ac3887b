"""A closed month and the facts that came late about it: what every reader of late facts shares."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from math import ceil

from django.utils.translation import gettext_lazy as _

from leads.models import Lead
from sla import as_of
from sla.kinds import CLOCK, KINDS, days, params, periods
from sla.models import Clause, Clock, Contract, Pause
from sla.oracle import axis_of
from sla.sections import defaults
from sla.terms import next_month
from smarketing.rows.days import Days

DAY = timedelta(days=1)
REACH = timedelta(days=100)  # before the month: when a deal that closed in it may have been said to close
WEEK, FARTHEST = timedelta(days=7), timedelta(days=400)

WORDS = {
    "handoff": _("handoff learned late"),
    "attempt": _("attempt learned late"),
    "decision": _("decision learned late"),
    "correction": _("correction"),
    "merge": _("merge of two leads"),
    "unmerge": _("merge taken back"),
    "deal": _("deal learned late"),
    "deal_change": _("deal changed"),
    "deal_back": _("deal taken back"),
    "value": _("value of a lead changed"),
    "qualification": _("qualification learned late"),
    "hold": _("hold learned late"),
    "pause": _("pause learned late"),
    "waiver": _("waiver consented to late"),
}


@dataclass(frozen=True)
class Restatement:
    """One late fact. `kind`: a key of WORDS; `handoff`: 0 where it is about none."""

    kind: str
    recorded_at: datetime
    occurred_at: datetime
    handoff: int
    lead: int

    @property
    def word(self) -> str:
        return str(WORDS[self.kind])


@dataclass(frozen=True)
class Longer:
    """A period longer than a month over which terms in force in [first, until) judge clauses."""

    period: str
    first: date
    until: date | None


def longer(contract: Contract) -> tuple[Longer, ...]:
    """The periods longer than a month of a contract's clauses, with the days in which each is one."""
    found = Clause.objects.filter(terms__contract=contract, terms__span__isnull=False, params__has_key=periods.PARAM)
    return tuple(
        {Longer(one.period, one.terms.span.first, one.terms.span.until) for one in found.select_related("terms__span")}
    )


Found = Iterator[tuple[int, Restatement]]  # (key of the window, what restates it)


@dataclass(frozen=True)
class Window:
    """A month of a contract as known at a cut-off, with the quarter or year of which its book says something; cut in the
    contract's zone; a date without a time keeps its date, as `files` stored it."""

    key: int
    contract: Contract
    month: date
    cutoff: datetime
    zone: Days
    files: Days
    longer: tuple[Longer, ...] = ()

    def edges(self, day_only: bool = False) -> tuple[datetime, datetime]:
        """The instants [first, until) of what the book is about."""
        days = self.files if day_only else self.zone
        return days.midnight(self.first), days.midnight(next_month(self.month))

    def holds(self, occurred: datetime, day_only: bool = False) -> bool:
        first, until = self.edges(day_only)
        return first <= occurred < until

    @cached_property
    def first(self) -> date:
        """The first day of the longest period over which a clause in force by the month's end is judged, the month's at the latest."""
        spans = ((periods.span(one.period, self.month), one.first, one.until) for one in self.longer)
        return min(
            (span.first for span, first, until in spans if first < span.seen and (until is None or until > span.first)),
            default=self.month,
        )

    @property
    def months(self) -> tuple[date, ...]:
        return periods.between(self.first, next_month(self.month))

    @cached_property
    def by_handoff(self) -> bool:
        """Whether promises may count in the month of their handoff: what moves one of the month may happen after its end."""
        mine = self.contract.terms.filter(span__isnull=False)
        return any(defaults.month_switch(terms) == defaults.HANDOFF for terms in mine)

    @cached_property
    def reach(self) -> datetime:
        """Since when that on which a promise of the month hangs may have happened: the longest clock before its first day,
        by its own calendar; longer where anything of the line was ever paused."""
        first, day = self.edges()[0], timedelta(0)
        mine = Clause.objects.filter(terms__contract=self.contract, terms__span__isnull=False)
        for clause in mine.select_related("terms__calendar"):
            kind = KINDS[clause.kind]
            if kind.source == CLOCK:
                hours = [clause.target, *(one for _grades, one in params.tiers(clause.params) if one)]
                length = ceil(max(hours)) if kind.runs == "hours" else days(clause.kind, clause.target, clause.params)
                axis = axis_of(clause, clause.terms)
                while day < FARTHEST and axis.business_days((first - day).date(), self.first) < length + 2:
                    day += WEEK
        paused = Pause.objects.filter(handoff__line=self.contract.line_id, until__gt=first).exists()
        return first - max(day, REACH if paused else WEEK)

    def owing(self, handoffs: Collection[int], moved: bool = False) -> set[int]:
        """Those of these handoffs on which a promise of the month was made. `moved`: their clocks may have gone or been moved
        since the cut-off, so that they are asked as they were known then, too."""
        if not handoffs:
            return set()
        clocks = Clock.objects.filter(handoff__in=handoffs, month__in=self.months, terms__contract=self.contract)
        found = set(clocks.values_list("handoff", flat=True))
        if moved:
            place = [as_of.sets.COLUMNS.index(name) for name in ("handoff_id", "month", "terms_id")]
            terms = set(self.contract.terms.values_list("pk", flat=True))
            for row in as_of.read(sorted(handoffs), self.cutoff):
                handoff, month, of = (row[n] for n in place)
                found |= {handoff} if month in self.months and of in terms else set()
        return found


def since(windows: Sequence[Window]) -> datetime:
    """The earliest cut-off: what was recorded by it restates none of them."""
    return min(one.cutoff for one in windows)


def roots(leads: Collection[int | None]) -> dict[int, int]:
    """Lead -> the one that stands for it now."""
    found = Lead.objects.filter(pk__in={one for one in leads if one}).values_list("pk", "root_id")
    return {pk: root or pk for pk, root in found}
