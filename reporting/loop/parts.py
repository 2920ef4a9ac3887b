"""The answers of the published edition as a page reads them: all that it is divided by in one statement, more only where more is asked."""

import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import connection

REPORTS = "reports"  # name of the pointer to the published edition
_SQL = """SELECT p.edition, s.measure, s.dims, s.body FROM reporting_pointer p
  LEFT JOIN reporting_publishedsum s ON s.edition = p.edition AND s.dims = ANY(%s) WHERE p.name = %s"""


class Parts:
    """What an edition says of some months in one view: (measure, dimension) → body; "" names no dimension.

    `prefix`: what the edition calls answers of this view. Bodies of other months are not there.
    """

    def __init__(self, prefix: str, first: date, until: date):
        self._prefix, self._months = prefix, (first.isoformat(), until.isoformat())
        self._found: dict[tuple[str, str], dict[str, Any]] = {}
        self._read: set[str] = set()
        self.edition = ""

    def __contains__(self, one: object) -> bool:
        assert isinstance(one, tuple)
        if self.edition and one[1] not in self._read:
            self.read([one[1]])
        return one in self._found

    def __getitem__(self, one: tuple[str, str]) -> dict[str, Any]:
        if one not in self:
            raise KeyError(one)
        return self._found[one]

    def get(self, one: tuple[str, str]) -> dict[str, Any] | None:
        """The body; None where it is not there."""
        return self._found.get(one) if one in self else None

    def __bool__(self) -> bool:
        return bool(self._found)

    def read(self, by: Iterable[str]) -> None:
        """Read what is kept by these dimensions, if the edition is still the one of what was read before."""
        names = [one for one in dict.fromkeys(by) if one not in self._read]
        with connection.cursor() as cursor:
            cursor.execute(_SQL, [[f"{self._prefix}{one}" for one in names], REPORTS])
            rows = cursor.fetchall()
        self._read |= set(names)
        for edition, measure, dims, text in rows:
            self.edition = self.edition or edition
            body = json.loads(text) if isinstance(text, str) else text
            if measure and edition == self.edition and (body["from"], body["to"]) == self._months:
                self._found[measure, dims.removeprefix(self._prefix)] = body

    @property
    def cutoff(self) -> datetime:
        """The last fact known to it."""
        return datetime.fromisoformat(self.edition)
