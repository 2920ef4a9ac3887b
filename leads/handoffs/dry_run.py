"""Dry run: who would have got what in a month by the routing as it is now, side by side with who got it. Nothing is written.

Each handoff of the month is routed in its order, at its own instant; one is carried from its handing over until it was closed in
fact, so loads and caps are those of the dry run. Absences, hours, rules and named account reps count as they are said now.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from heapq import heapify, heappop, heappush
from typing import Any

from django.db.models import F, Q

from leads.intake import bulk
from leads.models import Assignment, Correction, Handoff, HandoffState, Pool, PoolMember
from smarketing.accounts.models import User
from smarketing.rows import clock
from smarketing.rows.days import Days

from . import capacity, routing

MOST = 5000  # handoffs of a month looked at


@dataclass(frozen=True)
class Line:
    """One handoff: the rep who first got it, and the one who would (None: it waited, it would wait)."""

    handoff: Handoff
    was: User | None
    would: User | None
    how: str
    pool: str

    @property
    def differs(self) -> bool:
        return self.was != self.would


@dataclass(frozen=True)
class Share:
    """How many a rep (None: nobody, they waited) got and would have got, and at most carried at once in the dry run."""

    rep: User | None
    was: int
    would: int
    most: int


@dataclass(frozen=True)
class Result:
    first: date
    until: date
    lines: Sequence[Line]
    shares: Sequence[Share]
    left_out: int

    @property
    def differing(self) -> int:
        return sum(line.differs for line in self.lines)


def last_month(at: datetime) -> date:
    """First day of the last whole month."""
    return (clock.today(at).replace(day=1) - timedelta(days=1)).replace(day=1)


def run(first: date) -> Result:
    """The dry run of the month that begins on `first`."""
    until = (first + timedelta(days=32)).replace(day=1)
    days = Days(clock.zone())
    begin, end = days.midnight(first), days.midnight(until)
    handoffs, left_out = _handed(begin, end)
    here, ends = _begin(handoffs, begin)
    most: dict[int, int] = {}
    chosen = []
    for one, case in zip(handoffs, routing.cases(handoffs, None), strict=True):
        while ends and ends[0][0] <= one.occurred_at:
            _at, rep = heappop(ends)
            here.load[rep] -= 1
        choice = here.choose(case)
        chosen.append(choice)
        if choice.rep:
            most[choice.rep] = max(most.get(choice.rep, 0), here.load[choice.rep])
            if one.ended:
                heappush(ends, (max(one.ended, one.occurred_at), choice.rep))
    return _told(first, until, handoffs, chosen, most, left_out)


def _handed(begin: datetime, end: datetime) -> tuple[list[Any], int]:
    """The handoffs of the month that are routed, with `ended`, the instant at which each was closed; and how many are too many."""
    back = Correction.objects.filter(subject="handoff").values("subject_id")
    rows = Handoff.objects.filter(occurred_at__gte=begin, occurred_at__lt=end).exclude(pk__in=back)
    rows = rows.exclude(gate=Handoff.Gate.IMPORTED)
    found = rows.select_related("rules", "lead__company").annotate(ended=F("state_row__closed_at"))
    return list(found.order_by("occurred_at", "pk")[:MOST]), max(rows.count() - MOST, 0)


def _begin(handoffs: Sequence[Handoff], begin: datetime) -> tuple[Any, list[tuple[datetime, int]]]:
    """The table as the month began, and when what was carried then came to its end."""
    here, _seats = capacity.table([], begin, lock=False)
    for bench in here.benches:
        for seat in bench.seats:
            seat.turn, seat.waits = 0, False
        rules = Pool.objects.values_list("rules", flat=True).get(pk=bench.pool)
        bench.holds = capacity.holding(rules, {(one.lead_id, one.occurred_at) for one in handoffs}) if rules else None
    asked = {one.lead.company_id for one in handoffs if one.lead.company_id}
    here.named = capacity.named(asked)
    here.account = capacity.accounts(asked, begin, here.named)
    carried = HandoffState.objects.filter(assigned_at__lt=begin, rep__isnull=False)
    carried = carried.filter(Q(closed_at=None) | Q(closed_at__gt=begin))
    here.load, ends = {}, []
    for rep, closed in carried.values_list("rep_id", "closed_at"):
        here.load[rep] = here.load.get(rep, 0) + 1
        ends += [(closed, rep)] if closed else []
    heapify(ends)
    return here, ends


def _told(first: date, until: date, handoffs: Sequence[Any], chosen: Sequence[Any], most: dict[int, int], left_out: int) -> Result:  # fmt: skip
    was: dict[int, int | None] = {}
    for pk, rep in Assignment.objects.filter(bulk.among("handoff_id", {one.pk for one in handoffs})).order_by("occurred_at", "pk").values_list("handoff_id", "rep_id"):  # fmt: skip
        was.setdefault(pk, rep)
        was[pk] = was[pk] or rep
    ids = {*was.values(), *(one.rep for one in chosen), *PoolMember.objects.values_list("rep_id", flat=True)} - {None}
    people, pools = User.objects.in_bulk(ids), dict(Pool.objects.values_list("pk", "name"))
    lines = [
        Line(one, people.get(was.get(one.pk)), people.get(choice.rep), choice.how, pools.get(choice.pool, ""))
        for one, choice in zip(handoffs, chosen, strict=True)
    ]
    named = sorted(people.values(), key=lambda one: one.name.casefold())
    shares = [
        Share(rep, sum(one.was == rep for one in lines), sum(one.would == rep for one in lines), most.get(rep.pk, 0) if rep else 0)
        for rep in [*named, None]
    ]  # fmt: skip
    return Result(first, until, lines, [one for one in shares if one.was or one.would or one.rep], left_out)
