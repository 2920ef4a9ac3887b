"""What measures count for volumes and rates, by local day. Of a rate: the month's rows that are settled, those still pending and
those left out."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from leads.measures import changes
from smarketing.measures import engine, registry, statement, together
from smarketing.measures.question import Question
from smarketing.measures.reduces import Figure

from .clocks import EXCLUDED, MET, MISSED, PENDING, WAIVED
from .kinds import MONEY, RATE, Asked, Kind, params
from .models import Clause

States = dict[str, int]
Days = dict[date, Any]  # local day -> states, or how much of a volume
Population = Mapping[str, tuple[str, ...]]  # dimension -> values: of whom a clause speaks


def none() -> States:
    return dict.fromkeys((MET, MISSED, PENDING, EXCLUDED, WAIVED), 0)


def counted(clause: Clause) -> str:
    """By what the counts of a clause are kept: its kind, and of whom it speaks where it does not speak of all."""
    whom = params.population(clause.params)
    return f"{clause.kind} {json.dumps(whom, sort_keys=True)}" if whom else clause.kind


def asked(kind: Kind, show: str = "", whom: Population | None = None) -> Asked:
    """Which rows stand behind a figure: the settled ones, those of a state that is shown apart, or
    those that break the promise ("against"); of whom the clause speaks."""
    own = kind.against if show == "against" else kind.apart.get(show)
    found = own or Asked(kind.measure, kind.rows)
    return replace(found, where=lambda: {**found.where(), **whom}) if whom else found


def question(line: int, some: Asked, **times: Any) -> dict[str, Any]:
    """Keywords of a question about the rows of a definition line. `times`: first, until, zone, cutoff."""
    return {**times, "where": {"line_id": str(line), **some.where()}}


def by_day(
    kind: Kind, line: int, first: date, until: date, zone: ZoneInfo, cutoff: datetime, whom: Population | None = None
) -> Days:
    """Local day -> state -> how many, as known at the cut-off; of a volume how many its measure counts, or how much."""
    some, questions = _asked(kind, line, whom, first=first, until=until, zone=zone, cutoff=cutoff)
    return _told(kind, some, together.figures(questions))


def of_handoffs(
    kind: Kind,
    line: int,
    first: date,
    until: date,
    zone: ZoneInfo,
    cutoffs: Sequence[datetime],
    whom: Population | None,
    handoffs: Sequence[int],
) -> list[Days]:
    """What `by_day` says of these few handoffs alone, as known at each of some cut-offs of one local day; of measures whose rows
    are handoffs."""
    some, questions = _asked(kind, line, whom, first=first, until=until, zone=zone, cutoff=cutoffs[-1])
    few = [changes.of_handoffs(engine.resolve(one), handoffs) for one in questions]
    return [_told(kind, some, found) for found in together.known(questions, few, cutoffs)]


def _asked(kind: Kind, line: int, whom: Population | None, **times: Any) -> tuple[list[str], list[Question]]:
    """States (of a volume one, ""), and the question that gives each by day."""
    states = [MET, *kind.apart] if kind.source == RATE else [""]
    some = [asked(kind, state, whom) for state in states]
    return states, [engine.ask(one.measure, by=("day",), **question(line, one, **times)) for one in some]


def _told(kind: Kind, states: Sequence[str], found: Sequence[together.Figures]) -> Days:
    if kind.source != RATE:
        groups = found[0][0]
        return {date.fromisoformat(day): _amount(kind, figure) for (day,), figure in groups.items()}
    out: dict[date, States] = defaultdict(none)
    for state, (groups, _whole) in zip(states, found, strict=True):
        for (day,), figure in groups.items():
            every = figure.n if figure.of is None else figure.of
            told = {MET: figure.n, MISSED: every - figure.n} if state == MET else {state: every}
            out[date.fromisoformat(day)] |= told
    return dict(out)


def _amount(kind: Kind, figure: Figure) -> int | Fraction:
    return Fraction(figure.value or 0) if kind.unit == MONEY else figure.n


def ids(kind: Kind, line: int, whom: Population | None = None, **times: Any) -> dict[str, list[int]]:
    """The rows behind a rate, as a closed book keeps them: those that keep the promise, and those that break it."""
    some = engine.ask(kind.measure, **question(line, asked(kind, whom=whom), **times))
    built = statement.build(engine.resolve(some), some)
    rows = statement.run(f"WITH {built.counted} SELECT key, hit FROM counted ORDER BY key", built.params)
    return {MET: [key for key, hit in rows if hit], MISSED: [key for key, hit in rows if not hit]}


def maturity(kind: Kind) -> int:
    """Days after which a cohort of the measure says no more than it will."""
    return registry.find(kind.measure).maturity or 0


def between(days: Mapping[date, States], first: date, until: date) -> States:
    """State -> how many of the days in [first, until)."""
    out = none()
    for day, found in days.items():
        if first <= day < until:
            for state, n in found.items():
                out[state] += n
    return out
