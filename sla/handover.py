"""Clocks of qualifications: handed over within so many business hours. Nothing of them is written: they are laid out in one
statement from qualifications, holds and handoffs, as known at a cut-off.

Marketing cannot hand over a lead that may not be sold to, that is in its cool-down or still in sales' hands: such a hold by the
due instant leaves the clock out. A backlog that is paced, and a missing field, are marketing's own: they count.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection

from leads.intake.bulk import array
from leads.measures.values import not_corrected
from smarketing.calendars import services as calendars
from smarketing.calendars import sql as axes
from smarketing.calendars.axis import MICROSECOND, Axis, micros
from smarketing.rows.days import Days

from .kinds import KINDS, QUALIFICATION
from .models import Clause, Clock, Contract, Terms, Waiver
from .parts import DAY, by_axis, clocked, followed
from .sections import defaults

EXCUSED = ("opposition", "cool_down", "open_handoff")
Relation = tuple[str, dict[str, Any]]  # SQL of clocks in brackets, its parameters
_COUNTED = (
    "{}, clause_key, terms_id, state, {}, count(*),"
    " coalesce(array_agg(lead_id ORDER BY lead_id) FILTER (WHERE state = 'missed' AND handed_at IS NULL), '{{}}')"
)
_SOURCES = "SELECT coalesce(l.source, ''), count(*) FROM unnest(%s::bigint[]) AS w(lead) LEFT JOIN leads_lead l ON l.id = w.lead GROUP BY 1"
NAMES = "qualification_id, lead_id, clause_key, terms_id, starts_at, due_at, month, state, settled_at, handed_at, handoff_id"
_NONE = (
    "SELECT NULL::bigint, NULL::bigint, NULL::text, NULL::bigint, NULL::timestamptz, NULL::timestamptz, NULL::date, NULL::text,"
    " NULL::timestamptz, NULL::timestamptz, NULL::bigint WHERE false"
)
_CLOCKS = f"""
SELECT id, lead_id, %({{p}}key)s::text, {{terms}}::bigint, starts_at, due_at,
  month_days[width_bucket({{counts}}, month_starts)],
  CASE WHEN met THEN 'met' WHEN excused THEN 'excluded' WHEN waived_at IS NOT NULL THEN 'waived'
    WHEN due_at < %(cutoff)s THEN 'missed' ELSE 'pending' END,
  CASE WHEN met THEN handed_at WHEN excused THEN excused_at WHEN waived_at IS NOT NULL THEN waived_at
    WHEN due_at < %(cutoff)s THEN due_at END, handed_at, handoff_id
FROM (
  SELECT told.*, coalesce(handed_at <= due_at, false) AS met, coalesce(excused_at <= due_at, false) AS excused,
    %({{p}}month_starts)s::float8[] AS month_starts, %({{p}}month_days)s::date[] AS month_days
  FROM (
    SELECT due.*, {axes.INSTANT.format("due_us")} AS due_at FROM (
      SELECT placed.*, {axes.due("(pos + %({p}length)s)", axes.due_window("(pos + %({p}length)s)", "%({p}length)s::float8"))} AS due_us FROM (
        SELECT held.*, {axes.position("us", "i")} AS pos FROM (
          SELECT q.*, {axes.window("us")} AS i, axis.* FROM (
            SELECT q.id, q.lead_id, q.effective_at AS starts_at, {axes.MICROS.format("q.effective_at")} AS us,
              h.id AS handoff_id, h.occurred_at AS handed_at, (SELECT min(o.occurred_at) FROM leads_hold o WHERE o.qualification_id = q.id
                AND o.reason = ANY(%({{p}}excused)s) AND o.recorded_at <= %(cutoff)s) AS excused_at,
              {{waived}} AS waived_at
            FROM leads_qualification q LEFT JOIN leads_handoff h ON h.qualification_id = q.id AND h.recorded_at <= %(cutoff)s
              AND {not_corrected("handoff", "h")}
            WHERE q.line_id = %({{p}}line)s AND q.recorded_at <= %(cutoff)s AND q.effective_at <= %(cutoff)s
              AND q.effective_at >= %({{p}}from)s AND q.effective_at < %({{p}}until)s{{only}} OFFSET 0) q,
          ({{axis}}) axis OFFSET 0) held OFFSET 0) placed OFFSET 0) due
    WHERE due_us IS NOT NULL OFFSET 0) told OFFSET 0) law
