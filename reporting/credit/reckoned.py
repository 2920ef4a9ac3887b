"""What was reckoned of the deals of a question: credits by model, and which deals a flag holds of."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace

from leads.models import Campaign
from smarketing.measures.question import Question

from . import origins, settings, shares
from . import ways as reading
from .settings import Settings
from .ways import Way

UNTOUCHED, LATE, EARLY, ALONE = "untouched", "touched_late", "before_first_touch", "without_contact"
FLAGS = (UNTOUCHED, LATE, EARLY, ALONE)
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


@dataclass(frozen=True)
class Reckoning:
    """Closed deals of a period, won and lost, with their journeys by one version of the settings."""

    settings: Settings
    ways: Sequence[Way]
    cases: Sequence[shares.Case]

    def credits(self, model: str) -> list[shares.Credit]:
        """Credits of the won ones; `model` "": the chosen one."""
        return shares.credited(model or self.settings.model, self.cases, self.settings.parameters)


def reckon(question: Question, version: Settings | None = None) -> Reckoning:
    """The closed deals of a question's period (whatever it is divided by or keeps), by the version that holds on its first day."""
    version = version or settings.of_day(question.first, question.cutoff)
    found = ways(question, "NOT w.is_open")
    return Reckoning(version, found, [shares.Case(way.deal, way.cents, way.won, way.journey(version)) for way in found])


def credits(question: Question, model: str = "") -> list[shares.Credit]:
    """Credits of the won deals of a question's period."""
    return reckon(question).credits(model)


def deals_with(question: Question, flag: str) -> list[int]:
    """Deals of the period, of any state, of which a flag or a definition of origin holds."""
    version = settings.of_day(question.first, question.cutoff)
    found = ways(question)
    if flag in FLAGS:
        return [way.deal for way in found if flag in oddities(way, version)]
    ours = origins.Ours(version, dict(Campaign.objects.values_list("pk", "channel")))
    return [way.deal for way in found if flag in origins.flags(way, ours)]


def oddities(way: Way, version: Settings) -> set[str]:
    """What is odd about the way of a closed deal."""
    one = way.journey(version)
    found = {UNTOUCHED} if not one.touches else set()
    found |= {LATE} if one.late else set()
    found |= {EARLY} if one.late and not one.touches and not one.old else set()
    return found | ({ALONE} if not way.contacts else set())
