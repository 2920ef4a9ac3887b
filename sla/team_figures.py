"""Figures of a month by rep, as many of them as can be from one pass over the clocks: what is kept of each kind of promise, and how
soon people try. Each equals the answer of its measure.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from smarketing.measures import engine, reduces, statement, together
from smarketing.measures.engine import Answer
from smarketing.measures.reduces import Figure

from . import measures
from .blocks import TIMED
from .clocks import MET, MISSED
from .kinds import HANDOFF, KINDS

RESPONSE = "response_time"
KIND_OF = {
    kind.measure: kind.key for kind in KINDS.values() if kind.subject == HANDOFF
}  # measure of promises kept -> its kind
Lines = list[tuple[Any, int]]  # value, how often


def answers(asked: Sequence[tuple[str, str]], **question: Any) -> list[Answer]:
    """The answers of (measure, its figure), in their order; keywords of `engine.ask`, by one dimension."""
    promised = [key for key, _stat in asked if key in KIND_OF]
    stats = [stat for key, stat in asked if key == RESPONSE]
    found = _of_clocks(promised, stats, question) if promised else {}
    others = [one for one in asked if one not in found]
    found |= dict(zip(others, together.answers(others, **question), strict=True)) if others else {}
    return [found[one] for one in asked]


def _of_clocks(keys: Sequence[str], stats: Sequence[str], asked: Mapping[str, Any]) -> dict[tuple[str, str], Answer]:
    """(measure, its figure) -> its answer, of what clocks say."""
    measure = measures.together(list(dict.fromkeys([*(KIND_OF[key] for key in keys), TIMED])))
    whole = engine.ask(keys[0], **{**asked, "by": (*asked["by"], "kind", "clock")})
    lines = statement.build(measure, whole).gathered(whole.by, measure.reduce)
    groups = {group: some for group, some in lines.items() if group is not None}
    out = {(key, ""): _share(key, KIND_OF[key], groups, asked) for key in keys}
    return out | {(RESPONSE, stat): _response(stat, groups, asked) for stat in stats}


def _share(key: str, kind: str, groups: Mapping[tuple[str, ...], Lines], asked: Mapping[str, Any]) -> Answer:
    kept: dict[str, dict[str, int]] = defaultdict(dict)
    for (value, of, state), lines in groups.items():
        if of == kind and state in (MET, MISSED):
            kept[value][state] = sum(n for _value, n in lines)
    figures: dict[tuple[str, ...], Figure] = {
        (value,): _of(counts.get(MET, 0), counts.get(MISSED, 0)) for value, counts in kept.items()
    }
    met, missed = (sum(counts.get(state, 0) for counts in kept.values()) for state in (MET, MISSED))
    return engine.answered(engine.ask(key, **asked), figures, _of(met, missed))


def _of(met: int, missed: int) -> Figure:
    settled = met + missed
    return Figure(Fraction(met, settled) if settled else None, met, settled)


def _response(stat: str, groups: Mapping[tuple[str, ...], Lines], asked: Mapping[str, Any]) -> Answer:
    times: dict[str, Lines] = defaultdict(list)
    for (value, _kind, _state), lines in groups.items():
        if timed := [line for line in lines if line[0] is not None]:
            times[value] += timed
    finish = reduces.REDUCES["spread"].finish
    figures: dict[tuple[str, ...], Figure] = {(value,): finish(lines, stat) for value, lines in times.items()}
    every = [line for lines in times.values() for line in lines]
    return engine.answered(engine.ask(RESPONSE, stat=stat, **asked), figures, finish(every, stat))
