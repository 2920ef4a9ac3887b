"""`python manage.py messages`: the French of every app."""

import sys

from django.core.management.base import BaseCommand

from smarketing.web.catalogues import keep, raw


class Command(BaseCommand):
    help = "Extract and merge the sentences of every app, then compile; --compile only compiles, --check only reports."
    requires_system_checks: list = []

    def add_arguments(self, parser):
        parser.add_argument("--compile", action="store_true")
        parser.add_argument("--check", action="store_true")

    def handle(self, *args, compile: bool = False, check: bool = False, **options):
        if check:
            found = keep.problems() + raw.problems()
            for problem in found[:200]:
                self.stdout.write(problem)
            self.stdout.write(f"{len(found)} problems" if found else "French is complete")
            sys.exit(1 if found else 0)
        if not compile:
            for label, missing in keep.merge().items():
                if missing:
                    self.stdout.write(f"{label}: {missing} not translated")
        keep.compile_all()
