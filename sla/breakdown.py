"""A clause's figure of a month, broken down by team, rep, persona, source or tier: the parts add up to the whole.

Parts are groups of the very question that the figure opens, asked at the same cut-off; what the reader may not see apart
(other reps' own figures) stands in one line without a link, so that the sum is still the whole.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext_lazy as _

from smarketing.measures import engine
from smarketing.measures.registry import Dimension

from . import asking, measures, splits
from .clocks import EXCLUDED, MET, MISSED, PAUSED, PENDING, WAIVED
from .figures import Volume
from .follow import FUTURE, Month, Row
from .kinds import CLOCK, QUALIFICATION
from .sections import defaults
from .splits import COUNTED, Counts

TIER = "tier"
# Dimension -> (word, what stands for a blank).
BY: dict[str, tuple[Any, Any]] = {
    "team": (_("team"), _("in no team")),
    "rep": (_("rep"), _("in the pool")),
    "persona": (_("persona"), _("no persona")),
    "source": (_("source"), _("no source")),
    "campaign": (_("campaign"), _("no campaign")),
    TIER: (_("tier"), _("without a grade")),
}
Groups = tuple[Dimension, list[tuple[str, str, int | Fraction]]]


@dataclass
class Line:
    """One group: its name, how many of each state ("counted" of a volume), and what restricts a question to it.

    `where` None: what the reader may not open.
    """

    name: str
    counts: Counts = field(default_factory=dict)
    where: Mapping[str, tuple[str, ...]] | None = None

    @property
    def size(self) -> int | Fraction:
        return sum(self.counts.values())

    @property
    def settled(self) -> int | Fraction:
        return self.counts.get(MET, 0) + self.counts.get(MISSED, 0)

    @property
    def share(self) -> Fraction | None:
        return Fraction(self.counts.get(MET, 0)) / self.settled if self.settled else None


def of(month: Month, row: Row, by: str, user: Any) -> list[Line]:
    """The lines of a clause by a dimension of `BY`, the largest first; none of a month that has not begun."""
    if month.phase == FUTURE:
        return []
    lines: dict[str, Line] = {}
    dimension = "grade" if by == TIER else by
    offered, groups = _way(row, dimension)(month, row, dimension, user)
    tiers = _tiers(month) if by == TIER else {}
    for value, state, n in groups:
        named = tiers.get(value, value)
        name = str(offered.show(named) if offered.show and named else named or BY[by][1])
        line = lines.setdefault(named, Line(name, {}, {dimension: ()}))
        assert line.where is not None
        line.where = {dimension: tuple(dict.fromkeys((*line.where[dimension], value)))}
        line.counts[state] = line.counts.get(state, 0) + n
    rest = {
        key: n for key, whole in _whole(row).items() if (n := whole - sum(x.counts.get(key, 0) for x in lines.values()))
    }
    ordered = sorted(lines.values(), key=lambda one: (-one.size, one.name))
    return [*ordered, Line(str(_("the others")), rest)] if rest else ordered


def _whole(row: Row) -> Counts:
    figure = row.figure
    if isinstance(figure, Volume):
        return {COUNTED: figure.count}
    return {
        MET: figure.met,
        MISSED: figure.missed,
        PENDING: figure.pending,
        EXCLUDED: figure.excluded,
        WAIVED: figure.waived,
    }


def _way(row: Row, dimension: str) -> Callable[[Month, Row, str, Any], Groups]:
    if dimension in splits.BY and row.kind.subject != QUALIFICATION and not row.long:
        return _kept
    return _clocks if row.kind.source == CLOCK else _measured


def _kept(month: Month, row: Row, dimension: str, user: Any) -> Groups:
    """(value, state, how many) of what is kept of a clause, as far as the person may see it apart."""
    key, asked = asking.question(month, row)
    question = engine.ask(key, by=(dimension,), user=user, **asked)
    measure = engine.resolve(question)
    found = sorted(splits.of(month, row)[dimension].items())
    seen = [(value, counts) for value, counts in found if engine.may_see(measure, question, (value,))]
    offered = measure.dimensions(question)[dimension]
    return offered, [(value, state, n) for value, counts in seen for state, n in counts.items()]


def _clocks(month: Month, row: Row, dimension: str, user: Any) -> Groups:
    """(value, state, how many) of the clocks of a clause, all states in one pass."""
    key, asked = asking.question(month, row)
    measure = measures.by_state(row.kind.key, row.kind.subject)
    question = engine.ask(key, by=(dimension, "clock"), user=user, **asked)
    found = sorted(engine.seen(measure, question).items())
    offered = measure.dimensions(question)[dimension]
    return offered, [(value, PENDING if state == PAUSED else state, one.n) for (value, state), one in found]


def _measured(month: Month, row: Row, dimension: str, user: Any) -> Groups:
    """(value, state, how many) of what a measure counts, and of what stands apart from it."""
    out: list[tuple[str, str, int | Fraction]] = []
    for show in ("", *row.kind.apart):
        key, asked = asking.question(month, row, show, dimension)
        found = engine.answer(key, by=(dimension,), user=user, **asked)
        for group in found.rows:
            out += [(group.group[dimension], state, n) for state, n in splits.said(row, group, show).items()]
    return found.measure.dimensions(found.question)[dimension], out


def _tiers(month: Month) -> dict[str, str]:
    """Grade -> tier, as the terms group them; a grade that they put in no tier stands for itself."""
    found = defaults.tiers(month.terms) if month.terms else ()
    return {grade: ", ".join(tier.grades) for tier in found for grade in tier.grades}
