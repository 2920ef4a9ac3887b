"""pg_dump and pg_restore over a database's address; the password never stands on a command line."""

import os
import shutil
import subprocess
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg2

from .errors import CannotRestore, CannotStart
from .postgres import binaries


def dump(url: str, target: Path, snapshot: str) -> None:
    """Write a database as it stands in an exported snapshot. CannotRestore with what pg_dump said."""
    _run("pg_dump", url, ["--format=custom", "--no-owner", "--no-privileges", "--no-comments", f"--snapshot={snapshot}",
                          f"--file={target}"])  # fmt: skip


def restore(url: str, source: Path) -> None:
    """Fill an empty database from a dump: wholly or not at all. CannotRestore with what pg_restore said."""
    _run("pg_restore", url, ["--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges", "--no-comments",
                             f"--dbname={_environment(url)['PGDATABASE']}", str(source)])  # fmt: skip


def refuse_tables(url: str) -> None:
    """CannotRestore unless the database answers and its schema is empty."""
    try:
        with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
            tables = cursor.fetchone()[0]
    except psycopg2.OperationalError as problem:
        raise CannotRestore(f"The database does not answer: {problem}") from None
    if tables:
        raise CannotRestore(f"The database of DATABASE_URL is not empty ({tables} tables): restore into a new one.")


def refuse_newer_server(made_by: int, url: str) -> int:
    """CannotRestore where the server, or pg_restore, is of an older major version than the one the dump was made by.

    Returns the server's major version.
    """
    try:
        with closing(psycopg2.connect(url)) as connection:
            here = connection.server_version // 10_000
    except psycopg2.OperationalError as problem:
        raise CannotRestore(f"The database does not answer: {problem}") from None
    said = subprocess.run([_find("pg_restore"), "--version"], capture_output=True, text=True).stdout.split()
    tool = int(said[2].split(".")[0]) if len(said) > 2 else here
    for name, major in (("the server", here), ("pg_restore", tool)):
        if major < made_by:
            raise CannotRestore(
                f"This backup was made by PostgreSQL {made_by}; {name} here is PostgreSQL {major}, which cannot read it."
                f" Restore it on PostgreSQL {made_by} or newer; nothing was filled."
            )
    return here


def _run(tool: str, url: str, arguments: list[str]) -> None:
    done = subprocess.run([_find(tool), *arguments], env=os.environ | _environment(url), capture_output=True, text=True)
    if done.returncode:
        raise CannotRestore(f"{tool}: {done.stderr.strip()[-600:]}")


def _find(tool: str) -> str:
    try:
        path = binaries() / tool
    except CannotStart:
        path = Path("/nowhere")
    found = str(path) if path.exists() else shutil.which(tool)
    if not found:
        raise CannotRestore(f"{tool} was not found: install PostgreSQL's client programs.")
    return found


def _environment(url: str) -> dict[str, str]:
    parts = urlsplit(url)
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    said = {
        "PGHOST": unquote(query.get("host", parts.hostname or "")),
        "PGPORT": str(parts.port or ""),
        "PGUSER": unquote(parts.username or ""),
        "PGPASSWORD": unquote(parts.password or ""),
        "PGDATABASE": unquote(parts.path.lstrip("/")),
    }
    return {key: value for key, value in said.items() if value}
