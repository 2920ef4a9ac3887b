"""Clauses of a month by team, rep, persona, source and grade, counted by parts and kept from one look to the next: only parts in
which something happened since are counted again. A part is a block of handoffs of what is clocked, a local day of all else.

What stands in a row equals a count from nothing at its own cut-off; wiped, it comes back. Past cut-offs are kept, too: they change
no more, save by what is read as it is now (`_basis`), by erasures, and by personas that are matched anew.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import cached_property
from typing import Any

from django.db import connection

from smarketing.measures import engine, statement
from smarketing.measures.reduces import Figure
from smarketing.measures.registry import Measure
from smarketing.rows import clock, fence

from . import asking, blocks, derive, kept, measures, news, rates
from .clocks import MET, MISSED, PAUSED, PENDING
from .figures import Share
from .follow import FUTURE, Month, Reader, Row
from .kept import DAY, PRESENT, stretches
from .kinds import CLOCK, MONEY, QUALIFICATION
from .models import ClauseSplit, Contract, Rematched

BY = ("team", "rep", "persona", "source", "grade")
COUNTED = "counted"
AGES = timedelta(days=2)  # of marks: whatever is kept of the present is of today
Counts = dict[str, int | Fraction]
Values = dict[str, Counts]  # value of a dimension -> state -> how many
Parts = dict[str, dict[str, Values]]  # part -> dimension -> values
# What is read as it is now, at whatever cut-off: a digest of it.
_BASIS = """SELECT md5(concat_ws('|', (SELECT max(id) FROM sla_terms WHERE contract_id = %s),
  (SELECT string_agg(concat_ws(':', id, name, team_id), ',' ORDER BY id) FROM accounts_user),
  (SELECT string_agg(concat_ws(':', id, name), ',' ORDER BY id) FROM accounts_team),
  (SELECT string_agg(concat_ws(':', id, name, place, retired), ',' ORDER BY id) FROM personas_persona)))"""


def of(month: Month, row: Row) -> dict[str, Values]:
    """Dimension of `BY` -> value -> state -> how many; of a volume the state is COUNTED."""
    out: dict[str, Values] = {name: {} for name in BY}
    for part in brought(Split(month, row)).values():
        for name, values in part.items():
            for value, counts in values.items():
                found = out[name].setdefault(value, {})
                for state, n in counts.items():
                    found[state] = found.get(state, 0) + n
    return out


def said(row: Row, figure: Figure | engine.Group, show: str = "") -> Counts:
    """What a figure says of a clause that is not clocked: how many of each state; `show`: of what stands apart."""
    every = figure.n if figure.of is None else figure.of
    if isinstance(row.figure, Share):
        return {show: every} if show else {MET: figure.n, MISSED: every - figure.n}
    return {COUNTED: Fraction(figure.value or 0) if row.kind.unit == MONEY else figure.n}


@dataclass
class Split:
    """One clause of a month."""

    month: Month
    row: Row

    @property
    def clocked(self) -> bool:
        return self.row.kind.source == CLOCK

    @property
    def what(self) -> str:
        clause = self.row.clause
        return f"{CLOCK} {clause.key}" if self.clocked else rates.counted(clause)

    @property
    def days(self) -> tuple[date, date]:
        """[first, until) of the days that it counts."""
        asked = asking.times(self.month, self.row)
        return asked["first"], asked["until"]

    @cached_property
    def basis(self) -> str:
        with connection.cursor() as cursor:
            cursor.execute(_BASIS, [self.month.contract.pk])
            return cursor.fetchone()[0]

    def count(self, parts: Collection[str] | None = None) -> Parts:
        """These parts counted from nothing; None: all."""
        out: Parts = {}
        if self.clocked:
            some = None if parts is None else [int(one) for one in parts]
            measure, (key, asked) = measures.by_block(self.row.kind.key, some), asking.question(self.month, self.row)
            _add(out, _apart(measure, key, asked, "block", "clock"), lambda figure, state: {state: figure.n})
            return out
        days = None if parts is None else stretches(sorted(date.fromisoformat(one) for one in parts))
        for first, last in days if days is not None else [(self.days[0], self.days[1] - DAY)]:
            for show in ("", *self.row.kind.apart):
                key, asked = asking.question(self.month, self.row, show)
                asked |= {"first": first, "until": last + DAY}
                measure = engine.resolve(engine.ask(key, **asked))
                _add(
                    out,
                    _apart(measure, key, asked, "day"),
                    lambda figure, _none, show=show: said(self.row, figure, show),
                )
        return out

    def moved(self, since: datetime) -> set[str] | None:
        """The parts in which something was recorded, or which time moved, since a cut-off; None: perhaps all."""
        month = self.month
        line = month.contract.line_id
        named = news.names(line, since, month.cutoff, month.zone)
        if news.ALL in named.words:
            return None
        if self.clocked:
            handoffs = blocks.moved(month.contract, since, month.cutoff, month.zone)
            return handoffs if handoffs is None else {str(n // blocks.SIZE) for n in handoffs | named.handoffs}
        measure = self.row.kind.measure
        days = kept.moved(measure, news.between(line, since, month.cutoff, month.zone))
        if days is None or (named.handoffs and measure not in kept.BY_HANDOFF):
            return None
        found = days | named.handed[news.NAMED]
        return {day.isoformat() for day in found if self.days[0] <= day < self.days[1]}


def brought(split: Split) -> Parts:
    """The parts of a clause at the month's cut-off: those that are kept, the moved ones counted again."""
    month, now = split.month, clock.now()
    present = abs(now - month.cutoff) <= PRESENT
    late = split.clocked and present and blocks.behind(month.cutoff)  # asked before anything is counted
    row = ClauseSplit.objects.filter(contract=month.contract, month=month.first, what=split.what).first()
    if row is not None and row.basis == split.basis and (_stands(row, split) if present else _as_it_was(row, split)):
        parts = _read(row.parts)
        moved = split.moved(row.cutoff) if present else set()
        if moved is not None:
            fresh = split.count(moved) if moved else {}
            found = {part: one for part, one in parts.items() if part not in moved} | fresh
            if not late and present and (found != parts or month.cutoff - row.cutoff > PRESENT):
                _write(split, found, now)
            return found
    found = split.count()
    if not late:
        _write(split, found, now)
    return found


