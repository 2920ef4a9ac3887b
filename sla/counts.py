"""Clocks counted by what is said of them, as they are kept from one look to the next. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from . import took


@dataclass(frozen=True)
class Count:
    """So many clocks that are alike. `settled`: the local day on which they were, of missed ones that on which they fell due;
    `rep`, `idle`: of missed ones; `first`: the next due instant of those still owed; `took`: how long the first attempts took, packed."""

    month: date
    key: str
    terms: int
    state: str
    settled: date | None
    rep: int | None
    idle: bool
    n: int
    first: datetime | None
    took: str = ""


def merged(counts: Iterable[Count]) -> list[Count]:
    """Counts of some handoffs and of others put together: those that are alike become one."""
    found: dict[tuple, list[Count]] = {}
    for one in counts:
        found.setdefault((one.month, one.key, one.terms, one.state, one.settled, one.rep, one.idle), []).append(one)
    return [
        some[0] if len(some) == 1 else _one(some)
        for _alike, some in sorted(found.items(), key=lambda pair: str(pair[0]))
    ]


def _one(some: Sequence[Count]) -> Count:
    return replace(
        some[0], n=sum(one.n for one in some), first=min((one.first for one in some if one.first), default=None),
        took=took.together(one.took for one in some if one.took),
    )  # fmt: skip


def frozen(one: Count) -> list[Any]:
    """A count as JSON keeps it."""

    def said(at: date | None) -> str | None:
        return at.isoformat() if at else None

    return [
        one.month.isoformat(), one.key, one.terms, one.state, said(one.settled), one.rep, one.idle, one.n,
        said(one.first), one.took,
    ]  # fmt: skip


def thawed(rows: Iterable[Sequence[Any]]) -> list[Count]:
    """The counts of what `frozen` made of them."""
    day = date.fromisoformat
    return [
        Count(day(m), key, terms, state, settled and day(settled), rep, idle, n, first and datetime.fromisoformat(first), packed)
        for m, key, terms, state, settled, rep, idle, n, first, packed in rows
    ]  # fmt: skip
