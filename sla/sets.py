"""Clocks of many handoffs in one statement: the work axis, the terms and the log's instants, joined in SQL.

`oracle.py` says the same in Python, handoff by handoff; property tests hold the two equal. Everything that depends on
zones and calendars is looked up in arrays handed in as constants, so SQL never asks its server for zone rules. The few
handoffs that were paused get their due instants handed in, too: worked out one by one (`moved.py`).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from smarketing.calendars import sql as axes
from smarketing.calendars.axis import Axis

from . import moved, standing
from .kinds import KINDS, days, params
from .models import Clause, Terms
from .oracle import DROPPED, ENDED
from .parts import Asked, Part, bounds, clocked, looked_up, parts, started

__all__ = ["COLUMNS", "Asked", "Part", "clocked", "fresh", "parts", "stale"]

COLUMNS = (
    "handoff_id", "clause_key", "terms_id", "starts_at", "due_at", "month", "state", "settled_at", "done", "took", "lost",
    "resumes_at",
)  # fmt: skip
# What is known of the handoffs' log: by default as their states have it now.
STATES = "SELECT handoff_id, tried, reached_at, sql_at, decided_at, closed_at, state, reason FROM leads_handoffstate"
# The law of a clock: `due` has a row for each, with due_at, kept_at, dropped_at, waived_at, resumes_at (of a running pause).
_TOLD = """
law AS (
  SELECT *, coalesce(kept_at <= due_at AND kept_at <= %(at)s, false) AS kept,
    coalesce(dropped_at <= due_at AND dropped_at <= %(at)s, false) AS dropped, due_at < %(at)s AS over
  FROM due OFFSET 0),
told AS (SELECT *, kept AND NOT (dropped AND dropped_at < kept_at) AS met FROM law OFFSET 0)
"""
_STATE = """CASE WHEN met THEN 'met' WHEN dropped THEN 'excluded' WHEN waived_at IS NOT NULL THEN 'waived' WHEN over THEN 'missed'
  WHEN resumes_at IS NOT NULL THEN 'paused' ELSE 'pending' END"""
_SETTLED = """CASE WHEN met THEN kept_at WHEN dropped THEN dropped_at WHEN waived_at IS NOT NULL THEN waived_at
  WHEN over THEN due_at END"""
_RESUMES = "CASE WHEN NOT (met OR dropped OR waived_at IS NOT NULL OR over) THEN resumes_at END"
_DONE = "CASE WHEN tried[cardinality(tried)] <= %(at)s THEN cardinality(tried) ELSE width_bucket(%(at)s, tried) END"
_ENDS = """CASE WHEN s.state = ANY(%(dropped)s) THEN s.closed_at END AS dropped_at,
    CASE WHEN s.state = ANY(%(ended)s) THEN s.closed_at END AS ended_at, s.state AS ended_as"""
_UNDONE = "(s.state = 'withdrawn' AND s.reason = 'undone')"
# Step by step, each computed once (OFFSET 0); `many` has a row for each clause of a handoff.
_LAW = f"""
WITH axis AS NOT MATERIALIZED ({{axis}}),
months AS NOT MATERIALIZED (SELECT %(month_starts)s::float8[] AS month_starts, %(month_days)s::date[] AS month_days),
read AS (
  SELECT h.id, h.grade, {{started}} AS starts_at, {{micros}} AS us, {{first_micros}} AS first_us, s.tried, s.reached_at,
    s.sql_at, s.decided_at, {_ENDS}
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
  SELECT many.id, starts_at, us, done, {{dropped}} AS dropped_at, many.n, {{due}} AS due_us,
    CASE many.n {{kept}} END AS kept_at, CASE many.n {{took}} END::float8 AS took, {{stands}}
  FROM axis CROSS JOIN many{{joined}} OFFSET 0),
due AS (SELECT *, {{instant}} AS due_at FROM owed WHERE due_us IS NOT NULL OFFSET 0),
{_TOLD}SELECT id AS handoff_id, (%(keys)s::text[])[n] AS clause_key, {{terms}}::bigint AS terms_id, starts_at, due_at,
  month_days[width_bucket({{counts}}, month_starts)] AS month,
  {_STATE} AS state, {_SETTLED} AS settled_at,
  done, took::bigint AS took, lost, {_RESUMES} AS resumes_at
