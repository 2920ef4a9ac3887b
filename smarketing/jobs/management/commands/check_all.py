"""`make check`: every check of the house, each in its own process, side by side on the cores there are."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from django.core.management.base import BaseCommand

from smarketing import env

BIN = Path(sys.executable).parent
MANAGE = [sys.executable, "manage.py"]
CHECKS = (
    ("format", [str(BIN / "ruff"), "format", "--check", "."]),
    ("lint", [str(BIN / "ruff"), "check", "."]),
    ("types", [str(BIN / "mypy")]),
    ("imports", [str(BIN / "lint-imports")]),
    ("migrations", [*MANAGE, "makemigrations", "--check", "--dry-run", "--skip-checks"]),
    ("translations", [*MANAGE, "messages", "--check"]),
    ("docs", [*MANAGE, "docs", "--check"]),
    ("personal data", [*MANAGE, "personal_data"]),
    ("deploy", [*MANAGE, "deploy_check"]),
)


class Command(BaseCommand):
    help = "Format, lint, types, import contracts, migrations, translations, docs, personal data, deploy check."
    requires_system_checks: list = []

    def handle(self, *args, **options):
        begun = time.monotonic()
        with ThreadPoolExecutor(2) as pool:
            failed = [name for name, ok in zip(dict(CHECKS), pool.map(self._run, CHECKS), strict=True) if not ok]
        self.stdout.write(
            f"{len(CHECKS) - len(failed)} passed, {len(failed)} failed in {time.monotonic() - begun:.0f} s"
        )
        if failed:
            sys.exit(1)

    def _run(self, check) -> bool:
        name, command = check
        begun = time.monotonic()
        done = subprocess.run(command, cwd=env.ROOT, capture_output=True, text=True)
        good = done.returncode == 0
        said = "" if good else "\n" + (done.stdout + done.stderr).strip()[-4000:]
        self.stdout.write(f"{'ok    ' if good else 'FAILED'} {name} ({time.monotonic() - begun:.0f} s){said}")
        return good
