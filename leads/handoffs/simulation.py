"""A sales desk in a small world, pure: whom a queue puts first decides how many first attempts are in time.

Minutes are working minutes; a day has DAY of them. Leads of every grade come at random over the day, overnight (they are there
when the day begins) and in waves of campaigns; each asks for a first attempt within the hours of its grade and, while nobody
answers, for more attempts on the following days. Reps take whatever the order puts first. Everything is drawn before anybody
works, so that two orders are compared on the same world.
"""

import heapq
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from .catching_up import Late, grade_of_turn

DAY = 480
DAYS = 20  # a month of business days
GRADES: tuple[tuple[int, int, float], ...] = (  # rank, promised minutes, share of the leads
    (0, 120, 0.15), (1, 240, 0.25), (2, 480, 0.30), (3, 960, 0.30),
)  # fmt: skip
MINUTES = (4, 8, 16)  # an attempt takes so long: at least, mostly, at most
LONG = (40, 60, 80)  # a visit, a demonstration: fewer than a dozen a day
ATTEMPTS, REACHED, AGAIN = 3, 0.35, DAY  # promised, the chance of each, and how soon the next one falls due
OVERNIGHT, WAVES, IN_WAVES, WAVE = 0.35, 4, 0.25, 60  # waits in the morning; waves a month, their share, their minutes
REPS = 3
SEEDS = tuple(range(1, 31))
LOADS = (0.80, 1.10)


@dataclass(frozen=True)
class Lead:
    """One that arrives at minute `at`; `talks`: minutes of each attempt, the last of which reaches the person or is the last."""

    number: int
    at: int
    rank: int
    within: int
    talks: tuple[int, ...]


@dataclass(frozen=True)
class Task:
    """An attempt owed: the lead, which one it is, since when it may be made, when its promise breaks."""

    lead: Lead
    number: int
    since: int
    due: int


@dataclass(frozen=True)
class Order:
    """`key`: what comes first. `keepable`: promises that are broken already come after those that can be kept, and turns go to
    them by the rule of the queue (`catching_up`)."""

    key: Callable[[Task], tuple]
    keepable: bool = False


def _by_promise(task: Task) -> tuple:
    return (task.due, task.lead.rank, task.lead.at, task.lead.number)


ORDERS: dict[str, Order] = {
    "promise": Order(_by_promise, keepable=True),
    "arrival": Order(lambda task: (task.lead.at, task.lead.number)),
    "grade": Order(lambda task: (task.lead.rank, task.lead.at, task.lead.number)),
}
BROKEN_FIRST = Order(_by_promise)  # the default before: what is broken stays on top


