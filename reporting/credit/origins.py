"""Sourced by marketing, by three definitions, and influenced by it: beside each other, never added up. Pure of SQL."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from reporting.attribution.sharing import Ints, Marks

from .flat import Flat
from .settings import Settings
from .ways import Way

SOURCE, FIRST, BEFORE, INFLUENCED = "source", "first", "before", "influenced"
DEFINITIONS = (SOURCE, FIRST, BEFORE, INFLUENCED)


@dataclass(frozen=True)
class Ours:
    """What belongs to marketing: `channels`: channel by campaign."""

    settings: Settings
    channels: Mapping[int, str]

    def campaign(self, pk: int) -> bool:
        return self.channels.get(pk, "").strip().lower() not in self.settings.sales_channels

    def source(self, text: str) -> bool:
        return bool(text.strip()) and text.strip().lower() not in self.settings.sales_sources


def flags(way: Way, ours: Ours) -> frozenset[str]:
    """Which of the definitions a deal meets.

    source: its primary lead came from a source of marketing's (without a source: names a campaign of marketing's).
    first: the first touch of all its contacts is of a campaign of marketing's. before: marketing touched one of them at or before
    the first attempt of sales, or the opening of the deal. influenced: marketing touched one of them before its end at all.
    """
    touches = way.journey(ours.settings).touches
    mine = [touch for touch in touches if ours.campaign(touch.campaign)]
    begun = way.opened_at if way.tried_at is None else min(way.tried_at, way.opened_at)
    named = way.declared is not None and ours.campaign(way.declared)
    found = {
        SOURCE: ours.source(way.source) if way.source.strip() else named,
        FIRST: bool(touches) and ours.campaign(touches[0].campaign),
        BEFORE: any(touch.at <= begun for touch in mine),
        INFLUENCED: bool(mine),
    }
    return frozenset(key for key, met in found.items() if met)


def marks(found: Flat, flag: str, ours: Ours, tried: Ints) -> Marks:
    """Which of many deals meet one definition, as `flags` says of each; `tried`: the first attempt of sales on each."""
    mass = found.mass
    if flag == SOURCE:
        named = _mine(found.declared, ours) & (found.declared >= 0)
        blank = np.array([not text.strip() for text in found.sources], bool)
        return np.where(blank, named, np.array([ours.source(text) for text in found.sources], bool))
    met = np.zeros(len(found.deals), bool)
    if not len(mass.some):
        return met
    mine = _mine(mass.campaign, ours)
    if flag == FIRST:
        met[mass.some] = mine[mass.starts[:-1]]
        return met
    if flag == BEFORE:
        mine = mine & (mass.at <= np.repeat(np.minimum(tried, mass.ends.opened_at)[mass.some], np.diff(mass.starts)))
    met[mass.some] = np.logical_or.reduceat(mine, mass.starts[:-1])
    return met


def _mine(campaigns: Ints, ours: Ours) -> Marks:
    names, code = np.unique(campaigns, return_inverse=True)
    return np.array([ours.campaign(name) for name in names.tolist()], bool)[code]
