"""What would make this an MQL: the smallest sets of changeable facts and possible acts under which a lead qualifies.

An element of a set is one value that would be another one, or one act that would be done today, so often. Sets are looked
for by size: all of one element, then all of two, and so on, so that the first one found has no smaller rival; a set is left
out when a part of it, or the same done less often, is enough. A bound on the points that so many elements can bring spares
most of the looking; where too many are left, `climbing` takes the best step each time.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from typing import Any

from . import climbing, grade, needs, repeats, tree
from .behaviours import POSSIBLE_KINDS
from .decay import MILLION
from .evaluate import Facts, Judgement
from .fields import Catalogue
from .imagined import Imagination, State, Wish

MOST_SETS = 3
MOST_READ, MOST_WALKED = 200_000, 100_000  # criteria read, over all states judged; beginnings of states gone through
MOST_COMPARED = 400  # states of one or two elements looked at for the nearest that is not enough
MORE_LOOKS, MORE_WALKED = 4_000, 20_000  # for further sets, once one is found


@dataclass(frozen=True)
class Answer:
    """`sets`, smallest first. `proven`: every smaller set was tried, and where there is none, every set; otherwise there were
    too many to try, and a set was found, if any, by taking the best step each time. `tried`: sets looked at. `short`: one or two
    elements that bring it nearest without being enough, to show what the sets are for; empty where none brings it nearer.
    `unasked`: fields and kinds of event that the definition asks about and that may not be advised."""

    sets: tuple[tuple[Wish, ...], ...]
    proven: bool
    short: tuple[Wish, ...] = ()
    tried: int = 0
    unasked: tuple[str, ...] = ()


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
    kinds: Collection[str] = POSSIBLE_KINDS,
) -> Answer:
    """At most three smallest sets that make a lead qualify on local date `today`; with `goal`, that bring it into one of
    these grade cells. `personas`: rules of the persona versions named. `acts` False: what is done today does not count
    (the day of an engagement reset). `kinds`: the kinds of event that may be advised. One empty set when nothing is missing.
    """
    imagination = Imagination(body, facts, today, catalogue, personas or {}, acts, kinds)
    return _Search(imagination, frozenset(goal), after_no).answer()


class _Search:
    def __init__(self, imagination: Imagination, goal: Collection[str], after_no: bool):
        self.all, self.body = imagination, imagination.body
        self.goal, self.after_no = goal, after_no
        self.looks = self.walked = self.compared = 0
        self.most_looks, self.most_walked = MOST_READ // len(tree.slots(self.body)), MOST_WALKED
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
        proven, tried = self.all.complete and (bool(self.found) or not self._is_tired()), self.looks
        if not self.found and not proven and (way := climbing.climb(self)):
            self.found = [way]
        short = self.all.wishes(nearest) if (nearest := self._nearest(start)) else ()
        return Answer(
            tuple(map(self.all.wishes, sorted(self.found, key=self._size))),
            proven,
            short,
            tried,
            tuple(self.all.unasked),
        )

    def _size(self, state: State) -> tuple[int, int]:
        """Elements, then how often acts are done."""
        chosen = [
            (one, one.options[option - 1]) for one, option in zip(self.all.variables, state, strict=True) if option
        ]
        return len(chosen), sum(option for one, option in chosen if one.event)

    def _nearest(self, start: Judgement) -> State | None:
        """One or two elements that are not enough, and bring it as near as any such."""
        best, nearest = self.worth(start), None
        for one in climbing.nearby(self.all, self.all.nothing):
            for state in (one, *climbing.nearby(self.all, one)):
                if sum(map(bool, state)) > 2 or self._seen_enough():
                    continue
                found = self._judgement(state)
                if not self._reached(found) and self.worth(found) > best:
                    best, nearest = self.worth(found), state
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
        self.items = [  # (criterion, points it takes away, elements it takes, the variables it depends on)
            [(item, self._taken(item), needs.at_least(self.all, item), self.all.touched[id(item)]) for _p, item, _g in tree.items(self.body, axis)]
            for axis in tree.AXES
        ]  # fmt: skip
        gains = [self._gains(at) for at in range(len(self.all.variables))]
        direct = {at for cond in self.body.get("direct") or () for at in self.all.touched[id(cond)]}
        order = sorted(range(len(gains)), key=lambda at: (at not in direct, -max(map(sum, gains[at])), at))
        self.all.arrange(order)
        self.gains = [gains[at] for at in order]
        tops = [[max(option[axis] for option in one) for axis in (0, 1)] for one in self.gains]
        self.best_after = [  # from each variable on: the most that none, one, two, ... of them can bring to each axis
            [[0, *accumulate(sorted((top[axis] for top in tops[at:]), reverse=True))] for axis in (0, 1)]
            for at in range(len(order) + 1)
        ]
        self.direct_until = len(direct)  # from this variable on none opens the direct path

    def _gains(self, at: int) -> list[tuple[int, int]]:
        """The most that each option of a variable can bring to the two axes: what takes two elements is half for each."""
        one = self.all.variables[at]
        many = [option if one.event else 1 for option in one.options]
        fit, engagement = (
            [
                sum(-(-repeats.gain(item, n, taken) // takes) for item, taken, takes, by in mine if at in by)
                for n in many
            ]
            for mine in self.items
        )
        return list(zip(fit, engagement, strict=True))

    def _taken(self, item: Mapping[str, Any]) -> int:
        """Points that a criterion takes away now, rounded up."""
        if item["points"] > 0:
            return 0
        raw, _events = self.all.moment(()).raw(item)
        return -raw // MILLION + 1 if raw < 0 else 0

    def _by_size(self, start: Judgement) -> Iterator[State]:
        """States of one element, of two, ..., those left out that the bound rules out or of which a part is enough."""
        for size in range(1, len(self.all.variables) + 1):
            yield from self._grow((), size, (start.fit, start.engagement))

    def _grow(self, state: State, left: int, points: tuple[int, int]) -> Iterator[State]:
        """States of `left` more elements that begin so; `points`: the most that the axes may have by now."""
        self.walked += 1
        at = len(state)
        if self._is_tired() or self._is_enough(state):
            return
        if not left:
            yield state + (0,) * (len(self.all.variables) - at)
            return
        if len(self.all.variables) - at < left or self._is_hopeless(state, left, points):
            return
        for option, (fit, engagement) in enumerate(self.gains[at], 1):
            yield from self._grow((*state, option), left - 1, (points[0] + fit, points[1] + engagement))
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
        """Whether so many further elements cannot reach a cell, and the direct path is out of the question."""
        if not self.goal and (len(state) < self.direct_until or self._direct(state)):
            return False
        after = self.best_after[len(state)]
        best = [min(100, points[axis] + after[axis][left]) for axis in (0, 1)]
        return not any(best[0] >= low and best[1] >= high for low, high in self._edges())

    def _direct(self, state: State) -> bool:
        return any(map(self.all.moment(state).holds, self.body.get("direct") or ()))

    def _edges(self) -> Iterable[tuple[int, int]]:
        """The lower edges of the cells that are wanted."""
        fit, engagement = ([*self.body[axis]["bands"], 0] for axis in tree.AXES)
        for cell in self.goal or self.body.get("mql") or ():
            yield fit[grade.LETTERS.index(cell[0])], engagement[grade.DIGITS.index(cell[1])]

    # --- what climbing asks for

    def looked(self, state: State) -> tuple[bool, tuple[bool, int, int]]:
        """(whether a state is enough, its worth)."""
        found = self._judgement(state)
        return self._reached(found), self.worth(found)

    def worth(self, found: Judgement) -> tuple[bool, int, int]:
        short = (max(0, low - found.fit) + max(0, high - found.engagement) for low, high in self._edges())
        return self._reached(found), -len(found.failures), -min(short, default=0)
