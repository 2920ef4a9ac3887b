"""The audit log, appended in the transaction of the deed: no deed without its line, no line without its deed."""

from datetime import datetime

from django.db import connection

from .models import AuditEntry, User


def record(by: User | None, verb: str, subject: str, subject_id: int | None, at: datetime, **detail) -> AuditEntry:
    """Append one line. `by` None: the system. `detail`: ids, codes and figures only, never a personal value.

    RuntimeError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("the audit line is written in the transaction of its deed")
    return AuditEntry.objects.create(at=at, user=by, verb=verb, subject=subject, subject_id=subject_id, detail=detail)
