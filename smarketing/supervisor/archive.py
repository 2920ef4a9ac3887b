"""A backup is one tar file: manifest.json, database.dump (pg_dump's custom format), secret_key, suppression_key, media/…

The manifest says what was saved and when, under which migrations, with the rows of every table in the dump's own
snapshot and the SHA-256 of every file. Whoever holds the file holds everything: it is readable by its owner alone.
"""

import hashlib
import io
import json
import os
import shutil
import tarfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path, PurePosixPath

from .errors import CannotRestore

FORMAT = 1
MANIFEST, DUMP, KEY, MEDIA = "manifest.json", "database.dump", "secret_key", PurePosixPath("media")
PASSING = "exports"  # folder of the media that is not packed: large files, kept for a day, come and go meanwhile
SUPPRESSION_KEY = "suppression_key"  # older backups have none: their hashes are those of the secret key
_BLOCK = 1 << 20


@dataclass(frozen=True)
class Manifest:
    """`migrations`: app -> names applied. `rows`: table -> count. `server`: major version of PostgreSQL.
    `files`: name -> SHA-256."""

    made_at: str
    server: int
    migrations: Mapping[str, list[str]]
    rows: Mapping[str, int]
    files: Mapping[str, str] = field(default_factory=dict)
    company: str = ""
    format: int = FORMAT


def digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal digits."""
    sha = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            sha.update(block)
    return sha.hexdigest()


def pack(target: Path, manifest: Manifest, dump: Path, key: str, media: Path, suppression: str = "") -> None:
    """Write a backup; it appears under its name only when it is whole."""
    target.parent.mkdir(parents=True, exist_ok=True)
    half = target.with_name(target.name + ".part")
    half.touch(mode=0o600)
    half.chmod(0o600)
    files = {DUMP: dump} | {
        str(MEDIA / path.relative_to(media)): path
        for path in sorted(media.rglob("*"))
        if path.is_file() and path.relative_to(media).parts[0] != PASSING
    }
    texts = {KEY: key, **({SUPPRESSION_KEY: suppression} if suppression else {})}
    digests = {name: digest(path) for name, path in files.items()}
    digests |= {name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()}
    with tarfile.open(half, "w") as tar:
        _text(tar, MANIFEST, json.dumps(asdict(replace(manifest, files=digests)), indent=1, sort_keys=True))
        for name, text in texts.items():
            _text(tar, name, text)
        for name, path in files.items():
            tar.add(path, name, filter=_nobody)
    with half.open("rb") as file:
        os.fsync(file.fileno())
    half.replace(target)


def unpack(source: Path, folder: Path) -> Manifest:
    """Lay a backup out in a folder and check it. CannotRestore when it is no backup, or not whole."""
    try:
        with tarfile.open(source, "r:") as tar:
            for member in tar:
                _lay_out(tar, member, folder)
                if member.name == MANIFEST:  # the first one: before anything that another format may have
                    _refuse_format(source, read(folder / MANIFEST))
        manifest = Manifest(**read(folder / MANIFEST))
    except FileNotFoundError as problem:
        raise CannotRestore(f"{source}: {problem.strerror or problem}: {problem.filename or ''}".rstrip(": ")) from None
    except (tarfile.TarError, OSError, ValueError, TypeError) as problem:
        raise CannotRestore(f"{source} is no backup of smarketing, or it is cut off ({problem}).") from None
    for name, wanted in manifest.files.items():
        if not (folder / name).is_file() or digest(folder / name) != wanted:
            raise CannotRestore(f"{source} was changed or damaged: {name} is not what was saved.")
    return manifest


def _refuse_format(source: Path, said: dict) -> None:
    if isinstance(said, dict) and said.get("format", FORMAT) != FORMAT:
        raise CannotRestore(
            f"{source} has format {said['format']}; this version reads format {FORMAT}. Restore it with the version that made it, then upgrade."
        )


def read(manifest: Path) -> dict:
    """The text of a manifest that was laid out."""
    return json.loads(manifest.read_text())


def _lay_out(tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    """One member, if it is one that a backup has: nothing leads out of the folder, nothing is a link."""
    path = PurePosixPath(member.name)
    known = member.name in (MANIFEST, DUMP, KEY, SUPPRESSION_KEY) or (
        path.parts[:1] == MEDIA.parts and ".." not in path.parts
    )
    if member.isdir() and known:
        return
    if not (member.isreg() and known):
        raise ValueError(f"unexpected: {member.name}")
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    with tar.extractfile(member) as inside, target.open("wb") as out:
        shutil.copyfileobj(inside, out, _BLOCK)


def _text(tar: tarfile.TarFile, name: str, text: str) -> None:
    body = text.encode()
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = len(body), 0o600, int(time.time())
    tar.addfile(member, io.BytesIO(body))


def _nobody(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member
