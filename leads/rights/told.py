"""The list of erasures outside the database, by which a restore makes them again: ids and keyed hashes, nobody's words.

It lies in the data folder and beside the backups, written anew with every erasure and every backup. What an older list
held is kept: a later backup may be restored after an earlier one.
"""

import json
import logging
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from leads.intake import suppression
from leads.models import Erasure
from smarketing.jobs.models import Heartbeat

FILE = "erasures.json"
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Told:
    """`erased`: (lead, when it was recorded) -> when it was erased. `listed`: keyed hash -> how it came on the list."""

    written_at: str = ""
    erased: dict[tuple[int, str], str] = field(default_factory=dict)
    listed: dict[str, str] = field(default_factory=dict)

    def __add__(self, other: "Told") -> "Told":
        """Every erasure of both; the suppression list of the newer one."""
        newer = max(self, other, key=lambda one: one.written_at)
        return Told(newer.written_at, self.erased | other.erased, newer.listed)

    def as_json(self) -> dict[str, Any]:
        erased = [{"lead": pk, "recorded": born, "at": at} for (pk, born), at in sorted(self.erased.items())]
        return {"written_at": self.written_at, "erased": erased, "suppressed": self.listed}


def now() -> Told:
    """As this database knows it."""
    rows = Erasure.objects.order_by("pk").values_list("lead_id", "lead__recorded_at", "occurred_at")
    erased = {(pk, born.isoformat()): at.isoformat() for pk, born, at in rows}
    listed = {bytes(row.key).hex(): row.origin for row in suppression.standing().order_by("-pk")}
    return Told(timezone.now().isoformat(), erased, listed)


def read(path: Path) -> Told:
    """A list as it was written. ValueError for what is none, OSError for what cannot be read."""
    try:
        body = json.loads(path.read_text("utf-8"))
        erased = {(int(one["lead"]), _instant(one["recorded"])): _instant(one["at"]) for one in body["erased"]}
        return Told(_instant(body["written_at"]), erased, {str(key): str(of) for key, of in body["suppressed"].items()})
    except (TypeError, KeyError, AttributeError) as problem:
        raise ValueError(f"{path} is no list of erasures ({problem}).") from None


def write(*folders: Path) -> None:
    """Write the list into these folders, else into the data folder and that of the last backup."""
    found = now()
    for folder in folders or _folders():
        path = folder / FILE
        try:
            older = read(path) if path.exists() else Told()
            _whole(path, json.dumps((found + older).as_json()))
        except (OSError, ValueError):
            if folders:
                raise
            log.exception("The list of erasures could not be written into %s.", folder)


def _folders() -> Iterable[Path]:
    beat = Heartbeat.objects.filter(name="backup").first()
    last = Path(beat.detail["folder"]) if beat and beat.detail.get("folder") else None
    return [Path(settings.DATA), *([last] if last and last.is_dir() and last != Path(settings.DATA) else [])]


def _whole(path: Path, text: str) -> None:
    """The file is there whole, readable by its owner alone, or as it was before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.touch(mode=0o600)
    part.write_text(text, "utf-8")
    part.replace(path)


def _instant(text: str) -> str:
    return datetime.fromisoformat(text).isoformat()
