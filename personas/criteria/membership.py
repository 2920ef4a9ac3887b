"""Who resembles a persona, part by part: its rules as a list of what must hold, and which of it does. Pure.

A persona's rules are one condition tree. "All of these" is taken apart into its parts, "none of these" into one part for
each thing that must not be; "any of these" stays one part. Every part must hold, so that

    membership(rules, moment).holds == moment.holds(rules)        and "4 of 5" counts the parts.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .evaluate import Moment
from .tree import Path


@dataclass(frozen=True)
class Part:
    """One thing that must hold. `condition` says it whole ("none of …" included); `path` leads to it in the rules."""

    path: Path
    condition: Mapping[str, Any]
    holds: bool


@dataclass(frozen=True)
class Membership:
    """The parts in the order of the rules. Rules that ask for nothing have none and resemble nobody."""

    parts: tuple[Part, ...]

    @property
    def met(self) -> int:
        return sum(part.holds for part in self.parts)

    @property
    def of(self) -> int:
        return len(self.parts)

    @property
    def holds(self) -> bool:
        return bool(self.parts) and self.met == self.of

    @property
    def missing(self) -> tuple[Part, ...]:
        """What does not hold: each of it is needed."""
        return tuple(part for part in self.parts if not part.holds)


def membership(rules: Mapping[str, Any], moment: Moment) -> Membership:
    """Which parts of a persona's rules hold for the lead of `moment`; {} has no parts."""
    return Membership(tuple(Part(path, cond, moment.holds(cond)) for path, cond in parts(rules)))


def parts(rules: Mapping[str, Any], path: Path = ()) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """(path, condition) of everything that must hold, in order; what is to be absent as "none of it"."""
    if "all" in rules:
        for index, child in enumerate(rules["all"]):
            yield from parts(child, (*path, "all", index))
    elif "none" in rules:
        for index, child in enumerate(rules["none"]):
            yield (*path, "none", index), {"none": [child]}
    elif rules:
        yield path, rules
