"""What the check has seen so far: on which line each name stands, and the cells of the rows, kept by the database."""

import json
from collections.abc import Sequence

from django.db import connection

from leads.intake import bulk

_MAKE = """
DROP TABLE IF EXISTS import_seen;
CREATE TEMP TABLE import_seen (line int PRIMARY KEY, cells text)
"""


class Seen:
    """Lines by name (a row's key, its address), and rows by line."""

    def __init__(self) -> None:
        self.lines: dict[int, int] = {}
        with connection.cursor() as cursor:
            cursor.execute(_MAKE)

    def keep(self, rows: Sequence[tuple[int, Sequence[str]]]) -> None:
        """Keep the cells of rows, to be looked at again."""
        bulk.copy("import_seen", ("line", "cells"), [(line, bulk.json_text(list(cells))) for line, cells in rows])

    def cells(self, line: int) -> list[str]:
        """The cells of the row on this line."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT cells FROM import_seen WHERE line = %s", [line])
            return json.loads(cursor.fetchone()[0])

    def forget(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS import_seen")
