"""How a definition's body would have judged leads at the moment of their handoff, held against what became of them.

Only facts known at that moment count: what sales filled in or the lead did afterwards can neither help nor harm a criterion.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from personas.criteria.statistics import Flagged, Lift, Wilson

from . import asks, company_days, preview
from .conditions import Conditions


@dataclass(frozen=True)
class Case:
    """A lead at the moment of its handoff, and whether it was won."""

    lead: int
    at: datetime
    won: bool


@dataclass(frozen=True)
class Judged:
    """One case under the body: its axes, whether it would have been an MQL, and which conditions held, in the order of
    `preview.parts`."""

    lead: int
    won: bool
    fit: int
    engagement: int
    flagged: bool
    held: Sequence[bool]


def judged(body: Mapping[str, Any], cases: Sequence[Case]) -> list[Judged] | None:
    """The cases, each judged as of its moment; leads erased or merged since are left out. None: not counted yet."""
    if not cases:
        return []
    if not company_days.ready(body, max(one.at for one in cases)):
        return None
    compiled, params, sql = preview.prepared(body, asks.listed([(one.lead, one.at) for one in cases]))
    tests = ", ".join(Conditions(compiled, params).sql(cond) for cond in preview.parts(body).values())
    rows = preview.patiently(
        f"WITH {sql} SELECT v.lead_id, v.t, s.fit, s.engagement, s.plain OR s.direct, ARRAY[{tests}]::boolean[]"
        " FROM v JOIN scored s ON s.lead_id = v.lead_id AND s.t = v.t",
        params, body,
    )  # fmt: skip
    if rows is None:
        return None
    won = {(one.lead, one.at): one.won for one in cases}
    return [Judged(lead, won[lead, at], fit, done, flagged, held) for lead, at, fit, done, flagged, held in rows]


def lifts(body: Mapping[str, Any], found: Sequence[Judged], wilson: Wilson) -> dict[str, Lift]:
    """Written path of each criterion and condition -> its lift."""
    all_won = sum(one.won for one in found)
    return {
        path: Lift(
            sum(one.won for one in found if one.held[at]),
            sum(one.held[at] for one in found),
            all_won,
            len(found),
            wilson,
        )
        for at, path in enumerate(preview.parts(body))
    }


def whole(found: Sequence[Judged], wilson: Wilson) -> Flagged:
    """The body as a test for being won."""
    flagged = [one for one in found if one.flagged]
    return Flagged(sum(one.won for one in flagged), len(flagged), sum(one.won for one in found), len(found), wilson)
