"""Mappings remembered: a file with the columns of an earlier one is read as that one was, and differences are told.

Columns are the same whatever their case, accents, spaces, punctuation and order (`likeness`). A column renamed is taken
for the old one where its name tells; one that came where another went is asked about. What a column was in an older
file of the same kind is known too, so a column that is away once is not forgotten.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from leads.models import Import

from . import likeness, synonyms
from .synonyms import OURS

KEPT = ("source", "dates", "zone", "decimal", "line", "make_missing", "columns", "constants", "values")
BY_COLUMN = ("columns", "values")
ALIKE = 0.3  # share of columns in common from which an earlier file is taken for an older shape of this one
LOOKED_AT = 40  # newest imports of the kind


@dataclass(frozen=True)
class Memory:
    """What is known of files like this one.

    `gone` and `new`: columns that only the earlier one had, that only this one has. `renamed`: this one's column -> the
    earlier one's that it is now; `perhaps`: the same, not sure. `columns`: this one's column -> (import, its column).
    """

    like: Import | None = None
    same: bool = False
    gone: list[str] = field(default_factory=list)
    new: list[str] = field(default_factory=list)
    renamed: dict[str, str] = field(default_factory=dict)
    perhaps: dict[str, str] = field(default_factory=dict)
    columns: dict[str, tuple[Import, str]] = field(default_factory=dict)

    def told(self) -> dict[str, Any]:
        """What the page of the mapping says of it."""
        if self.like is None:
            return {}
        pairs = {name: [[old, new] for new, old in getattr(self, name).items()] for name in ("renamed", "perhaps")}
        said = {"pk": self.like.pk, "same": self.same, "gone": self.gone, "new": self.new}
        return said | pairs | {"dates": self.like.mapping.get("dates", "")}


def signature(headers: Iterable[str]) -> str:
    """One word for a set of headers, whatever their order and spelling."""
    names = sorted({likeness.fold(header) for header in headers if header not in OURS})
    return hashlib.sha256(json.dumps(names, ensure_ascii=False).encode()).hexdigest()


def recall(kind: str, headers: Sequence[str]) -> Memory:
    """The newest import that ran with these columns, else the one that shares most of them."""
    mine = [header for header in headers if header not in OURS]
    ran = Import.objects.filter(kind=kind, state__in=("checked", "running", "stopped", "done", "undone"))
    # Imports of older versions are signed by the exact spelling of their headers: they are found by what they share.
    exact = ran.filter(signature=signature(headers)).order_by("-pk").first()
    looked = [exact] if exact else []
    looked += [one for one in ran.order_by("-pk")[:LOOKED_AT] if one != exact]
    alike = [(_share(mine, _headers(one)), one) for one in looked]
    alike = [pair for pair in alike if pair[0] > ALIKE]
    if not alike:
        return Memory()
    best = max(alike, key=lambda pair: pair[0])[1]
    before = _headers(best)
    match = likeness.same(mine, before)
    gone = [header for header in before if header not in match.values()]
    new = [header for header in mine if header not in match]
    renamed = likeness.renamed(gone, new, lambda header: synonyms.recognise(kind, [header]).get(header, ""))
    gone = [header for header in gone if header not in renamed.values()]
    new = [header for header in new if header not in renamed]
    perhaps = likeness.at_one_place(before, mine, gone, new)
    columns = {header: (best, old) for header, old in (match | renamed).items()}
    for _common, one in alike:
        for header, old in likeness.same([name for name in new if name not in columns], _headers(one)).items():
            columns[header] = (one, old)
    return Memory(best, not gone and not new and not renamed, gone, new, renamed, perhaps, columns)


def remembered(found: Memory) -> dict[str, Any]:
    """What to take over from earlier mappings, under the names that this file's columns have."""
    if found.like is None:
        return {}
    kept = {name: value for name, value in found.like.mapping.items() if name in KEPT}
    for name in BY_COLUMN:
        tables = {header: (one.mapping.get(name) or {}, old) for header, (one, old) in found.columns.items()}
        kept[name] = {header: table[old] for header, (table, old) in tables.items() if old in table}
    kept.pop("dates", None)  # told anew from the cells of each file; where they leave it open, as the last time
    return {name: value for name, value in kept.items() if value or name not in BY_COLUMN}


def _headers(one: Import) -> list[str]:
    return [header for header in one.report.get("headers", []) if header not in OURS]


def _share(mine: Sequence[str], theirs: Sequence[str]) -> float:
    """Columns in common, of all that either has."""
    common = len(likeness.same(mine, theirs))
    return common / (len(mine) + len(theirs) - common) if common else 0
