"""How often an act would have to be done for something to change: a few counts, and none forgotten.

An act that is repeated is one element with a count, so each count worth trying is one option of it.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from . import decay, tree
from .behaviours import matches
from .evaluate import Moment, cap_of

MOST_TIMES = 100  # an act is not asked for more often than that, unless a condition names a number
Cond = Mapping[str, Any]
Item = Mapping[str, Any]
Event = Mapping[str, Any]


def counts(
    event: Event, others: Iterable[Event], leaves: Iterable[Cond], body: Mapping[str, Any], moment: Moment
) -> tuple[list[int], bool]:
    """(how often an act may be worth doing today, fewest first; whether these are all). Between two of them nothing changes.

    `others`: the further acts that may be done; `leaves`: the conditions of the definition. Where another act counts for the
    same condition, both share what is asked, so every count to the last is one.
    """
    mine = [leaf for leaf in leaves if "event" in leaf and matches(leaf["event"], event)]
    steps = {more for leaf in mine if (more := _more(leaf, moment)) > 0}
    steps |= {1 for when in _fading(body) if matches(when["event"], event) and _more(when, moment) <= 0}
    most = max((_useful(item, rest, moment) for item, rest in _each(body, event)), default=0)
    if any(matches(leaf["event"], other) for leaf in mine for other in others):
        most = max(most, *steps, 0)
    return sorted(steps | set(range(1, min(most, MOST_TIMES) + 1))), most <= MOST_TIMES


def _more(leaf: Cond, moment: Moment) -> int:
    """How many more there must be for a condition on a number of times to change."""
    return leaf.get("count", 1) - sum(moment.days(leaf).values())


def _fading(body: Mapping[str, Any]) -> Iterable[Cond]:
    """Conditions whose points fade: done anew, all of them are there again."""
    for axis in tree.AXES:
        yield from (item["when"] for _path, item, _group in tree.items(body, axis) if item.get("decay"))


def _each(body: Mapping[str, Any], event: Event) -> Iterable[tuple[Item, int]]:
    """(criterion with points each time that such an act counts for; points against it on its axis at the most)."""
    for axis in tree.AXES:
        found = [item for _path, item, _group in tree.items(body, axis)]
        for item in found:
            if item.get("each") and matches(item["when"]["event"], event):
                yield item, sum(_worst(other) for other in found if (other["points"] > 0) != (item["points"] > 0))


def _worst(item: Item) -> int:
    return cap_of(item) if item.get("each") else min(abs(item["points"]), cap_of(item))


def _useful(item: Item, against: int, moment: Moment) -> int:
    """How many more of today bring points: until its cap, the day's limit, or all that an axis may need."""
    points, weight = item["points"], decay.weight(item, 0)
    if not weight:
        return 0
    there, _events = moment.raw(item)
    room = min(cap_of(item), 100 + against) * decay.MILLION - (there if points > 0 else -there)
    useful = max(0, -(-room // (abs(points) * weight)))
    if item.get("daily") is None:
        return useful
    return min(useful, max(0, item["daily"] - moment.days(item["when"]).get(0, 0)))


def gain(item: Item, times: int, taken: int) -> int:
    """The most points that an act done so often may bring by a criterion; `taken`: points that it takes away now."""
    if item["points"] < 0:
        return min(cap_of(item), taken)
    if not item.get("each"):
        return int(item["points"])
    return int(min(item["points"] * times + 1, cap_of(item)))  # truncation to whole points may give one more
