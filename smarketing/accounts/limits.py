"""Where sign-in limits count: one table for all processes, with a lock that one at a time gets.

allauth counts attempts in the cache under a lock taken by `add`. In a process's own memory each process would count
for itself; Django's database cache lets two in when both find an expired lock. Here `add` is one statement.
"""

import base64
import pickle
from datetime import UTC, datetime

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.db import DatabaseCache
from django.db import connection

_ADD = """
INSERT INTO {table} (cache_key, value, expires) VALUES (%s, %s, %s)
ON CONFLICT (cache_key) DO UPDATE SET value = excluded.value, expires = excluded.expires
WHERE {table}.expires < clock_timestamp() RETURNING 1
"""


class SharedCache(DatabaseCache):
    def add(self, key, value, timeout=DEFAULT_TIMEOUT, version=None) -> bool:
        """Set a key that is not there or has expired. Of many at once exactly one gets True."""
        key = self.make_and_validate_key(key, version=version)
        until = self.get_backend_timeout(timeout)
        expires = datetime.max.replace(tzinfo=UTC) if until is None else datetime.fromtimestamp(until, tz=UTC)
        kept = base64.b64encode(pickle.dumps(value, self.pickle_protocol)).decode("ascii")
        with connection.cursor() as cursor:
            cursor.execute(_ADD.format(table=connection.ops.quote_name(self._table)), [key, kept, expires])
            return cursor.fetchone() is not None
