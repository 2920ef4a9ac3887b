"""An import from file to facts: open, check (dry run), then apply in short chunks that go on where they stopped.

States: new (mapping to be chosen) → checking → checked → running → done; stopped goes on on request; failed says why in
`report["problems"]`. Every staged row ends as created, updated, unchanged or rejected; nothing is skipped.
"""

import hashlib
import os
import socket
import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import IO, Any, BinaryIO

from django.db import connection, transaction

from leads.models import Import
from smarketing.accounts.audit import record
from smarketing.accounts.models import User
from smarketing.jobs import lease

from . import mapping as mappings
from . import reader, staging
from .checking import check_rows
from .chunks import apply_chunk
from .sniff import MAX_BYTES, Unreadable, sniff

OPEN = ("checking", "running")


class Refused(ValueError):
    """The file or the wish cannot be taken; `code` is a key of importing.reasons."""

    def __init__(self, code: str, **params):
        super().__init__(code)
        self.code, self.params = code, params


def open_file(
    *, kind: str, stream: BinaryIO, filename: str, by: User | None, at: datetime, history: bool = False,
    mapping: dict[str, Any] | None = None, dry: bool = False,
) -> Import:  # fmt: skip
    """Keep a file and propose its mapping (or take the given one). Refused for what is no table."""
    if not isinstance(mapping, dict | None):
        raise Refused("mapping_no_object")
    folder = staging.folder()
    with tempfile.NamedTemporaryFile(dir=folder, suffix=".part") as part, transaction.atomic():
        try:
            sha256 = _keep(stream, part)
            found = sniff(Path(part.name))
            chosen = mappings.format_of(mapping, found)
            headers = mappings.headers_of(reader.header(Path(part.name), chosen))
        except Unreadable as problem:
            raise Refused(problem.code, **problem.params) from None
        said = mapping if mapping is not None else {"columns": mappings.propose(kind, headers)}
        one = Import.objects.create(
            kind=kind,
            filename=Path(filename).name[:200],
            by=by,
            history=history,
            dry=dry,
            sha256=sha256,
            mapping={"encoding": chosen.encoding, "separator": chosen.separator} | said,
            report={"headers": headers, "found": {"encoding": found.encoding, "separator": found.separator}},
        )
        with suppress(FileExistsError):
            os.link(part.name, staging.path_of(one))
        record(by, "import.open", "import", one.pk, at, kind=kind, sha256=sha256[:16])
    return one


@transaction.atomic
def choose(*, one: Import, mapping: dict[str, Any], history: bool, by: User | None, at: datetime) -> Import:
    """Take the mapping and ask for a check. Refused once rows are being applied."""
    one = Import.objects.select_for_update().get(pk=one.pk)
    if one.state not in ("new", "checked", "failed") or "line" in one.report:
        raise Refused("running")
    one.mapping, one.history, one.state, one.finished_at = mapping, history, "checking", None
    one.report = {name: one.report.get(name, {}) for name in ("headers", "found")} | {"since": at.isoformat()}
    one.save()
    record(by, "import.check", "import", one.pk, at, history=history)
    _ring()
    return one


@transaction.atomic
def start(*, one: Import, by: User | None, at: datetime) -> Import:
    """Ask for the checked rows to be applied, or for a stopped import to go on. Refused in any other state."""
    one = Import.objects.select_for_update().get(pk=one.pk)
    if one.state not in ("checked", "stopped", "failed") or one.report.get("problems") or one.dry:
        raise Refused("running")
    one.state, one.finished_at = "running", None
    one.report |= {"since": at.isoformat(), "base": one.report.get("applied", 0)}
    one.save(update_fields=["state", "finished_at", "report"])
    record(by, "import.apply", "import", one.pk, at, history=one.history, rows=one.report.get("rows", 0))
    _ring()
    return one


@transaction.atomic
def stop(*, one: Import, by: User | None, at: datetime) -> Import:
    """Stop after the chunk under way; it may go on later."""
    one = Import.objects.select_for_update().get(pk=one.pk)
    if one.state in OPEN:
        one.state = "stopped" if one.state == "running" else "new"
        one.save(update_fields=["state"])
        record(by, "import.stop", "import", one.pk, at)
    return one


def work(one: Import, at: Callable[[], datetime]) -> Import:
    """Check or apply until settled, stopped, or taken over by another worker. Killed, it goes on when called again."""
    held = lease.take(f"import {one.pk}", f"{socket.gethostname()}:{os.getpid()}")
    if held is None:
        one.refresh_from_db()
        return one
    try:
        one.refresh_from_db()
        if one.state == "checking":
            check_rows(one, held, at())
        while one.state == "running":
            apply_chunk(one, held, at())
            lease.renew(held)
    except lease.Lost:
        one.refresh_from_db()
    finally:
        lease.release(held)
    return one


def run(
    *, kind: str, path: Path, at: Callable[[], datetime], mapping: dict[str, Any] | None = None, history: bool = False,
    dry: bool = False, by: User | None = None,
) -> Import:  # fmt: skip
    """The whole import of one file, as the command does it. Refused for what is no table; look at `state` and `report`.

    A file that was begun with the same mapping and left unfinished goes on.
    """
    sha256 = _hash(path)
    begun = Import.objects.filter(kind=kind, sha256=sha256, state="running", history=history, by=by).last()
    if begun and not dry and _same(begun.mapping, mapping):
        return work(begun, at)
    with path.open("rb") as stream:
        one = open_file(
            kind=kind, stream=stream, filename=path.name, by=by, at=at(), history=history, mapping=mapping, dry=dry
        )
    one = work(choose(one=one, mapping=one.mapping, history=history, by=by, at=at()), at)
    if one.state == "checked" and not dry:
        one = work(start(one=one, by=by, at=at()), at)
    return one


def waiting() -> Iterable[Import]:
    """Imports that somebody should work on, the oldest first."""
    return Import.objects.filter(state__in=OPEN).order_by("pk")


def _same(kept: dict[str, Any], mapping: dict[str, Any] | None) -> bool:
    return mapping is None or {name: kept.get(name) for name in mapping} == mapping


def _keep(stream: BinaryIO, part: IO[bytes]) -> str:
    digest, size = hashlib.sha256(), 0
    while block := stream.read(1 << 20):
        size += len(block)
        if size > MAX_BYTES:
            raise Unreadable("too_large", limit=MAX_BYTES // 1024 // 1024)
        digest.update(block)
        part.write(block)
    part.flush()
    return digest.hexdigest()


def _hash(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _ring() -> None:
    with connection.cursor() as cursor:
        cursor.execute("NOTIFY smarketing_bell")
