"""What measures count for volumes and rates, by local day. Of a rate: the month's rows that are settled, those still pending and
those left out."""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from smarketing.measures import engine, registry, statement, together

from .clocks import EXCLUDED, MET, MISSED, PENDING, WAIVED
from .kinds import MONEY, Asked, Kind, params
from .models import Clause

States = dict[str, int]
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
) -> dict[date, States]:
    """Local day -> state -> how many, as known at the cut-off."""
    out: dict[date, States] = defaultdict(none)
    times = {"first": first, "until": until, "zone": zone, "cutoff": cutoff}
    states = (MET, *kind.apart)
    some = [asked(kind, state, whom) for state in states]
    questions = [engine.ask(one.measure, by=("day",), **question(line, one, **times)) for one in some]
    for state, (groups, _whole) in zip(states, together.figures(questions), strict=True):
        for (day,), figure in groups.items():
            found = out[date.fromisoformat(day)]
            every = figure.n if figure.of is None else figure.of
            found |= {MET: figure.n, MISSED: every - figure.n} if state == MET else {state: every}
    return dict(out)


def volume(
    kind: Kind, line: int, first: date, until: date, zone: ZoneInfo, cutoff: datetime, whom: Population | None = None
) -> dict[date, int | Fraction]:
    """Local day -> how many the measure of a volume counts, or how much."""
    times = {"first": first, "until": until, "zone": zone, "cutoff": cutoff}
    found = engine.answer(kind.measure, by=("day",), **question(line, asked(kind, whom=whom), **times))
    return {
        date.fromisoformat(row.group["day"]): Fraction(row.value or 0) if kind.unit == MONEY else row.n
        for row in found.rows
    }


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
