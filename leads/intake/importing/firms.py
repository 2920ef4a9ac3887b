"""Companies that rows of leads name: the id of each, looked up once for all chunks of an import and then only compared.

What a row says of its company is a tuple of texts, in the order of the file's fields of companies; blank ones say nothing.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from leads.intake import bulk, columns, companies

from .cells import BLANK
from .context import Context

KEPT = 50_000  # companies kept at hand
NONE = "\\N"  # as COPY wants it: the row names no company
_STILL = """
SELECT u.nth FROM unnest(%s::bigint[], %s::text[]) WITH ORDINALITY AS u(id, key, nth)
LEFT JOIN leads_company c ON c.id = u.id
WHERE coalesce(CASE left(u.key, 2) WHEN 'd:' THEN lower(c.domain) ELSE lower(c.name) END <> substr(u.key, 3), true)
"""


class Firms:
    """The companies of one transaction's look at the file."""

    def __init__(self, ctx: Context):
        self._fields = ctx.fields("company.")
        kept = ctx.one.__dict__.setdefault("firms", _Kept())
        self._spelt: dict[tuple, tuple[str, tuple[str, ...]]] = kept.spelt
        self._found = kept.found
        self._ids: dict[tuple, str] = dict(self._again())

    def numbers(self, said: Sequence[tuple], new: list[tuple]) -> list[str]:
        """For each row the id of its company as COPY wants it, below 0 the place in `new` (counted from 1) of one to be made
        or filled: those are added there."""
        different = set(said)
        if len(self._ids) > KEPT:
            self._ids.clear()
        if fresh := different - self._ids.keys():
            self._look_up(fresh)
        numbers = {one: self._ids[one] for one in different}
        for one in said if BLANK in numbers.values() else ():
            if not numbers[one]:
                new.append(one)
                numbers[one] = str(-len(new))
        return list(map(numbers.__getitem__, said))

    def said(self, one: tuple) -> dict[str, Any]:
        """What a row says of its company, by field."""
        return companies.said_of(
            {name: value for (_target, name), value in zip(self._fields, one, strict=True) if value != BLANK}
        )

    def _again(self) -> Iterable[tuple[tuple, str]]:
        """What an earlier chunk found and what is still called so; the rest is forgotten."""
        if len(self._found) > KEPT:
            self._found.clear()
        named = list(self._found)
        if named:
            ids, keys = bulk.array(map(self._found.__getitem__, named)), [self._spelt[one][0] for one in named]
            with connection.cursor() as cursor:
                cursor.execute(_STILL, [ids, bulk.array(keys)])
                for (nth,) in cursor.fetchall():
                    del self._found[named[nth - 1]]
        return ((one, str(pk)) for one, pk in self._found.items())

    def _look_up(self, fresh: set[tuple]) -> None:
        """Ids of companies that exist and of which a row says nothing new; blank where they are to be made or filled."""
        spelt = self._spell(fresh)
        ids = companies.find(sorted({spelt[one][0] for one in fresh} - {""}))
        known = columns.current("company", {ids[key] for key, more in map(spelt.get, fresh) if more and key in ids})
        for one in fresh:
            key, more = spelt[one]
            found = ids.get(key)
            fills = found and any(known.get(found, {}).get(name) in (None, "") for name in more)
            self._ids[one] = NONE if not key else str(found) if found and not fills else BLANK
            if found and not more:
                self._found[one] = found

    def _spell(self, fresh: set[tuple]) -> dict[tuple, tuple[str, tuple[str, ...]]]:
        """The key of their company, and which fields more they say of it."""
        if len(self._spelt) > KEPT:
            self._spelt.clear()
            self._found.clear()
        for one in fresh - self._spelt.keys():
            values = self.said(one)
            self._spelt[one] = companies.name_key(values), tuple(sorted(values.keys() - {"name", "domain"}))
        return self._spelt


class _Kept:
    """What an import keeps from one chunk to the next: how companies are spelt, and which were found."""

    def __init__(self) -> None:
        self.spelt: dict[tuple, tuple[str, tuple[str, ...]]] = {}
        self.found: dict[tuple, int] = {}
