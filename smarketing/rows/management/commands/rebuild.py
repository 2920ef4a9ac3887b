from datetime import datetime

from django.core.management.base import BaseCommand, CommandError

from smarketing.rows import fence, rebuild


class Command(BaseCommand):
    help = "Wipe every derived row and derive it again from facts and acts. Changes no figure and tells nobody."

    def add_arguments(self, parser):
        parser.add_argument("--compare", action="store_true", help="fail when a row comes back otherwise than it was")
        parser.add_argument("--at", type=datetime.fromisoformat, help="as of this instant (default: now)")

    def handle(self, *args, compare, at, **options):
        at = at or fence.cutoff()
        if not compare:
            rebuild.run(at, self._say)
        elif wrong := rebuild.compare(at, self._say):
            said = ", ".join(f"{table}: {count}" for table, count in sorted(wrong.items()))
            raise CommandError(f"Derived rows came back otherwise than they were ({said}).")

    def _say(self, key: str, rows: int) -> None:
        self.stdout.write(f"{key}: {rows} rows")
