"""Notes on a definition from what its leads say: whom a criterion hits, when its values came in, whether it tells people apart."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from . import tree
from .fields import Catalogue
from .problems import Problem
from .statistics import FEW
from .tree import Path, written

SMALL = 10  # points
ONE_IN = 50  # a condition that one lead in fifty has, or lacks, tells hardly anybody apart


@dataclass(frozen=True)
class Seen:
    """`hits`: written path of a criterion, or of a condition of a list, -> leads for which it holds, of `leads` in all. `late`:
    field -> (values that were first known only after sales had made contact, values of leads that sales has contacted).
    """

    leads: int = 0
    hits: Mapping[str, int] = field(default_factory=dict)
    late: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    def of(self, path: Path) -> int | None:
        return self.hits.get(written(path)) if self.leads >= FEW else None


def lint_seen(body: Mapping[str, Any], catalogue: Catalogue, seen: Seen) -> list[Problem]:
    """Notes in reading order; the definition must have passed `validate`."""
    notes: list[Problem] = []
    for path, cond in tree.roots(body):
        place = path[:-1] if path[0] in tree.AXES else path
        notes += _hits(place, seen)
        notes += _filled_late(path, cond, seen)
        notes += _personal(path, cond, place, body, catalogue, seen)
    return notes


def _hits(place: Path, seen: Seen) -> Iterator[Problem]:
    """A never that nobody has and a must that everybody has stand guard: they are no fault."""
    n = seen.of(place)
    if n == 0 and place[0] != "never":
        yield Problem(written(place), "hits_nobody")
    if n is not None and n >= seen.leads and place[0] != "must":
        yield Problem(written(place), "hits_everybody")


def _filled_late(path: Path, cond: Mapping, seen: Seen) -> Iterator[Problem]:
    """What sales mostly fills in after calling says who was called, not who is good. A never may well be learned by calling."""
    if path[0] == "never":
        return
    for where, leaf in tree.leaves(cond, path):
        late, of = seen.late.get(leaf.get("field", ""), (0, 0))
        if of >= FEW and 2 * late >= of:
            yield Problem(written(where), "filled_late", {"field": leaf["field"], "late": late, "of": of})


def _personal(
    path: Path, cond: Mapping, place: Path, body: Mapping, catalogue: Catalogue, seen: Seen
) -> Iterator[Problem]:
    """Personal data that never changes (an age, a name), that brings few points, or that tells hardly anybody apart."""
    points = tree.find(body, place)["points"] if place[0] in tree.AXES else SMALL
    n = seen.of(place)
    everybody = n is not None and n < seen.leads and n * ONE_IN > seen.leads * (ONE_IN - 1)
    hardly = n is not None and 0 < n * ONE_IN < seen.leads
    for where, leaf in tree.leaves(cond, path):
        info = catalogue.get(leaf.get("field", ""))
        if info is None or not info.personal:
            continue
        if info.steady or abs(points) < SMALL or (place[0] in tree.AXES and (everybody or hardly)):
            yield Problem(written(where), "personal", {"field": leaf["field"]})