"""
PROMISES = tuple(key for key, kind in KINDS.items() if kind.subject == QUALIFICATION)  # kinds of clauses
# When the other side let the hand-over of a handoff go; asked only where anybody ever did.
_WAIVED = """(SELECT min(a.occurred_at) FROM sla_waiver w JOIN sla_waiveranswer a ON a.waiver_id = w.id AND a.kind = 'consent'
  WHERE w.handoff_id = h.id AND w.clause_key = %({p}key)s AND a.recorded_at <= %(cutoff)s)"""


class Passed(NamedTuple):
    """So many clocks that are alike. `settled`: the local day on which they were, of missed ones that on which they fell due;
    `waiting`: of missed ones, the leads that are not handed over yet."""

    day: date
    key: str
    terms: int
    state: str
    settled: date | None
    n: int
    waiting: Sequence[int]


def relation(
    cutoff: datetime,
    first: date | None = None,
    until: date | None = None,
    contract: Contract | None = None,
    within: tuple[datetime, datetime] | None = None,
    lead: int | None = None,
) -> Relation:
    """SQL of the clocks as known at the cut-off, in brackets, with the columns NAMES, and its parameters. `first`, `until`:
    only the months of these days are asked for; `contract`: only its clocks; `within`: that began in [a, b); `lead`: its own."""
    parts, params = [], {"cutoff": cutoff} | ({} if lead is None else {"lead": lead})
    only = "" if lead is None else " AND q.lead_id = %(lead)s"
    let_go = set(Waiver.objects.values_list("clause_key", flat=True).distinct())
    asked = [one for one in clocked(QUALIFICATION) if contract is None or one[0].contract_id == contract.pk]
    for terms, clauses in asked:
        for axis, own in by_axis(terms, clauses):
            for clause in own:
                prefix = f"q{len(parts)}_"
                params |= _given(prefix, terms, clause, axis, first, until)
                if within is not None:
                    params[f"{prefix}from"] = max(params[f"{prefix}from"], within[0])
                    params[f"{prefix}until"] = min(params[f"{prefix}until"], within[1])
                counts = "us" if defaults.month_switch(terms) == defaults.HANDOFF else "due_us"
                waived = _WAIVED.format(p=prefix) if clause.key in let_go else "NULL::timestamptz"
                sql = _CLOCKS.format(
                    p=prefix, terms=int(terms.pk), counts=counts, axis=axes.constants(prefix), waived=waived, only=only
                )
                parts.append(sql)
    union = " UNION ALL ".join(parts) if parts else _NONE
    return f"(SELECT * FROM ({union}) x({NAMES}))", params


def _given(
    prefix: str, terms: Terms, clause: Clause, axis: Axis, first: date | None, until: date | None
) -> dict[str, Any]:
    base, span, length = calendars.axis(terms.calendar), terms.span, int(clause.target * 3_600_000_000)
    ends = base.day_starts(span.until or base.until)
    after = followed(terms)
    since, before = base.day_starts(span.first), min(ends, after or ends)
    if first is not None:
        since = max(since, _backwards(axis, base.day_starts(first), length))
    if until is not None:
        before = min(before, base.day_starts(until))
    reach = axis.day_starts(axis.until)
    own = {
        "key": clause.key, "length": float(length), "line": terms.contract.line_id, "from": since, "until": before,
        "excused": list(EXCUSED), **axes.months(base, since - 2 * DAY, min(reach, before + timedelta(days=400))),
    }  # fmt: skip
    given = {f"{prefix}{name}": value for name, value in own.items()}
    return given | axes.arrays(axis, prefix, since=since - 2 * DAY, until=reach)


def _backwards(axis: Axis, at: datetime, length: int) -> datetime:
    """An instant by which no clock of this length had begun that falls due at `at` or later."""
    wanted = max(axis.position(micros(at)) - length - 1, 0)
    return min(axis.due(axis.day_starts(axis.first), wanted * MICROSECOND), at) - DAY


def count(contract: Contract, months: Sequence[date], cutoff: datetime, days: Days) -> list[Passed]:
    """A contract's clocks in these months, counted; `day` is the month in which they fall due."""
    what, end = _COUNTED.format("month", days.sql("settled_at")), "GROUP BY 1, 2, 3, 4, 5"
    clocks = _of(contract, months, cutoff)
    return [Passed(*row) for row in selected(what, clocks, contract, months, end, days.params())]


