"""An import from file to facts: open, check (dry run), then apply in short chunks that go on where they stopped.

States: new (mapping to be chosen) → checking → checked → running → done; stopped goes on on request; failed says why in
`report["problems"]`; one that wrote something may be undone (undoing → undone), one that wrote nothing dropped. Every staged row ends as created, updated, unchanged or rejected; nothing is skipped.
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

from django.conf import settings
from django.db import connection, transaction

from leads.models import Import
from smarketing.accounts.audit import record
from smarketing.accounts.models import User
from smarketing.jobs import lease

from . import mapping as mappings
from . import memory, reader, recognise, staging, targets, undo
from .checking import check_rows
from .chunks import apply_chunk
from .sniff import Format, Unreadable, sniff, too_large

OPEN = ("checking", "running", "undoing")
KEPT_IN_REPORT = ("headers", "found", "like")


class Refused(ValueError):
    """The file or the wish cannot be taken; `code` is a key of importing.reasons."""

    def __init__(self, code: str, **params):
        super().__init__(code)
        self.code, self.params = code, params


def open_file(
    *, stream: BinaryIO, filename: str, by: User | None, at: datetime, kind: str = "", history: bool = False,
    mapping: dict[str, Any] | None = None, dry: bool = False,
) -> Import:  # fmt: skip
    """Keep a file and propose its mapping (or take the given one); without a kind its headers tell it.

    Refused for what is no table, and with "kind_unclear" where the headers do not tell what the rows are.
    """
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
        kind = _kind(kind, headers)
        said, told = mapping, {}
        if mapping is None:
            said, told = proposal(kind, headers)
        one = Import.objects.create(
            kind=kind,
            filename=Path(filename).name[:200],
            by=by,
            history=history,
            dry=dry,
            sha256=sha256,
            signature=memory.signature(headers),
            mapping={"encoding": chosen.encoding, "separator": chosen.separator} | said,
            report={"headers": headers, "found": _found(found)} | told,
        )
        with suppress(FileExistsError):
            os.link(part.name, staging.path_of(one))
        record(by, "import.open", "import", one.pk, at, kind=kind, sha256=sha256[:16])
    return one


def proposal(kind: str, headers: list[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """(mapping, what to tell of it) for a file with these headers: as an earlier one was read, else as recognised."""
    found = memory.recall(kind, headers)
    kept = memory.remembered(found)
    said: dict[str, Any] = {"source": recognise.vendor_of(kind, headers)} | kept
    said["columns"] = mappings.with_kept(kind, mappings.propose(kind, headers), kept.get("columns", {}))
    for name, value in mappings.propose_more(kind, headers).items():
        said.setdefault(name, value)
    return said, {"like": found.told()} if found.like else {}


@transaction.atomic
def change_kind(*, one: Import, kind: str, by: User | None, at: datetime) -> Import:
    """Take the rows for something else; the mapping is proposed anew. Refused once the file was checked."""
    one = Import.objects.select_for_update().get(pk=one.pk)
    if one.state not in ("new", "failed") or "line" in one.report:
        raise Refused("running")
    if kind not in targets.KINDS:
        raise Refused("unknown_kind", name=kind[:40])
    said, told = proposal(kind, one.report["headers"])
    formats = {name: one.mapping[name] for name in ("encoding", "separator") if name in one.mapping}
    one.kind, one.mapping, one.state = kind, formats | said, "new"
    one.report = {name: one.report[name] for name in ("headers", "found")} | told
    one.save()
    record(by, "import.kind", "import", one.pk, at, kind=kind)
    return one


@transaction.atomic
def choose(*, one: Import, mapping: dict[str, Any], history: bool, by: User | None, at: datetime) -> Import:
    """Take the mapping and ask for a check. Refused once rows are being applied."""
    one = Import.objects.select_for_update().get(pk=one.pk)
    if one.state not in ("new", "checked", "failed") or "line" in one.report:
        raise Refused("running")
    one.mapping, one.history, one.state, one.finished_at = mapping, history, "checking", None
    one.report = {name: one.report[name] for name in KEPT_IN_REPORT if name in one.report} | {"since": at.isoformat()}
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
    if "undo" in one.report:
        raise Refused("half_undone")
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
    if one.state in ("checking", "running"):
        one.state = "stopped" if one.state == "running" else "new"
        one.save(update_fields=["state"])
        record(by, "import.stop", "import", one.pk, at)
    return one


@transaction.atomic
def ask_undo(*, one: Import, by: User | None, at: datetime) -> Import:
    """Ask for an import to be undone, or for one that somebody's work stopped midway to be undone to its end.

    Whoever does the work looks who worked on it since (`undo.hindered`). Refused "not_undoable".
    """
    one = Import.objects.select_for_update().get(pk=one.pk)
    if not may_undo(one):
        raise Refused("not_undoable")
    one.report.pop("hindered", None)
    one.report |= {"since": at.isoformat(), "was": one.state, "undone_by": by and by.pk}
    one.report |= {"base": one.report["undo"]["done"] if "undo" in one.report else 0}
    one.state = "undoing"
    one.save(update_fields=["state", "report"])
    record(by, "import.undo", "import", one.pk, at, rows=one.report.get("rows", 0))
    _ring()
    return one


def may_undo(one: Import) -> bool:
    """Whether an import wrote facts, all of which may be taken back."""
    return one.state in ("done", "stopped", "failed") and "line" in one.report and one.kind not in undo.LISTS


@transaction.atomic
def drop(*, one: Import, by: User | None, at: datetime) -> None:
    """Give a file up that was opened, and maybe checked, and never applied: it is kept no more, nothing was written from it.

    Refused once a row was written, or while it is checked.
    """
    one = Import.objects.select_for_update().get(pk=one.pk)
    if not may_drop(one):
        raise Refused("running")
    one.state, one.finished_at = "dropped", at
    one.save(update_fields=["state", "finished_at"])
    one.rows.all().delete()
    record(by, "import.drop", "import", one.pk, at, kind=one.kind)
    path = staging.path_of(one)
    transaction.on_commit(lambda: path.unlink(missing_ok=True))


def may_drop(one: Import) -> bool:
    """Whether an import wrote nothing and does nothing now."""
    return one.state in ("new", "checked", "failed") and "line" not in one.report


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
        while one.state == "undoing":
            undo.undo_chunk(one, held, at())
            lease.renew(held)
        while one.state == "running":
            apply_chunk(one, held, at())
            lease.renew(held)
    except lease.Lost:
        one.refresh_from_db()
    finally:
        lease.release(held)
    return one


def run(
    *, path: Path, at: Callable[[], datetime], kind: str = "", mapping: dict[str, Any] | None = None,
    history: bool = False, dry: bool = False, by: User | None = None,
) -> Import:  # fmt: skip
    """The whole import of one file, as the command does it. Refused for what is no table; look at `state` and `report`.

    A file that was begun with the same mapping and left unfinished goes on.
    """
    sha256 = _hash(path)
    begun = Import.objects.filter(sha256=sha256, state__in=("checking", "running"), history=history, by=by, dry=dry)
    one = begun.filter(kind=kind).last() if kind else begun.last()
    if one is None or not _same(one.mapping, mapping):
        with path.open("rb") as stream:
            one = open_file(
                kind=kind, stream=stream, filename=path.name, by=by, at=at(), history=history, mapping=mapping, dry=dry
            )
        one = choose(one=one, mapping=one.mapping, history=history, by=by, at=at())
    one = work(one, at)
    if one.state == "checked" and not dry:
        one = work(start(one=one, by=by, at=at()), at)
    return one


def waiting() -> Iterable[Import]:
    """Imports that somebody should work on, the oldest first."""
    return Import.objects.filter(state__in=OPEN).order_by("pk")


def _kind(kind: str, headers: list[str]) -> str:
    found = kind or recognise.kind_of(headers)
    if not found:
        raise Refused("kind_unclear")
    if found not in targets.KINDS:
        raise Refused("unknown_kind", name=found[:40])
    return found


def _found(found: Format) -> dict[str, Any]:
    told: dict[str, Any] = {"encoding": found.encoding, "separator": found.separator}
    return told | ({"sheets": list(found.sheets)} if found.sheets else {})


def _same(kept: dict[str, Any], mapping: dict[str, Any] | None) -> bool:
    return mapping is None or {name: kept.get(name) for name in mapping} == mapping


def _keep(stream: BinaryIO, part: IO[bytes]) -> str:
    digest, size = hashlib.sha256(), 0
    while block := stream.read(1 << 20):
        size += len(block)
        if size > settings.IMPORT_MAX_BYTES:
            raise too_large()
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
