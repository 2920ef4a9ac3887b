"""Everything between "the servers answer" and "the pages answer", in one process: words, static files, schema, company."""

import hashlib
import shutil
from pathlib import Path

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError

from smarketing.rows.models import Installation
from smarketing.web import ready


class Command(BaseCommand):
    help = "Prepare a data folder: translations, static files, migrations, and the company on first start."
    requires_system_checks: list = []

    def add_arguments(self, parser):
        kind = parser.add_mutually_exclusive_group()
        kind.add_argument("--demo", action="store_true")
        kind.add_argument("--company", action="store_true")

    def handle(self, *args, demo: bool, company: bool, **options):
        call_command("messages", compile=True)
        shutil.rmtree(settings.DATA / "run" / "metrics", ignore_errors=True)
        self._static()
        self._say("Bringing the database up to date…")
        call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
        for ask in ready.STARTING:
            try:
                ask()
            except RuntimeError as problem:
                raise CommandError(str(problem)) from None
        if demo and not Installation.objects.exists() and "seed" in get_commands():
            self._say("Making the demo company (once)…")
            call_command("seed", demo=True)
        elif company:
            self._company()

    def _static(self) -> None:
        root = Path(settings.STATIC_ROOT)
        stamp = root / ".stamp"
        digest = hashlib.sha256()
        for path in sorted((settings.BASE_DIR / "static").rglob("*")):
            digest.update(f"{path}{path.stat().st_mtime_ns}".encode())
        if not stamp.exists() or stamp.read_text() != digest.hexdigest():
            call_command("collectstatic", verbosity=0, interactive=False)
            root.mkdir(parents=True, exist_ok=True)
            stamp.write_text(digest.hexdigest())

    def _company(self) -> None:
        """The empty company; until somebody has started it, the console says where that is done."""
        from smarketing.start import first

        Installation.objects.get_or_create(defaults={"kind": "live", "company": ""})
        path = settings.DATA / "run" / "signins"
        if link := first.link():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_text(f"Start with your company:    {link}\n")
        elif path.exists() and "/start/" in path.read_text():
            path.unlink()

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
