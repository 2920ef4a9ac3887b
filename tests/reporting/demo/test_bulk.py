"""Columns that are spelled piece by piece come out as if they had been spelled at once."""

from datetime import UTC, datetime

import numpy as np
import pytest
from django.db import connection

from reporting.demo import bulk

SECOND = 1_000_000


@pytest.mark.django_db
def test_instants_and_bytes_longer_than_a_piece_are_copied_whole_and_in_order(monkeypatch):
    monkeypatch.setattr(bulk, "PIECE", 3)
    at = np.array([0, -1, 1_480_000_000 * SECOND + 7, 5 * SECOND, 6 * SECOND])
    keys = np.frombuffer(bytes(range(5 * 16)), np.uint8).reshape(-1, 16)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE copied (n int, at timestamptz, key bytea)")
        assert bulk.copy("copied", {"n": np.arange(5), "at": bulk.times(at), "key": bulk.hexed(keys)}) == 5
        cursor.execute("SELECT at, key FROM copied ORDER BY n")
        found = cursor.fetchall()
    expected = [None if one < 0 else datetime.fromtimestamp(one // SECOND, UTC).replace(microsecond=int(one % SECOND)) for one in at.tolist()]  # fmt: skip
    assert [one for one, _key in found] == expected
    assert [bytes(key) for _at, key in found] == [one.tobytes() for one in keys]
