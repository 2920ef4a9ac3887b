"""The column snapshot: what is known of all leads at a cut-off, as read-only arrays in the data folder, shared by all processes.

A table is one file of whole numbers, made when somebody first reads it and mapped, not loaded. A snapshot is a folder
named by its cut-off; it serves a quarter of an hour, unless more than one fact to a hundred leads is newer. No value of a
field is kept, only what conditions say of it; an erasure deletes all of it (`forget`).
"""

import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from django.conf import settings
from django.db import transaction

from leads.scoring.sql import fetch
from leads.scoring.timeline.pull import Ints, us
from leads.scoring.timeline.walk import instant
from smarketing.rows import fence

KEPT = 2  # snapshots: the newest, and the one that somebody may still read
SERVES = timedelta(minutes=15)
_NEWER = """
SELECT (SELECT count(*) FROM leads_lead), (SELECT count(*) FROM leads_event WHERE id >= %(first)s AND recorded_at > %(cutoff)s)
  + (SELECT count(*) FROM leads_attributechange WHERE recorded_at > %(cutoff)s)
  + (SELECT count(*) FROM (SELECT recorded_at FROM leads_lead UNION ALL SELECT recorded_at FROM leads_engagementreset
     UNION ALL SELECT recorded_at FROM leads_join UNION ALL SELECT recorded_at FROM leads_merge
     UNION ALL SELECT recorded_at FROM leads_correction UNION ALL SELECT recorded_at FROM leads_attempt) f WHERE recorded_at > %(cutoff)s)
"""


@dataclass
class Columns:
    """One snapshot; without a folder it lives in this process only."""

    cutoff: datetime
    folder: Path | None = None
    _held: dict[str, Ints] = field(default_factory=dict)

    def table(self, name: str, make: Callable[[], Sequence[Ints]]) -> Ints:
        """The columns of a table, one a row; `make` reads them from the database when nobody has yet."""
        if name not in self._held:
            self._held[name] = self._kept(name, make) if self.folder else _whole(make())
        return self._held[name]

    def has(self, name: str) -> bool:
        """Whether a table was made already."""
        return name in self._held or bool(self.folder and (self.folder / f"{name}.npy").exists())

    def _kept(self, name: str, make: Callable[[], Sequence[Ints]]) -> Ints:
        path = self.folder / f"{name}.npy"
        if not path.exists():
            made = _whole(make())
            part = path.with_suffix(f".{os.getpid()}")
            with part.open("wb") as out:
                np.save(out, made)
            part.replace(path)
        return np.load(path, mmap_mode="r")


def _whole(columns: Sequence[Ints]) -> Ints:
    return np.array([np.asarray(one, np.int64) for one in columns], np.int64)


def current(cutoff: datetime) -> Columns:
    """The snapshot that serves now; a new one, as of `cutoff`, where the last one is too old."""
    for folder in _snapshots()[:1]:
        held = Columns(instant(int(folder.name)), folder)
        if held.cutoff <= cutoff and _serves(held, cutoff):
            return held
    made = _home() / str(us(cutoff))
    made.mkdir(mode=0o700, parents=True, exist_ok=True)
    for old in _snapshots()[KEPT:]:
        shutil.rmtree(old, ignore_errors=True)
    return Columns(instant(us(cutoff)), made)


def _serves(held: Columns, cutoff: datetime) -> bool:
    if cutoff - held.cutoff > SERVES:
        return False
    leads, newer = fetch(_NEWER, {"cutoff": held.cutoff, "first": fence.id_floor(held.cutoff)})[0]
    return newer * 100 <= leads


def forget() -> None:
    """Delete every snapshot: somebody is being erased. Once more after the commit, for one begun in between."""
    _delete()
    transaction.on_commit(_delete)


def _delete() -> None:
    shutil.rmtree(_home(), ignore_errors=True)


def _home() -> Path:
    return Path(settings.DATA) / "columns"


def _snapshots() -> list[Path]:
    """The newest first."""
    found = _home().iterdir() if _home().exists() else ()
    return sorted((one for one in found if one.name.isdigit()), key=lambda one: -int(one.name))
