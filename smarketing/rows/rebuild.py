"""Derived rows wiped and derived again from facts and acts, app after app: to the same bytes, and nobody is told.

Each app registers its part in `AppConfig.ready()`; `order` is the line of the house: calendars (10), leads (20), contract
(30). Parts write derived rows only: no act, no side effect.
"""

from collections.abc import Callable
from datetime import datetime

Part = Callable[[datetime], int]
_PARTS: dict[str, tuple[int, Part]] = {}


def register(key: str, part: Part, order: int) -> None:
    """`part(at)` wipes and derives an app's rows as of `at`; returns how many it wrote. The same key replaces."""
    _PARTS[key] = (order, part)


def run(at: datetime, tell: Callable[[str, int], None] = lambda key, rows: None) -> dict[str, int]:
    """Rebuild everything as of `at` (a cut-off of the fence). Returns rows written by part."""
    done = {}
    for key, (_order, part) in sorted(_PARTS.items(), key=lambda pair: pair[1][0]):
        done[key] = part(at)
        tell(key, done[key])
    return done
