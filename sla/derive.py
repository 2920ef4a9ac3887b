"""Clocks from the log: derived rows, wiped and rebuilt at will. Nothing needs to run for a breach to be true."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Max, Min

from leads.intake.bulk import among
from leads.models import Handoff
from smarketing.rows import clock

from . import push, sets
from .clocks import PAUSED, PENDING
from .models import Clock, Terms
from .sets import Asked

INLINE = 20
LIMIT = 2000  # marks, and clocks, that one round takes
CUT = 100  # a round that was cut short has taken as many handoffs: none has twenty clocks
# Whether clocks have yet to be written as their log and the time say. The earliest is asked for, which an index gives: whether
# there is any, planners look for in the whole table where many are pending.
BEHIND = """
SELECT EXISTS (SELECT FROM sla_sladirty)
  OR coalesce((SELECT min(due_at) FROM sla_clock WHERE state = 'pending') < {at}, false)
  OR coalesce((SELECT min(resumes_at) FROM sla_clock WHERE state = 'paused') <= {at}, false)
"""
WAITING = BEHIND.format(at="smarketing_clock()")
_NAMES = {
    "names": ", ".join(sets.COLUMNS),
    "is": ", ".join(f"f.{name}" for name in sets.COLUMNS[2:]),
    "was": ", ".join(f"k.{name}" for name in sets.COLUMNS[2:]),
    "new": ", ".join(f"{name} = excluded.{name}" for name in sets.COLUMNS[2:]),
}
# Differences between what is and what stands written, in one pass; where there is none nothing is written.
_WRITE = """
WITH changed AS MATERIALIZED (
  SELECT f.*, k.handoff_id AS old_handoff, k.clause_key AS old_key
  FROM ({fresh}) f FULL JOIN (SELECT * FROM sla_clock k WHERE k.terms_id = %(own)s AND k.clause_key = ANY(%(keys)s){asked}) k
    ON k.handoff_id = f.handoff_id AND k.clause_key = f.clause_key
  WHERE ({is}) IS DISTINCT FROM ({was})
), gone AS (
  DELETE FROM sla_clock c USING changed x
  WHERE x.handoff_id IS NULL AND c.handoff_id = x.old_handoff AND c.clause_key = x.old_key
), put AS (
  INSERT INTO sla_clock ({names}) SELECT {names} FROM changed WHERE handoff_id IS NOT NULL
  ORDER BY handoff_id, clause_key ON CONFLICT (handoff_id, clause_key) DO UPDATE SET {new}
)
SELECT coalesce(handoff_id, old_handoff), count(handoff_id) FROM changed GROUP BY 1
"""
# Whole sets are joined in memory.
_PLAN = "SET LOCAL work_mem = '64MB'"


def mark(handoff_ids: Iterable[int]) -> None:
    """Remember that these handoffs changed: the only thing done inside the transaction of a rep's deed.

    A few are derived inline once it has committed; the sweep drains the rest. A fault here never undoes the deed.
    """
    ids = sorted(set(handoff_ids))
    if ids:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO sla_sladirty (handoff_id, since) SELECT id, smarketing_clock() FROM unnest(%s::bigint[]) id"
                " ORDER BY id ON CONFLICT DO NOTHING; NOTIFY smarketing_bell",
                [ids],
            )
        if len(ids) <= INLINE:
            transaction.on_commit(lambda: _inline(ids), robust=True)


def _inline(ids: list[int]) -> None:
    with transaction.atomic():
        if taken := _take("d.handoff_id = ANY(%s)", [ids], INLINE):
            derive(taken, clock.now())


def sweep() -> int:
    """Drain in sets; rung by the bell. Returns how many handoffs were derived."""
    return drain(clock.now())


def catch_up(at: datetime, rounds: int = 50) -> None:
    """Before a read: nothing needs to run for what fell due to be true. A round that was not full leaves nothing but what deeds are
    at just then."""
    for _round in range(rounds):
        if drain(at) < CUT:
            break


@transaction.atomic
def drain(at: datetime, limit: int = LIMIT) -> int:
    """Derive the clocks of up to `limit` marked handoffs, of those whose due instant passed, and of those whose pause did.
    Returns how many."""
    ids = set(_take("true", [], limit))
    overdue = Clock.objects.filter(state=PENDING, due_at__lt=at).order_by("due_at")
    ids.update(overdue.values_list("handoff_id", flat=True)[: limit - len(ids)])
    resumed = Clock.objects.filter(state=PAUSED, resumes_at__lte=at).order_by("resumes_at")
    ids.update(resumed.values_list("handoff_id", flat=True)[: max(limit - len(ids), 0)])
    if not ids:
        return 0
    free = _free(ids)
    derive(free, at)
    return len(free)


def _free(ids: set[int]) -> list[int]:
    """Those whose state no deed is at, locked in their order: the others are looked at when it is done."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT handoff_id FROM leads_handoffstate WHERE handoff_id = ANY(%s) ORDER BY handoff_id"
            " FOR NO KEY UPDATE SKIP LOCKED",
            [list(ids)],
        )
        return [row[0] for row in cursor.fetchall()]


