"""The course of a lead's points as a drawing: fit and engagement over time, with marks where it became another matter.

Levels are drawn as steps, since a score is constant between moments. x runs from the first moment shown to the instant
asked for, y from 0 to 100.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from leads.models import EngagementReset, Handoff, Lead, ScoreHistory
from personas.models import DefinitionLine, DefinitionVersion

from . import header

WIDTH, HEIGHT, TOP = 360, 96, 14
LONGEST = timedelta(days=400)
MOST = 400
SHOWN = 12
VERSION, HANDOFF, RECYCLED = "version", "handoff", "recycled"


@dataclass(frozen=True)
class Mark:
    """Something on the way: a version that came into force, a handoff, a recycling."""

    kind: str
    at: datetime
    x: float
    number: int = 0


@dataclass(frozen=True)
class Course:
    """A definition's judgement over time: `lines` as points of polylines by axis, `moments` newest first."""

    line: DefinitionLine
    moments: Sequence[ScoreHistory]
    lines: dict[str, str]
    marks: Sequence[Mark] = field(default_factory=tuple)
    more: int = 0

    @property
    def shown(self) -> Sequence[ScoreHistory]:
        return self.moments[:SHOWN]

    @property
    def first(self) -> datetime:
        return self.moments[-1].effective_at


def of(lead: Lead, until: datetime, handoffs: Sequence[Handoff] | None = None) -> list[Course]:
    """One course per definition by which the lead was ever judged, as of `until`; without any history none. `handoffs`: those
    of the lead known then, where they were read already."""
    handoffs = header.handed(lead, until) if handoffs is None else handoffs
    known = ScoreHistory.objects.filter(lead=lead, track="live", effective_at__lte=until)
    rows = known.select_related("line", "version").order_by("-effective_at", "line_id")
    by_line: dict[int, list[ScoreHistory]] = {}
    for row in rows.defer("version__body", "contributions")[:MOST]:
        by_line.setdefault(row.line_id, []).append(row)
    return [_course(lead, mine, until, handoffs) for _line, mine in sorted(by_line.items())]


def _course(lead: Lead, moments: list[ScoreHistory], until: datetime, handoffs: Sequence[Handoff]) -> Course:
    start = max(moments[-1].effective_at, until - LONGEST)
    scale = _Scale(start, until)
    lines = {
        axis: _steps([(scale.x(one.effective_at), getattr(one, axis)) for one in reversed(moments)])
        for axis in ("fit", "engagement")
    }
    return Course(
        moments[0].line, moments, lines, _marks(lead, moments[0].line, scale, handoffs), max(0, len(moments) - SHOWN)
    )


@dataclass(frozen=True)
class _Scale:
    start: datetime
    until: datetime

    def x(self, at: datetime) -> float:
        """Where an instant lies, 0 … WIDTH; what was before stands at the left edge."""
        whole = (self.until - self.start).total_seconds()
        share = (at - self.start).total_seconds() / whole if whole else 1
        return round(min(1, max(0, share)) * WIDTH, 1)


def _steps(points: Sequence[tuple[float, int]]) -> str:
    """A line of steps through (x, level), held to the right edge."""
    drawn: list[str] = []
    level: float | None = None
    for x, value in points:
        if level is not None:
            drawn.append(f"{x},{level}")
        level = round(TOP + (100 - value) * (HEIGHT - TOP - 2) / 100, 1)
        drawn.append(f"{x},{level}")
    return " ".join([*drawn, f"{WIDTH},{level}"])


def _marks(lead: Lead, line: DefinitionLine, scale: _Scale, handoffs: Sequence[Handoff]) -> list[Mark]:
    between = (scale.start, scale.until)
    versions = DefinitionVersion.objects.standing().filter(line=line, effective_at__range=between)
    handed = [one.occurred_at for one in handoffs if one.line_id == line.pk and one.occurred_at >= scale.start]
    resets = EngagementReset.objects.filter(lead=lead, occurred_at__range=between, known_at__lte=scale.until)
    began = versions.values_list("effective_at", "number")
    found = [Mark(VERSION, at, scale.x(at), number) for at, number in began]
    found += [Mark(HANDOFF, at, scale.x(at)) for at in handed]
    found += [Mark(RECYCLED, at, scale.x(at)) for at in resets.values_list("occurred_at", flat=True)]
    return sorted(found, key=lambda one: one.at)
