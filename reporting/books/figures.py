"""The body of a closed book: ids and figures only, whole numbers and text, so that it has one canonical text."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

from sla import as_of, asking, follow, rates, series, split
from sla.clocks import EXCLUDED, MET, MISSED, WAIVED
from sla.kinds import CLOCK, KINDS, QUALIFICATION, RATE, params
from sla.late import Late
from smarketing.measures import engine, numbers, shown, statement

# Measures kept beside the clauses: period measures of the month, and cohort measures as seen at close.
MEASURES = ("mql", "mql_repeated", "handoffs", "acceptance", "sql_rate", "won", "conversion")


def body(month: follow.Month) -> dict[str, Any]:
    """Everything a book freezes of a month."""
    return {
        "contract": month.contract.pk,
        "line": month.contract.line_id,
        "month": f"{month.first:%Y-%m}",
        "zone": str(month.zone),
        "cutoff": instant(month.cutoff),
        "business_days": month.days,
        "terms": [
            {"number": terms.number, "sha256": terms.paper.sha256}
            for terms in month.contract.terms.select_related("paper").order_by("number")
        ],
        "clauses": _clauses(month),
        "measures": {key: found for key in MEASURES if (found := _measure(key, month))},
    }


def instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def asked(month: follow.Month) -> dict[str, Any]:
    """The question by which the month's measures are asked."""
    return {
        "first": month.first, "until": month.until, "zone": month.zone, "cutoff": month.cutoff,
        "where": {"line_id": str(month.contract.line_id)},
    }  # fmt: skip


def _clauses(month: follow.Month) -> dict[str, Any]:
    days, out = series.book(month), {}
    spans = {row.clause.key: month.span(row).months for row in month.rows}
    told = {some: as_of.rows(month.contract, some, month.cutoff) for some in {*spans.values()}}
    for row in month.rows:
        kind, key = KINDS[row.clause.kind], row.clause.key
        rows = _clock_ids(told[spans[key]], key) if kind.source == CLOCK else _measured_ids(row, month)
        out[key] = {
            "kind": row.clause.kind, "side": row.clause.side, "terms": row.clause.terms.number,
            "target": str(row.clause.target), "state": row.figure.state, "figure": row.figure.book(), "rows": rows,
            "days": days[key], "parts": [part.book() for part in row.parts],
        } | _causes(month, row)  # fmt: skip
    return out


def _causes(month: follow.Month, row: follow.Row) -> dict[str, Any]:
    """What broke of a clause's promises, by day and rep; leads that nobody had handed over in time."""
    if row.kind.source != CLOCK:
        return {}
    if row.kind.subject == QUALIFICATION:
        return {"waiting": sorted(month.waiting.get(row.clause.key, ()))}
    return {"late": month.late.get(row.clause.key, Late()).book()}


def _measured_ids(row: follow.Row, month: follow.Month) -> dict[str, list[int]]:
    """The rows that a volume or a rate counted."""
    whom = params.population(row.clause.params)
    if row.kind.source == RATE:
        return rates.ids(row.kind, month.contract.line_id, whom, **asking.times(month, row))
    return {"counted": _volume_ids(row, month, whom)}


def _volume_ids(row: follow.Row, month: follow.Month, whom: rates.Population) -> list[int]:
    about = asked(month) | asking.times(month, row)
    question = engine.ask(row.kind.measure, **{**about, "where": {**about["where"], **whom}})
    built = statement.build(engine.resolve(question), question)
    return [row[0] for row in statement.run(f"WITH {built.counted} SELECT key FROM counted ORDER BY key", built.params)]


def _clock_ids(clocks: Sequence[tuple], key: str) -> dict[str, list[int]]:
    out: dict[str, list[int]] = {MET: [], MISSED: [], EXCLUDED: [], WAIVED: []}
    for clause, handoff, state, _settled in clocks:
        if clause == key and state in out:
            out[state].append(handoff)
    return out


def _measure(key: str, month: follow.Month) -> dict[str, Any] | None:
    try:
        found = engine.answer(key, **asked(month))
    except engine.Refusal:  # this installation does not have the measure, or it knows no definition line
        return None
    total = found.total
    return {"value": numbers.api(total.value, found.unit), "n": total.n, "of": total.of, "mature": total.mature}


COHORTS = ("acceptance", "sql_rate", "won", "conversion")


def since_close(kept: dict[str, Any], now: follow.Month) -> list[dict[str, Any]]:
    """Cohort measures of a closed month as they were seen at close, and as they are seen now."""
    out = []
    for key in COHORTS:
        if not (before := kept["measures"].get(key)):
            continue
        found = engine.answer(key, **asked(now))
        value = None if before["value"] is None else Fraction(str(before["value"]))
        out.append(
            {
                "label": found.measure.label, "kept": shown.figure(value, found.unit), "mature": before["mature"],
                "since": shown.figure(found.total.value, found.unit),
            }
        )  # fmt: skip
    return out


def difference(kept: dict[str, Any], now: follow.Month) -> list[dict[str, Any]]:
    """Clauses with their figure at close and the same figure now."""
    from sla.figures import from_book

    out = []
    for row in now.rows:
        if found := kept["clauses"].get(row.clause.key):
            before = from_book(found["figure"])
            out.append(
                {
                    "clause": row.clause, "before": before, "now": row.figure,
                    "same": before.book() | {"over": True} == row.figure.book() | {"over": True},
                    "parts": split.frozen(now.contract, row.clause.key, found.get("parts", ())),
                }
            )  # fmt: skip
    return out


def first_of(text: str) -> date:
    """The first day of a month written 2026-10. ValueError for anything else."""
    year, month = text.split("-")
    return date(int(year), int(month), 1)
