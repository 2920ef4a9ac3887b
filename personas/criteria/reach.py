"""The most points that an axis can give: criteria that exclude one another give theirs once."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from . import tree
from .evaluate import cap_of
from .exclusion import possible
from .fields import Catalogue

MOST_CHOICES = 5_000  # choices among criteria that exclude one another; beyond, they are taken to go together
Item = Mapping[str, Any]


def most(axis: Mapping[str, Any], catalogue: Catalogue) -> int:
    """The most points an axis can give, negative criteria left out."""
    found = [one for entry in axis["items"] for one in entry.get("items", (entry,)) if one["points"] > 0]
    apart = _apart(found, catalogue)
    choices = _choices(sorted(apart, key=lambda at: -len(apart[at])), apart, frozenset())
    tried = list(islice(choices, MOST_CHOICES + 1))
    if len(tried) > MOST_CHOICES:
        return _total(axis, set())
    return max(_total(axis, {id(found[at]) for at in out}) for out in tried)


def _total(axis: Mapping[str, Any], out: set[int]) -> int:
    total = 0
    for entry in axis["items"]:
        mine = sum(_most_of(one) for one in entry.get("items", (entry,)) if id(one) not in out)
        total += min(entry["cap"], mine) if tree.is_group(entry) else mine
    return int(min(total, axis.get("cap", 100)))


def _most_of(item: Item) -> int:
    if item["points"] < 0:
        return 0
    return cap_of(item) if item.get("each") else min(item["points"], cap_of(item))


def _choices(left: Sequence[int], apart: Mapping[int, set[int]], out: frozenset[int]) -> Iterator[frozenset[int]]:
    """Sets of criteria left out such that no two of the others exclude one another."""
    left = [at for at in left if at not in out]
    if not any(apart[at] - out for at in left):
        yield out
        return
    at, *rest = left
    yield from _choices(rest, apart, out | apart[at])
    if apart[at] - out:
        yield from _choices(rest, apart, out | {at})


def _apart(found: Sequence[Item], catalogue: Catalogue) -> dict[int, set[int]]:
    """For each criterion that excludes others: which ones."""
    asked = [_asked(one["when"]) for one in found]
    apart: dict[int, set[int]] = {}
    for at, one in enumerate(found):
        for before in range(at):
            if asked[at] & asked[before] and not possible([one["when"], found[before]["when"]], catalogue):
                apart.setdefault(at, set()).add(before)
                apart.setdefault(before, set()).add(at)
    return apart


def _asked(cond: Mapping[str, Any]) -> set[str]:
    """The fields, kinds of event and personas of a condition: what shares none of them excludes nothing."""
    leaves = [leaf for _path, leaf in tree.leaves(cond)]
    events = {leaf["event"]["kind"] for leaf in leaves if "event" in leaf}
    return events | {str(leaf.get("field") or leaf.get("persona")) for leaf in leaves if "event" not in leaf}
