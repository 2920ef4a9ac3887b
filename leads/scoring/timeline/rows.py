"""The moments of many leads: one row per (lead, moment), and running values at those rows."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from leads.scoring.days import EPOCH, Days

from .pull import Ints, us

NEVER, ALWAYS = np.int64(2**40), np.int64(-(2**40))  # days beyond every calendar


class Zone:
    """Local days of instants, and midnights of days, between two instants, as array look-ups."""

    def __init__(self, here: Days, first: int, last: int):
        start, stop = (EPOCH + timedelta(seconds=at / 1_000_000) for at in (first, last))
        self.day0 = (start - EPOCH).days - 2
        days = range(self.day0, (stop - EPOCH).days + 3)
        self.midnights = np.array([us(here.midnight(EPOCH + timedelta(days=day))) for day in days], np.int64)

    def day(self, at: Ints) -> Ints:
        """Day number of instants not before the first one (earlier ones: the first day)."""
        return np.maximum(np.searchsorted(self.midnights, at, "right") - 1, 0) + self.day0

    def midnight(self, day: Ints) -> Ints:
        """Instant at which a day begins; before the first day its start, after the last one far in the future."""
        place = day - self.day0
        inside = self.midnights[np.clip(place, 0, len(self.midnights) - 1)]
        return np.where(place >= len(self.midnights), np.int64(2**62), inside)


def number(day: date) -> int:
    """Day number of a date."""
    return (day - EPOCH).days


@dataclass
class Rows:
    """Rows sorted by (lead, moment); `base` is each lead's first row, at which everything before is summed up."""

    base: Ints
    low: int
    span: int
    keys: Ints = None
    lead: Ints = None
    at: Ints = None

    def key(self, lead: Ints, at: Ints) -> Ints:
        """One number that orders (lead, instant); instants beyond the rows are brought to their ends."""
        return lead * self.span + np.clip(at - self.low, 0, self.span - 1)

    def where(self, lead: Ints, at: Ints) -> Ints:
        """The row in force at an instant of the rows' span, brought to the lead's base when it lies before."""
        return np.searchsorted(self.keys, self.key(lead, np.maximum(at, self.base[lead])), "right") - 1

    def following(self, lead: Ints, at: Ints) -> tuple[Ints, Ints]:
        """(the first row of the lead at or after an instant, whether there is one)."""
        place = np.searchsorted(self.keys, self.key(lead, np.maximum(at, self.base[lead])))
        inside = place < len(self.keys)
        inside[inside] = self.lead[place[inside]] == lead[inside]
        return place, inside


def make(base: Ints, upper: int, moments: list[tuple[Ints, Ints]]) -> Rows:
    """Rows of leads (positions 0 … n−1, each with a base at or before `upper`) at the moments given, up to `upper`."""
    low = int(base.min())
    rows = Rows(base, low, upper - low + 2)
    keys = [rows.key(np.arange(len(base)), base)]
    for lead, at in moments:
        inside = at <= upper
        lead, at = lead[inside], at[inside]
        keys.append(rows.key(lead, np.maximum(at, base[lead])))
    rows.keys = np.unique(np.concatenate(keys))
    rows.lead = rows.keys // rows.span
    rows.at = rows.keys % rows.span + low
    return rows


def running_sum(rows: Rows, lead: Ints, at: Ints, amount: Ints, upper: int) -> Ints:
    """At each row the sum of the amounts that took effect by then."""
    inside = at <= upper
    place, seen = rows.following(lead[inside], at[inside])
    sums = np.bincount(place[seen], amount[inside][seen].astype(float), len(rows.keys))
    total = np.cumsum(sums)
    starts = np.searchsorted(rows.lead, np.arange(len(rows.base)))
    before = np.concatenate(([0.0], total))[starts]
    return total - before[rows.lead]


def running_max(rows: Rows, lead: Ints, at: Ints, value: Ints, upper: int, none: int) -> Ints:
    """At each row the greatest value that took effect by then, `none` before the first one."""
    inside = at <= upper
    lead, at, value = lead[inside], at[inside], value[inside]
    best = np.full(len(rows.keys), np.int64(none))
    place, seen = rows.following(lead, at)
    np.maximum.at(best, place[seen], value[seen])
    if not len(value):
        return best
    floor = min(int(value.min()), none)
    width = max(int(value.max()), none) - floor + 1
    lifted = np.maximum.accumulate(rows.lead * width + (best - floor))
    return lifted - rows.lead * width + floor