def by_day(
    contract: Contract, month: date, cutoff: datetime, days: Days, within: tuple[datetime, datetime] | None
) -> list[Passed]:
    """The clocks of a month, of those alone that began `within`, counted; `day` is the local day on which they began."""
    what = _COUNTED.format(days.sql("starts_at"), days.sql("settled_at"))
    order = "GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5"
    clocks = relation(cutoff, month, month + timedelta(days=31), contract, within)
    return [Passed(*row) for row in selected(what, clocks, contract, [month], order, days.params())]


def rows(contract: Contract, months: Sequence[date], cutoff: datetime) -> list[tuple[str, int, str, datetime | None]]:
    """(clause key, qualification, state, settled at) of every clock of these months."""
    what = "clause_key, qualification_id, state, settled_at"
    return selected(what, _of(contract, months, cutoff), contract, months, "ORDER BY 2, 1")


def of_lead(lead: int, at: datetime) -> list[Clock]:
    """The hand-overs promised on a lead as they stand at `at`, not written; `handoff_id` None: nobody handed it over yet."""
    if not Clause.objects.filter(
        kind__in=PROMISES, terms__span__isnull=False, terms__contract__line__qualification__lead=lead
    ).exists():
        return []
    clocks, given = relation(at, lead=lead)
    names = ("handoff_id", "clause_key", "terms_id", "starts_at", "due_at", "month", "state", "settled_at")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(names)} FROM {clocks} k ORDER BY starts_at, clause_key", given)
        made = [Clock(**dict(zip(names, row, strict=True))) for row in cursor.fetchall()]
    terms = Terms.objects.select_related("contract").in_bulk({one.terms_id for one in made})
    for one in made:
        one.terms = terms[one.terms_id]
    return made


def sources(leads: Sequence[int]) -> Counter[str]:
    """Source -> how many of these leads came from it; a lead named twice counts twice."""
    with connection.cursor() as cursor:
        cursor.execute(_SOURCES, [array(leads)])
        return Counter(dict(cursor.fetchall()))


def _of(contract: Contract, months: Sequence[date], cutoff: datetime) -> Relation:
    return relation(cutoff, min(months), max(months) + timedelta(days=31), contract)


def selected(
    what: str,
    clocks: Relation,
    contract: Contract,
    months: Sequence[date],
    end: str,
    more: Mapping[str, Any] | None = None,
) -> list[tuple]:
    """`what` of a relation of clocks, those of a contract's months; `end`: how they are grouped or ordered, with parameters
    `more`."""
    sql, params = clocks
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {what} FROM {sql} k WHERE k.month = ANY(%(months)s::date[])"
            f" AND k.terms_id IN (SELECT id FROM sla_terms WHERE contract_id = %(contract)s) {end}",
            {**params, **(more or {}), "months": list(months), "contract": contract.pk},
        )
        return cursor.fetchall()
