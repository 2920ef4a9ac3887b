"""The tests' database lives in memory where there is plenty: ext4 looks long for the inodes of some 1,400 files whenever a database
is dropped and copied again, and every test that commits does that."""

import os
import shutil
from hashlib import sha256
from pathlib import Path

SHARED = Path("/dev/shm")
FREE, AVAILABLE = 3 * 2**30, 5 * 2**30  # bytes: of the folder in memory, and of memory itself
PREFIX, MARK = "smarketing-test-", "of"  # MARK: a file that names the folder whose data it is


def prepare(ground: Path) -> None:
    """Make `ground`/postgres a link to a folder in memory, empty the first time; leave it where it is when memory is short. Called
    with no server running. Folders of trees that are gone go, too."""
    _sweep()
    data, kept = ground / "postgres", SHARED / f"{PREFIX}{sha256(str(ground).encode()).hexdigest()[:12]}"
    if not (kept.is_dir() or _plenty()):
        if data.is_symlink():
            data.unlink()
        return
    (kept / "postgres").mkdir(parents=True, exist_ok=True, mode=0o700)
    kept.chmod(0o755)
    (kept / MARK).write_text(str(ground))
    if not data.is_symlink():
        shutil.rmtree(data, ignore_errors=True)
        data.parent.mkdir(parents=True, exist_ok=True)
        data.symlink_to(kept / "postgres")


def _plenty() -> bool:
    try:
        free = os.statvfs(SHARED)
        said = dict(line.split(":") for line in Path("/proc/meminfo").read_text().splitlines())
        available = int(said["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError, ValueError):  # no such folder, or no Linux
        return False
    return free.f_bavail * free.f_frsize > FREE and available > AVAILABLE


def _sweep() -> None:
    for mark in SHARED.glob(f"{PREFIX}*/{MARK}"):
        if not Path(mark.read_text()).is_dir():
            shutil.rmtree(mark.parent, ignore_errors=True)