def _stands(row: ClauseSplit, split: Split) -> bool:
    """Whether a row of the present is one still: as a day ends, what is pending may change without any fact."""
    month = split.month
    return row.cutoff <= month.cutoff if split.clocked else kept.same_day(row.cutoff, month.cutoff, month.zone)


def _as_it_was(row: ClauseSplit, split: Split) -> bool:
    """Whether a row of a past cut-off says still what would be counted now."""
    if row.cutoff != split.month.cutoff or Rematched.objects.filter(since__gt=row.counted_at - PRESENT).exists():
        return False
    return not news.anew(row.counted_at, clock.now())


def _apart(measure: Measure, key: str, asked: Mapping[str, Any], *beside: str) -> dict[str, dict]:
    question = engine.ask(key, by=(*BY, *beside), **asked)
    return statement.build(measure, question).apart(BY, beside, measure.reduce)


def _add(
    out: Parts, apart: Mapping[str, Mapping[tuple[str, ...], Figure]], said: Callable[[Figure, str], Counts]
) -> None:
    """Put figures by (value, part, state of a clock) into the parts."""
    for name, groups in apart.items():
        for (value, part, *states), figure in groups.items():
            state = states[0] if states else ""
            counts = out.setdefault(part, {}).setdefault(name, {}).setdefault(value, {})
            for one, n in said(figure, PENDING if state == PAUSED else state).items():
                counts[one] = counts.get(one, 0) + n


def _write(split: Split, parts: Parts, now: datetime) -> None:
    ClauseSplit.objects.bulk_create(
        [
            ClauseSplit(
                contract=split.month.contract, month=split.month.first, what=split.what, basis=split.basis,
                cutoff=split.month.cutoff, counted_at=now, parts=_each(parts, lambda n: str(n) if isinstance(n, Fraction) else n),
            )
        ],
        update_conflicts=True,
        unique_fields=["contract", "month", "what"],
        update_fields=["basis", "cutoff", "counted_at", "parts"],
    )  # fmt: skip


def _read(parts: Mapping[str, Any]) -> Parts:
    return _each(parts, lambda n: Fraction(n) if isinstance(n, str) else n)


def _each(parts: Mapping[str, Any], change: Callable[[Any], Any]) -> Parts:
    """The same with each number changed."""
    return {
        part: {
            name: {value: {state: change(n) for state, n in sorted(counts.items())} for value, counts in sorted(values.items())}
            for name, values in sorted(found.items())
        }
        for part, found in sorted(parts.items())
    }  # fmt: skip


def mark(lead_ids: Iterable[int]) -> None:
    """Remember whose personas were written anew."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO sla_rematched (lead_id, since) SELECT id, smarketing_clock() FROM unnest(%s::bigint[]) id ORDER BY id"
            " ON CONFLICT (lead_id) DO UPDATE SET since = excluded.since",
            [list(lead_ids)],
        )


def look(at: datetime) -> int:
    """Bring the splits of the running months up to now, so that pages have little left to count."""
    Rematched.objects.filter(since__lt=at - AGES).delete()
    for contract in Contract.objects.order_by("pk"):
        derive.catch_up(at)
        reader = Reader(contract, at, fence.cutoff())
        if reader.terms:
            month = reader.month(reader.today.replace(day=1))
            for row in month.rows if month.phase != FUTURE else ():
                if row.kind.subject != QUALIFICATION and not row.long:
                    brought(Split(month, row))
    return 0
