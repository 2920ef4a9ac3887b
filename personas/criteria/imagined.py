"""Facts as they would be under wishes: what may be otherwise, and a definition judged so, quickly, many times over.

A state holds one number for each variable: 0 as it is, else which of its options is taken.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from . import candidates, repeats, tree
from .behaviours import POSSIBLE_KINDS, key_of, matches
from .evaluate import Facts, Judgement, Moment, judged
from .fields import Catalogue

State = tuple[int, ...]


@dataclass(frozen=True)
class Wish:
    """A field that would have another value, or an act done `times` times.

    `gained` and `lost`: the conditions on that field that would then hold, or hold no longer. `done`: how often the act
    counts already.
    """

    field: str = ""
    value: Any = None
    gained: tuple[Mapping[str, Any], ...] = ()
    lost: tuple[Mapping[str, Any], ...] = ()
    event: Mapping[str, Any] | None = None
    times: int = 1
    done: int = 0


@dataclass(frozen=True)
class Variable:
    """What may be otherwise: a field with other values, or an act with how often it may be done; either is one element.

    `asked`: the conditions on the field, or the filter of the act.
    """

    key: str
    options: list[Any]
    asked: Any
    event: Mapping[str, Any] | None = None


class Imagination:
    """A definition and the facts of a lead on local date `today`, with all that may be otherwise (`variables`).

    `acts`: whether what is done today counts; `kinds`: the kinds of event that may be advised. `complete`: whether nothing that
    may be otherwise was left out, no number of times either. `unasked`: fields and kinds of event that the definition asks about,
    that could be otherwise and may not be advised.
    """

    def __init__(
        self,
        body: Mapping[str, Any],
        facts: Facts,
        today: date,
        catalogue: Catalogue,
        personas: Mapping[int, Mapping[str, Any]],
        acts: bool,
        kinds: Collection[str] = POSSIBLE_KINDS,
    ):
        self.body, self.facts, self.today, self.catalogue, self.personas = body, facts, today, catalogue, personas
        self.kinds = kinds
        self.unasked: list[str] = []
        self.kept: dict[tuple, Any] = {}
        self._events: dict[str, list[tuple[date, int]]] = {}
        self.complete = True
        self.variables = [*self._fields(), *(self._acts() if acts else ())]
        self.touched = {id(part): self._touching(cond) for part, cond in self._parts()}

    @property
    def nothing(self) -> State:
        return (0,) * len(self.variables)

    def judgement(self, state: State, *, after_no: bool = False) -> Judgement:
        return judged(self.body, self.moment(state), after_no=after_no)

    def moment(self, state: State) -> "Imagined":
        """The moment under these wishes; variables at the end that are left out are as they are."""
        whole = state + (0,) * (len(self.variables) - len(state))
        return Imagined(_Facts(self, whole), self.today, self.catalogue, self, whole)

    def arrange(self, order: list[int]) -> None:
        """Put the variables into another order."""
        place = {old: new for new, old in enumerate(order)}
        self.variables = [self.variables[old] for old in order]
        self.touched = {part: tuple(sorted(place[at] for at in found)) for part, found in self.touched.items()}
        self.kept.clear()

    def wishes(self, state: State) -> tuple[Wish, ...]:
        """A state as a set of wishes."""
        chosen = [(one, one.options[option - 1]) for one, option in zip(self.variables, state, strict=True) if option]
        return tuple(self._act(one, value) if one.event else self._other(one, value) for one, value in chosen)

    def events(self, filter_: Mapping[str, Any]) -> list[tuple[date, int]]:
        """Events that there are of a behaviour, read once."""
        key = key_of(filter_)
        if key not in self._events:
            self._events[key] = list(self.facts.events(filter_))
        return self._events[key]

    def _act(self, one: Variable, times: int) -> Wish:
        return Wish(event=one.asked, times=times, done=sum(n for _day, n in self.events(one.asked)))

    def _other(self, one: Variable, value: Any) -> Wish:
        info, now = self.catalogue[one.key], self.facts.value(one.key)
        before, after = (candidates.outcome(info, one.asked, said, self.today) for said in (now, value))
        moved = list(zip(one.asked, before, after, strict=True))
        gained = tuple(leaf for leaf, was, then in moved if then and not was)
        lost = tuple(leaf for leaf, was, then in moved if was and not then)
        return Wish(field=one.key, value=value, gained=gained, lost=lost)

    # --- what may be otherwise

    def _leaves(self, cond: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        """The tests inside a condition tree, those of the personas it names included."""
        for _path, leaf in tree.leaves(cond):
            rules = self.personas.get(leaf["persona"]) if "persona" in leaf else None
            yield from self._leaves(rules) if rules else (leaf,)

    def _conditions(self) -> list[Mapping[str, Any]]:
        return [leaf for _path, cond in tree.roots(self.body) for leaf in self._leaves(cond)]

    def _fields(self) -> Iterator[Variable]:
        asked: dict[str, list[Mapping[str, Any]]] = {}
        for leaf in self._conditions():
            if "field" in leaf and leaf not in asked.setdefault(leaf["field"], []):
                asked[leaf["field"]].append(leaf)
        for name, leaves in asked.items():
            info = self.catalogue.get(name)
            if info and info.changeable and info.offered and not info.advised:
                self.unasked.append(name)
            options = candidates.values(info, leaves, self.facts.value(name), self.today) if info else []
            if options:
                yield Variable(name, options, leaves)

    def _acts(self) -> Iterator[Variable]:
        leaves = [leaf for leaf in self._conditions() if "event" in leaf]
        filters = {key_of(leaf["event"]): leaf["event"] for leaf in leaves}
        asked = {one["kind"] for one in filters.values()}
        self.unasked += [kind for kind in POSSIBLE_KINDS if kind in asked and kind not in self.kinds]
        found = {key: candidates.act(one, self.kinds) for key, one in filters.items()}
        deeds = {key: event for key, event in found.items() if event is not None}
        moment = Moment(self.facts, self.today, self.catalogue)
        for key, event in deeds.items():
            others = [other for at, other in deeds.items() if at != key]
            options, complete = repeats.counts(event, others, leaves, self.body, moment)
            self.complete &= complete
            if options:
                yield Variable(key, options, filters[key], event)

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
        leaves = list(self._leaves(cond))
        fields = {leaf["field"] for leaf in leaves if "field" in leaf}
        filters = [leaf["event"] for leaf in leaves if "event" in leaf]
        return tuple(
            at
            for at, one in enumerate(self.variables)
            if (any(matches(filter_, one.event) for filter_ in filters) if one.event else one.key in fields)
        )


class _Facts:
    """The facts under some wishes."""

    def __init__(self, base: Imagination, state: State):
        self._base = base
        self.personas: frozenset[int] = frozenset()
        chosen = [(one, one.options[option - 1]) for one, option in zip(base.variables, state, strict=True) if option]
        self._values = {one.key: option for one, option in chosen if one.event is None}
        self._acts = [(one.event, option) for one, option in chosen if one.event is not None]

    def value(self, name: str) -> Any:
        return self._values[name] if name in self._values else self._base.facts.value(name)

    def events(self, filter_: Mapping[str, Any]) -> list[tuple[date, int]]:
        more = [(self._base.today, count) for event, count in self._acts if matches(filter_, event)]
        return [*self._base.events(filter_), *more]


@dataclass(frozen=True)
class Imagined(Moment):
    """A moment under some wishes; what does not depend on them is remembered."""

    base: Any = field(default=None, compare=False)
    state: State = ()

    def holds(self, cond: Mapping[str, Any]) -> bool:
        if "persona" in cond:
            rules = self.base.personas.get(cond["persona"])
            return cond["persona"] in self.base.facts.personas if rules is None else bool(rules) and self.holds(rules)
        return self._kept("holds", cond, super().holds)

    def raw(self, item: Mapping[str, Any]) -> tuple[int, int]:
        return self._kept("raw", item, super().raw)

    def _kept(self, what: str, part: Mapping[str, Any], compute: Callable) -> Any:
        touched = self.base.touched.get(id(part))
        if touched is None:
            return compute(part)
        key = (what, id(part), *(self.state[index] for index in touched))
        kept = self.base.kept
        if key not in kept:
            kept[key] = compute(part)
        return kept[key]
