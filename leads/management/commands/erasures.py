"""`manage.py erasures`: the list of erasures written beside backups, and made again after a restore."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from leads.rights import again, told
from smarketing.rows import clock


class Command(BaseCommand):
    help = "Write the list of erasures (ids and keyed hashes) into a folder, or make those of lists again."
    requires_system_checks: list = []

    def add_arguments(self, parser):
        parser.add_argument("folder", nargs="?", type=Path, help="folder to write erasures.json into")
        parser.add_argument(
            "--again", nargs="+", type=Path, metavar="LIST", help="make the erasures of these lists again"
        )

    def handle(self, *args, folder, again: list[Path] | None, **options):
        try:
            if again:
                self._again(again)
            else:
                told.write(folder or Path(settings.DATA))
        except (OSError, ValueError) as problem:
            raise CommandError(str(problem)) from None

    def _again(self, lists: list[Path]) -> None:
        known = sum((told.read(path) for path in lists), told.Told())
        done = again.replay(known, clock.now())
        told.write(Path(settings.DATA))
        self.stdout.write(
            f"{done.erased} leads erased again, {done.listed} entries of the suppression list put back;"
            f" the newest list is of {known.written_at[:19]}."
        )
