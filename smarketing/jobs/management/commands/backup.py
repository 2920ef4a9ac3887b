"""`python manage.py backup`: the whole company in one file, while it works or while it is stopped."""

import sys
import tempfile
from pathlib import Path

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.utils import timezone

from smarketing import env
from smarketing.jobs import heartbeat
from smarketing.jobs.stopped import again_with_server
from smarketing.rows import census
from smarketing.rows.models import Installation
from smarketing.supervisor import archive, tools
from smarketing.supervisor.errors import CannotRestore, CannotStart


class Command(BaseCommand):
    help = "Write database, secret key and media into one file (default: backups/ in the data folder)."
    requires_system_checks: list = []

    def add_arguments(self, parser):
        parser.add_argument("file", nargs="?", help="file to write; a folder gets a file named by the time")
        parser.add_argument("--keep", type=int, help="of the backups in that folder keep the newest N")

    def handle(self, *args, file, keep, **options):
        if keep is not None and keep < 1:
            raise CommandError("--keep: at least 1")
        try:
            if not env.get("DATABASE_URL"):
                sys.exit(again_with_server())
            target = self._target(file)
            self._make(target)
        except (CannotRestore, CannotStart, OSError) as problem:
            raise CommandError(str(problem)) from None
        size = target.stat().st_size
        heartbeat.beat("backup", file=target.name, bytes=size, folder=str(target.parent))
        if "erasures" in get_commands():
            call_command("erasures", str(target.parent))
        self.stdout.write(f"{target}: {size / 1e6:.1f} MB")
        for old in sorted(target.parent.glob("smarketing-*.tar"))[:-keep] if keep else ():
            old.unlink()
            self.stdout.write(f"{old.name}: removed")

    def _target(self, file: str | None) -> Path:
        target = Path(file).absolute() if file else settings.DATA / "backups"
        if not file or target.is_dir():
            target /= f"smarketing-{timezone.now():%Y%m%d-%H%M%S}.tar"
        if target.exists():
            raise CommandError(f"{target} exists already.")
        target.parent.mkdir(parents=True, exist_ok=True)
        return target

    def _make(self, target: Path) -> None:
        """Dump and manifest from one snapshot."""
        alias = "owner" if "owner" in settings.DATABASES else "default"
        connection, url = connections[alias], env.get("OWNER_DATABASE_URL") or env.get("DATABASE_URL")
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder, connection.cursor() as cursor:
            dump = Path(folder) / archive.DUMP
            cursor.execute("SET idle_in_transaction_session_timeout = 0")
            cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            try:
                cursor.execute("SELECT pg_export_snapshot()")
                tools.dump(url, dump, cursor.fetchone()[0])
                rows, migrations = census.rows(cursor), census.migrations(cursor)
            finally:
                cursor.execute("ROLLBACK")
            manifest = archive.Manifest(
                made_at=timezone.now().isoformat(timespec="seconds"), server=connection.pg_version // 10_000,
                migrations=migrations, rows=rows,
                company=Installation.objects.values_list("company", flat=True).first() or "",
            )  # fmt: skip
            keys = settings.SUPPRESSION_KEY or _text(settings.DATA / archive.SUPPRESSION_KEY)
            archive.pack(target, manifest, dump, settings.SECRET_KEY, Path(settings.MEDIA_ROOT), keys)


def _text(path: Path) -> str:
    return path.read_text() if path.exists() else ""
