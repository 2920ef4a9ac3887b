"""Whose turn it is, pure: the first pool that takes the lead and has somebody free; of those free whoever is first in turn.

A turn moves whoever gets it ahead by ROUND ÷ their weight; next is whoever would then stand the least far, so equal weights
never differ by more than one turn. Whoever was not free (away, full, outside their hours, out of the turn) catches nothing up:
free again, they go on from the least far of the others. Who may only not have *this* lead keeps their place.
"""

from collections.abc import Callable, Collection, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

ROUND = 5354228880  # divisible by every weight up to 24
TURN, ACCOUNT, POOL = "turn", "account", "pool"
# Why somebody got it or not. What ends in the second line is no question of the lead: such a rep is not free at all.
CHOSEN, LATER, REFUSED, HAD = "chosen", "later", "refused", "had"
GONE, AWAY, HAND, HOURS, FULL = "gone", "away", "hand", "hours", "full"
WHY = (CHOSEN, LATER, REFUSED, HAD, GONE, AWAY, HAND, HOURS, FULL)


@dataclass
class Seat:
    """A rep's place in a pool. `opens(at)`: whether they work at an instant (None: at any); `works`: False for who left."""

    rep: int
    weight: int = 1
    cap: int = 200
    turn: int = 0
    waits: bool = False
    opens: Callable[[datetime], bool] | None = None
    works: bool = True

    @property
    def step(self) -> int:
        return ROUND // max(self.weight, 1)


@dataclass
class Bench:
    """A pool with its seats; `holds`: the leads that its rule takes (None: all)."""

    pool: int
    seats: Sequence[Seat]
    holds: Collection[int] | None = None

    def takes(self, lead: int) -> bool:
        return self.holds is None or lead in self.holds


@dataclass(frozen=True)
class Case:
    """One handoff to be routed. `refused`: reps who sent its lead back; `had`: those from whom it is taken now."""

    lead: int
    at: datetime
    day: date
    company: int | None = None
    refused: Collection[int] = ()
    had: Collection[int] = ()


@dataclass(frozen=True)
class Choice:
    """The rep (None: it waits in `pool`), by which way, and everybody who was considered with why (as of `Routing.considered`)."""

    rep: int | None
    pool: int | None
    how: str
    considered: dict[str, Any]


@dataclass
class Table:
    """Everything the choice looks at. `load`: open handoffs by rep; `account`: company -> its reps, the one named first, then
    the newest; `named`: company -> the one named, who stays first; `away`: rep -> [(first, last day)]; `caps` False: nobody is ever full (history)."""

    benches: Sequence[Bench]
    load: MutableMapping[int, int]
    account: MutableMapping[int, Sequence[int]]
    away: Mapping[int, Sequence[tuple[date, date]]]
    active: Collection[int]
    caps: bool = True
    named: Mapping[int, int] = field(default_factory=dict)
    got: dict[tuple[int, int], int] = field(default_factory=dict)  # (pool, rep) -> turns given here

    def choose(self, case: Case) -> Choice:
        """Who gets it, and the table as it stands after that."""
        holders = self.account.get(case.company, ()) if case.company else ()
        asked = [self._account(one, case) for one in holders]
        first = next((one for one in asked if one[1] == CHOSEN), asked[0] if asked else None)
        told: list[list[Any]] = []
        rep = first[0] if first and first[1] == CHOSEN else None
        pool = None if rep is None else next((one.pool for one in self.benches if one.takes(case.lead)), None)
        how = ACCOUNT
        if rep is None:
            rep, pool, told = self._by_turn(case)
            how = TURN if rep else POOL
        if rep is not None:
            self.load[rep] = self.load.get(rep, 0) + self.caps
            if case.company:
                self.account[case.company] = self._reordered(case.company, rep, holders)
        return Choice(rep, pool, how, {"account": first, "pools": told})

    def _reordered(self, company: int, rep: int, holders: Sequence[int]) -> Sequence[int]:
        """The reps of an account after one of them, or a new one, got a lead of it."""
        first = self.named.get(company)
        order = [rep, *holders] if first is None else [first, rep, *holders]
        return list(dict.fromkeys(order))

    def anybody_free(self, at: datetime, day: date) -> bool:
        """Whether a turn could be given to anybody at all."""
        return any(not self._hindered(one, at, day) for bench in self.benches for one in bench.seats)

    def _by_turn(self, case: Case) -> tuple[int | None, int | None, list[list[Any]]]:
        told: list[list[Any]] = []
        waits = None
        for bench in self.benches:
            if not bench.takes(case.lead):
                told.append([bench.pool, False, []])
                continue
            waits = bench.pool if waits is None else waits
            seat, rows = self._ask(bench, case)
            told.append([bench.pool, True, rows])
            if seat is not None:
                self.got[bench.pool, seat.rep] = self.got.get((bench.pool, seat.rep), 0) + 1
                return seat.rep, bench.pool, told
        return None, waits, told

    def _ask(self, bench: Bench, case: Case) -> tuple[Seat | None, list[list[Any]]]:
        """Whose turn it is in a pool (None: nobody's), who moves on; and a row for each: rep, why, load, cap, turns given."""
        why = {one.rep: self._hindered(one, case.at, case.day) for one in bench.seats}
        free = [one for one in bench.seats if not why[one.rep]]
        self._wake(bench, free)
        for one in bench.seats:
            one.waits = bool(why[one.rep])
        may = [one for one in free if one.rep not in case.refused and one.rep not in case.had]
        chosen = min(may, key=lambda one: (one.turn + one.step, one.rep), default=None)
        rows = []
        for one in bench.seats:
            said = why[one.rep] or (
                CHOSEN if one is chosen else HAD if one.rep in case.had else REFUSED if one not in may else LATER
            )
            rows.append([one.rep, said, self.load.get(one.rep, 0), one.cap, one.turn * 100 // ROUND])
        if chosen is not None:
            chosen.turn += chosen.step
        return chosen, rows

    @staticmethod
    def _wake(bench: Bench, free: Sequence[Seat]) -> None:
        """Who was not free and is again goes on from the least far of those who were; nobody catches up what came meanwhile."""
        here = min((one.turn for one in free if not one.waits), default=None)
        for one in free:
            if one.waits and here is not None:
                one.turn = max(one.turn, here)

    def _hindered(self, seat: Seat, at: datetime, day: date) -> str:
        """Why a rep gets nothing now, whatever the lead is; "" for who is free."""
        if not seat.works or seat.rep not in self.active:
            return GONE
        if self._is_away(seat.rep, day):
            return AWAY
        if seat.weight <= 0:
            return HAND
        if seat.opens is not None and not seat.opens(at):
            return HOURS
        return FULL if self.caps and self.load.get(seat.rep, 0) >= seat.cap else ""

    def _account(self, rep: int, case: Case) -> list[Any]:
        """The rep of the account, and why they get it or not: hours and weights are of turns, and no question here."""
        cap = max((one.cap for bench in self.benches for one in bench.seats if one.rep == rep), default=None)
        full = self.caps and cap is not None and self.load.get(rep, 0) >= cap
        for hindered, why in (
            (rep not in self.active, GONE),
            (self._is_away(rep, case.day), AWAY),
            (rep in case.had, HAD),
            (rep in case.refused, REFUSED),
            (full, FULL),
        ):
            if hindered:
                return [rep, why]
        return [rep, CHOSEN]

    def _is_away(self, rep: int, day: date) -> bool:
        return any(first <= day <= last for first, last in self.away.get(rep, ()))
