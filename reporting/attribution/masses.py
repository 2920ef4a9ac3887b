"""Many journeys at once: the laws of `journeys` and `models` over flat arrays, equal to them to the cent. Pure: NumPy.

Journeys lie end to end in the order of their deals. Where an array cannot say a credit exactly, the journey is taken out and
weighed by `models`, one by one: there are none among amounts and journeys that people have (`docs/decisions/0070-attribution-by-arrays.md`).
"""

from dataclasses import dataclass

import numpy as np

from . import decay, models, sharing
from .journeys import DAY, FIRST, LAST, LEAD, Journey, Touch
from .models import BETWEEN, BY_KEY, Parameters, Shares
from .sharing import Floats, Ints, Marks

NOBODY = -1  # who: anybody; a place: nowhere
NEVER = -(2**62)  # an instant before all others
MANY = 150  # touches of a journey beyond which the common multiple of their counts may not fit


@dataclass(frozen=True)
class Ends:
    """What is known of each deal: its end, its birth, the creation of its oldest contact (NEVER: unknown), who that is (NOBODY:
    whoever was touched), its amount in cents."""

    won_at: Ints
    opened_at: Ints
    created_at: Ints
    oldest: Ints
    cents: Ints


@dataclass(frozen=True)
class Mass:
    """Touches that count, by journey, oldest first. `sizes`: touches of each deal, 0 for none; `starts`: where the journeys
    with touches begin, and the end; `some`: which deals these are. `lead`, `opportunity`: places inside the journey, NOBODY for none.
    `late`, `old`: of each deal the touches after its end, and before the look-back, that were laid and are left out."""

    ends: Ends
    sizes: Ints
    some: Ints
    starts: Ints
    at: Ints
    campaign: Ints
    lead: Ints
    opportunity: Ints
    late: Ints
    old: Ints

    def place(self, milestone: str) -> Ints:
        """Where a milestone stands in each journey that has touches."""
        size = np.diff(self.starts)
        if milestone == FIRST:
            return np.zeros(len(size), np.int64)
        if milestone == LAST:
            return size - 1
        return self.lead if milestone == LEAD else self.opportunity

    def only(self, marks: Marks) -> "Mass":
        """Of these deals alone; the others have no touches then."""
        kept = marks[self.some]
        touches = np.repeat(kept, np.diff(self.starts))
        sizes = np.where(marks, self.sizes, 0)
        starts = np.concatenate(([0], np.cumsum(sizes[self.some[kept]])))
        return Mass(
            self.ends, sizes, self.some[kept], starts, self.at[touches], self.campaign[touches], self.lead[kept], self.opportunity[kept],
            self.late, self.old,
        )  # fmt: skip

    def journey(self, number: int) -> Journey:
        """One of those with touches, as `models` weighs it."""
        low, high = self.starts[number : number + 2]
        touches = tuple(
            Touch(int(at), n, int(campaign))
            for n, (at, campaign) in enumerate(zip(self.at[low:high], self.campaign[low:high], strict=True))
        )
        places = [None if place < 0 else int(place) for place in (self.lead[number], self.opportunity[number])]
        return Journey(touches, int(self.ends.won_at[self.some[number]]), *places)


def lay(ends: Ends, deal: Ints, at: Ints, campaign: Ints, who: Ints, look_back: int | None) -> Mass:
    """The mass of touches sorted by (deal, at, key); `deal`: places in `ends`. `look_back`: days."""
    won, count = ends.won_at[deal], len(ends.won_at)
    after, before = at > won, at < (NEVER if look_back is None else won - look_back * DAY)
    late, old = (np.bincount(deal[marks], minlength=count) for marks in (after, before))
    kept = ~(after | before)
    if not kept.all():
        deal, at, campaign, who = deal[kept], at[kept], campaign[kept], who[kept]
    sizes = np.bincount(deal, minlength=count).astype(np.int64)
    some = np.flatnonzero(sizes)
    starts = np.concatenate(([0], np.cumsum(sizes[some])))
    mine = ends.oldest[deal]
    lead = _last((at <= ends.created_at[deal]) & ((mine == NOBODY) | (who == mine)), starts)
    opportunity = _last(at <= ends.opened_at[deal], starts)
    return Mass(ends, sizes, some, starts, at, campaign, lead, opportunity, late, old)


def _last(holds: Marks, starts: Ints) -> Ints:
    """The last place of each journey where a condition holds, NOBODY for none."""
    if len(starts) < 2:
        return np.zeros(0, np.int64)
    found = np.where(holds, np.arange(len(holds)), -1)
    last = np.maximum.reduceat(found, starts[:-1])
    return np.where(last < 0, NOBODY, last - starts[:-1])


def falls_back(key: str, mass: Mass, parameters: Parameters) -> Marks:
    """Of each journey with touches, whether a milestone is missing."""
    missing = np.zeros(len(mass.some), bool)
    shares = BY_KEY[key].shares
    for milestone, share in shares(parameters).anchors.items() if shares else ():
        if share:
            missing |= mass.place(milestone) < 0
    return missing


