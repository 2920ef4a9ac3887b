"""What upper rooms asked to be told inside the transaction of a deed, and what they answer. Registered from `AppConfig.ready()`.

changed(handoff_ids)   these handoffs were derived again; a hook only leaves a mark (`on conflict do nothing`)
promises(lead, at)     what was promised on the handoffs of a lead, newest first, as known at a past instant (None: now)
standing(handoffs, at)  how the promises of these handoffs stand that are late or paused
"""

from collections.abc import Callable, Mapping, Sequence
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


@dataclass(frozen=True)
class Standing:
    """Of a handoff: the clause whose promise its queue shows; of one that is paused until when, and why in words."""

    clause: str = ""
    until: datetime | None = None
    why: str = ""


standing: list[Callable[[Sequence[int], datetime], Mapping[int, Standing]]] = []
changed: list[Callable[[Sequence[int]], None]] = []
promises: list[Callable[[int, datetime | None], Sequence[Promise]]] = []


def stands(handoffs: Sequence[int], at: datetime) -> dict[int, Standing]:
    """How the promises of these handoffs stand, by whoever made them; nothing is asked of nobody."""
    found: dict[int, Standing] = {}
    for tell in standing if handoffs else ():
        found |= tell(handoffs, at)
    return found


def promised(lead: int, at: datetime | None) -> list[Promise]:
    """Every promise on a lead; none where nobody promises."""
    return [one for tell in promises for one in tell(lead, at)]
