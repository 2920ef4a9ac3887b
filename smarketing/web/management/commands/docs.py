"""`manage.py docs`: write the generated pages of docs/; `--check` only compares."""

from django.core.management.base import BaseCommand, CommandError

from smarketing.web import generated


class Command(BaseCommand):
    help = __doc__
    requires_system_checks: list = []

    def add_arguments(self, parser) -> None:
        parser.add_argument("--check", action="store_true", help="fail when a page says something else than the code")

    def handle(self, *, check: bool, **options) -> None:
        if check:
            if found := generated.stale():
                raise CommandError(f"out of date: {', '.join(found)} (run: manage.py docs)")
            self.stdout.write("docs say what the code says")
        else:
            for path in generated.write():
                self.stdout.write(f"docs/{path}")
