"""Clocks as known at a cut-off: written ones, save those of handoffs about which something was recorded later.

These are derived anew from what was known by then. Terms are read as they are signed now: terms signed for the past judge
the past, at whatever cut-off it is looked at.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from django.db import connection

from leads.handoffs import as_of, states

from . import handover, sets, standing
from .derive import of
from .models import Clock, Contract, Terms
from .took import HOUR

TYPES = (
    "bigint",
    "text",
    "bigint",
    "timestamptz",
    "timestamptz",
    "date",
    "text",
    "timestamptz",
    "int",
    "bigint",
    "bigint",
    "timestamptz",
)
_KNOWN = """SELECT s.handoff_id, s.tried::timestamptz[] AS tried, s.reached_at, s.sql_at,
  s.decided_at, s.closed_at, s.state, s.reason
FROM unnest(%(s_handoff)s::bigint[], %(s_tried)s::text[], %(s_reached_at)s::timestamptz[], %(s_sql_at)s::timestamptz[],
  %(s_decided_at)s::timestamptz[], %(s_closed_at)s::timestamptz[], %(s_state)s::text[], %(s_reason)s::text[])
  AS s(handoff_id, tried, reached_at, sql_at, decided_at, closed_at, state, reason)"""
_COLUMNS = ", ".join(sets.COLUMNS)
_PENDING_THEN = _COLUMNS.replace(
    "state, settled_at",
    "CASE WHEN settled_at > %(cutoff)s THEN 'pending' ELSE state END AS state,"
    " CASE WHEN settled_at <= %(cutoff)s THEN settled_at END AS settled_at",
)
# Numbers follow the order of recording, so that the newest tell whether older ones have to be looked through.
_UNKNOWN = """
WITH newest AS MATERIALIZED (SELECT id, recorded_at FROM leads_handoff ORDER BY id DESC LIMIT 1000)
SELECT id FROM newest WHERE recorded_at > %(cutoff)s
UNION SELECT id FROM leads_handoff
  WHERE (SELECT min(recorded_at) > %(cutoff)s FROM newest) AND recorded_at > %(cutoff)s
"""
_WRITTEN = f"SELECT {_PENDING_THEN} FROM sla_clock"


def relation(cutoff: datetime) -> tuple[str, dict[str, Any]]:
    """SQL of a relation with the columns of the clocks as known at the cut-off, in brackets, and its parameters."""
    unknown = _unknown(cutoff)
    touched = sorted({*as_of.touched(cutoff), *standing.touched(cutoff)} - {*unknown})
    params: dict[str, Any] = {"cutoff": cutoff, "touched": [*touched, *unknown]}
    if not touched:
        return f"({_WRITTEN} WHERE handoff_id <> ALL(%(touched)s))" if unknown else f"({_WRITTEN})", params
    rows = read(touched, cutoff)
    again = ", ".join(f"%(k{n})s::{kind}[]" for n, kind in enumerate(TYPES))
    params |= {f"k{n}": [row[n] for row in rows] for n in range(len(TYPES))}
    written = f"{_WRITTEN} WHERE handoff_id <> ALL(%(touched)s)"
    return f"({written} UNION ALL SELECT {_COLUMNS} FROM unnest({again}) AS u({_COLUMNS}))", params


def _unknown(cutoff: datetime) -> list[int]:
    """Handoffs recorded after the cut-off: nobody knew of them, nor of what was promised on them."""
    with connection.cursor() as cursor:
        cursor.execute(_UNKNOWN, {"cutoff": cutoff})
        return [row[0] for row in cursor.fetchall()]


def clocks(handoff_ids: Sequence[int], t: datetime) -> list[Clock]:
    """The clocks of these handoffs as anybody could know them at t, under terms that were signed by then; not written."""
    known = as_of.known(handoff_ids, states.Known(t))
    rows = [Clock(**dict(zip(sets.COLUMNS, row, strict=True))) for row in _read(handoff_ids, t, known)]
    signed = Terms.objects.filter(pk__in={row.terms_id for row in rows}, published_at__lte=t).select_related("contract")
    terms = {one.pk: one for one in signed}
    for row in rows:
        if row.terms_id in terms:
            row.terms = terms[row.terms_id]
    return [row for row in rows if row.terms_id in terms]


def read(handoff_ids: Sequence[int], cutoff: datetime) -> list[tuple]:
    """The clocks of these handoffs from what was recorded by the cut-off, in the order of the columns."""
    return _read(handoff_ids, cutoff, as_of.known(handoff_ids, cutoff))


def _read(handoff_ids: Sequence[int], cutoff: datetime, known: Mapping[int, Mapping[str, Any]]) -> list[tuple]:
    asked = of(handoff_ids)
    given = {
        f"s_{name}": [row[name] for row in known.values()]
        for name in ("reached_at", "sql_at", "decided_at", "closed_at", "state", "reason")
    }
    given |= {"s_handoff": list(known), "s_tried": [_array(row["tried"]) for row in known.values()]}
    rows: list[tuple] = []
    with connection.cursor() as cursor:
        for part in sets.parts(asked):
            sql, params = sets.fresh(part, asked, cutoff, _KNOWN, cutoff)
            cursor.execute(sql, params | given)
            rows += cursor.fetchall()
    return rows


def _array(instants: Sequence[datetime]) -> str:
    return "{" + ",".join(at.isoformat() for at in instants) + "}"


def took(
    contract: Contract, months: Sequence[date], key: str, cutoff: datetime
) -> tuple[Fraction, Fraction, int] | None:
    """(90th percentile by nearest rank, median, how many) of the business hours to the first attempt, of the clocks of a
    clause that fall due in these months; None where there was no attempt."""
    what = "percentile_disc(0.9) WITHIN GROUP (ORDER BY took), percentile_cont(0.5) WITHIN GROUP (ORDER BY took), count(took)"
    wanted = "AND k.clause_key = %(clause)s AND k.took IS NOT NULL"
    ((nine, half, n),) = handover.selected(what, relation(cutoff), contract, months, wanted, {"clause": key})
    return (Fraction(nine) / HOUR, Fraction(half) / HOUR, n) if n else None


def rows(contract: Contract, months: Sequence[date], cutoff: datetime) -> list[tuple[str, int, str, datetime | None]]:
    """(clause key, handoff or qualification, state, settled at) of every clock of these months, by its subject."""
    what = "clause_key, handoff_id, state, settled_at"
    return handover.selected(what, relation(cutoff), contract, months, "ORDER BY 2, 1") + handover.rows(
        contract, months, cutoff
    )
