"""Mappings remembered: a file with the headers of an earlier one is read as that one was, and differences are told."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from leads.models import Import

from .synonyms import OURS

KEPT = ("source", "dates", "zone", "decimal", "line", "make_missing", "columns", "constants", "values")
ALIKE = 0.4  # share of columns in common from which an earlier file is taken for an older shape of this one
LOOKED_AT = 40  # newest imports of the kind


@dataclass(frozen=True)
class Memory:
    """What is known of files like this one. `gone` and `new`: columns that the earlier one had, and that this one has."""

    like: Import | None = None
    same: bool = False
    gone: list[str] = field(default_factory=list)
    new: list[str] = field(default_factory=list)


def signature(headers: Iterable[str]) -> str:
    """One word for a set of headers, whatever their order."""
    names = sorted({header for header in headers if header not in OURS})
    return hashlib.sha256(json.dumps(names, ensure_ascii=False).encode()).hexdigest()


def recall(kind: str, headers: Sequence[str]) -> Memory:
    """The newest import that ran with these very headers, else the one that shares most of them."""
    mine = {header for header in headers if header not in OURS}
    ran = Import.objects.filter(kind=kind, state__in=("checked", "running", "stopped", "done", "undone"))
    same = ran.filter(signature=signature(headers)).order_by("-pk").first()
    if same is not None:
        return Memory(same, True)
    best, share = None, ALIKE
    for one in ran.order_by("-pk")[:LOOKED_AT]:
        theirs = {header for header in one.report.get("headers", []) if header not in OURS}
        common = len(mine & theirs) / len(mine | theirs) if mine | theirs else 0
        if common > share:
            best, share = one, common
    if best is None:
        return Memory()
    before = [header for header in best.report["headers"] if header not in OURS]
    return Memory(
        best,
        False,
        [header for header in before if header not in mine],
        [header for header in headers if header in mine and header not in before],
    )


def remembered(found: Memory, headers: Sequence[str]) -> dict[str, Any]:
    """What to take over from an earlier mapping; the columns that this file has not are dropped."""
    if found.like is None:
        return {}
    kept = {name: value for name, value in found.like.mapping.items() if name in KEPT}
    for name in ("columns", "values"):
        if name in kept:
            kept[name] = {header: to for header, to in kept[name].items() if header in headers}
    kept.pop("dates", None)  # told anew from the cells of each file; where they leave it open, as the last time
    return kept
