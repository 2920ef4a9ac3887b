"""What upper rooms asked to be told inside the transaction of a deed, and what they answer. Registered from `AppConfig.ready()`.

changed(handoff_ids)   these handoffs were derived again; a hook only leaves a mark (`on conflict do nothing`)
promises(lead, at)     what was promised on the handoffs of a lead, newest first, as known at a past instant (None: now)
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Promise:
    """One clause on one handoff. `state`: pending, paused, met, missed, excluded, waived; `words`: the clause in the reader's language."""

    clause: str
    words: str
    contract: str
    terms: int
    due: datetime
    settled: datetime | None
    state: str


changed: list[Callable[[Sequence[int]], None]] = []
promises: list[Callable[[int, datetime | None], Sequence[Promise]]] = []


def promised(lead: int, at: datetime | None) -> list[Promise]:
    """Every promise on a lead; none where nobody promises."""
    return [one for tell in promises for one in tell(lead, at)]
