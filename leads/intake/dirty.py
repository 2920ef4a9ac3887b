"""Dirty marks: which leads have facts not judged yet.

`since` is the newest unjudged fact's `recorded_at`: the judge takes marks with `since` at or before its cut-off, so a
mark renewed by a transaction that is still running is never lost (the update waits for, or outlives, the delete).
"""

from collections.abc import Iterable

from django.db import connection

from smarketing.rows.fence import Fence

from . import bulk

_MARK = """
INSERT INTO leads_leaddirty (lead_id, since)
SELECT id, %(since)s FROM (SELECT unnest(%(ids)s::bigint[]) AS id
  UNION SELECT root_id FROM leads_mergedspan WHERE lead_id = ANY(%(ids)s::bigint[]) AND until IS NULL) u ORDER BY id
ON CONFLICT (lead_id) DO UPDATE SET since = greatest(leads_leaddirty.since, excluded.since);
NOTIFY smarketing_bell
"""


def mark(lead_ids: Iterable[int], fence: Fence) -> None:
    """Mark leads, and those that they are merged into, and wake the bell."""
    ids = sorted(set(lead_ids))
    if ids:
        with connection.cursor() as cursor:
            cursor.execute(_MARK, {"since": fence.recorded_at, "ids": bulk.array(ids)})
