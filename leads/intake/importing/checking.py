"""The dry run: every row read, classified and counted; nothing but the staged rows and the report is written."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from leads.intake import hooks
from leads.models import Import
from smarketing.jobs import lease

from . import consents, dates, gone, kinds, reader, staging
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
    problems += _tell_dates(one, chosen)
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


def _tell_dates(one: Import, chosen: mappings.Mapping) -> list[mappings.Problem]:
    """The order of dates where nobody said it, from all cells of the columns that hold dates; open: to be said."""
    if one.mapping.get("dates"):
        return []
    told = dates.order_of(staging.dated_cells(one, dates.columns_of(chosen)))
    if not told.order and (before := one.report.get("like", {}).get("dates")) and one.report["like"]["same"]:
        told = dates.Told(before, told.cell)  # as the last file of these headers, which somebody chose
    if not told.order:
        return [mappings.Problem("dates_unclear", {"cell": told.cell[:40]})]
    chosen.dates = told.order
    one.mapping |= {"dates": told.order}
    one.report |= {"dates": {"order": told.order, "cell": told.cell[:40]}}
    Import.objects.filter(pk=one.pk).update(mapping=one.mapping)
    return []


def _tell_types(one: Import, ctx: Context) -> None:
    """Types of custom attributes that nobody named, from all cells of their columns."""
    open_columns = [c for c in ctx.mapping.used if not c.type and c.targets[0].startswith("x_")]
    types, line = Types(open_columns, ctx.reading), 0
    while open_columns and (rows := staging.waiting(one, line, staging.LOOK)):
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
    told: dict[str, int] = {}
    line = 0
    while rows := staging.waiting(one, line, staging.LOOK):
        read = [ctx.reader.read(number, cells) for number, cells in rows]
        gone.refuse(read, ctx)
        actions = kind.classify(read, ctx)
        settled = _twice(one, kind, actions, seen, ctx, expected)
        profile.add([action.row for action in actions])
        for name, n in consents.counted(actions, ctx).items():
            told[name] = told.get(name, 0) + n
        for action in actions:
            expected[action.outcome] += 1
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
    repairs = [[*names, rows] for names, rows in sorted(ctx.repairs.items(), key=lambda one: (-one[1], one[0]))]
    return {
        "repairs": repairs[:100],
        "consents": told if any(told.values()) else {},
        "expected": expected,
        "columns": profile.as_json(),
        "types": one.report["types"],
        "problems": _closed(touched),
    }


def _twice(
    one: Import, kind, actions: Sequence[Action], seen: dict[int, int], ctx: Context, expected: dict[str, int]
) -> list[tuple]:
    """Rows settled by the check: rejected ones, and those of several rows of one thing that do not speak for it.

    The same row twice changes nothing. Of rows that differ the newer one speaks, where the kind can tell; else the one
    that says what is known already, else the first: so a file has the same effect in any order of its rows.
    """
    settled = [action for action in actions if action.outcome == REJECTED]
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
    for action, line, code, targets in hits:
        before = _action_at(one, kind, actions, line, ctx)
        if before is None or list(before.row.cells) == list(action.row.cells):
            action.outcome, action.extra["repeats"] = UNCHANGED, True
            settled.append(action)
            continue
        newer = _newer(kind, before, action, code)
        late, early = (before, action) if newer < 0 else (action, before)  # `early` speaks
        if late is before:
            expected[before.outcome] -= before not in actions
            seen.update((hash(name), action.row.line) for name, _code, _targets in kind.identities(action.row))
        if abs(newer) == 2:
            late.outcome, late.extra["repeats"] = UNCHANGED, True
        else:
            refuse(late, code, ctx.column(*targets), line=early.row.line)
        expected[late.outcome] += late is before and before not in actions
        settled.append(late)
    return [(action.row, action.outcome) for action in settled]


def _newer(kind, before: Action, action: Action, code: str) -> int:
    """-2: the later row is newer, -1: it says what is known; 2: the earlier row is newer, 1: it stands."""
    told = kind.newer(before.row, action.row) if code == "key_twice" and hasattr(kind, "newer") else 0
    if told:
        return -2 if told > 0 else 2
    return -1 if action.outcome == UNCHANGED and before.outcome != UNCHANGED else 1


def _action_at(one: Import, kind, actions: Sequence[Action], line: int, ctx: Context) -> Action | None:
    """What the row on an earlier line would do, and what stands there."""
    for action in actions:
        if action.row.line == line:
            return action
    cells = one.rows.filter(line=line).values_list("raw", flat=True).first()
    return None if cells is None else kind.classify([ctx.reader.read(line, cells)], ctx)[0]


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
                **{k: one.report[k] for k in ("headers", "found", "since", "like", "dates") if k in one.report},
            } | report
            one.state = "failed" if report.get("problems") else "checked"
            one.save(update_fields=["report", "state"])
    return one
