"""What broke in a month and what is still owed, clause by clause: by local day, by rep in charge."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from .blocks import Count
from .clocks import MISSED


@dataclass
class Late:
    """Of a clause: (local day, rep) -> how many promises broke; rep -> how many of them nobody has touched; how many are
    owed, and when the next one falls due."""

    broken: Counter[tuple[date, int | None]] = field(default_factory=Counter)
    idle: Counter[int | None] = field(default_factory=Counter)
    owed: int = 0
    following: datetime | None = None

    @property
    def count(self) -> int:
        return sum(self.broken.values())

    def book(self) -> dict[str, Any]:
        """What broke, as a closed book keeps it; what is owed is nothing that a book can say."""
        broken = [[day.isoformat(), rep or 0, n] for (day, rep), n in self.broken.items()]
        return {"broken": sorted(broken), "idle": sorted([rep or 0, n] for rep, n in self.idle.items() if n)}

    def days(self) -> Counter[date]:
        """Local day -> how many broke."""
        found: Counter[date] = Counter()
        for (day, _rep), n in self.broken.items():
            found[day] += n
        return found


def together(some: Iterable[Late]) -> Late:
    """What broke and what is owed of several months."""
    out = Late()
    for one in some:
        out.broken.update(one.broken)
        out.idle.update(one.idle)
        out.owed += one.owed
        out.following = min(filter(None, (out.following, one.following)), default=None)
    return out


def from_book(kept: Mapping[str, Any]) -> Late:
    """What broke in a closed month, as it was frozen."""
    broken = {(date.fromisoformat(day), rep or None): n for day, rep, n in kept["broken"]}
    return Late(Counter(broken), Counter({rep or None: n for rep, n in kept["idle"]}))


def of(counts: Iterable[Count]) -> dict[tuple[date, str], Late]:
    """(month, clause key) -> what broke in it and what is owed."""
    out: dict[tuple[date, str], Late] = defaultdict(Late)
    for one in counts:
        found = out[one.month, one.key]
        if one.state == MISSED and one.settled:
            found.broken[one.settled, one.rep] += one.n
            found.idle[one.rep] += one.n * one.idle
        elif one.first:
            found.owed += one.n
            found.following = min(found.following or one.first, one.first)
    return out
