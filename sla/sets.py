"""Clocks of many handoffs in one statement: the work axis, the terms and the log's instants, joined in SQL.

`oracle.py` says the same in Python, handoff by handoff; property tests hold the two equal. Everything that depends on
zones and calendars is looked up in arrays handed in as constants, so SQL never asks its server for zone rules.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Max, Min

from leads.models import Handoff
from smarketing.calendars import services as calendars
from smarketing.calendars import sql as axes
from smarketing.calendars.axis import Axis, AxisEnds
from smarketing.rows.days import Days

from .kinds import CLOCK, KINDS, days
from .models import Clause, Terms
from .oracle import DROPPED, due_instant

COLUMNS = (
    "handoff_id",
    "clause_key",
    "terms_id",
    "starts_at",
    "due_at",
    "month",
    "state",
    "settled_at",
    "done",
    "took",
)
# What is known of the handoffs' log: by default as their states have it now.
STATES = "SELECT handoff_id, tried, reached_at, sql_at, decided_at, closed_at, state, reason FROM leads_handoffstate"
# The law of a clock: `due` has a row for each, with due_at, kept_at, dropped_at.
_TOLD = """
law AS (
  SELECT *, coalesce(kept_at <= due_at AND kept_at <= %(at)s, false) AS kept,
    coalesce(dropped_at <= due_at AND dropped_at <= %(at)s, false) AS dropped, due_at < %(at)s AS over
  FROM due OFFSET 0),
told AS (SELECT *, kept AND NOT (dropped AND dropped_at < kept_at) AS met FROM law OFFSET 0)
"""
_STATE = "CASE WHEN met THEN 'met' WHEN dropped THEN 'excluded' WHEN over THEN 'missed' ELSE 'pending' END"
_SETTLED = "CASE WHEN met THEN kept_at WHEN dropped THEN dropped_at WHEN over THEN due_at END"
_DONE = "CASE WHEN tried[cardinality(tried)] <= %(at)s THEN cardinality(tried) ELSE width_bucket(%(at)s, tried) END"
_DROPPED = "CASE WHEN s.state = ANY(%(dropped)s) THEN s.closed_at END"
_UNDONE = "(s.state = 'withdrawn' AND s.reason = 'undone')"
# Step by step, each computed once (OFFSET 0); `many` has a row for each clause of a handoff.
_LAW = f"""
WITH axis AS NOT MATERIALIZED ({{axis}}),
months AS NOT MATERIALIZED (SELECT %(month_starts)s::float8[] AS month_starts, %(month_days)s::date[] AS month_days),
read AS (
  SELECT h.id, {{started}} AS starts_at, {{micros}} AS us, {{first_micros}} AS first_us, s.tried, s.reached_at, s.sql_at,
    s.decided_at, {_DROPPED} AS dropped_at
  FROM leads_handoff h JOIN ({{states}}) s ON s.handoff_id = h.id
  WHERE h.line_id = %(line)s AND h.occurred_at >= %(earliest)s AND h.occurred_at < %(latest)s
    AND CASE WHEN h.day_only THEN h.occurred_at >= %(dated_first)s AND h.occurred_at < %(dated_until)s
      ELSE h.occurred_at >= %(timed_first)s AND h.occurred_at < %(timed_until)s END
    AND NOT {_UNDONE}{{asked}} OFFSET 0),
held AS (SELECT read.*, {{window}} AS i, {{first_window}} AS first_i FROM read, axis OFFSET 0),
placed AS (
  SELECT held.*, {{position}} AS pos, {{first_position}} AS first_pos,
    {_DONE} AS done
  FROM held, axis OFFSET 0),
ended AS (SELECT placed.*{{ends}} FROM placed, axis OFFSET 0),
many AS (SELECT ended.*, unnest(%(numbers)s::int[]) AS n FROM ended OFFSET 0),
owed AS (
  SELECT id, starts_at, done, dropped_at, n, CASE n {{due}} END AS due_us, CASE n {{kept}} END AS kept_at,
    CASE n {{took}} END::float8 AS took
  FROM many, axis OFFSET 0),
