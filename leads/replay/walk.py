"""The first yes of every lead and cycle under a body, exact: judged at each moment that may begin one.

As if the body had always been in force (a draft); or from an instant on, as the judge records it (`since`: then declared
history makes nobody an MQL). Leads whose facts were taken back, or that others were merged into, are read by the SQL scorer.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from leads.scoring import company_days, days, preview
from leads.scoring.program import Program
from leads.scoring.timeline.pull import Facts, Ints
from leads.scoring.timeline.walk import Walk, always

from . import rising
from .columns import Columns
from .gather import gather, take

ROWS = 8192  # leads judged at once
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Firsts:
    """One row per lead and cycle, sorted by them: the first yes. `at` in microseconds, `grade` letter × 6 + digit."""

    lead: Ints
    cycle: Ints
    at: Ints
    grade: Ints
    direct: Ints

    def __len__(self) -> int:
        return len(self.lead)


def firsts(
    body: Mapping[str, Any],
    columns: Columns,
    *,
    since: datetime | None = None,
    had: Iterable[tuple[int, int]] = (),
    progress: Progress = lambda done, of: None,
) -> Firsts:
    """The first yes of every (lead, cycle) up to the snapshot's cut-off. With `since`: from then on, without those `had` before."""
    if company_days.used(body):
        company_days.bring(columns.cutoff)
    program, here = preview.any_program(body), days.here()
    all_of_them = gather(program, columns)
    edges = rising.edges(program) if since is None else None
    found = []
    for low in range(0, len(all_of_them), ROWS):
        facts = all_of_them.piece(low, low + ROWS)
        if since is None:
            facts = take(facts, rising.possible(program, facts, here, columns.cutoff))
        if len(facts.leads):
            found.append(_of_piece(program, facts, here, columns, edges, since))
        progress(min(low + ROWS, len(all_of_them)), len(all_of_them))
    return _without(_joined(found), had)


def _of_piece(program: Program, facts: Facts, here, columns: Columns, edges, since: datetime | None) -> Firsts:
    judged = always(program, facts, here=here, until=columns.cutoff, edges=edges, since=since)
    yes = np.where(judged.begins, judged.plain, judged.strict) | judged.direct
    if since is not None:
        yes &= ~_declared(judged)
    rows = np.flatnonzero(yes)
    keys = judged.lead[rows] * 4096 + judged.cycle[rows]
    rows = rows[np.unique(keys, return_index=True)[1]]
    return Firsts(
        *(getattr(judged, name)[rows].astype(np.int64) for name in ("lead", "cycle", "at", "grade", "direct"))
    )


def _declared(judged: Walk) -> Ints:
    """Moments of declared history, and those at which a lead that came with it said yes before already."""
    stood = np.zeros(len(judged), bool)
    stood[1:] = (judged.strict | judged.direct)[:-1] & ~judged.first[1:]
    return judged.declared & (judged.history | stood)


def _joined(found: list[Firsts]) -> Firsts:
    names = ("lead", "cycle", "at", "grade", "direct")
    empty = [np.empty(0, np.int64)]
    return Firsts(*(np.concatenate([getattr(one, name) for one in found] or empty) for name in names))


def _without(found: Firsts, had: Iterable[tuple[int, int]]) -> Firsts:
    gone = np.array([lead * 4096 + cycle for lead, cycle in had], np.int64)
    keep = ~np.isin(found.lead * 4096 + found.cycle, gone)
    return Firsts(*(getattr(found, name)[keep] for name in ("lead", "cycle", "at", "grade", "direct")))
