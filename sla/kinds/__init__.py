"""The table of clause kinds, by key. Adding one is one row and, for a clocked kind, one case in `clocks.JUDGES`."""

from . import marketing, sales, together
from .kind import BOTH, CLOCK, HANDOFF, MONEY, PERCENT, QUALIFICATION, RATE, VOLUME, Asked, Kind

KINDS: dict[str, Kind] = {kind.key: kind for kind in (*marketing.KINDS, *sales.KINDS, *together.KINDS)}

from .said import SHOWN, amount, days, sentence, short, target_label  # noqa: E402  says what the table holds

__all__ = [
    "BOTH", "CLOCK", "HANDOFF", "KINDS", "MONEY", "PERCENT", "QUALIFICATION", "RATE", "SHOWN", "VOLUME", "Asked", "Kind",
    "amount", "days", "sentence", "short", "target_label",
]  # fmt: skip
