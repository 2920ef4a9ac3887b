"""What changed in a lead's points between two instants, in a difference that adds up, each row with why.

The way from one judgement to the other is gone in four steps, each judged whole: the days that went by (the same facts, seen
later), what was taken back, what was learned, and the version. The steps of a row add up to its difference, the rows of an
axis to the axis's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from leads.models import Lead
from leads.scoring import oracle
from leads.scoring.oracle import LeadFacts
from personas.criteria.evaluate import Judgement
from personas.criteria.words import signed

from . import why
from .causes import CAP, STEPS, Cause, Teller
from .why import Why, WhyRow


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

    @property
    def figures(self) -> tuple[str, str]:
        """Then and now, with a true minus."""
        return str(self.before).replace("-", "−"), str(self.after).replace("-", "−")


@dataclass(frozen=True)
class Moved(Difference):
    """One row before and after; `text` from whichever side has it. The points of the `causes` add up to the difference."""

    key: str
    kind: str
    text: str
    before: int
    after: int
    causes: Sequence[Cause] = ()


@dataclass(frozen=True)
class AxisMoved(Difference):
    """`letters`: the letter or digit then and now; `still`: how many rows gave the same points then and now."""

    name: str
    before: int
    after: int
    rows: Sequence[Moved]
    letters: tuple[str, str] = ("", "")
    still: int = 0


@dataclass(frozen=True)
class Change:
    """A definition's judgement then and now; `other_version` when the version in force has changed between."""

    before: Why
    after: Why
    axes: Sequence[AxisMoved]
    won: Sequence[str] = field(default_factory=tuple)  # conditions that stand in the way now, and did not
    lost: Sequence[str] = field(default_factory=tuple)  # that no longer do

    @property
    def other_version(self) -> bool:
        return self.before.version.pk != self.after.version.pk


def changes(lead: Lead, then: datetime, now: datetime, lang: str, *, personal: bool = True) -> list[Change]:
    """Per definition in force at both instants: what moved. None where the lead was not known, or did not stand for itself."""
    facts = {"before": LeadFacts(lead.pk, then), "after": LeadFacts(lead.pk, now)}
    before = {one.version.line_id: one for one in why.as_of(lead, then, lang, personal=personal, facts=facts["before"])}
    after = {one.version.line_id: one for one in why.as_of(lead, now, lang, personal=personal, facts=facts["after"])}
    corrected = LeadFacts(lead.pk, then, corrected_by=now)
    teller = Teller(facts["before"], corrected, facts["after"], lang, personal)
    return [_change(before[line], after[line], teller) for line in after if line in before]


def _change(before: Why, after: Why, teller: Teller) -> Change:
    stages = [_points(one) for one in _stages(before, after, teller)]
    axes = []
    for old, new in zip(before.axes, after.axes, strict=True):
        then, now = _by_key(old), _by_key(new)
        rows = []
        for key in dict.fromkeys([*now, *then]):
            shown = now.get(key) or then[key]
            points = [stage.get((new.name, key), 0) for stage in stages]
            if points[0] != points[-1]:
                steps = {name: late - soon for name, (soon, late) in zip(STEPS, pairwise(points), strict=True)}
                causes = [Cause(CAP, points[-1] - points[0])] if shown.kind != "criterion" else teller.causes(
                    new.name, key, steps, before.version, after.version
                )  # fmt: skip
                rows.append(Moved(key, shown.kind, shown.text, points[0], points[-1], causes))
        still = sum(1 for key, row in now.items() if row.points and row.points == stages[0].get((new.name, key)))
        axes.append(AxisMoved(new.name, old.value, new.value, rows, (old.letter, new.letter), still))
    was, then_ = set(before.failures), set(after.failures)
    return Change(before, after, axes, sorted(then_ - was), sorted(was - then_))


def _stages(before: Why, after: Why, teller: Teller) -> list[Judgement]:
    """The judgement then, and after each of the steps."""
    old, new, today = before.version.body, after.version.body, teller.after.today
    asked = (
        (old, teller.before, teller.before.today),
        (old, teller.before, today),
        (old, teller.corrected, today),
        (old, teller.after, today),
        (new, teller.after, today),
    )
    return [oracle.score(facts.lead_id, body, facts.t, facts=facts, today=day) for body, facts, day in asked]


def _points(one: Judgement) -> dict[tuple[str, str], int]:
    """Points by axis and key."""
    return {(row.axis, row.key): row.points for row in one.rows}


def _by_key(axis: why.Axis) -> Mapping[str, WhyRow]:
    return {row.key: row for row in [*axis.rows, *axis.silent]}
