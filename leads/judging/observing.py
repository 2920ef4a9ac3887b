"""A text beside the version in force: whom it would make an MQL, and whom it would have made one since it is observed.

Nothing is written and nobody handed over: leads are walked from the raw facts, so that the text need not be published.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leads.models import Lead, Qualification
from leads.scoring import days, program
from leads.scoring.timeline import chain
from leads.scoring.timeline.chain import Yes
from leads.scoring.timeline.walk import walk
from personas.criteria.behaviours import behaviours
from personas.models import DefinitionVersion

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Observed:
    """Leads by id: `stood` said yes when the observation began, `made` began to since; `live`: who qualified since under the
    versions in force. A lead that had qualified before, in the same cycle, is in none."""

    stood: list[int]
    made: list[int]
    live: list[int]

    @property
    def both(self) -> list[int]:
        return sorted({*self.stood, *self.made} & set(self.live))


def observe(
    line_id: int, body: Mapping[str, Any], since: datetime, until: datetime, progress: Progress = lambda done, of: None
) -> Observed:
    """What `body` would have made of every lead of a line from `since` to `until`, and what was made meanwhile."""
    before = Qualification.objects.filter(line=line_id, effective_at__lte=since)
    live = Qualification.objects.filter(line=line_id, effective_at__gt=since, effective_at__lte=until)
    found = _walked(line_id, body, since, until, set(before.values_list("lead_id", "cycle")), progress)
    stood = [one.lead_id for one in found if one.at <= since]
    made = {one.lead_id for one in found if one.at > since} - set(stood)
    return Observed(sorted(stood), sorted(made), sorted(set(live.values_list("lead_id", flat=True))))


def at_once(
    line_id: int, body: Mapping[str, Any], at: datetime, progress: Progress = lambda done, of: None
) -> list[int]:
    """Leads that would qualify the moment `body` took effect, at `at`: the backlog that the pace releases."""
    had = Qualification.objects.filter(line=line_id).values_list("lead_id", "cycle")
    return sorted(one.lead_id for one in _walked(line_id, body, at, at, set(had), progress))


def _walked(
    line_id: int,
    body: Mapping[str, Any],
    since: datetime,
    until: datetime,
    had: set[tuple[int, int]],
    progress: Progress,
) -> list[Yes]:
    compiled = program.build(line_id, 0, body)
    missing = sorted({one.key for one in behaviours(body)} - set(compiled.behaviours))
    compiled.behaviours = {**compiled.behaviours, **{key: -1 - n for n, key in enumerate(missing)}}
    begun = DefinitionVersion.objects.standing().filter(line=line_id, effective_at__lte=since)
    first = begun.order_by("effective_at").first()
    line_from = first.effective_at if first else since
    ids = list(Lead.objects.order_by("pk").values_list("pk", flat=True))
    found, done = [], 0
    for batch in chain.batches(ids):
        one = walk(compiled, batch, here=days.here(), line_from=line_from, version_from=since, until=until, after={})
        found += chain.first_yes([one], had) if one else []
        done += len(batch)
        progress(done, len(ids))
    return found
