"""What was reckoned of the deals of a question: credits by model, and which deals a flag holds of."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from leads.models import Campaign
from smarketing.measures.question import Question

from . import origins, settings, shares
from .settings import Settings
from .ways import Way, ways

UNTOUCHED, LATE, EARLY, ALONE = "untouched", "touched_late", "before_first_touch", "without_contact"
FLAGS = (UNTOUCHED, LATE, EARLY, ALONE)


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
    found = ways(_whole(question), "NOT w.is_open")
    return Reckoning(version, found, [shares.Case(way.deal, way.cents, way.won, way.journey(version)) for way in found])


def credits(question: Question, model: str = "") -> list[shares.Credit]:
    """Credits of the won deals of a question's period."""
    return reckon(question).credits(model)


def _whole(question: Question) -> Question:
    """The question about all deals of its period, whatever it is divided by or keeps."""
    return replace(question, by=(), where={}, stat="", window=None)


def deals_with(question: Question, flag: str) -> list[int]:
    """Deals of the period, of any state, of which a flag or a definition of origin holds."""
    version = settings.of_day(question.first, question.cutoff)
    found = ways(_whole(question))
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
