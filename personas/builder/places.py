"""Names of lines that stay when the lines around them move: what a comment is about.

A criterion or group is named by its key, a condition of must, never or direct by its content ("never:1f0c…"), a setting by its
own name ("pace").
"""

from collections.abc import Mapping
from typing import Any

from personas.criteria import canonical, tree

SETTINGS = ("mql", "hysteresis", "cooldown_days", "pace", "mandatory")
LENGTH = 10  # hex digits that tell conditions of one list apart


def of_condition(section: str, cond: Mapping[str, Any]) -> str:
    """The name of a condition in the list `section`."""
    return f"{section}:{canonical.digest(cond)[:LENGTH]}"


def find(body: Mapping[str, Any], place: str) -> dict[str, Any] | None:
    """What stands at a place: the criterion or group, {"when": condition}, or {} for a setting and for the whole ("").

    None where a definition holds no such line (any more).
    """
    if not place or place in SETTINGS:
        return {}
    section, colon, _digest = place.partition(":")
    if colon:
        conditions = body.get(section) or () if section in tree.LISTS else ()
        return next(({"when": dict(one)} for one in conditions if of_condition(section, one) == place), None)
    for axis in tree.AXES:
        for entry in body[axis]["items"]:
            for one in (entry, *entry.get("items", ())):
                if one["key"] == place:
                    return dict(one)
    return None
