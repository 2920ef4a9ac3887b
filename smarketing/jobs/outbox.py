"""Outbox: a side effect is intended if and only if its change committed; delivered at least once with a stable id."""

from collections.abc import Callable
from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from smarketing.web.logs import cut

from .crash import point
from .models import Outbox

HANDLERS: dict[str, Callable[[int, dict], None]] = {}
ATTEMPTS = 8


def register(kind: str, handler: Callable[[int, dict], None]) -> None:
    """`handler(id, body)` delivers one side effect; it raises to be called again later."""
    HANDLERS[kind] = handler


def intend(kind: str, **body) -> int:
    """Add a side effect to this transaction and wake the relay. RuntimeError outside one. Returns its stable id."""
    if not connection.in_atomic_block:
        raise RuntimeError("a side effect is intended in the transaction of its cause")
    row = Outbox.objects.create(kind=kind, body=body)
    with connection.cursor() as cursor:
        cursor.execute("NOTIFY smarketing_bell")
    return row.pk


def relay(limit: int = 100) -> int:
    """Deliver what waits, one transaction each, beside other relays (skip locked). Returns how many were delivered."""
    delivered = 0
    for _turn in range(limit):
        with transaction.atomic():
            row = (
                Outbox.objects.select_for_update(skip_locked=True)
                .filter(sent_at=None, attempts__lt=ATTEMPTS, kind__in=HANDLERS)
                .exclude(not_before__gt=timezone.now())
                .order_by("id")
                .first()
            )
            if row is None:
                break
            delivered += _deliver(row)
    return delivered


def _deliver(row: Outbox) -> int:
    row.attempts += 1
    try:
        with transaction.atomic():
            HANDLERS[row.kind](row.pk, row.body)
        point("outbox.delivered")
        row.sent_at, row.error = timezone.now(), ""
    except Exception as problem:
        row.error = cut(f"{type(problem).__name__}: {problem}")[:500]
        row.not_before = timezone.now() + timedelta(seconds=2**row.attempts)
    row.save(update_fields=["attempts", "sent_at", "error", "not_before"])
    return int(row.sent_at is not None)