@dataclass
class Desk:
    """What waits, in an order."""

    order: Order
    ready: list[tuple[tuple, Task]] = field(default_factory=list)
    late: dict[int, list[tuple[tuple, Task]]] = field(default_factory=dict)  # rank -> what is broken, the longest first
    worked: dict[int, int] = field(default_factory=dict)  # rank -> the minute at which one of it was taken last

    def put(self, task: Task) -> None:
        heapq.heappush(self.ready, (self.order.key(task), task))

    def take(self, now: int, turn: int) -> Task | None:
        """What the order puts first at a minute; `turn`: how many whoever takes it took before."""
        while self.order.keepable and self.ready and self.ready[0][1].due < now:
            row = heapq.heappop(self.ready)
            heapq.heappush(self.late.setdefault(row[1].lead.rank, []), row)
        rows = self._rows(now, turn)
        if not rows:
            return None
        task = heapq.heappop(rows)[1]
        self.worked[task.lead.rank] = now
        return task

    def _rows(self, now: int, turn: int) -> list[tuple[tuple, Task]]:
        """Where what comes next is taken from."""
        late = {rank: rows for rank, rows in self.late.items() if rows}
        told = {rank: Late(now - rows[0][1].due, self._since(rank, now)) for rank, rows in late.items()}
        rank = grade_of_turn(turn, told, DAY // 2)
        if rank is None and late and not self.ready:
            rank = min(late, key=lambda one: late[one][0][0])
        return self.ready if rank is None else late[rank]

    def _since(self, rank: int, now: int) -> int | None:
        return now - self.worked[rank] if rank in self.worked else None


@dataclass(frozen=True)
class Outcome:
    """First attempts in time, of those whose promise ended within the month; lead -> the minute at which it came up."""

    in_time: int
    of: int
    shown: dict[int, int]

    @property
    def share(self) -> float:
        """In percent; nothing promised is nothing broken."""
        return 100 * self.in_time / self.of if self.of else 100.0


def world(seed: int, load: float, days: int = DAYS, reps: int = REPS) -> list[Lead]:
    """Leads of a month whose work is `load` of what the reps can do in it."""
    draw = random.Random(seed * 1000 + round(load * 100))
    waves = [draw.randrange(days * DAY - WAVE) for _wave in range(WAVES)]
    wanted, work, leads = load * days * DAY * reps, 0, []
    while work < wanted:
        rank, within, _share = draw.choices(GRADES, [share for _r, _w, share in GRADES])[0]
        talks = []
        for _attempt in range(ATTEMPTS):
            talks.append(max(round(draw.triangular(MINUTES[0], MINUTES[2], MINUTES[1])), 1))
            if draw.random() < REACHED:
                break
        work += sum(talks)
        leads.append((_arrival(draw, waves, days), rank, within, tuple(talks)))
    return [Lead(number, *one) for number, one in enumerate(sorted(leads))]


def run(leads: Sequence[Lead], order: Order, days: int = DAYS, reps: int = REPS) -> Outcome:
    """Work a month's leads in an order."""
    end, coming, desk = days * DAY, sorted(leads, key=lambda one: (one.at, one.number)), Desk(order)
    free = [(0, rep, 0) for rep in range(reps)]  # when, who, how many they took
    later: list[tuple[int, int, Task]] = []
    shown: dict[int, int] = {}
    arrived = kept = 0
    while free[0][0] < end:
        now, rep, turn = heapq.heappop(free)
        while arrived < len(coming) and coming[arrived].at <= now:
            one = coming[arrived]
            desk.put(Task(one, 0, one.at, one.at + one.within))
            arrived += 1
        while later and later[0][0] <= now:
            desk.put(heapq.heappop(later)[2])
        task = desk.take(now, turn)
        if task is None:
            ahead = [one.at for one in coming[arrived : arrived + 1]] + [one[0] for one in later[:1]]
            heapq.heappush(free, (min([*ahead, end]), rep, turn))
            continue
        if task.number == 0:
            shown[task.lead.number] = now
            kept += now <= task.due <= end
        heapq.heappush(free, (now + task.lead.talks[task.number], rep, turn + 1))
        if task.number + 1 < len(task.lead.talks):
            since = (now // DAY + 1) * DAY
            heapq.heappush(later, (since, task.lead.number, Task(task.lead, task.number + 1, since, since + AGAIN)))
    return Outcome(kept, sum(one.at + one.within <= end for one in leads), shown)


def load_of(seed: int) -> float:
    """Loads are spread evenly over LOADS, seed by seed."""
    low, high = LOADS
    return low + (high - low) * (seed - SEEDS[0]) / (len(SEEDS) - 1)


def compare(seed: int, orders: dict[str, Order] | None = None) -> dict[str, float]:
    """Order -> percent of first attempts in time, in the world of a seed."""
    leads = world(seed, load_of(seed))
    return {name: run(leads, order).share for name, order in (orders or ORDERS).items()}


def _arrival(draw: random.Random, waves: Sequence[int], days: int) -> int:
    how = draw.random()
    if how < OVERNIGHT:
        return draw.randrange(days) * DAY
    if how < OVERNIGHT + IN_WAVES:
        return draw.choice(waves) + draw.randrange(WAVE)
    return draw.randrange(days * DAY)


@dataclass(frozen=True)
class Forgotten:
    """A lead of a low grade that came into a flood of better ones: when its promise broke, and when it came up."""

    load: float
    due: int
    shown: int


def forgotten(
    loads: Sequence[float] = (1.1, 1.5), every: int = 3, minutes: tuple[int, int, int] = MINUTES, reps: int = REPS
) -> list[Forgotten]:
    """C3 leads, one each few days, while A1 leads alone are more than all reps can do. `minutes`: how long an attempt takes."""
    out = []
    for load in loads:
        draw, flood, work = random.Random(round(load * 10)), list[Lead](), 0
        while work < load * DAYS * DAY * reps:
            talk = max(round(draw.triangular(minutes[0], minutes[2], minutes[1])), 1)
            flood.append(Lead(len(flood), draw.randrange(DAYS * DAY), 0, 120, (talk,)))
            work += talk
        few = [Lead(10**6 + day, day * DAY + 60, 10, 960, (minutes[1],)) for day in range(1, DAYS - 4, every)]
        shown = run([*flood, *few], ORDERS["promise"], reps=reps).shown
        out += [Forgotten(load, one.at + one.within, shown.get(one.number, DAYS * DAY * 10)) for one in few]
    return out
