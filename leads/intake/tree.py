"""The tree of campaigns: programme → campaign → asset."""

from collections.abc import Mapping

from leads.models import Campaign

from .problems import ByHandError

DEEPEST = 3


def line_of(parents: Mapping[int, int | None], pk: int) -> list[int]:
    """One and those above it, the nearest first; a circle ends where it closes."""
    found = [pk]
    while (above := parents.get(found[-1])) is not None and above not in found:
        found.append(above)
    return found


def check(campaign: int | None, parent: int | None) -> None:
    """ByHandError: "circle" for a campaign under itself, "deep" for more than three levels."""
    if parent is None:
        return
    parents = dict(Campaign.objects.values_list("pk", "parent_id"))
    above = line_of(parents, parent)
    if campaign in above:
        raise ByHandError("circle", "parent")
    if len(above) + _height(campaign, parents) > DEEPEST:
        raise ByHandError("deep", "parent")


def _height(campaign: int | None, parents: Mapping[int, int | None]) -> int:
    """Levels from a campaign down to the lowest under it."""
    lines = [line_of(parents, pk) for pk in parents] if campaign else []
    return max((line.index(campaign) + 1 for line in lines if campaign in line), default=1)
