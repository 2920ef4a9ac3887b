"""The one clock. Only entry points (views, API, tasks, commands) read it, and hand `at` down.

It is the database's clock, plus the offset of a demo company; facts are stamped by the same clock (`fence.py`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import connection

_kept: ContextVar[ZoneInfo | None] = ContextVar("zone", default=None)


def now() -> datetime:
    """The present instant, aware, UTC."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT smarketing_clock()")
        return cursor.fetchone()[0]


@contextmanager
def zone_kept(name: str = "") -> Iterator[ZoneInfo]:
    """The zone, read once for all who ask inside: a page. `name`: the installation's, where it was read already."""
    found = ZoneInfo(name) if name else zone()
    before = _kept.set(found)
    try:
        yield found
    finally:
        _kept.reset(before)


def zone() -> ZoneInfo:
    """Zone of the installation; it cuts days for ages, ledgers and measures."""
    if (kept := _kept.get()) is not None:
        return kept
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce((SELECT zone FROM rows_installation), 'Europe/Paris')")
        return ZoneInfo(cursor.fetchone()[0])


def today(at: datetime | None = None) -> date:
    """The local date of `at` (default: now) in the installation's zone."""
    return (at or now()).astimezone(zone()).date()