FROM told, months
"""
# Clocks as they stand written, judged again by their due instants, which only terms, calendars and pauses decide. What follows from
# the handoff alone is worked out once for all its clocks, where all are read ({{once}}).
_STALE = f"""
WITH read AS (
  SELECT k.handoff_id, k.due_at, k.clause_key, k.state AS was_state, k.settled_at AS was_settled, k.done AS was_done,
    CASE WHEN k.resumes_at > %(at)s THEN k.resumes_at END AS resumes_at, {{waived}} AS waived_at, s.undone,
    s.tried, s.reached_at, s.sql_at, s.decided_at, {{grade}} AS grade, s.dropped_at, s.ended_at, s.ended_as, s.done
  FROM sla_clock k JOIN (SELECT s.handoff_id, s.tried, s.reached_at, s.sql_at, s.decided_at, {_ENDS}, {_UNDONE} AS undone,
      {_DONE} AS done FROM leads_handoffstate s{{once}}) s ON s.handoff_id = k.handoff_id{{joined}}
  WHERE k.terms_id = %(terms)s{{asked}}),
due AS (
  SELECT handoff_id, due_at, was_state, was_settled, was_done, resumes_at, waived_at, undone,
    {{dropped}} AS dropped_at, CASE clause_key {{kept}} END AS kept_at, done
  FROM read OFFSET 0),
{_TOLD}
SELECT DISTINCT handoff_id FROM told
WHERE undone OR was_state <> {_STATE} OR was_done <> done OR was_settled IS DISTINCT FROM {_SETTLED}
"""
# Few are waived: these are looked up, so that nobody joins all clocks to them.
_WAIVED_AT = """CASE WHEN k.handoff_id = ANY(%(waived_ids)s::bigint[]) THEN (SELECT min(a.occurred_at) FROM sla_waiver w
      JOIN sla_waiveranswer a ON a.waiver_id = w.id WHERE w.handoff_id = k.handoff_id AND w.clause_key = k.clause_key
      AND a.kind = 'consent' AND a.occurred_at <= %(at)s) END"""
_GRADES = " JOIN leads_handoff h ON h.id = k.handoff_id"
# The n-th attempt that lies far enough from the one before: days are told by the axis.
_SPACED = """(WITH RECURSIVE far(at, n) AS (SELECT tried[1], 1 UNION ALL
    SELECT (SELECT min(t) FROM unnest(tried) t WHERE {later} >= {before} + {apart}), n + 1 FROM far WHERE n < {target} AND at IS NOT NULL)
  SELECT at FROM far WHERE n = {target})"""


def fresh(
    part: Part, asked: Asked, at: datetime, states: str = STATES, by: datetime | None = None
) -> tuple[str, dict[str, Any]]:
    """SQL of the clocks under these terms as they stand at `at`, and its parameters. `by`: pauses and waivers recorded by then."""
    said = [_clause(number, clause, part.axis) for number, clause in enumerate(part.clauses)]
    start, starts = started(part)
    stood = moved.of(part, asked, at, by)
    due = f"CASE many.n {_cases(one.due for one in said)} END"
    sql = _LAW.format(
        terms=int(part.terms.pk), instant=axes.INSTANT.format("due_us"), started=start, micros=axes.MICROS.format(start),
        first_micros=axes.MICROS.format("s.tried[1]"), position=axes.position("us", "i"),
        first_position=axes.position("first_us", "first_i"), window=axes.window("us"), first_window=axes.window("first_us"),
        ends="".join(one.end for one in said), kept=_cases(one.kept for one in said), took=_cases(one.took for one in said),
        dropped=_case("many.n", enumerate((one.dropped for one in said), 1)), axis=axes.constants(), asked=asked.among("h.id"), states=states,
        due=stood.due.format(due), stands=stood.columns, joined=stood.joins, counts="us" if part.by_handoff else "due_us",
    )  # fmt: skip
    given: dict[str, Any] = {
        "at": at, "dropped": list(DROPPED), "ended": list(ENDED), "keys": [clause.key for clause in part.clauses],
        "numbers": list(range(1, len(part.clauses) + 1)),
    }  # fmt: skip
    for one in said:
        given |= one.params
    return sql, given | starts | bounds(part) | looked_up(part, at, stood.reach) | {**stood.params, **asked.params}


def stale(terms: Terms, clauses: Sequence[Clause], asked: Asked, at: datetime) -> tuple[str, dict[str, Any]]:
    """SQL of the handoffs whose written clocks under these terms no longer say what their log says at `at`."""
    given: dict[str, Any] = {"at": at, "dropped": list(DROPPED), "ended": list(ENDED), "terms": terms.pk}
    keeps, drops = [], []
    by_grade = any(clause.params.get("tiers") for clause in clauses)
    for number, clause in enumerate(clauses):
        kept, own = _kept(number, clause, moved.axis_of(clause, terms))
        given |= own | {f"key{number}": clause.key}
        keeps.append(f"WHEN %(key{number})s THEN {kept}")
        drops.append((f"%(key{number})s", KINDS[clause.kind].drops))
    waived = standing.waivers(asked.among("w.handoff_id"), asked.params, at)
    sql = _STALE.format(
        kept=" ".join(keeps), dropped=_case("clause_key", drops), asked=asked.among("k.handoff_id") + asked.clocks,
        waived=_WAIVED_AT if waived else "NULL::timestamptz", grade="h.grade" if by_grade else "NULL::text",
        joined=_GRADES if by_grade else "", once="" if asked.ids or asked.clocks else " OFFSET 0",
    )  # fmt: skip
    return sql, given | {"waived_ids": sorted({pk for pk, _key in waived})} | dict(asked.params)


def _kept(number: int, clause: Clause, axis: Axis) -> tuple[str, dict[str, Any]]:
    """SQL of the instant from which a clause's promise is kept, and its parameters."""
    target, given = _attempts(number, clause)
    apart, spaced = clause.params.get("apart"), f"tried[{target}]"
    if apart:
        name = f"days{number}"
        days_of = f"width_bucket({axes.MICROS}, %({name})s::float8[])"
        later, before = (days_of.replace("{0}", one) for one in ("t", "far.at"))
        spaced = _SPACED.format(later=later, before=before, apart=int(apart), target=target)
        given[name] = axes.array(axis.midnights)
    return KINDS[clause.kind].kept.replace("{spaced}", spaced).replace("%(target)s", target), given


