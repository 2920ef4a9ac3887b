"""Clocks gathered by month and clause, and put together over the months of a longer period. Pure."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from . import late
from . import rates as measured
from .late import Late

Promises = dict[tuple[date, str], dict[int, dict[str, int]]]
Settled = dict[date, tuple[int, int]]


class Clocks(NamedTuple):
    """By (month, clause key): `states`: terms -> state -> how many; `settled`: local day -> (met, missed), what was settled
    before the month began on its first day; `late`: what broke and what is owed; `waiting`: leads that should have been handed over
    and are not; `took`: how long first attempts took, packed."""

    states: Promises
    settled: dict[tuple[date, str], Settled]
    late: dict[tuple[date, str], Late]
    waiting: dict[tuple[date, str], list[int]]
    took: dict[tuple[date, str], list[str]]

    def over(self, months: Sequence[date], key: str) -> "Clocks":
        """The clocks of a clause in some months together, as if the first of them were the only one."""
        if len(months) == 1:
            return self
        to = (months[0], key)
        some = [(month, key) for month in months]
        settled: Settled = {}
        for one in some:
            settled |= self.settled.get(one, {})
        return Clocks(
            {to: summed(self.states, months, key)}, {to: settled},
            {to: late.together(self.late[one] for one in some if one in self.late)},
            {to: [lead for one in some for lead in self.waiting.get(one, ())]},
            {to: [packed for one in some for packed in self.took.get(one, ())]},
        )  # fmt: skip


def summed(states: Promises, months: Sequence[date], key: str) -> dict[int, dict[str, int]]:
    """Terms -> state -> how many, of a clause in some months together."""
    found = [states[month, key] for month in months if (month, key) in states]
    if len(found) <= 1:
        return found[0] if found else {}
    out: dict[int, dict[str, int]] = defaultdict(measured.none)
    for by_terms in found:
        for terms, counts in by_terms.items():
            for state, n in counts.items():
                out[terms][state] += n
    return dict(out)
