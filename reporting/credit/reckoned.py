"""What was reckoned of the deals of a question: credits by model, and which deals a flag holds of."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import cached_property, partial

import numpy as np

from leads.models import Campaign
from reporting.attribution import masses
from reporting.attribution.journeys import Journey
from reporting.attribution.masses import Mass
from reporting.attribution.models import BY_KEY
from reporting.attribution.sharing import Marks
from smarketing.measures.question import Question

from . import flat, origins, settings, shares
from . import ways as reading
from .flat import Flat
from .settings import Settings
from .ways import Way

UNTOUCHED, LATE, EARLY, ALONE = "untouched", "touched_late", "before_first_touch", "without_contact"
FALLING = "without_milestone"
FLAGS = (UNTOUCHED, LATE, EARLY, ALONE, FALLING)
_KEPT: ContextVar[dict | None] = ContextVar("ways", default=None)


@contextmanager
def kept() -> Iterator[None]:
    """Inside, the ways of a period are read once for all who ask: a page, or a part of the night."""
    token = _KEPT.set({})
    try:
        yield
    finally:
        _KEPT.reset(token)


def ways(question: Question, which: str = "true") -> list[Way]:
    """The ways of the deals of a question's period, whatever it is divided by or keeps."""
    held = _KEPT.get()
    asked = replace(question, by=(), where={}, stat="", window=None)
    if held is None:
        return reading.ways(asked, which)
    key = (question.first, question.until, question.date, question.cutoff, question.zone.key, which)
    if key not in held:
        held[key] = reading.ways(asked, which)
    return held[key]


def _flat(question: Question, which: str, look_back: int | None, every: bool = False) -> Flat:
    """The same as arrays; see `flat.read`."""
    held = _KEPT.get()
    asked = replace(question, by=(), where={}, stat="", window=None)
    key = (question.first, question.until, question.date, question.cutoff, question.zone.key, which, look_back, every)
    if held is None:
        return flat.read(asked, which, look_back, every)
    if key not in held:
        held[key] = flat.read(asked, which, look_back, every)
    return held[key]


@dataclass(frozen=True)
class Reckoning:
    """Closed deals of a period, won and lost, with their journeys by one version of the settings."""

    settings: Settings
    flat: Flat

    @property
    def won(self) -> int:
        """Deals won."""
        return int(self.flat.won.sum())

    @property
    def fallbacks(self) -> int:
        """Won deals where the chosen model lacks a milestone, so that its fallback weighs."""
        mass = self.flat.mass.only(self.flat.won)
        return int(masses.falls_back(self.settings.model, mass, self.settings.parameters).sum())

    @cached_property
    def _paid(self) -> Mass:
        """Journeys of won deals whose amount is known."""
        return self.flat.mass.only(self.flat.won & self.flat.priced)

    @cached_property
    def cases(self) -> list[shares.Case]:
        """The same deals one by one."""
        mass, won, priced = self.flat.mass, self.flat.won.tolist(), self.flat.priced.tolist()
        ways = {int(place): mass.journey(number) for number, place in enumerate(mass.some)}
        bare = map(partial(Journey, ()), mass.ends.won_at.tolist())
        return [
            shares.Case(deal, cents if known else None, hit, ways.get(place, one))
            for place, (deal, cents, known, hit, one) in enumerate(zip(self.flat.deals.tolist(), mass.ends.cents.tolist(), priced, won, bare, strict=True))
        ]  # fmt: skip

    def credits(self, model: str) -> list[shares.Credit]:
        """Credits of the won ones; `model` "": the chosen one."""
        key = model or self.settings.model
        if BY_KEY[key].collective:
            return shares.credited(key, self.cases, self.settings.parameters)
        cents = masses.credits(key, self._paid, self.settings.parameters)
        place, campaign, some = masses.together(cents, self._paid)
        shown = (some != 0) | (self._paid.ends.cents[place] == 0)
        deals = self.flat.deals[place[shown]].tolist()
        found: list[shares.Credit] = list(zip(deals, campaign[shown].tolist(), some[shown].tolist(), strict=True))
        bare = self._untouched
        amounts = self._paid.ends.cents[bare].tolist()
        return found + [(deal, None, some) for deal, some in zip(self.flat.deals[bare].tolist(), amounts, strict=True)]

    def sums(self, model: str) -> dict[int | None, int]:
        """Cents by campaign (None: what no touch explains): the credits, added up."""
        key = model or self.settings.model
        found: dict[int | None, int] = {}
        if BY_KEY[key].collective:
            for _deal, campaign, some in self.credits(key):
                found[campaign] = found.get(campaign, 0) + some
            return found
        mass = self._paid
        cents = masses.credits(key, mass, self.settings.parameters)
        shown = (cents != 0) | (np.repeat(mass.ends.cents[mass.some], np.diff(mass.starts)) == 0)
        found |= masses.sums(cents[shown], mass.campaign[shown])
        if self._untouched.any():
            found[None] = sum(mass.ends.cents[self._untouched].tolist())
        return found

    @property
    def _untouched(self) -> Marks:
        return self.flat.won & self.flat.priced & (self._paid.sizes == 0)


def reckon(question: Question, version: Settings | None = None) -> Reckoning:
    """The closed deals of a question's period (whatever it is divided by or keeps), by the version that holds on its first day."""
    version = version or settings.of_day(question.first, question.cutoff)
    return Reckoning(version, _flat(question, "NOT w.is_open", version.look_back))


def credits(question: Question, model: str = "") -> list[shares.Credit]:
    """Credits of the won deals of a question's period."""
    return reckon(question).credits(model)


def deals_with(question: Question, flag: str) -> list[int]:
    """Deals of the period, of any state, of which a flag or a definition of origin holds."""
    version = settings.of_day(question.first, question.cutoff)
    found = _flat(question, "true", version.look_back, every=True)
    if flag in FLAGS:
        return found.deals[_odd(found, flag, version)].tolist()
    ours = origins.Ours(version, dict(Campaign.objects.values_list("pk", "channel")))
    tried = flat.tried(found, question.cutoff) if flag == origins.BEFORE else found.mass.ends.opened_at
    return found.deals[origins.marks(found, flag, ours, tried)].tolist()


def _odd(found: Flat, flag: str, version: Settings) -> Marks:
    """What is odd about the ways of closed deals."""
    mass = found.mass
    if flag == FALLING:
        odd = np.zeros(len(found.deals), bool)
        odd[mass.some] = masses.falls_back(version.model, mass, version.parameters)
        return odd
    if flag == UNTOUCHED:
        return mass.sizes == 0
    if flag == LATE:
        return mass.late > 0
    if flag == EARLY:
        return (mass.late > 0) & (mass.sizes == 0) & (mass.old == 0)
    return np.bincount(found.place, minlength=len(found.deals)) == 0
