"""The dry run: every row read, classified and counted; nothing but what is to be said of rows and the report is written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from leads.intake import hooks
from leads.models import Import
from smarketing.jobs import lease
from smarketing.jobs.crash import point

from . import consents, dates, gone, kinds, leads_sets, reader, staging
from . import mapping as mappings
from .context import CREATED, REJECTED, UNCHANGED, UPDATED, Action, Context, months, refuse
from .contexts import context_of
from .leads_told import Teller
from .profile import Profile, Types
from .seen import Seen
from .sniff import Unreadable
from .twice import Twice


def check_rows(one: Import, held: lease.Held, at: datetime) -> Import:
    """Judge the whole file. Afterwards the import is checked, or failed with its problems said."""
    try:
        return _checked(one, held, at)
    except Unreadable as problem:  # its header, or a workbook that turns out broken further down
        return _finish(one, held, {"problems": [{"key": problem.code, "params": problem.params}]})


def _checked(one: Import, held: lease.Held, at: datetime) -> Import:
    staging.begin(one)
    headers = mappings.headers_of(reader.header(staging.path_of(one), staging.format(one)))
    chosen, problems = mappings.read(one.kind, one.mapping, headers)
    survey = _Survey(one, held, dates.columns_of(chosen))
    problems += _tell_dates(one, chosen, survey)
    if not survey.rows:
        problems.append(mappings.Problem("header_only"))
    ctx = None
    if not problems:
        ctx, problems = context_of(one, chosen, at)
    report: dict[str, Any] = {"headers": headers, "rows": survey.rows, "problems": [p.as_json() for p in problems]}
    if ctx is None or problems:
        return _finish(one, held, report)
    _tell_types(one, ctx)
    one.report |= {"rows": survey.rows, "types": {c.header: c.type for c in chosen.columns if c.type}}
    return _finish(one, held, report | _judge(one, context_of(one, chosen, at)[0], held, survey.broken))


class _Survey:
    """The first look at all rows: their number, those that cannot be read at all, and the order of dates."""

    def __init__(self, one: Import, held: lease.Held, columns: Sequence[int]):
        self.rows = self.broken = 0
        self.told = dates.order_of(self._look(one, held, columns))

    def _look(self, one: Import, held: lease.Held, columns: Sequence[int]) -> Iterator[str]:
        for block in staging.blocks(one):
            self.rows += len(block.rows) + len(block.broken)
            self.broken += len(block.broken)
            lease.renew(held)
            staging.keep_broken(one, block.broken)
            yield from staging.dated_cells(block, columns)


def _tell_dates(one: Import, chosen: mappings.Mapping, survey: _Survey) -> list[mappings.Problem]:
    """The order of dates where nobody said it, from all cells of the columns that hold dates; open: to be said."""
    if one.mapping.get("dates"):
        return []
    told = survey.told
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
    types = Types(open_columns, ctx.reading)
    for block in staging.blocks(one) if open_columns else ():
        if not types.add(block.rows):
            break
    types.settle()


class _Judging:
    """What the check counts while it goes over the file."""

    def __init__(self, one: Import, ctx: Context, held: lease.Held, broken: int):
        self.one, self.ctx, self.held, self.kind = one, ctx, held, kinds.of(one.kind)
        self.profile = Profile(ctx.mapping, ctx.reading)
        self.expected = dict.fromkeys((CREATED, UPDATED, UNCHANGED, REJECTED), 0) | {REJECTED: broken}
        self.settled = 0  # rows that change nothing and need no second look
        self.seen = Seen()
        self.touched: dict[Any, int] = {}
        self.told: dict[str, int] = {}

    def rows(self, rows: Sequence[tuple[int, Sequence[str]]]) -> list[Action]:
        """Judge rows one by one."""
        ctx = self.ctx
        read = [ctx.reader.read(number, cells) for number, cells in rows]
        gone.refuse(read, ctx)
        actions = self.kind.classify(read, ctx)
        self.seen.keep(rows)
        settled = _twice(self.one, self.kind, actions, self.seen, ctx, self.expected)
        self.settled += sum(outcome == UNCHANGED for _row, outcome in settled)
        for name, n in consents.counted(actions, ctx).items():
            self.told[name] = self.told.get(name, 0) + n
        for action in actions:
            self.expected[action.outcome] += 1
            if ctx.history and action.outcome in (CREATED, UPDATED):
                for month in months(action.row, ctx):
                    self.touched[month] = self.touched.get(month, 0) + 1
        with transaction.atomic():
            lease.hold(self.held)
            staging.settle(self.one, settled)
            staging.warn(self.one, [a.row for a in actions if a.outcome != REJECTED])
        return actions

    def sets(self) -> None:
        """Judge leads in sets, those that are not plain one by one."""
        twice = Twice()
        teller = Teller(self.ctx, twice)
        teller.make()
        done = 0
        for block in staging.blocks(self.one):
            if block.rows:
                lot = teller.tell(block.lines, block.rows)
                self.profile.add_columns(block.rows, lot.read)
                done += lot.rows
                self.reached(done)
        found = leads_sets.judge(teller, twice.found())
        for outcome in (CREATED, UNCHANGED):
            self.expected[outcome] += found.get(outcome, 0)
        self.settled = found.get(UNCHANGED, 0)
        with transaction.atomic():
            lease.hold(self.held)
            leads_sets.settle(self.one.pk, found)
        if found.get(leads_sets.LOOK):
            for rows in _looks(self.one, set(leads_sets.looked_at())):
                self.rows(rows)
                self.reached(done)
        leads_sets.forget()

    def one_by_one(self) -> None:
        for rows in _looks(self.one):
            self.profile.add([action.row for action in self.rows(rows)])
            self.reached(sum(self.expected.values()))

    def reached(self, rows: int) -> None:
        """Keep the lease, and say how far it is."""
        point("import.judged")
        lease.renew(self.held)
        self.one.report |= {"checked": rows}
        Import.objects.filter(pk=self.one.pk, state="checking").update(report=self.one.report)


def _looks(one: Import, wanted: set[int] | None = None) -> Iterator[list[tuple[int, list[str]]]]:
    """Rows of the file (only those on the lines `wanted`), a few thousand at a time."""
    for block in staging.blocks(one):
        rows = [row for row in zip(block.lines, block.rows, strict=True) if wanted is None or row[0] in wanted]
        for start in range(0, len(rows), staging.LOOK):
            yield rows[start : start + staging.LOOK]


def _judge(one: Import, ctx: Context, held: lease.Held, broken: int) -> dict[str, Any]:
    judging = _Judging(one, ctx, held, broken)
    if one.kind == "leads" and leads_sets.possible(ctx):
        judging.sets()
    else:
        judging.one_by_one()
    judging.seen.forget()
    expected = judging.expected
    repairs = [[*names, rows] for names, rows in sorted(ctx.repairs.items(), key=lambda one: (-one[1], one[0]))]
    return {
        "repairs": repairs[:100],
        "warned": staging.warned(one),
        "consents": judging.told if any(judging.told.values()) else {},
        "expected": expected,
        "counts": {REJECTED: expected[REJECTED], UNCHANGED: judging.settled},
        "settled": expected[REJECTED] + judging.settled,
        "columns": judging.profile.as_json(),
        "types": one.report["types"],
        "problems": _closed(judging.touched),
    }


def _twice(
    one: Import, kind, actions: Sequence[Action], seen: Seen, ctx: Context, expected: dict[str, int]
) -> list[tuple]:
    """Rows settled by the check: rejected ones, and those of several rows of one thing that do not speak for it.

    The same row twice changes nothing. Of rows that differ the newer one speaks, where the kind can tell; else the one
    that says what is known already; of two people with one address the one with the lower key; else the first: so a
    file has the same effect in any order of its rows.
    """
    settled = [action for action in actions if action.outcome == REJECTED]
    for action in actions:
        if action.outcome == REJECTED or action.extra.get("repeats"):
            continue
        names = kind.identities(action.row)
        rivals = _rivals(kind, names, action, actions, seen, ctx)
        if any(list(rival.before.row.cells) == list(action.row.cells) for rival in rivals):
            action.outcome, action.extra["repeats"] = UNCHANGED, True
            settled.append(action)
            continue
        if stands := next((rival for rival in rivals if rival.newer > 0), None):
            settled.append(_silence(action, stands, stands.before, ctx))
            continue
        for rival in rivals:
            earlier = rival.before not in actions
            expected[rival.before.outcome] -= earlier
            for name, _code, _targets in kind.identities(rival.before.row):
                if seen.lines.get(hash(name)) == rival.before.row.line:
                    del seen.lines[hash(name)]
            settled.append(_silence(rival.before, rival, action, ctx))
            expected[rival.before.outcome] += earlier
        seen.lines.update((hash(name), action.row.line) for name, _code, _targets in names)
    return [(action.row, action.outcome) for action in settled]


@dataclass
class _Rival:
    """An earlier row of the same thing. `newer`: see `_newer`."""

    before: Action
    code: str
    targets: tuple[str, ...]
    newer: int


def _rivals(
    kind, names: Sequence[tuple], action: Action, actions: Sequence[Action], seen: Seen, ctx: Context
) -> list[_Rival]:
    """What stands earlier in the file under one of these names, each row once."""
    found: dict[int, tuple[str, tuple[str, ...]]] = {}
    for name, code, targets in names:
        if (line := seen.lines.get(hash(name))) is not None:
            found.setdefault(line, (code, targets))
    rivals = []
    for line, (code, targets) in found.items():
        before = _action_at(kind, actions, line, seen, ctx)
        rivals.append(_Rival(before, code, targets, _newer(kind, before, action, code)))
    return rivals


def _silence(late: Action, one: _Rival, speaks: Action, ctx: Context) -> Action:
    """The row that does not speak: an older one of the same record changes nothing, another one is refused."""
    if abs(one.newer) == 2:
        late.outcome, late.extra["repeats"] = UNCHANGED, True
    else:
        refuse(late, one.code, ctx.column(*one.targets), line=speaks.row.line)
    return late


def _newer(kind, before: Action, action: Action, code: str) -> int:
    """-2: the later row is newer, -1: it speaks all the same; 2: the earlier row is newer, 1: it stands."""
    told = kind.newer(before.row, action.row) if code == "key_twice" and hasattr(kind, "newer") else 0
    if told:
        return -2 if told > 0 else 2
    known, fresh = before.outcome == UNCHANGED, action.outcome == UNCHANGED
    keys = [(len(key), key) for one in (before, action) if (key := str(one.row.values.get("key", "")))]
    if known == fresh and code == "email_twice" and len(keys) == 2:
        return -1 if keys[1] < keys[0] else 1
    return -1 if fresh and not known else 1


def _action_at(kind, actions: Sequence[Action], line: int, seen: Seen, ctx: Context) -> Action:
    """What the row on an earlier line would do, and what stands there."""
    for action in actions:
        if action.row.line == line:
            return action
    return kind.classify([ctx.reader.read(line, seen.cells(line))], ctx)[0]


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
