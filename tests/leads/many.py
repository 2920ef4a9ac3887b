"""Many drawn things at once: what hypothesis would draw one by one, collected, so that whole worlds meet whole libraries.

The same seed draws the same things, in every run; a proof that wants others names another seed.
"""

from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

from leads.models import Event
from leads.scoring import oracle
from personas.criteria import tree
from personas.criteria.behaviours import ATTEMPT
from personas.criteria.validate import validate
from personas.definitions import queries
from personas.definitions.catalogue import catalogue
from tests.leads import worlds
from tests.leads.colleagues import Colleagues, Plain


def drawn(strategy: SearchStrategy, count: int, number: int) -> list[Any]:
    """`count` values of a strategy, drawn with seed `number`: each by itself, since values drawn in one go repeat one another."""
    found: list[Any] = []
    for at in range(count):

        @seed(number * 10_000 + at)
        @settings(
            max_examples=2,  # the first one is the simplest there is
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(strategy)
        def draw(value: Any) -> None:
            found[at:] = [value]  # noqa: B023

        draw()
    return found


def bodies(count: int, number: int, personas: list[int] = ()) -> list[dict]:
    """Sound definitions, each of them once."""
    fields = catalogue()
    return [one for one in drawn(worlds.bodies(personas), count, number) if not validate(one, fields)]


def counting() -> dict:
    """A definition that hides nothing: a point for each act of each kind, as many as it has days left, and one for each of the
    first five that a company's people come to."""
    body = tree.empty_body() | {"mandatory": []}
    for axis, more in (("fit", {}), ("engagement", {"decay": {"kind": "linear", "days": 70}})):
        body[axis]["items"] = [
            {"key": kind, "points": 70 if more else 1, "cap": 2000, "each": True, "when": {"event": {"kind": kind}}}
            | more
            for kind in (*worlds.KINDS, ATTEMPT)
        ]
    body["fit"]["items"] += [
        {"key": f"{field}{n}", "points": 1, "when": {"field": field, "op": "at_least", "value": n}}
        for field in worlds.SUMS
        for n in range(1, 6)
    ]
    return body


def spoken(each: int = 6) -> list[dict]:
    """Definitions that ask for what events really said: for `each` pages, names, forms, campaigns and properties."""
    fields, found = catalogue(), []
    for wanted in _said().values():
        items = [
            {"key": f"k{at}", "points": 9, "each": True, "when": {"event": one, "within": 60}}
            for at, one in enumerate(wanted)
        ]
        sound = [one for one in items if not validate(_asking([one]), fields)]
        found.append(_asking(sound[:: -(-len(sound) // each)] if sound else []))
    return found


def _asking(items: list[dict]) -> dict:
    body = tree.empty_body() | {"mql": ["D1", "D2", "D3"], "mandatory": []}
    return body | {"engagement": body["engagement"] | {"items": items}}


def _said() -> dict[str, list[dict]]:
    """Part of an event -> filters that look at it, one for all that was said there."""
    said: dict[str, list[dict]] = {"page": [], "name": [], "form": [], "campaign": [], "props": []}
    for event in Event.objects.select_related("campaign", "eventpayload").order_by("pk"):
        told = {"name": event.name, "form": event.form, "campaign": event.campaign and event.campaign.key}
        payload = getattr(event, "eventpayload", None)
        asked = [(part, value) for part, value in told.items() if value]
        asked += [("page", {"op": "is", "value": event.page})] if event.page else []
        asked += [
            ("props", [{"key": key, "op": "is", "value": value}])
            for key, value in (payload.properties.items() if payload else ())
        ]
        for part, value in asked:
            one = {"kind": event.kind, part: value}
            said[part] += [one] if one not in said[part] else []
    return said


DAY, HOUR = 86_400, 3_600
# As `worlds.links` and `worlds.merges` draw them: a colleague for the first one, who is named at another company by mistake,
# overnight, and then merged into the third one.
MOVED = [(1, 0, 40 * DAY, 0, 0), (0, 1, 30 * DAY - 12 * HOUR, 0, 1)]
MERGED = [("merge", 20 * DAY, 1, 2)]


def people(count: int, number: int) -> list[tuple[int, list]]:
    """(lead, moments to ask about) of `count` lives, put into the tables by threes: they change from company to company, and
    some are merged into one another, at least a colleague of the first one into the third."""
    lives, deeds = drawn(worlds.full_lives, count, number), drawn(worlds.merges, count // 3 + 1, number)
    moves = drawn(worlds.links, count // 3 + 1, number)
    found = []
    for at in range(0, len(lives), 3):
        three = lives[at : at + 3]
        merged = [*MERGED, *deeds[at // 3]] if len(three) > 1 and not at % 2 else ()
        found += worlds.live_together(three, merged, [*MOVED, *moves[at // 3]])
    return found


class Read:
    """Leads read once at each of their moments, from raw facts, and judged as often as one likes."""

    def __init__(self, some: list[tuple[int, list]]):
        self.catalogue, self.colleagues = catalogue(), Colleagues()
        self.facts = {(lead, t): Plain(lead, t, self.colleagues) for lead, times in some for t in times}

    def says(self, body: dict) -> dict[tuple, tuple]:
        """(lead, moment) -> what plain Python says, as a row of the compiled scorer."""
        found, known = {}, {"catalogue": self.catalogue, "pinned": queries.pinned(body)}
        for (lead, t), facts in self.facts.items():
            plain, strict = (oracle.score(lead, body, t, after_no=no, facts=facts, **known) for no in (False, True))
            found[lead, t] = (
                facts.cycle, plain.fit, plain.engagement, plain.grade, plain.contributions, plain.mql, strict.mql, plain.direct
            )  # fmt: skip
        return found
