import sys

from django.core.management.base import BaseCommand

from smarketing.rows import register


class Command(BaseCommand):
    help = "Check that every text and JSON column is declared personal or neutral."

    def handle(self, *args, **options):
        if found := register.problems():
            self.stderr.write("\n".join(found))
            sys.exit(1)
        self.stdout.write(f"{len(register.columns())} columns declared")
