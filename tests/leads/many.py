"""Many drawn things at once: what hypothesis would draw one by one, collected, so that whole worlds meet whole libraries.

The same seed draws the same things, in every run; a proof that wants others names another seed.
"""

from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

from leads.scoring import oracle
from personas.criteria.validate import validate
from personas.definitions.catalogue import catalogue
from tests.leads import worlds


def drawn(strategy: SearchStrategy, count: int, number: int) -> list[Any]:
    """`count` values of a strategy, drawn with seed `number`."""
    found: list[Any] = []

    @seed(number)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def draw(value: Any) -> None:
        found.append(value)

    draw()
    return found


def bodies(count: int, number: int, personas: list[int] = ()) -> list[dict]:
    """Sound definitions, each of them once."""
    fields = catalogue()
    return [one for one in drawn(worlds.bodies(personas), count, number) if not validate(one, fields)]


def people(count: int, number: int) -> list[tuple[int, list]]:
    """(lead, moments to ask about) of `count` lives, put into the tables by threes: some are merged into one another."""
    lives, deeds = drawn(worlds.lives, count, number), drawn(worlds.merges, count // 3 + 1, number)
    found = []
    for at in range(0, len(lives), 3):
        three = lives[at : at + 3]
        if len(three) == 1 or at % 2:
            found += [worlds.live(life) for life in three]
        else:
            found += worlds.live_together(three, deeds[at // 3])
    return found


class Read:
    """Leads read once at each of their moments, from raw facts, and judged as often as one likes."""

    def __init__(self, some: list[tuple[int, list]]):
        self.catalogue = catalogue()
        self.facts = {(lead, t): oracle.LeadFacts(lead, t) for lead, times in some for t in times}

    def says(self, body: dict) -> dict[tuple, tuple]:
        """(lead, moment) -> what plain Python says, as a row of the compiled scorer."""
        found = {}
        for (lead, t), facts in self.facts.items():
            plain, strict = (
                oracle.score(lead, body, t, catalogue=self.catalogue, after_no=no, facts=facts) for no in (False, True)
            )
            found[lead, t] = (
                facts.cycle, plain.fit, plain.engagement, plain.grade, plain.contributions, plain.mql, strict.mql, plain.direct
            )  # fmt: skip
        return found
