"""Sourced by marketing, by three definitions, and influenced by it: beside each other, never added up. Pure of SQL."""

from collections.abc import Mapping
from dataclasses import dataclass

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
