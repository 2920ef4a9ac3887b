"""The walk across the versions of a line: one after the other, each from the instant it took effect."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from leads.scoring import program
from leads.scoring.days import Days
from personas.models import DefinitionVersion

from .pull import Ints
from .walk import Walk, grade_text, instant, walk

ROWS = 4096  # leads walked at once


@dataclass(frozen=True)
class Segment:
    """A version in force from `start` up to (not including) `stop`; None: for good."""

    version: DefinitionVersion
    start: datetime
    stop: datetime | None


@dataclass(frozen=True)
class Yes:
    """The first moment of a cycle at which the definition became true for a lead."""

    lead_id: int
    version_id: int
    cycle: int
    at: datetime
    grade: str
    direct: bool


def segments(line_id: int, until: datetime) -> list[Segment]:
    """Versions of a line in force up to `until`; one that a newer one replaced before it began is none of them."""
    known = DefinitionVersion.objects.standing().filter(line=line_id, effective_at__lte=until)
    found = list(known.order_by("effective_at"))
    stops = [*(one.effective_at for one in found), None][1:]
    return [Segment(one, one.effective_at, stop) for one, stop in zip(found, stops, strict=True)]


def walks(
    line: Sequence[Segment],
    lead_ids: Sequence[int],
    *,
    here: Days,
    until: datetime,
    after: Mapping[int, datetime] | None = None,
) -> list[Walk]:
    """Walk leads through every version of a line, from the moment each was judged last (`after`; not named: never)."""
    after = after or {}
    oldest = min((after[one] for one in lead_ids if one in after), default=None)
    if len([one for one in lead_ids if one in after]) < len(lead_ids):
        oldest = None
    found = []
    for segment in line:
        stop = segment.stop - timedelta(microseconds=1) if segment.stop else until
        if oldest is None or stop >= oldest:
            one = walk(
                program.load(segment.version), lead_ids, here=here, line_from=line[0].start,
                version_from=segment.start, until=min(stop, until), after=after,
            )  # fmt: skip
            found += [one] if one else []
    return found


def first_yes(found: Sequence[Walk], had: Iterable[tuple[int, int]] = ()) -> list[Yes]:
    """The first yes of each (lead, cycle) that is not among those `had` already, in the order (moment, lead).

    Declared history qualifies nobody: a lead that came with it must begin to say yes after it.
    """
    if not found:
        return []
    lead, at, cycle, yes, strict, direct, grade, new, declared, history, version = (
        np.concatenate(column) for column in zip(*map(_columns, found), strict=True)
    )
    order = np.lexsort((at, lead))
    stood = np.zeros(len(order), bool)
    stood[1:] = ((strict | direct)[order][:-1]) & (lead[order][1:] == lead[order][:-1])
    allowed = yes[order] & new[order] & ~(declared[order] & (history[order] | stood))
    places = order[allowed]
    taken = set(had)
    out = []
    for one in places.tolist():
        key = (int(lead[one]), int(cycle[one]))
        if key not in taken:
            taken.add(key)
            text, when = grade_text(int(grade[one])), instant(at[one])
            out.append(Yes(key[0], int(version[one]), key[1], when, text, bool(direct[one])))
    return sorted(out, key=lambda one: (one.at, one.lead_id))


def fallen(found: Sequence[Walk]) -> list[tuple[int, datetime]]:
    """(lead, moment) at which a fact was taken back and the definition ceased to be true for that."""
    out = []
    for one in found:
        yes = one.plain | one.direct
        stood = np.zeros(len(one), bool)
        stood[1:] = yes[:-1] & ~one.first[1:]
        gone = (one.new & one.back & stood & ~yes).nonzero()[0]
        out += list(zip(one.lead[gone].tolist(), map(instant, one.at[gone]), strict=True))
    return out


def _columns(one: Walk) -> tuple[Ints, ...]:
    yes = np.where(one.begins, one.plain, one.strict) | one.direct
    version = np.full(len(one), one.version_id)
    return (
        one.lead, one.at, one.cycle, yes, one.strict, one.direct, one.grade, one.new, one.declared, one.history, version,
    )  # fmt: skip


def batches(lead_ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """Leads in pieces that fit into memory."""
    for start in range(0, len(lead_ids), ROWS):
        yield lead_ids[start : start + ROWS]