def _attempts(number: int, clause: Clause) -> tuple[str, dict[str, Any]]:
    """SQL of how many attempts a clause promises, by the lead's grade where it has tiers."""
    given: dict[str, Any] = {}
    if KINDS[clause.kind].runs == "hours":
        return str(int(clause.target)), given
    whens = ""
    for n, (grades, target) in enumerate(params.tiers(clause.params)):
        if target is not None:
            whens += f" WHEN grade = ANY(%(tier{number}_{n})s::text[]) THEN {int(target)}"
            given[f"tier{number}_{n}"] = list(grades)
    return f"(CASE{whens} ELSE {int(clause.target)} END)" if whens else str(int(clause.target)), given


def _cases(expressions: Iterable[str]) -> str:
    """Branches of a CASE over the number of the clause."""
    return " ".join(f"WHEN {number} THEN {one}" for number, one in enumerate(expressions, 1))


def _case(of: str, branches: Iterable[tuple[object, str]]) -> str:
    """A CASE of which every value has a branch; what most branches say is what is left."""
    found = list(branches)
    usual = Counter(one for _key, one in found).most_common(1)[0][0]
    others = " ".join(f"WHEN {key} THEN {one}" for key, one in found if one != usual)
    return f"CASE {of} {others} ELSE {usual} END" if others else usual


@dataclass(frozen=True)
class _Said:
    """A clause in SQL: the window in which it falls due, as a column more; its due instant in microseconds; from when its
    promise is kept, and from when it no longer applies; working microseconds to the first attempt."""

    end: str
    due: str
    kept: str
    dropped: str
    took: str
    params: dict[str, Any]


def _clause(number: int, clause: Clause, axis: Axis) -> _Said:
    kind, took, end = KINDS[clause.kind], "NULL", ""
    kept, given = _kept(number, clause, axis)
    if kind.runs == "hours":
        length, own = _length(number, clause)
        wanted = f"(pos + {length})"
        end = f", {axes.due_window(wanted, length)} AS j{number}"
        due = axes.due(wanted, f"j{number}")
        took = "CASE WHEN tried[1] <= %(at)s THEN greatest(first_pos - pos, 0) END"
    else:
        name = f"length{number}"
        due, own = axes.due_days("us", f"%({name})s"), {name: days(clause.kind, clause.target, clause.params)}
        if spared := [grade for grades, target in params.tiers(clause.params) if target is None for grade in grades]:
            due, own = (
                f"CASE WHEN grade = ANY(%({name}_none)s::text[]) THEN NULL ELSE {due} END",
                own | {f"{name}_none": spared},
            )
    return _Said(end, due, kept, kind.drops, took, given | own)


def _length(number: int, clause: Clause) -> tuple[str, dict[str, Any]]:
    """SQL of the working microseconds that a clause promises, by the lead's grade where it has tiers; NULL: nothing."""
    name = f"length{number}"
    sql = f"%({name})s::float8"
    given: dict[str, Any] = {name: float(int(clause.target * 3_600_000_000))}
    whens = ""
    for n, (grades, target) in enumerate(params.tiers(clause.params)):
        whens += f" WHEN grade = ANY(%({name}_g{n})s::text[]) THEN %({name}_{n})s::float8"
        given |= {
            f"{name}_g{n}": list(grades),
            f"{name}_{n}": None if target is None else float(int(target * 3_600_000_000)),
        }
    return (f"(CASE{whens} ELSE {sql} END)" if whens else sql), given
