"""One process at a time starts the servers of a data folder."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from .errors import CannotStart
from .postgres import Server


def hold(data: Path) -> IO[str]:
    """Take the folder until the file returned is closed. CannotStart with the address of whoever has it."""
    run = data / "run"
    run.mkdir(parents=True, exist_ok=True)
    file = (run / "lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        where = run / "address"
        address = where.read_text() if where.exists() else "an address it has not said yet"
        raise CannotStart(f"smarketing is already running at {address} (data in {data}).") from None
    return file


@contextmanager
def server_of(data: Path) -> Iterator[Server]:
    """The database server of a folder whose portal is stopped, for as long as a command needs it."""
    with hold(data):
        server = Server(data)
        try:
            server.start()
            yield server
        finally:
            server.stop()
