from datetime import date

from django.core.management.base import BaseCommand, CommandError

from smarketing.jobs import nightly


class Command(BaseCommand):
    help = "Run the night of a business date, or go on with it."

    def add_arguments(self, parser):
        parser.add_argument("--date", type=date.fromisoformat, help="business date, YYYY-MM-DD (default: today)")

    def handle(self, *args, date=None, **options):
        run = nightly.run(date)
        counts = ", ".join(f"{step} {rows}" for step, rows in sorted(run.counts.items()))
        self.stdout.write(f"nightly {run.business_date} as of {run.cutoff.isoformat()}: {run.state} ({counts})")
        if run.state != "done":
            raise CommandError(run.error or "another worker holds the run")
