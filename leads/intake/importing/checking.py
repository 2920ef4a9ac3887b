"""The dry run: every row read, classified and counted; nothing but the staged rows and the report is written."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from leads.intake import hooks
from leads.models import Import
from smarketing.jobs import lease

from . import kinds, reader, staging
from . import mapping as mappings
from .context import CREATED, REJECTED, UNCHANGED, UPDATED, Action, Context, months, refuse
from .contexts import context_of
from .profile import Profile, Types
from .sniff import Format, Unreadable


def check_rows(one: Import, held: lease.Held, at: datetime) -> Import:
    """Stage and judge the whole file. Afterwards the import is checked, or failed with its problems said."""
    try:
        found = mappings.format_of(one.mapping, Format(**one.report["found"]))
        rows = staging.stage(one, found)
        headers = mappings.headers_of(_header(one, found))
    except Unreadable as problem:
        return _finish(one, held, {"problems": [{"key": problem.code, "params": problem.params}]})
    chosen, problems = mappings.read(one.kind, one.mapping, headers)
    if not rows:
        problems.append(mappings.Problem("header_only"))
    ctx = None
    if not problems:
        ctx, problems = context_of(one, chosen, at)
    report: dict[str, Any] = {"headers": headers, "rows": rows, "problems": [p.as_json() for p in problems]}
    if ctx is None or problems:
        return _finish(one, held, report)
    _tell_types(one, ctx)
    one.report |= {"rows": rows, "types": {c.header: c.type for c in chosen.columns if c.type}}
    return _finish(one, held, report | _judge(one, context_of(one, chosen, at)[0], held))


def _header(one: Import, found: Format) -> list[str]:
    return reader.header(staging.path_of(one), found)


def _tell_types(one: Import, ctx: Context) -> None:
    """Types of custom attributes that nobody named, from all cells of their columns."""
    open_columns = [c for c in ctx.mapping.used if not c.type and c.targets[0].startswith("x_")]
    types, line = Types(open_columns, ctx.reading), 0
    while open_columns and (rows := staging.waiting(one, line, 5000)):
        line = rows[-1][0]
        if not types.add([cells for _line, cells in rows]):
            break
    types.settle()


def _judge(one: Import, ctx: Context, held: lease.Held) -> dict[str, Any]:
    kind = kinds.of(one.kind)
    profile = Profile(ctx.mapping, ctx.reading)
    expected = dict.fromkeys((CREATED, UPDATED, UNCHANGED, REJECTED), 0)
    expected[REJECTED] = staging.counts(one).get(REJECTED, 0)
    seen: dict[int, int] = {}
    touched: dict[Any, int] = {}
    line = 0
    while rows := staging.waiting(one, line):
        actions = kind.classify([ctx.reader.read(number, cells) for number, cells in rows], ctx)
        settled = _twice(one, kind, actions, seen, ctx)
        for action in actions:
            expected[action.outcome] += 1
            profile.add(action.row.cells, action.row.values)
            if ctx.history and action.outcome in (CREATED, UPDATED):
                for month in months(action.row, ctx):
                    touched[month] = touched.get(month, 0) + 1
        with transaction.atomic():
            lease.hold(held)
            staging.settle(one, settled)
        line = rows[-1][0]
        lease.renew(held)
        one.report |= {"checked": sum(expected.values())}
        Import.objects.filter(pk=one.pk, state="checking").update(report=one.report)
    return {
        "expected": expected,
        "columns": profile.as_json(),
        "types": one.report["types"],
        "problems": _closed(touched),
    }


def _twice(one: Import, kind, actions: Sequence[Action], seen: dict[int, int], ctx: Context) -> list[tuple]:
    """Rows settled by the check: rejected ones, and those that repeat an earlier line of the file word for word."""
    hits: list[tuple[Action, int, str, tuple[str, ...]]] = []
    for action in actions:
        if action.outcome == REJECTED:
            continue
        names = kind.identities(action.row)
        hit = next((name for name in names if hash(name[0]) in seen), None)
        if hit is None:
            seen.update((hash(name), action.row.line) for name, _code, _targets in names)
        else:
            hits.append((action, seen[hash(hit[0])], *hit[1:]))
    earlier = dict(one.rows.filter(line__in={hit[1] for hit in hits}).values_list("line", "raw")) if hits else {}
    for action, line, code, targets in hits:
        if earlier[line] == list(action.row.cells):
            action.outcome, action.extra["repeats"] = UNCHANGED, True
        else:
            refuse(action, code, ctx.column(*targets), line=line)
    return [(a.row, a.outcome) for a in actions if a.outcome == REJECTED or a.extra.get("repeats")]


def _closed(touched: dict[Any, int]) -> list[dict[str, Any]]:
    """A problem naming the closed months that declared history would touch."""
    if not touched:
        return []
    shut = {month for hook in hooks.closed_months for month in hook(min(touched), max(touched))} & touched.keys()
    if not shut:
        return []
    params = {"months": ", ".join(f"{month:%Y-%m}" for month in sorted(shut)), "rows": sum(touched[m] for m in shut)}
    return [{"key": "closed_months", "params": params}]


def _finish(one: Import, held: lease.Held, report: dict[str, Any]) -> Import:
    with transaction.atomic():
        lease.hold(held)
        one.refresh_from_db()
        if one.state == "checking":
            one.report = {
                "headers": [],
                **{k: one.report[k] for k in ("headers", "found", "since") if k in one.report},
            } | report
            one.state = "failed" if report.get("problems") else "checked"
            one.save(update_fields=["report", "state"])
    return one