def _take(where: str, params: list, limit: int) -> list[int]:
    """Take marks away, beside other sweeps and deeds (skip locked); the handoffs that were marked.

    Their states are locked with them, as a deed locks the state before it marks: a sweep that held the mark and waited for
    the state would stand against a deed that holds the state and waits for the mark. What a deed is at stays marked.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM sla_sladirty WHERE handoff_id IN (SELECT d.handoff_id FROM sla_sladirty d"
            f" JOIN leads_handoffstate s ON s.handoff_id = d.handoff_id WHERE {where} ORDER BY d.handoff_id LIMIT %s"
            " FOR UPDATE OF d SKIP LOCKED FOR NO KEY UPDATE OF s SKIP LOCKED) RETURNING handoff_id",
            [*params, limit],
        )
        return sorted(row[0] for row in cursor.fetchall())


def derive(handoff_ids: Sequence[int], at: datetime) -> int:
    """Write the clocks of these handoffs as they stand at `at`, and push the next promise onto each.

    Returns how many clocks were written: those that had changed.
    """
    if not handoff_ids:
        return 0
    asked = of(handoff_ids)
    with transaction.atomic():
        written = _write(asked, at)
        push.promises(asked)
    return sum(written.values())


def of(handoff_ids: Sequence[int]) -> Asked:
    """These handoffs."""
    made = Handoff.objects.filter(among("pk", handoff_ids)).aggregate(first=Min("occurred_at"), last=Max("occurred_at"))
    return Asked(
        "SELECT unnest(%(ids)s::bigint[])", params={"ids": list(handoff_ids)}, first=made["first"], last=made["last"]
    )


def unsettled() -> Asked:
    """The clocks that are not settled."""
    return Asked(clocks=" AND k.state IN ('pending', 'paused')")


def recheck(asked: Asked, at: datetime) -> int:
    """Judge written clocks again as of `at`, and derive those handoffs anew of which one says something else now.

    When a clock falls due follows from terms and calendars alone, and whoever changes these marks the handoffs; so it is
    not asked again. Returns how many handoffs were derived.
    """
    found = stale(asked, at)
    derive(found, at)
    return len(found)


def stale(asked: Asked, at: datetime) -> list[int]:
    """The handoffs whose written clocks no longer say what their log says at `at`."""
    found: set[int] = set()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_PLAN)
        for terms, clauses in sets.clocked():
            cursor.execute(*sets.stale(terms, clauses, asked, at))
            found.update(row[0] for row in cursor.fetchall())
    return sorted(found)


def _write(asked: Asked, at: datetime) -> dict[int, int]:
    """Write what differs. Handoff -> how many of its clocks were written; 0 where they only went away."""
    written: dict[int, int] = {}
    parts = sets.parts(asked)
    others = list(Terms.objects.exclude(pk__in=[part.terms.pk for part in parts]).values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(_PLAN)
        elsewhere = f"DELETE FROM sla_clock k WHERE k.terms_id = ANY(%(terms)s){asked.among('k.handoff_id')}"
        if others:
            cursor.execute(f"{elsewhere} RETURNING k.handoff_id", {"terms": others, **asked.params})
            written |= dict.fromkeys((row[0] for row in cursor.fetchall()), 0)
        for part in parts:
            sql, params = sets.fresh(part, asked, at)
            statement = _WRITE.format(fresh=sql, asked=asked.among("k.handoff_id"), **_NAMES)
            cursor.execute(statement, params | {"own": part.terms.pk})
            for handoff, n in cursor.fetchall():
                written[handoff] = written.get(handoff, 0) + n
    return written


def read(handoff_ids: Sequence[int], at: datetime) -> list[Clock]:
    """The clocks of these handoffs as they stand at `at`, not written."""
    asked, rows = of(handoff_ids), []
    with connection.cursor() as cursor:
        for part in sets.parts(asked):
            cursor.execute(*sets.fresh(part, asked, at))
            rows += [Clock(**dict(zip(sets.COLUMNS, row, strict=True))) for row in cursor.fetchall()]
    return sorted(rows, key=lambda row: (row.handoff_id, row.clause_key))


def rebuild(at: datetime) -> int:
    """Wipe and derive every clock as of `at`. Returns how many there are."""
    made, all_ = 0, Asked()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_PLAN)
        cursor.execute(
            "DELETE FROM sla_clock; DELETE FROM sla_monthsum; DELETE FROM sla_clockblock; DELETE FROM sla_clausesplit"
        )
        for part in sets.parts(all_):
            sql, params = sets.fresh(part, all_, at)
            cursor.execute(f"INSERT INTO sla_clock ({_NAMES['names']}) {sql}", params)
            made += cursor.rowcount
        push.promises(all_)
    return made
