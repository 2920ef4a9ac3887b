"""Which terms, with which clauses and axes, say what the clocks of handoffs are."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Max, Min

from leads.models import Handoff
from smarketing.calendars import services as calendars
from smarketing.calendars import sql as axes
from smarketing.calendars.axis import Axis, AxisEnds
from smarketing.rows.days import Days

from .kinds import CLOCK, HANDOFF, KINDS
from .models import Clause, Terms
from .oracle import axis_of, unmoved
from .sections import defaults

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Asked:
    """Which handoffs a statement is about: `ids`, SQL of a set of their ids (empty: all). `first`, `last`: between which
    instants they were made, as far as known. `clocks`: of written clocks k, only these (a condition that goes on)."""

    ids: str = ""
    clocks: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    first: datetime | None = None
    last: datetime | None = None

    def among(self, column: str) -> str:
        """A condition that goes on after others."""
        return f" AND {column} IN ({self.ids})" if self.ids else ""


@dataclass(frozen=True)
class Part:
    """Terms with what their clocks need: of the clauses that run by one calendar, its `axis`; `base` is the contract's own, by
    which its days and months are cut. `first`, `last`: instants of the first and last handoff that may name them; `until`: when
    the terms that follow begin in the zone of theirs (they win where two zones make days overlap)."""

    terms: Terms
    axis: Axis
    base: Axis
    clauses: tuple[Clause, ...]
    first: datetime
    last: datetime
    until: datetime | None = None

    @property
    def by_handoff(self) -> bool:
        """Whether a clock counts in the month of its handoff."""
        return defaults.month_switch(self.terms) == defaults.HANDOFF


def clocked(subject: str = HANDOFF) -> list[tuple[Terms, tuple[Clause, ...]]]:
    """The terms in force on any day that have clocks on such subjects, with the clauses that do."""
    found = Terms.objects.filter(span__isnull=False).select_related("contract", "calendar", "span").order_by("pk")
    held = [
        (terms, tuple(one for one in terms.clauses.all() if runs(one, subject)))
        for terms in found.prefetch_related("clauses")
    ]
    return [(terms, clauses) for terms, clauses in held if clauses]


def runs(clause: Clause, subject: str = HANDOFF) -> bool:
    """Whether a clause has a clock on each subject of this kind."""
    return KINDS[clause.kind].source == CLOCK and KINDS[clause.kind].subject == subject


def by_axis(terms: Terms, clauses: tuple[Clause, ...]) -> list[tuple[Axis, tuple[Clause, ...]]]:
    """The clauses of some terms by the calendar by which they run, the contract's own first."""
    found: dict[int, list[Clause]] = defaultdict(list)
    for one in clauses:
        found[one.params.get("calendar") or terms.calendar_id].append(one)
    order = sorted(found, key=lambda pk: (pk != terms.calendar_id, pk))
    return [(axis_of(found[pk][0], terms), tuple(found[pk])) for pk in order]


def parts(asked: Asked) -> list[Part]:
    """The terms in force in the time of what is asked, if they have clocks and their calendars reach as far."""
    found = []
    for terms, clauses in clocked():
        base, span = calendars.axis(terms.calendar), terms.span
        made = _made(terms.contract.line_id, asked)
        first = max(base.day_starts(span.first) - 2 * DAY, made[0] or base.day_starts(span.first))
        last = min(base.day_starts(span.until or base.until) + 2 * DAY, made[1] or base.day_starts(base.first))
        if first <= last:
            after = followed(terms)
            found += [Part(terms, axis, base, own, first, last, after) for axis, own in by_axis(terms, clauses)]
    return found


def followed(terms: Terms) -> datetime | None:
    """When the next terms of the line begin, if any."""
    after = Terms.objects.filter(span__line=terms.contract.line_id, span__first__gt=terms.span.first)
    other = after.select_related("calendar", "span").order_by("span__first").first()
    return calendars.axis(other.calendar).day_starts(other.span.first) if other else None


def _made(line: int, asked: Asked) -> tuple[datetime | None, datetime | None]:
    """Between which instants the handoffs asked were made."""
    if asked.first and asked.last:
        return asked.first, asked.last
    found = Handoff.objects.filter(line=line).aggregate(first=Min("occurred_at"), last=Max("occurred_at"))
    return found["first"], found["last"]


def started(part: Part) -> tuple[str, dict[str, str]]:
    """SQL of the instant from which a clock runs, and its parameters: of a date without a time, the start of that date in
    the calendar's zone, though it was stored as its start in another."""
    files = Days(calendars.file_zone())
    if files.zone.key == part.axis.zone.key:
        return "h.occurred_at", {}
    first, last = files.of(part.first) - DAY, files.of(part.last + DAY) + DAY
    found = [first + n * DAY for n in range((last - first).days + 1)]
    looked_up = "(%(zone_starts)s::timestamptz[])[width_bucket(h.occurred_at, %(file_starts)s::timestamptz[])]"
    return f"(CASE WHEN h.day_only THEN {looked_up} ELSE h.occurred_at END)", {
        "file_starts": axes.array([files.midnight(day).isoformat() for day in found]),
        "zone_starts": axes.array([part.axis.day_starts(day).isoformat() for day in found]),
    }


def bounds(part: Part) -> dict[str, Any]:
    """Between which instants a handoff names the terms: by its local day in the contract's zone; a date without a time
    keeps its date in every zone."""
    span, files = part.terms.span, Days(calendars.file_zone())
    last = span.until or date(2100, 1, 1)
    return {
        "line": part.terms.contract.line_id, "earliest": part.first, "latest": part.last + DAY,
        "timed_first": part.base.day_starts(span.first),
        "timed_until": min(part.base.day_starts(last), part.until or part.base.day_starts(last)),
        "dated_first": files.midnight(span.first), "dated_until": files.midnight(last),
    }  # fmt: skip


def looked_up(part: Part, at: datetime, reach: datetime | None = None) -> dict[str, str]:
    """The stretch of the axis, and of months, that handoffs, their due instants (moved ones to `reach`) and attempts made by
    `at` can touch."""
    ends = part.axis.day_starts(part.axis.until)
    dues = [last_due(part.axis, one, part.last + 2 * DAY) or ends for one in part.clauses]
    until = max(*dues, min(at, ends), reach or at)
    return axes.arrays(part.axis, since=part.first - 2 * DAY, until=until) | axes.months(
        part.base, part.first - 2 * DAY, until
    )


def last_due(axis: Axis, clause: Clause, handed_at: datetime) -> datetime | None:
    """When the promise breaks at the latest, unless it is paused; None beyond the end of its calendar."""
    try:
        return unmoved(axis, clause, handed_at)
    except AxisEnds:
        return None
