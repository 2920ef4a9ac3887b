"""Is this installation ready to work? Each check says "ok" or what is missing."""

from collections.abc import Callable

from django.db import DatabaseError, connection

BEATING = ("worker", "bell")  # the worker beats by a task of the beat process through the broker: one row, three proofs


def checks() -> dict[str, str]:
    """check -> "ok" or a short reason, in order; after the database failed the others are not asked."""
    out = {}
    for name, check in CHECKS.items():
        try:
            out[name] = check()
        except DatabaseError as failure:
            out[name] = f"{type(failure).__name__}"
            break
    return out


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return "ok"


def _migrations() -> str:
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return f"{len(waiting)} waiting" if waiting else "ok"


def _beats() -> str:
    from smarketing.jobs import heartbeat

    late = heartbeat.late(BEATING)
    return f"silent: {', '.join(late)}" if late else "ok"


CHECKS: dict[str, Callable[[], str]] = {"database": _database, "migrations": _migrations, "heartbeats": _beats}
# What must be true before anything starts, asked after the migrations: each raises a RuntimeError that says in words why not.
STARTING: list[Callable[[], None]] = []
