"""What changed in a lead's points between two instants, row by row, in a difference that adds up; and its past grades."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from leads.models import Lead, ScoreHistory
from personas.criteria.words import signed

from . import why
from .why import Why, WhyRow

MOMENTS = 12


class Difference:
    """What two figures, `before` and `after`, differ by."""

    before: int
    after: int

    @property
    def difference(self) -> int:
        return self.after - self.before

    @property
    def signed(self) -> str:
        return signed(self.difference) if self.difference else "0"


@dataclass(frozen=True)
class Moved(Difference):
    """One row before and after; `text` from whichever side has it."""

    text: str
    before: int
    after: int


@dataclass(frozen=True)
class AxisMoved(Difference):
    name: str
    before: int
    after: int
    rows: Sequence[Moved]


@dataclass(frozen=True)
class Change:
    """A definition's judgement then and now; `other_version` when the version in force has changed between."""

    before: Why
    after: Why
    axes: Sequence[AxisMoved]

    @property
    def other_version(self) -> bool:
        return self.before.version.pk != self.after.version.pk


def changes(lead: Lead, then: datetime, now: datetime, lang: str) -> list[Change]:
    """Per definition in force at both instants: what moved. None where the lead was not known then."""
    before = {panel.version.line_id: panel for panel in why.as_of(lead, then, lang)}
    after = {panel.version.line_id: panel for panel in why.as_of(lead, now, lang)}
    return [_change(before[line], after[line]) for line in after if line in before]


def _change(before: Why, after: Why) -> Change:
    axes = []
    for old, new in zip(before.axes, after.axes, strict=True):
        then, now = _by_key(old.rows), _by_key(new.rows)
        rows = [
            Moved(
                (now.get(key) or then[key]).text,
                then[key].points if key in then else 0,
                now[key].points if key in now else 0,
            )
            for key in dict.fromkeys([*now, *then])
        ]
        axes.append(AxisMoved(new.name, old.value, new.value, [row for row in rows if row.difference]))
    return Change(before, after, axes)


def _by_key(rows: Sequence[WhyRow]) -> dict[str, WhyRow]:
    return {row.key: row for row in rows}


def moments(lead: Lead) -> list[ScoreHistory]:
    """The last moments at which the lead's live points changed, newest first."""
    rows = ScoreHistory.objects.filter(lead=lead, track="live").select_related("line", "version")
    return list(rows.order_by("-effective_at", "line_id")[:MOMENTS])
