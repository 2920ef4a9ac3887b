"""What would make this an MQL: the smallest sets of changeable facts and possible acts under which a lead qualifies.

An element of a set is one value that would be another one, or one act that would be done today. Sets are looked for by
size: all of one element, then all of two, and so on, so that the first one found has no smaller rival; a set is left
out when a part of it is enough. A bound on the points that so many steps can bring spares most of the looking.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from . import grade, tree
from .decay import MILLION
from .evaluate import Facts, Judgement, cap_of
from .fields import Catalogue
from .imagined import Imagination, State, Wish

MOST_SETS, MOST_STEPS = 3, 8
MOST_LOOKS, MOST_WALKED = 20_000, 100_000  # states judged; beginnings of states gone through
MOST_COMPARED = 400  # states of one or two steps looked at for the nearest that is not enough
MORE_LOOKS, MORE_WALKED = 4_000, 20_000  # for further sets, once one is found


@dataclass(frozen=True)
class Answer:
    """`sets`, smallest first; none: nothing within reach. `proven`: every smaller set was tried; otherwise there were too many
    to try, and a set was found by taking the best step each time. `short`: of one or two steps those that bring it nearest
    without being enough, to show what the sets are for; empty where no step brings it nearer."""

    sets: tuple[tuple[Wish, ...], ...]
    proven: bool
    short: tuple[Wish, ...] = ()


def would(
    body: Mapping[str, Any],
    facts: Facts,
    today: date,
    *,
    catalogue: Catalogue,
    personas: Mapping[int, Mapping[str, Any]] | None = None,
    goal: Collection[str] = (),
    after_no: bool = False,
    acts: bool = True,
) -> Answer:
    """At most three smallest sets that make a lead qualify on local date `today`; with `goal`, that bring it into one of
    these grade cells. `personas`: rules of the persona versions named. `acts` False: what is done today does not count
    (the day of an engagement reset). One empty set when nothing is missing.
    """
    imagination = Imagination(body, facts, today, catalogue, personas or {}, MOST_STEPS if acts else 0)
    return _Search(imagination, frozenset(goal), after_no).answer()


class _Search:
    def __init__(self, imagination: Imagination, goal: Collection[str], after_no: bool):
        self.all, self.body = imagination, imagination.body
        self.goal, self.after_no = goal, after_no
        self.looks = self.walked = self.compared = 0
        self.most_looks, self.most_walked = MOST_LOOKS, MOST_WALKED
        self.found: list[State] = []
        self._order()

    def answer(self) -> Answer:
        start = self._judgement(self.all.nothing)
        if self._reached(start):
            return Answer(((),), True)
        for state in self._by_size(start):
            if self._reached(self._judgement(state)):
                self._keep(state)
            if len(self.found) == MOST_SETS or self._is_tired():
                break
        proven = bool(self.found) or not self._is_tired()
        if not self.found and (step := self._step_by_step(start)):
            self.found, proven = [step], False
        short = self.all.wishes(nearest) if (nearest := self._nearest(start)) else ()
        return Answer(tuple(map(self.all.wishes, self.found)), proven, short)

    def _nearest(self, start: Judgement) -> State | None:
        """One or two steps that are not enough, and bring it as near as any such."""
        best, nearest = self._worth(start), None
        for one in self._nearby(self.all.nothing):
            for state in (one, *self._nearby(one)):
                if sum(map(bool, state)) > 2 or self._seen_enough():
                    continue
                found = self._judgement(state)
                if not self._reached(found) and self._worth(found) > best:
                    best, nearest = self._worth(found), state
        return nearest

    def _seen_enough(self) -> bool:
        self.compared += 1
        return self.compared > MOST_COMPARED

    def _keep(self, state: State) -> None:
        self.found.append(state)
        if len(self.found) == 1:
            self.most_looks = min(self.most_looks, self.looks + MORE_LOOKS)
            self.most_walked = min(self.most_walked, self.walked + MORE_WALKED)

    def _is_tired(self) -> bool:
        return self.looks > self.most_looks or self.walked > self.most_walked

    def _judgement(self, state: State) -> Judgement:
        self.looks += 1
        return self.all.judgement(state, after_no=self.after_no)

    def _reached(self, found: Judgement) -> bool:
        return found.grade in self.goal if self.goal else found.qualifies

    # --- by size

    def _order(self) -> None:
        """What opens the direct path first, then what brings most: the bound bites early."""
        gains = [[0, 0] for _one in self.all.variables]
        for axis_at, axis in enumerate(tree.AXES):
            for _path, item, _group in tree.items(self.body, axis):
                most = self._most(item)
                for at in self.all.touched[id(item)]:
                    gains[at][axis_at] += most
        direct = {at for cond in self.body.get("direct") or () for at in self.all.touched[id(cond)]}
        order = sorted(range(len(gains)), key=lambda at: (at not in direct, -sum(gains[at]), at))
        self.all.arrange(order)
        self.gains = [gains[at] for at in order]  # the most that one step of a variable can bring to each axis
        self.best_after = [
            [max((one[axis] for one in self.gains[at:]), default=0) for axis in (0, 1)] for at in range(len(order) + 1)
        ]
        self.direct_until = len(direct)  # from this variable on none opens the direct path

    def _most(self, item: Mapping[str, Any]) -> int:
        """The most that one step may bring by a criterion: for points taken away, that they no longer are."""
        points = item["points"]
        if points > 0:
            return points + (1 if item.get("each") else 0)  # truncation to whole points may give one more
        raw, _events = self.all.moment(()).raw(item)
        return min(cap_of(item), -raw // MILLION + 1) if raw < 0 else 0

    def _by_size(self, start: Judgement) -> Iterator[State]:
        """States of one step, of two, ..., those left out that the bound rules out or of which a part is enough."""
        for size in range(1, MOST_STEPS + 1):
            yield from self._grow((), size, (start.fit, start.engagement))

    def _grow(self, state: State, left: int, points: tuple[int, int]) -> Iterator[State]:
        """States of `left` more steps that begin so; `points`: the most that the axes may have by now."""
        self.walked += 1
        at = len(state)
        if self._is_tired() or self._is_enough(state):
            return
        if not left:
            yield state + (0,) * (len(self.all.variables) - at)
            return
        if at == len(self.all.variables) or self._is_hopeless(state, left, points):
            return
        one, gains = self.all.variables[at], self.gains[at]
        for option in range(1, len(one.options) + 1):
            if (cost := one.cost(option)) <= left:
                more = (points[0] + cost * gains[0], points[1] + cost * gains[1])
                yield from self._grow((*state, option), left - cost, more)
        yield from self._grow((*state, 0), left, points)

    def _is_enough(self, state: State) -> bool:
        """Whether a set that was found is a part of what begins so, or differs from it in a value only."""
        whole = state + (0,) * (len(self.all.variables) - len(state))
        return any(self._covers(one, whole) for one in self.found)

    def _covers(self, one: State, other: State) -> bool:
        return all(
            mine == 0 or (theirs >= mine if variable.event else theirs != 0)
            for mine, theirs, variable in zip(one, other, self.all.variables, strict=True)
        )

    def _is_hopeless(self, state: State, left: int, points: tuple[int, int]) -> bool:
        """Whether so many further steps cannot reach a cell, and the direct path is out of the question."""
        if not self.goal and (len(state) < self.direct_until or self._direct(state)):
            return False
        after = self.best_after[len(state)]
        best = [min(100, points[axis] + left * after[axis]) for axis in (0, 1)]
        return not any(best[0] >= low and best[1] >= high for low, high in self._edges())

    def _direct(self, state: State) -> bool:
        return any(map(self.all.moment(state).holds, self.body.get("direct") or ()))

    def _edges(self) -> Iterable[tuple[int, int]]:
        """The lower edges of the cells that are wanted."""
        fit, engagement = ([*self.body[axis]["bands"], 0] for axis in tree.AXES)
        for cell in self.goal or self.body.get("mql") or ():
            yield fit[grade.LETTERS.index(cell[0])], engagement[grade.DIGITS.index(cell[1])]

    # --- step by step

    def _step_by_step(self, start: Judgement) -> State | None:
        """A set found by always taking the step that brings most, then leaving out what is not needed."""
        state, best = self.all.nothing, start
        for _step in range(2 * MOST_STEPS):
            tried = [(next_, self._judgement(next_)) for next_ in self._nearby(state)]
            if not tried:
                return None
            next_, found = max(tried, key=lambda one: self._worth(one[1]))
            if self._reached(found):
                return self._spared(next_)
            if self._worth(found) <= self._worth(best):
                return None
            state, best = next_, found
        return None

    def _nearby(self, state: State) -> Iterator[State]:
        for at, one in enumerate(self.all.variables):
            options: Sequence[int] = [state[at] + 1] if one.event else range(1, len(one.options) + 1)
            for option in options:
                if option <= len(one.options) and option != state[at]:
                    yield (*state[:at], option, *state[at + 1 :])

    def _worth(self, found: Judgement) -> tuple[bool, int, int]:
        short = (max(0, low - found.fit) + max(0, high - found.engagement) for low, high in self._edges())
        return self._reached(found), -len(found.failures), -min(short, default=0)

    def _spared(self, state: State) -> State:
        for at, one in enumerate(self.all.variables):
            while state[at]:
                less = (*state[:at], state[at] - 1 if one.event else 0, *state[at + 1 :])
                if not self._reached(self._judgement(less)):
                    break
                state = less
        return state