due AS (SELECT *, {{instant}} AS due_at FROM owed WHERE due_us IS NOT NULL OFFSET 0),
{_TOLD}SELECT id AS handoff_id, (%(keys)s::text[])[n] AS clause_key, {{terms}}::bigint AS terms_id, starts_at, due_at,
  month_days[width_bucket(due_us, month_starts)] AS month,
  {_STATE} AS state, {_SETTLED} AS settled_at,
  done, took::bigint AS took
FROM told, months
"""
# Clocks as they stand written, judged again by their due instants, which only terms and calendars decide.
_STALE = f"""
WITH due AS (
  SELECT k.handoff_id, k.due_at, k.state AS was_state, k.settled_at AS was_settled, k.done AS was_done, {_UNDONE} AS undone,
    {_DROPPED} AS dropped_at, CASE k.clause_key {{kept}} END AS kept_at, {_DONE} AS done
  FROM sla_clock k JOIN leads_handoffstate s ON s.handoff_id = k.handoff_id
  WHERE k.terms_id = %(terms)s{{asked}} OFFSET 0),
{_TOLD}
SELECT DISTINCT handoff_id FROM told
WHERE undone OR was_state <> {_STATE} OR was_done <> done OR was_settled IS DISTINCT FROM {_SETTLED}
"""
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
    """Terms with what their clocks need. `first`, `last`: instants of the first and last handoff that may name them;
    `until`: when the terms that follow begin in the zone of theirs (they win where two zones make days overlap)."""

    terms: Terms
    axis: Axis
    clauses: tuple[Clause, ...]
    first: datetime
    last: datetime
    until: datetime | None = None


def clocked() -> list[tuple[Terms, tuple[Clause, ...]]]:
    """The terms in force on any day that have clocks, with the clauses that do."""
    found = Terms.objects.filter(span__isnull=False).select_related("contract", "calendar", "span").order_by("pk")
    held = [
        (terms, tuple(one for one in terms.clauses.all() if KINDS[one.kind].source == CLOCK))
        for terms in found.prefetch_related("clauses")
    ]
    return [(terms, clauses) for terms, clauses in held if clauses]


def parts(asked: Asked) -> list[Part]:
    """The terms in force in the time of what is asked, if they have clocks and their calendars reach as far."""
    found = []
    for terms, clauses in clocked():
        axis, span = calendars.axis(terms.calendar), terms.span
        made = _made(terms.contract.line_id, asked)
        first = max(axis.day_starts(span.first) - 2 * DAY, made[0] or axis.day_starts(span.first))
        last = min(axis.day_starts(span.until or axis.until) + 2 * DAY, made[1] or axis.day_starts(axis.first))
        if first <= last:
            found.append(Part(terms, axis, clauses, first, last, _followed(terms)))
    return found


def _followed(terms: Terms) -> datetime | None:
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


def fresh(part: Part, asked: Asked, at: datetime, states: str = STATES) -> tuple[str, dict[str, Any]]:
    """SQL of the clocks under these terms as they stand at `at`, and its parameters."""
    ends, dues, keeps, took = zip(*(_clause(number, clause) for number, clause in enumerate(part.clauses)), strict=True)
    started, starts = _started(part)
    sql = _LAW.format(
        terms=int(part.terms.pk), instant=axes.INSTANT.format("due_us"), started=started, micros=axes.MICROS.format(started),
        first_micros=axes.MICROS.format("s.tried[1]"), position=axes.position("us", "i"),
        first_position=axes.position("first_us", "first_i"), window=axes.window("us"), first_window=axes.window("first_us"),
        ends="".join(ends), due=_cases(due for due, _params in dues), kept=_cases(keeps),
        took=_cases(took), axis=axes.constants(), asked=asked.among("h.id"), states=states,
    )  # fmt: skip
    params = {
        "at": at,
        "dropped": list(DROPPED),
        "keys": [clause.key for clause in part.clauses],
        "numbers": list(range(1, len(part.clauses) + 1)),
    }
    for _due, given in dues:
        params |= given
    return sql, params | starts | _bounds(part) | _looked_up(part, at) | dict(asked.params)


def stale(terms: Terms, clauses: Sequence[Clause], asked: Asked, at: datetime) -> tuple[str, dict[str, Any]]:
    """SQL of the handoffs whose written clocks under these terms no longer say what their log says at `at`."""
    keeps = {clause.key: _kept(clause) for clause in clauses}
    kept = " ".join(f"WHEN %(key{number})s THEN {one}" for number, one in enumerate(keeps.values()))
    keys = {f"key{number}": key for number, key in enumerate(keeps)}
    sql = _STALE.format(kept=kept, asked=asked.among("k.handoff_id") + asked.clocks)
    return sql, {"at": at, "dropped": list(DROPPED), "terms": terms.pk, **keys, **asked.params}


def _kept(clause: Clause) -> str:
    """SQL of the instant from which a clause's promise is kept."""
    return KINDS[clause.kind].kept.replace("%(target)s", str(int(clause.target)))


