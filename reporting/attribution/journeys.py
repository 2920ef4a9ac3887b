"""A deal's way to its win: the touches of all its contacts that count, and the milestones among them. Pure.

Instants are whole seconds since 1970. The laws (`docs/decisions/0051-attribution.md`): touches after the win are left out;
the look-back cuts before anything is weighted; touches of the same second stand in the order of their keys.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

FIRST, LEAD, OPPORTUNITY, LAST = "first", "lead", "opportunity", "last"
MILESTONES = (FIRST, LEAD, OPPORTUNITY, LAST)
DAY = 86_400


class Touch(NamedTuple):
    """One touch: `at`, then `key` orders them; `who` is the contact who was touched."""

    at: int
    key: int
    campaign: Any = None
    who: Any = None


@dataclass(frozen=True)
class Journey:
    """Eligible touches, oldest first; `lead` and `opportunity` are places among them, None where there is no such touch.

    `late`: touches after the win; `old`: touches before the look-back. They are counted, never weighted.
    """

    touches: tuple[Touch, ...]
    won_at: int
    lead: int | None = None
    opportunity: int | None = None
    late: int = 0
    old: int = 0

    def place(self, milestone: str) -> int | None:
        """Where a milestone stands; None without such a touch."""
        if not self.touches:
            return None
        if milestone == FIRST:
            return 0
        if milestone == LAST:
            return len(self.touches) - 1
        return self.lead if milestone == LEAD else self.opportunity


def journey(
    touches: Iterable[Touch],
    *,
    won_at: int,
    opened_at: int | None = None,
    created_at: int | None = None,
    oldest: Hashable = None,
    look_back: int | None = None,
) -> Journey:
    """The journey that ends at `won_at`. `oldest`: the contact created first, at `created_at`; `opened_at`: the deal's birth.

    Lead creation is the last touch of the oldest contact at or before its creation, opportunity creation the last touch of
    anybody at or before the deal was opened. `look_back`: days; a touch exactly so old counts.
    """
    ordered = sorted(touches)
    before = [one for one in ordered if one.at <= won_at]
    floor = None if look_back is None else won_at - look_back * DAY
    kept = tuple(one for one in before if floor is None or one.at >= floor)
    return Journey(
        kept,
        won_at,
        _last(kept, created_at, oldest),
        _last(kept, opened_at),
        len(ordered) - len(before),
        len(before) - len(kept),
    )


def _last(touches: tuple[Touch, ...], until: int | None, who: Hashable = None) -> int | None:
    """The place of the last touch (of `who`) at or before an instant."""
    if until is None:
        return None
    found = None
    for place, one in enumerate(touches):
        if one.at > until:
            break
        if who is None or one.who == who:
            found = place
    return found
