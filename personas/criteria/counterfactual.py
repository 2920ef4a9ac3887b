"""What would make this an MQL: the smallest sets of changeable facts and possible acts under which a lead qualifies.

An element of a set is one value that would be another one, or one act that would be done today. Sets are looked for by
size: all of one element, then all of two, and so on, so that the first one found has no smaller rival; a set is left
out when a part of it is enough. A bound on the points that so many steps can bring spares most of the looking.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from . import candidates, grade, tree
from .behaviours import key_of, matches
from .evaluate import Facts, Judgement, Moment, cap_of, judged
from .fields import Catalogue

MOST_SETS, MOST_STEPS, MOST_LOOKS = 3, 8, 20_000
MORE_LOOKS = 4_000  # for further sets, once one is found

State = tuple[int, ...]
Reached = Callable[[Judgement], bool]


@dataclass(frozen=True)
class Wish:
    """A field that would have another value, or an act done `times` times.

    `gained` and `lost`: the conditions on that field that would then hold, or hold no longer. `done`: how often the act
    counts today already.
    """

    field: str = ""
    value: Any = None
    gained: tuple[Mapping[str, Any], ...] = ()
    lost: tuple[Mapping[str, Any], ...] = ()
    event: Mapping[str, Any] | None = None
    times: int = 1
    done: int = 0

    @property
    def size(self) -> int:
        return 1 if self.field else self.times


@dataclass(frozen=True)
class Answer:
    """`sets`, smallest first; none: nothing within reach. `proven`: every smaller set was tried; otherwise there were too many
    to try, and a set was found by taking the best step each time."""

    sets: tuple[tuple[Wish, ...], ...]
    proven: bool


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
    return _Search(body, facts, today, catalogue, personas or {}, frozenset(goal), after_no, acts).answer()


@dataclass
class _Variable:
    """What may be otherwise: `options` besides the one that stands, each with its number of steps."""

    key: str
    options: list[Any]
    costs: list[int]
    event: Mapping[str, Any] | None = None
    gains: tuple[int, int] = (0, 0)  # the most that one step can bring to each axis


class _Facts:
    """The facts under some wishes."""

    def __init__(self, search: "_Search", state: State):
        self._search, self._state = search, state
        self.personas: frozenset[int] = frozenset()
        chosen = [(one, option) for one, option in zip(search.variables, state, strict=True) if option]
        self._values = {one.key: one.options[option - 1] for one, option in chosen if one.event is None}
        self._acts = [(one.event, one.options[option - 1]) for one, option in chosen if one.event is not None]

    def value(self, name: str) -> Any:
        return self._values[name] if name in self._values else self._search.facts.value(name)

    def events(self, filter_: Mapping[str, Any]) -> list[tuple[date, int]]:
        more = [(self._search.today, count) for event, count in self._acts if matches(filter_, event)]
        return [*self._search.events(filter_), *more]


@dataclass(frozen=True)
class _Imagined(Moment):
    """A moment under some wishes; what does not depend on them is remembered."""

    search: Any = field(default=None, compare=False)
    state: State = ()

    def holds(self, cond: Mapping[str, Any]) -> bool:
        if "persona" in cond:
            rules = self.search.personas.get(cond["persona"])
            return self.holds(rules) if rules else (not rules and cond["persona"] in self.search.facts.personas)
        return self._kept("holds", cond, super().holds)

    def raw(self, item: Mapping[str, Any]) -> tuple[int, int]:
        return self._kept("raw", item, super().raw)

    def _kept(self, what: str, part: Mapping[str, Any], compute: Callable) -> Any:
        touched = self.search.touched.get(id(part))
        if touched is None:
            return compute(part)
        key = (what, id(part), *(self.state[index] for index in touched))
        kept = self.search.kept
        if key not in kept:
            kept[key] = compute(part)
        return kept[key]


class _Search:
    def __init__(
        self,
        body: Mapping[str, Any],
        facts: Facts,
        today: date,
        catalogue: Catalogue,
        personas: Mapping[int, Mapping[str, Any]],
        goal: Collection[str],
        after_no: bool,
        acts: bool,
    ):
        self.body, self.facts, self.today, self.catalogue = body, facts, today, catalogue
        self.personas, self.goal, self.after_no = personas, goal, after_no
        self.kept: dict[tuple, Any] = {}
        self._events: dict[str, list[tuple[date, int]]] = {}
        self.looks = 0
        self.variables = [*self._fields(), *(self._acts() if acts else ())]
        self.index = {one.key: at for at, one in enumerate(self.variables)}
        self.touched = {id(part): self._touching(cond) for part, cond in self._parts()}
        self._order()

    # --- what may be otherwise

    def leaves(self, cond: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        """The tests inside a condition tree, those of the personas it names included."""
        for _path, leaf in tree.leaves(cond):
            rules = self.personas.get(leaf["persona"]) if "persona" in leaf else None
            yield from self.leaves(rules) if rules else (leaf,)

    def _conditions(self) -> list[Mapping[str, Any]]:
        return [leaf for _path, cond in tree.roots(self.body) for leaf in self.leaves(cond)]

    def _fields(self) -> Iterator[_Variable]:
        asked: dict[str, list[Mapping[str, Any]]] = {}
        for leaf in self._conditions():
            if "field" in leaf and leaf not in asked.setdefault(leaf["field"], []):
                asked[leaf["field"]].append(leaf)
        self.asked = asked
        for name, leaves in asked.items():
            info = self.catalogue.get(name)
            options = candidates.values(info, leaves, self.facts.value(name), self.today) if info else []
            if options:
                yield _Variable(name, options, [1] * len(options))

    def _acts(self) -> Iterator[_Variable]:
        filters = {key_of(leaf["event"]): leaf["event"] for leaf in self._conditions() if "event" in leaf}
        for key, filter_ in filters.items():
            event = candidates.act(filter_)
            if event is not None:
                steps = list(range(1, MOST_STEPS + 1))
                yield _Variable(key, steps, steps, event)

    def _parts(self) -> Iterator[tuple[Any, Mapping[str, Any]]]:
        """(criterion, or condition of a list; its condition)."""
        for axis in tree.AXES:
            for _path, item, _group in tree.items(self.body, axis):
                yield item, item["when"]
        for name in tree.LISTS:
            for cond in self.body.get(name) or ():
                yield cond, cond

    def _touching(self, cond: Mapping[str, Any]) -> tuple[int, ...]:
        """Variables on which a condition depends."""
        found = set()
        for leaf in self.leaves(cond):
            if "field" in leaf:
                found |= {self.index[leaf["field"]]} if leaf["field"] in self.index else set()
            elif "event" in leaf:
                found |= {
                    at for at, one in enumerate(self.variables) if one.event and matches(leaf["event"], one.event)
                }
        return tuple(sorted(found))

    def _order(self) -> None:
        """What opens the direct path first, then what brings most: the bound bites early."""
        for axis_at, axis in enumerate(tree.AXES):
            for _path, item, _group in tree.items(self.body, axis):
                for at in self.touched[id(item)]:
                    one = self.variables[at]
                    gains = list(one.gains)
                    gains[axis_at] += self._most(item)
                    one.gains = (gains[0], gains[1])
        direct = {at for cond in self.body.get("direct") or () for at in self.touched[id(cond)]}
        order = sorted(
            range(len(self.variables)), key=lambda at: (at not in direct, -sum(self.variables[at].gains), at)
        )
        place = {old: new for new, old in enumerate(order)}
        self.variables = [self.variables[old] for old in order]
        self.touched = {part: tuple(sorted(place[at] for at in found)) for part, found in self.touched.items()}
        self.direct_until = len(direct)  # from this variable on none opens the direct path
        self.best_after = [
            tuple(max((one.gains[axis] for one in self.variables[at:]), default=0) for axis in (0, 1))
            for at in range(len(self.variables) + 1)
        ]

    def _most(self, item: Mapping[str, Any]) -> int:
        """The most that one step may bring by a criterion: for points taken away, that they no longer are."""
        points = item["points"]
        if points > 0:
            return points + (1 if item.get("each") else 0)  # truncation to whole points may give one more
        raw, _events = self._moment(self.nothing).raw(item)
        return min(cap_of(item), -raw // 1_000_000 + 1) if raw < 0 else 0

    # --- looking

    @property
    def nothing(self) -> State:
        return (0,) * len(self.variables)

    def events(self, filter_: Mapping[str, Any]) -> list[tuple[date, int]]:
        key = key_of(filter_)
        if key not in self._events:
            self._events[key] = list(self.facts.events(filter_))
        return self._events[key]

    def _moment(self, state: State) -> _Imagined:
        return _Imagined(_Facts(self, state), self.today, self.catalogue, self, state)

    def judgement(self, state: State) -> Judgement:
        self.looks += 1
        return judged(self.body, self._moment(state), after_no=self.after_no)

    def reached(self, found: Judgement) -> bool:
        return found.grade in self.goal if self.goal else found.qualifies

    def answer(self) -> Answer:
        start = self.judgement(self.nothing)
        if self.reached(start):
            return Answer(((),), True)
        found: list[State] = []
        most = MOST_LOOKS
        for state in self._by_size(start):
            if self._is_new(state, found) and self.reached(self.judgement(state)):
                found.append(state)
                most = min(most, self.looks + MORE_LOOKS) if len(found) == 1 else most
            if len(found) == MOST_SETS or self.looks > most:
                break
        proven = bool(found) or self.looks <= most
        if not found and (step := self._step_by_step(start)):
            found, proven = [step], False
        return Answer(tuple(map(self._wishes, found)), proven)

    def _by_size(self, start: Judgement) -> Iterator[State]:
        """States of one step, of two, ..., those left out that the bound rules out."""
        for size in range(1, MOST_STEPS + 1):
            yield from self._grow((), size, (start.fit, start.engagement))

    def _grow(self, state: State, left: int, points: tuple[int, int]) -> Iterator[State]:
        at = len(state)
        if at == len(self.variables):
            if not left:
                yield state
            return
        if not left:
            yield state + (0,) * (len(self.variables) - at)
            return
        if self._hopeless(state, left, points):
            return
        one = self.variables[at]
        for option, cost in enumerate(one.costs, 1):
            if cost <= left:
                more = (points[0] + cost * one.gains[0], points[1] + cost * one.gains[1])
                yield from self._grow((*state, option), left - cost, more)
        yield from self._grow((*state, 0), left, points)

    def _hopeless(self, state: State, left: int, points: tuple[int, int]) -> bool:
        """Whether so many further steps cannot reach a cell, and the direct path is out of the question."""
        if not self.goal and (len(state) < self.direct_until or self._direct(state)):
            return False
        after = self.best_after[len(state)]
        best = [min(100, points[axis] + left * after[axis]) for axis in (0, 1)]
        return not any(best[0] >= low and best[1] >= high for low, high in self._edges())

    def _direct(self, state: State) -> bool:
        moment = self._moment(state + (0,) * (len(self.variables) - len(state)))
        return any(map(moment.holds, self.body.get("direct") or ()))

    def _edges(self) -> Iterable[tuple[int, int]]:
        """The lower edges of the cells that are wanted."""
        fit, engagement = ([*self.body[axis]["bands"], 0] for axis in tree.AXES)
        for cell in self.goal or self.body["mql"]:
            yield fit[grade.LETTERS.index(cell[0])], engagement[grade.DIGITS.index(cell[1])]

    def _is_new(self, state: State, found: Sequence[State]) -> bool:
        """Whether no set that was found is a part of this one, or differs from it in a value only."""
        return not any(self._covers(one, state) for one in found)

    def _covers(self, one: State, other: State) -> bool:
        return all(
            mine == 0 or (theirs >= mine if variable.event else theirs != 0)
            for mine, theirs, variable in zip(one, other, self.variables, strict=True)
        )

    def _step_by_step(self, start: Judgement) -> State | None:
        """A set found by always taking the step that brings most, then leaving out what is not needed."""
        state, best = self.nothing, start
        for _step in range(2 * MOST_STEPS):
            tried = [
                (self._worth(found), next_, found) for next_ in self._nearby(state) for found in [self.judgement(next_)]
            ]
            if not tried:
                return None
            worth, next_, found = max(tried, key=lambda one: one[0])
            if self.reached(found):
                return self._spared(next_)
            if worth <= self._worth(best):
                return None
            state, best = next_, found
        return None

    def _nearby(self, state: State) -> Iterator[State]:
        for at, one in enumerate(self.variables):
            options = [state[at] + 1] if one.event else range(1, len(one.options) + 1)
            for option in options:
                if option <= len(one.options) and option != state[at]:
                    yield (*state[:at], option, *state[at + 1 :])

    def _worth(self, found: Judgement) -> tuple[bool, int, int]:
        short = min(max(0, low - found.fit) + max(0, high - found.engagement) for low, high in self._edges())
        return self.reached(found), -len(found.failures), -short

    def _spared(self, state: State) -> State:
        for at, one in enumerate(self.variables):
            while state[at]:
                less = (*state[:at], state[at] - 1 if one.event else 0, *state[at + 1 :])
                if not self.reached(self.judgement(less)):
                    break
                state = less
        return state

    # --- saying it

    def _wishes(self, state: State) -> tuple[Wish, ...]:
        chosen = [(one, one.options[option - 1]) for one, option in zip(self.variables, state, strict=True) if option]
        return tuple(self._act(one, value) if one.event else self._other(one.key, value) for one, value in chosen)

    def _act(self, one: _Variable, times: int) -> Wish:
        filter_ = next(
            leaf["event"] for leaf in self._conditions() if "event" in leaf and key_of(leaf["event"]) == one.key
        )
        return Wish(event=filter_, times=times, done=sum(n for _day, n in self.events(filter_)))

    def _other(self, name: str, value: Any) -> Wish:
        info, now = self.catalogue[name], self.facts.value(name)
        before, after = (candidates.outcome(info, self.asked[name], one, self.today) for one in (now, value))
        moved = list(zip(self.asked[name], before, after, strict=True))
        gained = tuple(leaf for leaf, was, now_ in moved if now_ and not was)
        lost = tuple(leaf for leaf, was, now_ in moved if was and not now_)
        return Wish(field=name, value=value, gained=gained, lost=lost)