def _cases(expressions: Iterable[str]) -> str:
    """Branches of a CASE over the number of the clause."""
    return " ".join(f"WHEN {number} THEN {one}" for number, one in enumerate(expressions, 1))


def _clause(number: int, clause: Clause) -> tuple[str, tuple[str, dict[str, float]], str, str]:
    """SQL of the window in which the clause falls due, as a column more; (SQL of the due instant in microseconds, its
    parameters); SQL of the instant from which the promise is kept; of the working microseconds to the first attempt."""
    kind, name, took, end = KINDS[clause.kind], f"length{number}", "NULL", ""
    if kind.runs == "hours":
        length, wanted = float(int(clause.target * 3_600_000_000)), f"(pos + %({name})s)"
        end = f", {axes.due_window(wanted, f'%({name})s::float8')} AS j{number}"
        due = axes.due(wanted, f"j{number}"), {name: length}
        took = "CASE WHEN tried[1] <= %(at)s THEN greatest(first_pos - pos, 0) END"
    else:
        due = axes.due_days("us", f"%({name})s"), {name: days(clause.kind, clause.target, clause.params)}
    return end, due, _kept(clause), took


def _started(part: Part) -> tuple[str, dict[str, str]]:
    """SQL of the instant from which a clock runs, and its parameters: of a date without a time, the start of that date in
    the contract's zone, though it was stored as its start in another."""
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


def _bounds(part: Part) -> dict[str, Any]:
    """Between which instants a handoff names the terms: by its local day in the contract's zone; a date without a time
    keeps its date in every zone."""
    span, files = part.terms.span, Days(calendars.file_zone())
    last = span.until or date(2100, 1, 1)
    return {
        "line": part.terms.contract.line_id, "earliest": part.first, "latest": part.last + DAY,
        "timed_first": part.axis.day_starts(span.first),
        "timed_until": min(part.axis.day_starts(last), part.until or part.axis.day_starts(last)),
        "dated_first": files.midnight(span.first), "dated_until": files.midnight(last),
    }  # fmt: skip


def _looked_up(part: Part, at: datetime) -> dict[str, str]:
    """The stretch of the axis, and of months, that handoffs, their due instants and attempts made by `at` can touch."""
    ends = part.axis.day_starts(part.axis.until)
    dues = [last_due(part.axis, one, part.last + 2 * DAY) or ends for one in part.clauses]
    until = max(*dues, min(at, ends))
    return axes.arrays(part.axis, since=part.first - 2 * DAY, until=until) | axes.months(
        part.axis, part.first - 2 * DAY, until
    )


def last_due(axis: Axis, clause: Clause, handed_at: datetime) -> datetime | None:
    """When the promise breaks; None beyond the end of its calendar."""
    try:
        return due_instant(axis, clause, handed_at)
    except AxisEnds:
        return None
