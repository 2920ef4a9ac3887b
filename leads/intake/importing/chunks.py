"""One chunk of an import: some thousand rows, one short fenced transaction, its outcomes in the same transaction."""

import traceback
from collections import Counter
from datetime import date, datetime

from django.db import DatabaseError, connection, transaction

from leads.intake import hooks, locks
from leads.models import Import, ImportFact
from smarketing.accounts.audit import record
from smarketing.jobs import lease
from smarketing.jobs.crash import point
from smarketing.rows.fence import open_fence

from . import gone, kinds, leads_sets, staging
from .context import CREATED, REJECTED, UPDATED, Action, Context, Raced, months, refuse
from .contexts import context_again, make_fields

TRIES = 3
SET = 5000  # rows of leads applied in one transaction, in sets


def apply_chunk(one: Import, held: lease.Held, at: datetime) -> Import:
    """Apply the next chunk. The import is done when none is left, failed when a chunk cannot be written."""
    for left in range(TRIES, 0, -1):
        try:
            locks.again(lambda: _chunk(one, held, at))
            point("import.committed")
            return one
        except Raced:
            if left == 1:
                return _fail(one, held, "the same keys are being written by somebody else")
        except (lease.Lost, KeyboardInterrupt):
            raise
        except (DatabaseError, OSError, ValueError, LookupError, TypeError) as problem:
            return _fail(one, held, _fault(problem))
    return one


@transaction.atomic
def _chunk(one: Import, held: lease.Held, at: datetime) -> None:
    lease.hold(held)
    locked = Import.objects.select_for_update().get(pk=one.pk)
    one.state, one.report = locked.state, locked.report
    if one.state != "running":
        return
    counts = staging.counts(one)
    ctx = context_again(one, at)
    sets = one.kind == "leads" and leads_sets.possible(ctx)
    size = SET if sets else staging.CHUNK
    rows = _waiting(one).take(one.report.get("line", 0), size) if counts.get("") else []
    if not rows:
        _done(one, at)
        return
    make_fields(ctx)
    _at_leisure()
    point("import.before")
    fence = open_fence()
    ctx.at = max(ctx.at, fence.recorded_at)
    plain = leads_sets.Plain(rows, ctx, fence) if sets else None
    kind = kinds.of(one.kind)
    rest = plain.rest if plain else rows
    read = [ctx.reader.read(line, cells) for line, cells in rest]
    gone.refuse(read, ctx)
    actions = kind.classify(read, ctx)
    _keep_books(actions, ctx)
    if plain:
        plain.make()
    kind.apply(actions, ctx, fence)
    staging.settle(one, [(action.row, REJECTED) for action in actions if action.outcome == REJECTED])
    for outcome, count in (Counter(a.outcome for a in actions) + Counter(plain.counts if plain else {})).items():
        counts[outcome] = counts.get(outcome, 0) + count
    ImportFact.objects.bulk_create(
        ImportFact(batch=one, subject=subject, ids=ids) for subject, ids in sorted(ctx.added.items()) if ids
    )
    one.report.setdefault("first", fence.recorded_at.isoformat())
    one.report |= {"line": rows[-1][0], "applied": one.report.get("applied", 0) + len(rows)}
    one.report |= {"counts": {name: count for name, count in counts.items() if name}}
    one.save(update_fields=["report"])
    point("import.after")


def _at_leisure() -> None:
    """This chunk need not be on disk when it is committed: lost with the machine, it is done again, all of it.

    What follows it (whoever judges its leads, the end of the import) waits for the disk, and so for this chunk.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")


def _waiting(one: Import) -> staging.Waiting:
    """The rows still to be done, read on where the last chunk of this object ended."""
    found = getattr(one, "waiting", None)
    if found is None:
        found = one.waiting = staging.Waiting(one)
    return found


def _keep_books(actions: list[Action], ctx: Context) -> None:
    """Declared history leaves closed months alone, also when a book was closed since the check."""
    if not ctx.history or not hooks.closed_months:
        return
    touched = {id(action): months(action.row, ctx) for action in actions if action.outcome in (CREATED, UPDATED)}
    shut = _closed({month for found in touched.values() for month in found})
    for action in actions if shut else []:
        if hit := shut & touched.get(id(action), set()):
            refuse(action, "closed_month", month=f"{min(hit):%Y-%m}")


def _closed(touched: set[date]) -> set[date]:
    """Those of these months whose book is closed: asked once for all."""
    if not touched:
        return set()
    return {month for hook in hooks.closed_months for month in hook(min(touched), max(touched))} & touched


def _done(one: Import, at: datetime) -> None:
    counts = staging.counts(one)
    gone.count(one)
    one.state, one.finished_at = "done", at
    one.report |= {"done": {name: counts.get(name, 0) for name in (CREATED, UPDATED, "unchanged", REJECTED)}}
    one.save(update_fields=["state", "finished_at", "report"])
    record(one.by, "import.done", "import", one.pk, at, **one.report["done"])


def _fault(problem: Exception) -> str:
    """Where it happened; never a value of the file."""
    last = traceback.extract_tb(problem.__traceback__)[-1]
    return f"{type(problem).__name__} in {last.name}, line {last.lineno}"


def _fail(one: Import, held: lease.Held, why: str) -> Import:
    with transaction.atomic():
        lease.hold(held)
        one.refresh_from_db()
        one.state = "failed"
        one.report |= {"fault": why[-2000:]}
        one.save(update_fields=["state", "report"])
    return one
