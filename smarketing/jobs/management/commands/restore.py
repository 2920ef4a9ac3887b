"""`python manage.py restore FILE`: a company from its backup, proved before anybody may use it."""

import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path, PurePosixPath

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from smarketing.rows import census
from smarketing.supervisor import archive, tools
from smarketing.supervisor.errors import CannotRestore, CannotStart
from smarketing.supervisor.lock import server_of
from smarketing.supervisor.postgres import APPLICATION, OWNER, SUPERUSER, Server, prepare

NAME, FRESH = "smarketing", "smarketing_restored"
ERASURES = "erasures.json"
PROOFS = ("verify_papers", "verify_books")


class Command(BaseCommand):
    help = "Restore a backup into this data folder (portal stopped), or into the empty database of DATABASE_URL."
    requires_system_checks: list = []

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--replace", action="store_true", help="a company is here already: keep it aside")
        parser.add_argument("--erasures", type=Path, nargs="+", default=[], help="more lists of erasures, newer ones")
        parser.add_argument("--prove", action="store_true", help="this process stands on the restored database")

    def handle(self, *args, file, replace, erasures, prove, **options):
        self.lists = [path.absolute() for path in erasures]
        try:
            if prove:
                self._prove(archive.Manifest(**archive.read(file)))
            else:
                self._restore(file.absolute(), replace)
        except (CannotRestore, CannotStart) as problem:
            raise CommandError(str(problem)) from None

    def _restore(self, file: Path, replace: bool) -> None:
        settings.DATA.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=settings.DATA, prefix=".restore-") as name:
            folder = Path(name)
            manifest = archive.unpack(file, folder)
            refuse_unknown(manifest)
            if missing := [path for path in self.lists if not path.is_file()]:
                raise CannotRestore(f"{missing[0]}: there is no such list of erasures.")
            if not (folder / archive.SUPPRESSION_KEY).exists() and (folder / archive.KEY).exists():
                (folder / archive.SUPPRESSION_KEY).write_text((folder / archive.KEY).read_text())
            self.lists += [
                one / ERASURES for one in dict.fromkeys((file.parent, settings.DATA)) if (one / ERASURES).exists()
            ]
            self._say(f"Backup of {manifest.made_at}, {sum(manifest.rows.values()):,} rows.")
            if os.environ.get("DATABASE_URL"):
                owner = os.environ.get("OWNER_DATABASE_URL") or os.environ["DATABASE_URL"]
                self._server(manifest, owner)
                self._fill(folder, os.environ["DATABASE_URL"], owner)
            else:
                with server_of(settings.DATA) as server:
                    self._server(manifest, server.url("postgres", SUPERUSER))
                    self._into_cluster(folder, server, replace)
            self._files(folder, manifest)
        self._say("Restored.")

    def _into_cluster(self, folder: Path, server: Server, replace: bool) -> None:
        """Beside what is there; the names change only after the proof."""
        kept = _company_in(server)
        if kept and not replace:
            raise CannotRestore(
                f"{settings.DATA} holds a company already. With --replace it is kept as another database of this folder."
            )
        if kept:
            self._list_of(folder / "present", server.url(NAME, APPLICATION), server.url(NAME, OWNER))
        with closing(server.connect("postgres")) as connection, connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {FRESH} WITH (FORCE)")
        prepare(server, FRESH)
        self._fill(folder, server.url(FRESH, APPLICATION), server.url(FRESH, OWNER))
        with closing(server.connect("postgres")) as connection, connection.cursor() as cursor:
            if kept:
                aside = f"{NAME}_before_{timezone.now():%Y%m%d_%H%M%S}"
                cursor.execute(f"ALTER DATABASE {NAME} RENAME TO {aside}")
                self._say(f"What was here is kept as the database {aside}.")
                self._set_media_aside(aside)
            else:
                cursor.execute(f"DROP DATABASE IF EXISTS {NAME}")
            cursor.execute(f"ALTER DATABASE {FRESH} RENAME TO {NAME}")

    def _server(self, manifest: archive.Manifest, url: str) -> None:
        """Before anything is filled: a dump goes into the same or a newer major version of PostgreSQL."""
        if (here := tools.refuse_newer_server(manifest.server, url)) != manifest.server:
            self._say(f"Made by PostgreSQL {manifest.server}, filled into PostgreSQL {here}.")

    def _set_media_aside(self, name: str) -> None:
        """Files of the company that was here go with its database: nothing of it lies among the restored company's."""
        media = Path(settings.MEDIA_ROOT)
        if media.exists():
            aside = media.with_name(f"{media.name}-{name}")
            media.rename(aside)
            self._say(f"Its files are kept in {aside}.")

    def _fill(self, folder: Path, application: str, owner: str) -> None:
        """Fill an empty database and prove it in a process that stands on it."""
        tools.refuse_tables(owner)
        self._say("Filling the database…")
        tools.restore(owner, folder / archive.DUMP)
        command = [sys.executable, "manage.py", "restore", str(folder / archive.MANIFEST), "--prove"]
        urls = {"DATABASE_URL": application, "OWNER_DATABASE_URL": owner}
        if subprocess.run(command, cwd=settings.BASE_DIR, env=os.environ | urls).returncode:
            raise CannotRestore("The restored database failed its proof (above); what was here before is untouched.")
        self._erase_again(folder, urls)

    def _list_of(self, folder: Path, application: str, owner: str) -> None:
        """The erasures that the company of this folder knows, before it is set aside."""
        urls = {"DATABASE_URL": application, "OWNER_DATABASE_URL": owner}
        if not self._manage(["erasures", str(folder)], urls):
            self.lists.append(folder / ERASURES)
        else:
            self._say("The company that is here could not be asked for its erasures (above).")

    def _erase_again(self, folder: Path, urls: dict[str, str]) -> None:
        """Whoever was erased since the backup goes again, from the database and from the media that were unpacked."""
        if "erasures" not in get_commands():
            return
        if not self.lists:
            self._say(
                "No list of erasures was found: whoever was erased since this backup is back. See docs/operations.md."
            )
            return
        for path in self.lists:
            self._say(f"Erasures of {path}")
        if self._manage(["erasures", "--again", *map(str, self.lists)], urls | {"SMARKETING_DATA": str(folder)}):
            raise CannotRestore("Erasures could not be made again (above); what was here before is untouched.")

    def _manage(self, arguments: list[str], urls: dict[str, str]) -> int:
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(command, cwd=settings.BASE_DIR, env=os.environ | urls).returncode

    def _prove(self, manifest: archive.Manifest) -> None:
        """The same rows in every table; newer migrations, privileges and guards; signed papers and closed books."""
        with connections["owner"].cursor() as cursor:
            found = census.rows(cursor)
        wrong = {name: (n, found.get(name)) for name, n in manifest.rows.items() if found.get(name) != n}
        if wrong:
            said = "; ".join(f"{name}: {n} saved, {now} restored" for name, (n, now) in sorted(wrong.items()))
            raise CannotRestore(f"Rows differ: {said}")
        self._say(f"{len(found)} tables: the same number of rows in each.")
        call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
        for proof in PROOFS:
            if proof in get_commands():
                call_command(proof, stdout=self.stdout)

    def _files(self, folder: Path, manifest: archive.Manifest) -> None:
        """The keys, the list of erasures and the media, each as it was saved; a key that was here is kept beside.

        Files that an erasure took since are not there. A file of the same name and another content is kept beside too.
        """
        other = "is another one than the backup's:"
        self._key(folder, archive.KEY, "SMARKETING_SECRET_KEY", f"{other} everybody signs in again.")
        self._key(
            folder, archive.SUPPRESSION_KEY, "SMARKETING_SUPPRESSION_KEY",
            f"{other} add the backup's (its file suppression_key) to it, behind a comma, before you start.",
        )  # fmt: skip
        if (folder / ERASURES).exists():
            shutil.copy(folder / ERASURES, settings.DATA / ERASURES)
        media = Path(settings.MEDIA_ROOT)
        saved = {
            name: said for name, said in manifest.files.items() if PurePosixPath(name).parts[0] == str(archive.MEDIA)
        }
        there = {name: folder / name for name in sorted(saved) if (folder / name).is_file()}
        for name, path in there.items():
            target = media / PurePosixPath(name).relative_to(archive.MEDIA)
            if target.exists() and archive.digest(target) != saved[name]:
                target.replace(target.with_name(f"{target.name}.before-{timezone.now():%Y%m%d-%H%M%S}"))
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(path, target)
            if archive.digest(target) != saved[name]:
                raise CannotRestore(f"{target} is not what was saved.")
        gone = len(saved) - len(there)
        self._say(f"{len(there)} files as they were saved{f', {gone} went with erasures' if gone else ''}.")

    def _key(self, folder: Path, name: str, setting: str, other: str) -> None:
        saved, here = folder / name, settings.DATA / name
        key = saved.read_text().strip() if saved.exists() else ""
        if key and os.environ.get(setting):
            if key not in os.environ[setting].split(",") and os.environ[setting] != key:
                self._say(f"{setting} {other}")
        elif key and (not here.exists() or here.read_text().strip() != key):
            if here.exists():
                here.replace(here.with_name(f"{name}.before-{timezone.now():%Y%m%d-%H%M%S}"))
            here.touch(mode=0o600)
            here.write_text(key)

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def _company_in(server: Server) -> bool:
    """Whether the folder's own database exists and holds a company."""
    with closing(server.connect("postgres")) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME])
        if not cursor.fetchone():
            return False
    with closing(server.connect(NAME)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('rows_installation')")
        if cursor.fetchone()[0] is None:
            return False
        cursor.execute("SELECT EXISTS (SELECT FROM rows_installation)")
        return cursor.fetchone()[0]


def refuse_unknown(manifest: archive.Manifest) -> None:
    """CannotRestore for a backup of a newer version, which is not understood here."""
    known = set(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)
    unknown = [
        f"{app}.{name}" for app, names in manifest.migrations.items() for name in names if (app, name) not in known
    ]
    if unknown:
        raise CannotRestore(
            f"This backup was made by another, probably newer version: {', '.join(unknown[:5])} is unknown here. "
            "Restore it with that version, then upgrade."
        )
