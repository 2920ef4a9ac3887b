"""The versions in force played again from the facts: the same qualifications must come out as were recorded.

Apart stand leads that no walk reads any more (erased, or merged into another one since) and leads with facts that nobody has
judged yet. Handoffs that were imported or made by hand have no qualification, and so are no part of it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from leads.intake.bulk import among
from leads.models import Lead, Qualification
from leads.scoring import days
from leads.scoring.timeline import chain

from . import lines, marks

Said = tuple[int, int, int, datetime, str, str]  # lead, version, cycle, moment, grade, cause


@dataclass(frozen=True)
class Replayed:
    """Of one line: how many qualifications came out `alike`; `missing` ones were recorded and did not come out, `extra` ones came
    out and were not recorded; `apart`: recorded for leads that cannot be played again."""

    line_id: int
    alike: int
    missing: tuple[Said, ...]
    extra: tuple[Said, ...]
    apart: int

    @property
    def differences(self) -> int:
        return len(self.missing) + len(self.extra)


def run(until: datetime) -> Iterator[Replayed]:
    """Every line, up to `until` (an instant up to which the judge has looked at everything)."""
    leads = _readable(until)
    for line_id, line in lines.live(until).items():
        yield of_line(line_id, line, leads, until)


def of_line(line_id: int, line: Sequence[chain.Segment], leads: Sequence[int], until: datetime) -> Replayed:
    """One line and these leads, in ascending order."""
    missing, extra, alike = [], [], 0
    for batch in chain.batches(leads):
        found = chain.first_yes(chain.walks(line, batch, here=days.here(), until=until))
        played = {(one.lead_id, one.version_id, one.cycle, one.at, one.grade, _cause(one)) for one in found}
        kept = set(_recorded(line_id, until).filter(among("lead_id", batch)).values_list(*_SAID))
        missing += sorted(kept - played)
        extra += sorted(played - kept)
        alike += len(played & kept)
    total = _recorded(line_id, until).count()
    return Replayed(line_id, alike, tuple(missing), tuple(extra), total - alike - len(missing))


_SAID = ("lead_id", "version_id", "cycle", "effective_at", "grade", "cause")


def _recorded(line_id: int, until: datetime):
    return Qualification.objects.filter(line=line_id, effective_at__lte=until)


def _cause(one: chain.Yes) -> str:
    return "direct" if one.direct else "grade"


def _readable(until: datetime) -> list[int]:
    waiting = marks.waiting(until)
    living = Lead.objects.filter(root_id=None, erased=False).order_by("pk").values_list("pk", flat=True)
    return [lead for lead in living if lead not in waiting]
