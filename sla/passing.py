"""Clocks of qualifications counted by the local day on which they began, and kept from one look to the next as `kept` does: days of
which all is settled, and about which nothing was recorded since, are not counted again.

What stands in a row equals a count from nothing at its own cut-off; wiped, it comes back. Past cut-offs are counted when they are
asked for.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection

from smarketing.rows import clock
from smarketing.rows.days import Days

from . import handover, kept, news
from .clocks import PENDING
from .handover import Passed
from .kept import DAY, PRESENT, stretches
from .kinds import QUALIFICATION
from .models import Contract, MonthSum, Terms
from .parts import runs

WHAT = "hand_over clocks and who waits"
# Qualifications about which something was recorded since; numbers follow the order of recording.
_MOVED = """
SELECT effective_at FROM (SELECT * FROM leads_qualification ORDER BY id DESC LIMIT %(most)s) q
  WHERE line_id = %(line)s AND recorded_at > %(since)s
UNION SELECT q.effective_at FROM (SELECT * FROM leads_hold ORDER BY id DESC LIMIT %(most)s) o
  JOIN leads_qualification q ON q.id = o.qualification_id WHERE q.line_id = %(line)s AND o.recorded_at > %(since)s
UNION SELECT q.effective_at FROM (SELECT * FROM leads_handoff ORDER BY id DESC LIMIT %(most)s) h
  JOIN leads_qualification q ON q.id = h.qualification_id WHERE q.line_id = %(line)s AND h.recorded_at > %(since)s
UNION SELECT q.effective_at FROM sla_waiveranswer a JOIN sla_waiver w ON w.id = a.waiver_id JOIN leads_handoff h ON h.id = w.handoff_id
  JOIN leads_qualification q ON q.id = h.qualification_id WHERE q.line_id = %(line)s AND a.recorded_at > %(since)s
"""
MOST = 2000  # rows looked through; were there more, all may have moved
Lines = list[list[Any]]  # clause key, terms, state, day on which it was settled, how many, the leads that wait


def promised(terms: Iterable[Terms]) -> bool:
    """Whether any of these terms promises a hand-over."""
    return any(runs(clause, QUALIFICATION) for one in terms for clause in one.clauses.all())


def count(contract: Contract, months: Sequence[date], cutoff: datetime, days: Days) -> list[Passed]:
    """As `handover.count`; of a contract that promises hand-overs (`promised`)."""
    if abs(clock.now() - cutoff) > PRESENT:
        return handover.count(contract, months, cutoff, days)
    basis = max(contract.terms.values_list("pk", flat=True), default=0)
    rows = {
        one.month: one
        for one in MonthSum.objects.filter(
            contract=contract, what=WHAT, basis=basis, month__in=months, cutoff__lte=cutoff
        )
    }
    found = {month: _brought(contract, month, rows.get(month), cutoff, days) for month in months}
    made = [
        MonthSum(contract=contract, month=month, what=WHAT, basis=basis, cutoff=cutoff, days=lines)
        for month, lines in found.items()
        if (row := rows.get(month)) is None or lines != row.days or cutoff - row.cutoff > PRESENT
    ]
    kept.write(made)
    return [
        Passed(month, key, terms, state, settled and date.fromisoformat(settled), n, waiting)
        for month, lines in found.items()
        for some in lines.values()
        for key, terms, state, settled, n, waiting in some
    ]


def _brought(contract: Contract, month: date, row: MonthSum | None, cutoff: datetime, days: Days) -> dict[str, Lines]:
    moved = None if row is None else _moved(contract, row.cutoff, cutoff, days)
    if row is None or moved is None:
        return _counted(contract, month, cutoff, days)
    moved |= {date.fromisoformat(day) for day, lines in row.days.items() if any(one[2] == PENDING for one in lines)}
    out = {day: lines for day, lines in row.days.items() if date.fromisoformat(day) not in moved}
    for first, last in stretches(sorted(moved)):
        within = (days.midnight(first), days.midnight(last + DAY))
        out |= _counted(contract, month, cutoff, days, within)
    return dict(sorted(out.items()))


def _moved(contract: Contract, since: datetime, cutoff: datetime, days: Days) -> set[date] | None:
    """The days of qualifications about which something was recorded since; None: perhaps of all."""
    if news.anew(since, cutoff):
        return None
    with connection.cursor() as cursor:
        cursor.execute(_MOVED, {"line": contract.line_id, "since": since, "most": MOST})
        found = [days.of(row[0]) for row in cursor.fetchall()]
    return None if len(found) >= MOST else set(found)


def _counted(
    contract: Contract, month: date, cutoff: datetime, days: Days, within: tuple[datetime, datetime] | None = None
) -> dict[str, Lines]:
    out: Mapping[str, Lines] = defaultdict(list)
    for day, key, terms, state, settled, *said in handover.by_day(contract, month, cutoff, days, within):
        out[day.isoformat()].append([key, terms, state, settled and settled.isoformat(), *said])
    return dict(sorted(out.items()))
