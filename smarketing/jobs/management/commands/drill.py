"""`python manage.py drill`: a backup restored into a database beside, proved, dropped. Nothing of the company changes."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from smarketing import env
from smarketing.jobs import heartbeat
from smarketing.jobs.models import Heartbeat
from smarketing.jobs.stopped import again_with_server
from smarketing.supervisor import archive, tools
from smarketing.supervisor.errors import CannotRestore, CannotStart

from .restore import refuse_unknown

SUFFIX = "_drill"


class Command(BaseCommand):
    help = "Restore a backup (default: the newest) into a database beside, check every invariant on it, drop it."
    requires_system_checks: list = []

    def add_arguments(self, parser):
        parser.add_argument("file", nargs="?", type=Path, help="a backup; default: the newest beside the last one made")

    def handle(self, *args, file, **options):
        try:
            if not env.get("DATABASE_URL"):
                sys.exit(again_with_server())
            begun = time.monotonic()
            self._drill(file or _newest())
        except (CannotRestore, CannotStart, OSError) as problem:
            raise CommandError(str(problem)) from None
        took = round(time.monotonic() - begun)
        heartbeat.beat("drill", seconds=took)
        self.stdout.write(f"The backup holds: restored, proved and dropped in {took} s.")

    def _drill(self, file: Path) -> None:
        application, owner = env.get("DATABASE_URL"), env.get("OWNER_DATABASE_URL") or env.get("DATABASE_URL")
        settings.DATA.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=settings.DATA, prefix=".drill-") as name:
            folder = Path(name)
            manifest = archive.unpack(file, folder)
            refuse_unknown(manifest)
            tools.refuse_newer_server(manifest.server, owner)
            self._say(
                f"{file.name} of {manifest.made_at}, {sum(manifest.rows.values()):,} rows: every file as it was saved."
            )
            with _beside(owner) as database:
                urls = {"DATABASE_URL": _at(application, database), "OWNER_DATABASE_URL": _at(owner, database)}
                tools.restore(urls["OWNER_DATABASE_URL"], folder / archive.DUMP)
                self._check(["restore", str(folder / archive.MANIFEST), "--prove"], urls, folder)
                self._check(["verify_sums"], urls, folder)
                self._check(
                    ["rebuild", "--compare", "--at", _instant(manifest, urls["OWNER_DATABASE_URL"])], urls, folder
                )

    def _check(self, arguments: list[str], urls: dict[str, str], folder: Path) -> None:
        """One proof in a process that stands on the copy, with the keys of the backup."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=settings.BASE_DIR, env=os.environ | urls | {"SMARKETING_DATA": str(folder)})
        if done.returncode:
            raise CannotRestore(
                f"The backup failed its drill at {arguments[0]} (above). The company here is untouched."
            )

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def _newest() -> Path:
    """The newest backup in the folder of the last one that was made."""
    beat = Heartbeat.objects.filter(name="backup").first()
    folder = Path((beat.detail if beat else {}).get("folder") or settings.DATA / "backups")
    found = sorted(folder.glob("smarketing-*.tar"))
    if not found:
        raise CannotRestore(f"There is no backup in {folder}: make one, or name its file.")
    return found[-1]


def _at(url: str, database: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


def _instant(manifest: archive.Manifest, url: str) -> str:
    """When the backup was made, by the clock of its company: what is derived from facts was derived for that instant."""
    with closing(psycopg2.connect(url)) as link, link.cursor() as cursor:
        cursor.execute(
            "SELECT %s::timestamptz + coalesce((SELECT clock_offset FROM rows_installation), '0')", [manifest.made_at]
        )
        return cursor.fetchone()[0].isoformat()


@contextmanager
def _beside(owner: str) -> Iterator[str]:
    """An empty database beside the company's, dropped afterwards whatever happens. CannotRestore when it may not be made."""
    name = urlsplit(owner).path.lstrip("/") + SUFFIX
    try:
        with closing(psycopg2.connect(owner)) as link:
            link.autocommit = True
            with link.cursor() as cursor:
                cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
                cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
                try:
                    yield name
                finally:
                    cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    except psycopg2.Error as problem:
        raise CannotRestore(f"A database for the drill cannot be made: {problem}") from None