def credits(key: str, mass: Mass, parameters: Parameters) -> Ints:
    """Cents of each touch: those of a journey add up to its amount. ValueError for a collective model."""
    if BY_KEY[key].weigh is None:
        raise ValueError(f"{key} shares a period, no journey")
    if not len(mass.some):
        return np.zeros(0, np.int64)
    amounts = mass.ends.cents[mass.some]
    if key == "decay":
        weights, alike = _decay(mass, parameters.half_life)
        found, left = sharing.near(amounts, weights, mass.starts, alike)
    else:
        exact, left = _by_campaign(mass) if BY_KEY[key].shares is None else _weights(key, mass, parameters)
        found, more = sharing.whole(amounts, exact, mass.starts)
        left = left | more
    for number in np.flatnonzero(left).tolist():
        one = models.credits(key, mass.journey(number), int(amounts[number]), parameters)
        found[mass.starts[number] : mass.starts[number + 1]] = one
    return found


def _weights(key: str, mass: Mass, parameters: Parameters) -> tuple[Ints, Marks]:
    """Whole-number weights of a model by milestones, those of its fallback where a milestone is missing; no journey is left."""
    model, size = BY_KEY[key], np.diff(mass.starts)
    assert model.shares is not None
    weights = _milestones(model.shares(parameters), mass)
    missing = falls_back(key, mass, parameters)
    if missing.any():
        weights = np.where(np.repeat(missing, size), _weights(model.fallback, mass, parameters)[0], weights)
    return weights, np.zeros(len(size), bool)


def _milestones(shares: Shares, mass: Mass) -> Ints:
    begin, size = mass.starts[:-1], np.diff(mass.starts)
    got = np.zeros(len(mass.at), np.int64)
    for milestone, share in shares.anchors.items():
        place = mass.place(milestone)
        there = place >= 0
        got[begin[there] + place[there]] += share
    if not shares.rest:
        return got
    others = got == 0
    if shares.scope == BETWEEN:
        others &= _between(got, mass.starts)
    count = np.add.reduceat(others.astype(np.int64), begin)
    return got * np.repeat(np.maximum(count, 1), size) + shares.rest * others


def _between(got: Ints, starts: Ints) -> Marks:
    """Touches from the first to the last that got something; all of a journey where none did."""
    begin, size = starts[:-1], np.diff(starts)
    place = np.arange(len(got))
    first = np.minimum.reduceat(np.where(got > 0, place, len(got)), begin)
    last = np.maximum.reduceat(np.where(got > 0, place, -1), begin)
    none = last < 0
    first, last = np.where(none, begin, first), np.where(none, begin + size - 1, last)
    return (place >= np.repeat(first, size)) & (place <= np.repeat(last, size))


def _by_campaign(mass: Mass) -> tuple[Ints, Marks]:
    """Each campaign of a journey an equal part, shared equally by its touches; journeys of very many touches are left."""
    size = np.diff(mass.starts)
    number = np.repeat(np.arange(len(size)), size)
    _names, code = np.unique(mass.campaign, return_inverse=True)
    _pairs, pair, count = np.unique(number * len(_names) + code, return_inverse=True, return_counts=True)
    many = size > MANY
    each = np.where(np.repeat(many, size), 1, count[pair])
    return np.repeat(np.lcm.reduceat(each, mass.starts[:-1]), size) // each, many


def _decay(mass: Mass, half_life: int) -> tuple[Floats, Ints]:
    """(weights within 3 · 2^-53 of those of `decay.weights`, ages): two table values, each rounded once, and their product."""
    coarse, fine = decay.tables(half_life)
    size, seconds = np.diff(mass.starts), half_life * DAY
    ages = np.repeat(mass.ends.won_at[mass.some], size) - mass.at
    youngest = np.minimum.reduceat(ages, mass.starts[:-1]) // seconds * seconds
    halves, rest = np.divmod(ages - np.repeat(youngest, size), seconds)
    weights = coarse[rest // decay.STEP] * fine[rest % decay.STEP]
    return np.ldexp(weights, -np.minimum(halves, decay.DEEPEST).astype(np.int32)), ages


def together(cents: Ints, mass: Mass) -> tuple[Ints, Ints, Ints]:
    """(deal's place, campaign, cents): the credits of touches added up by deal and campaign."""
    names, code = np.unique(mass.campaign, return_inverse=True)
    pairs = np.repeat(mass.some, np.diff(mass.starts)) * max(len(names), 1) + code
    order = np.argsort(pairs, kind="stable")
    first = np.flatnonzero(np.diff(pairs[order], prepend=-1))
    if not len(first):
        return pairs, mass.campaign, cents
    whole = np.add.reduceat(cents[order], first)
    deal, which = np.divmod(pairs[order][first], len(names))
    return deal, names[which], whole


def sums(cents: Ints, names: Ints) -> dict[int, int]:
    """Cents by name, exactly."""
    found, code = np.unique(names, return_inverse=True)
    if np.abs(cents).sum(dtype=np.float64) < sharing.EXACT / 2:
        whole = np.bincount(code, weights=cents, minlength=len(found)).astype(np.int64)
        return dict(zip(found.tolist(), whole.tolist(), strict=True))
    out = dict.fromkeys(found.tolist(), 0)
    for name, some in zip(names.tolist(), cents.tolist(), strict=True):
        out[name] += some
    return out
