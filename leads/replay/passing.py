"""What a replay found, passed to sales: each MQL becomes a handoff, or waits. Pure, the rules those of `handoffs`.

The draft takes effect at `Rules.start`. Who had met it before, in the cycle that still runs, and was not handed over, is its
backlog, let through at the pace. Sales work as they did: what is handed over stays open until the next recycling on record.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush

FREE, OPPOSITION, MANDATORY, OPEN, COOLING, PACE, BEFORE = range(7)
NEVER = 2**62


@dataclass(frozen=True)
class Asking:
    """A first yes. Instants are whole microseconds. `handed`: it really was handed over before the draft began, then."""

    lead: int
    cycle: int
    at: int
    handed: int | None = None


@dataclass(frozen=True)
class Life:
    """`blocks`: from each instant on OPPOSITION, MANDATORY or FREE, ascending; FREE before. `resets`: (instant at which a new
    cycle starts, instant before which the lead asked not to be handed over again, or 0), ascending. `lent`: (end of a handoff
    of a lead merged into this one, instant named then or 0, instant of the merge): it cools this one down, too, from then on."""

    blocks: Sequence[tuple[int, int]] = ()
    resets: Sequence[tuple[int, int]] = ()
    lent: Sequence[tuple[int, int, int]] = ()

    def block(self, at: int) -> int:
        place = bisect_right(self.blocks, (at, NEVER))
        return self.blocks[place - 1][1] if place else FREE

    def reset_after(self, at: int) -> tuple[int, int]:
        place = bisect_right(self.resets, (at, NEVER))
        return self.resets[place] if place < len(self.resets) else (NEVER, 0)

    def opposed_after(self, at: int) -> int:
        return next((one for one, why in self.blocks if one > at and why == OPPOSITION), NEVER)


@dataclass(frozen=True)
class Rules:
    """`nights`: instants at which `pace` of those held may pass; `cooldown` from the end of the last handoff."""

    start: int
    nights: Sequence[int]
    pace: int
    cooldown: int


@dataclass
class Held:
    """One that waits: why, as it was said when somebody looked last."""

    place: int
    why: int
    seen: int


@dataclass
class Person:
    life: Life
    handed: list[int] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)

    def ends(self) -> list[tuple[int, int, bool]]:
        """(end, day named, whether the cool-down counts from it) of each handoff: a recycling, or an opposition."""
        found = []
        for at in self.handed:
            (end, named), opposed = self.life.reset_after(at), self.life.opposed_after(at)
            found.append((opposed, 0, False) if opposed <= end else (end, named, True))
        return found

    def why(self, at: int, cooldown: int) -> int:
        """What keeps this person from being handed over at an instant, the pace apart."""
        if block := self.life.block(at):
            return block
        ends = self.ends()
        if any(end > at for end, _named, _counts in ends):
            return OPEN
        lent = [(end, named, True) for end, named, since in self.life.lent if since <= at]
        return COOLING if _cool([*ends, *lent], at, cooldown) > at else FREE

    def next_free(self, at: int, cooldown: int) -> int:
        """From which instant on nothing but the pace would, if nothing is handed over before."""
        marks = {at, *(one for one, _why in self.life.blocks)}
        for end, named, counts in self.ends():
            marks |= {end, end + cooldown, named} if counts else {end}
        for end, named, _since in self.life.lent:
            marks |= {end + cooldown, named}
        return next((one for one in sorted(marks) if at <= one < NEVER and not self.why(one, cooldown)), NEVER)


def _cool(ends: Sequence[tuple[int, int, bool]], at: int, cooldown: int) -> int:
    """The instant from which a person may be handed over again; 0 without an end that counts."""
    end, named = max(((end, named) for end, named, counts in ends if counts and end <= at), default=(0, 0))
    return max(end + cooldown, named) if end else 0


def passed(askings: Sequence[Asking], lives: Mapping[int, Life], rules: Rules) -> list[tuple[int, int]]:
    """Of each: (instant of its handoff, FREE), or (0, what holds it at the end; BEFORE: it was over before the draft began)."""
    return _Passing(askings, lives, rules).run()


class _Passing:
    def __init__(self, askings: Sequence[Asking], lives: Mapping[int, Life], rules: Rules):
        self.askings, self.rules = askings, rules
        self.people = {one.lead: Person(lives.get(one.lead, Life())) for one in askings}
        self.out = [(0, BEFORE)] * len(askings)
        self.nights = rules.nights if rules.pace > 0 else ()
        self.future: list[tuple[int, int, int]] = []  # (free from, order, place)
        self.ready: list[tuple[int, int]] = []  # (order, place)
        self.waiting: dict[int, Held] = {}
        self.order: dict[int, int] = {}

    def run(self) -> list[tuple[int, int]]:
        begins = [
            (at, one.lead, one.cycle, n)
            for n, one in enumerate(self.askings)
            if (at := self._begins(n, one)) is not None
        ]
        order = sorted(begins)
        self.order = {place: number for number, (*_at, place) in enumerate(order)}
        self._walk(
            sorted(
                [(at, 1, place) for at, _lead, _cycle, place in order] + [(at, 2, 0) for at in self.nights],
                key=self._turn,
            )
        )
        for place, held in self.waiting.items():
            self.out[place] = (0, self._last(held, NEVER))
        return self.out

    def _turn(self, event: tuple[int, int, int]) -> tuple[int, int, int]:
        at, kind, place = event
        return at, kind, self.order.get(place, 0)

    def _begins(self, place: int, one: Asking) -> int | None:
        """When it asks; None where that is over."""
        start, person = self.rules.start, self.people[one.lead]
        if one.handed is not None:
            person.handed.append(one.handed)
            self.out[place] = (one.handed, FREE)
            return None
        if one.at >= start:
            return one.at
        return start if person.life.reset_after(one.at)[0] > start else None

    def _walk(self, events: Sequence[tuple[int, int, int]]) -> None:
        steps: list[tuple[int, int]] = []  # (instant of a block's change, lead) of people who wait
        for at, kind, place in events:
            while steps and steps[0][0] <= at:
                self._changed(*heappop(steps))
            if kind == 2:
                self._night(at)
            elif self._ask(at, place):
                lead = self.askings[place].lead
                for one, _why in self.people[lead].life.blocks:
                    if one > at:
                        heappush(steps, (one, lead))
        while steps:
            self._changed(*heappop(steps))

    def _ask(self, at: int, place: int) -> bool:
        """Whether one has to wait from now on."""
        one = self.askings[place]
        person, backlog = self.people[one.lead], one.at <= self.rules.start
        why = person.why(at, self.rules.cooldown) or (PACE if backlog else FREE)
        if why == FREE:
            self._hand(place, person, at)
            return False
        held = self.waiting[place] = Held(place, why, at)
        person.held.append(held)
        self._queue(person, held, at)
        return True

    def _hand(self, place: int, person: Person, at: int) -> None:
        person.handed.append(at)
        self.out[place] = (at, FREE)
        if held := self.waiting.pop(place, None):
            person.held.remove(held)

    def _queue(self, person: Person, held: Held, at: int) -> None:
        free = person.next_free(at, self.rules.cooldown)
        if free < NEVER:
            heappush(self.future, (free, self.order[held.place], held.place))

    def _changed(self, at: int, lead: int) -> None:
        """A fact lifts an opposition or fills a field: whoever was held by that passes at once, or waits for something else."""
        person = self.people[lead]
        for held in list(person.held):
            if self._last(held, at) in (OPPOSITION, MANDATORY):
                held.why, held.seen = person.why(at, self.rules.cooldown), at
                if held.why == FREE:
                    self._hand(held.place, person, at)

    def _last(self, held: Held, at: int) -> int:
        """What was said to hold it when it was looked at last, before an instant: by the night, or at its own."""
        place = bisect_right(self.nights, at - 1)
        night = self.nights[place - 1] if place else 0
        if night > held.seen:
            person = self.people[self.askings[held.place].lead]
            held.why, held.seen = person.why(night, self.rules.cooldown) or held.why, night
        return held.why

    def _night(self, at: int) -> None:
        while self.future and self.future[0][0] <= at:
            _free, order, place = heappop(self.future)
            heappush(self.ready, (order, place))
        left = self.rules.pace
        while self.ready and left:
            _order, place = heappop(self.ready)
            if place not in self.waiting:
                continue
            person, held = self.people[self.askings[place].lead], self.waiting[place]
            if person.why(at, self.rules.cooldown):
                self._queue(person, held, at)
                continue
            left -= 1
            self._hand(place, person, at)
