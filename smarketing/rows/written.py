"""Statements written once: the ORM says what is asked, the process keeps the SQL and asks it again with other values.

Putting a queryset into words costs a millisecond, ten times what PostgreSQL takes to answer from an index. A page that asks
the same questions hundreds of times a second keeps the words: who may see what stays said in one place, the querysets.
"""

import math
import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet

from .kept import Kept
from .prepared import Prepared

_MARK = re.compile(r"%%|%s")
Stands = Mapping[str, Any]


class Written:
    """`build(*shape, **values)` gives a queryset of plain values, or several whose rows are asked in one statement, one after
    the other. `shape` is what changes the words of the statement (a role, an order); `values` are compared and never looked at:
    while the words are written, stand-ins are in their places. `types` names them: int, date or datetime.

    `plan_once`: the best way is the same whatever the values are, and the connection keeps it (`prepared`). `around`: SQL into
    which the statement is put at `{}`; it may name the values as %(name)s.
    """

    def __init__(
        self,
        build: Callable[..., QuerySet | Sequence[QuerySet]],
        *,
        around: str = "{}",
        plan_once: bool = False,
        **types: type,
    ):
        self._build, self._around, self._plan_once = build, around, plan_once
        self._stands: Stands = {name: _stand(place, kind) for place, (name, kind) in enumerate(types.items(), 1)}
        self._words = Kept(self._write, seconds=math.inf)

    def rows(self, *shape: Hashable, **values: Any) -> list[tuple]:
        """The rows, asked with these values (name -> value; None and text where PostgreSQL takes them)."""
        asked = self._words(*shape)
        if asked is None:
            return []
        return asked.rows(values) if self._plan_once else asked.afresh(values)

    def _write(self, *shape: Hashable) -> Prepared | None:
        """The statement with the values that are part of its words; None where nothing can be found."""
        built = self._build(*shape, **self._stands)
        arms: list[str] = []
        fixed: dict[str, Any] = {}
        for one in [built] if isinstance(built, QuerySet) else built:
            with suppress(EmptyResultSet):
                arms.append(self._named(*one.query.sql_with_params(), fixed))
        if not arms:
            return None
        return Prepared(self._around.format(" UNION ALL ".join(f"({arm})" for arm in arms)), fixed)

    def _named(self, sql: str, params: Sequence[Any], fixed: dict[str, Any]) -> str:
        rest = iter(params)

        def name(mark: re.Match[str]) -> str:
            if mark[0] == "%%":
                return mark[0]
            value = next(rest)
            for said, stand in self._stands.items():
                if type(value) is type(stand) and value == stand:
                    return f"%({said})s"
            fixed[key := f"fixed_{len(fixed)}"] = value
            return f"%({key})s"

        return _MARK.sub(name, sql)


def _stand(place: int, kind: type) -> Any:
    """A value that no row and no condition of ours holds."""
    stands = {int: -1_900_000_000 - place, date: date(9000, 1, place), datetime: datetime(9000, 1, place, tzinfo=UTC)}
    return stands[kind]
