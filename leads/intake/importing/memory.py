"""Mappings remembered: a file with the columns of an earlier one is read as that one was, and differences are told.

Columns are the same whatever their case, accents, spaces, punctuation and order (`likeness`). A column renamed is taken
for the old one where its name tells; one that came where another went is asked about. What a column was in an older
file of the same kind is known too, so a column that is away once is not forgotten.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max, QuerySet

from leads.models import Import, RememberedMapping
from smarketing.accounts.audit import record
from smarketing.accounts.models import User

from . import likeness, synonyms
from .synonyms import OURS

RAN = ("checked", "running", "stopped", "done", "undone")  # imports that are remembered
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
    ran = Import.objects.filter(kind=kind, state__in=RAN)
    # Imports of older versions are signed by the exact spelling of their headers: they are found by what they share.
    exact = ran.filter(signature=signature(headers)).order_by("-pk").first()
    looked = [exact] if exact else []
    looked += [one for one in ran.order_by("-pk")[:LOOKED_AT] if one != exact]
    looked = _as_decided(looked)
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


def last_ones() -> QuerySet[Import]:
    """The newest import of each kind and set of columns: what is remembered of all that had them."""
    newest = Import.objects.filter(state__in=RAN).values("kind", "signature").annotate(last=Max("pk"))
    return Import.objects.filter(pk__in=newest.values("last"))


def decided(one: Import) -> RememberedMapping | None:
    """What somebody changed of the mapping that this import stands for, as far as it still holds."""
    found = RememberedMapping.objects.filter(kind=one.kind, signature=one.signature).first()
    return found if found and (is_forgotten(one, found) or is_mended(one, found)) else None


def is_forgotten(one: Import, said: RememberedMapping | None) -> bool:
    """Whether files of these columns are read as if none had come before; an import since then is remembered again."""
    return bool(said and said.forgotten_at and one.created_at <= said.forgotten_at)


def is_mended(one: Import, said: RememberedMapping | None) -> bool:
    """Whether somebody mended the mapping since this import."""
    return bool(said and said.mapping and said.mended_at and one.created_at <= said.mended_at)


@transaction.atomic
def mend(*, one: Import, mapping: dict[str, Any], by: User, at: datetime) -> None:
    """Read the next file of these columns so. What was imported stays as it is."""
    kept = {name: value for name, value in mapping.items() if name in KEPT}
    _decide(one, by, mapping=kept, mended_at=at)
    record(by, "mapping.mend", "import", one.pk, at, kind=one.kind)


@transaction.atomic
def forget(*, one: Import, by: User, at: datetime) -> None:
    """Read the next file of these columns as the first one. `remember` takes it back."""
    _decide(one, by, forgotten_at=at)
    record(by, "mapping.forget", "import", one.pk, at, kind=one.kind)


@transaction.atomic
def remember(*, one: Import, by: User, at: datetime) -> None:
    """Take a forgetting back: the mapping is proposed again, as it was mended if it was."""
    _decide(one, by, forgotten_at=None)
    record(by, "mapping.remember", "import", one.pk, at, kind=one.kind)


def _decide(one: Import, by: User, **said: Any) -> None:
    RememberedMapping.objects.update_or_create(kind=one.kind, signature=one.signature, defaults=said | {"by": by})


def _as_decided(imports: Sequence[Import]) -> list[Import]:
    """These imports without those forgotten, with the mappings that somebody mended."""
    said = {
        (row.kind, row.signature): row for row in RememberedMapping.objects.filter(kind__in={i.kind for i in imports})
    }
    out = []
    for one in imports:
        row = said.get((one.kind, one.signature))
        if is_forgotten(one, row):
            continue
        if row and is_mended(one, row):
            one.mapping = row.mapping  # of this copy; the import keeps the one that it was read with
        out.append(one)
    return out


def _headers(one: Import) -> list[str]:
    return [header for header in one.report.get("headers", []) if header not in OURS]


def _share(mine: Sequence[str], theirs: Sequence[str]) -> float:
    """Columns in common, of all that either has."""
    common = len(likeness.same(mine, theirs))
    return common / (len(mine) + len(theirs) - common) if common else 0
