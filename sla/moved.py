"""What the statement of clocks is handed about the few handoffs that were paused or waived: their due instants, worked out one
by one, when they go on, when the other side consented."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from leads.models import Handoff
from smarketing.calendars.axis import MICROSECOND, AxisEnds, micros

from . import pausing, standing
from .oracle import axis_of, due_instant, started
from .parts import Asked, Part
from .standing import Waived

__all__ = ["Stood", "axis_of", "of", "waived_params"]

_MOVED = """
  LEFT JOIN unnest(%(moved_ids)s::bigint[], %(moved_n)s::int[], %(moved_due)s::float8[], %(moved_lost)s::bigint[],
    %(moved_resumes)s::timestamptz[]) AS mv(id, n, due_us, lost, resumes_at) ON mv.id = many.id AND mv.n = many.n"""
_WAIVED = """
  LEFT JOIN unnest(%(waived_ids)s::bigint[], %(waived_keys)s::text[], %(waived_at)s::timestamptz[]) AS w(id, key, waived_at)
    ON w.id = {id} AND w.key = {key}"""


@dataclass(frozen=True)
class Stood:
    """Columns and joins of the statement; `due`: its due instant around the one that nothing moved. `reach`: the last due
    instant that pauses moved."""

    due: str = "{}"
    columns: str = "0::bigint AS lost, NULL::timestamptz AS resumes_at, NULL::timestamptz AS waived_at"
    joins: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    reach: datetime | None = None


def of(part: Part, asked: Asked, at: datetime, by: datetime | None = None) -> Stood:
    """What stands at `at` of the handoffs asked, recorded by `by`."""
    paused = standing.pauses(asked.among("p.handoff_id"), asked.params, at, by)
    waived = standing.waivers(asked.among("w.handoff_id"), asked.params, at, by)
    columns, joins, params, due, reach = [], "", {}, "{}", None
    if paused:
        rows = _rows(part, paused, at)
        names = ("ids", "n", "due", "lost", "resumes")
        params |= {f"moved_{name}": [row[i] for row in rows] for i, name in enumerate(names)}
        joins, due = _MOVED, "CASE WHEN mv.id IS NOT NULL THEN mv.due_us ELSE {} END"
        columns.append("coalesce(mv.lost, 0) AS lost, mv.resumes_at")
        reach = max((row[5] for row in rows if row[5]), default=None)
    else:
        columns.append("0::bigint AS lost, NULL::timestamptz AS resumes_at")
    if waived:
        joins += _WAIVED.format(id="many.id", key="(%(keys)s::text[])[many.n]")
        columns.append("w.waived_at")
    else:
        columns.append("NULL::timestamptz AS waived_at")
    return Stood(due, ", ".join(columns), joins, params | waived_params(waived), reach)


def waived_params(waived: Waived) -> dict[str, Any]:
    """Parameters of the waivers; none where there are none."""
    if not waived:
        return {}
    return {
        "waived_ids": [pk for pk, _key in waived],
        "waived_keys": [key for _pk, key in waived],
        "waived_at": list(waived.values()),
    }


def _rows(part: Part, paused: Mapping[int, list[pausing.Pause]], at: datetime) -> list[tuple]:
    """(handoff, number of the clause, due instant in microseconds or None, microseconds lost, when it goes on, due) of each
    clock of a handoff that was paused."""
    found = Handoff.objects.filter(pk__in=paused, line=part.terms.contract.line_id)
    rows: list[tuple] = []
    for pk, occurred_at, day_only, grade in found.values_list("pk", "occurred_at", "day_only", "grade"):
        starts, resumes = started(occurred_at, day_only, part.axis), pausing.running(paused[pk], at)
        for n, clause in enumerate(part.clauses, 1):
            try:
                moved = due_instant(part.axis, clause, starts, grade, paused[pk])
            except AxisEnds:
                moved = None
            if moved is None:
                rows.append((pk, n, None, 0, None, None))
            else:
                rows.append((pk, n, float(micros(moved.due)), moved.lost // MICROSECOND, resumes, moved.due))
    return rows
