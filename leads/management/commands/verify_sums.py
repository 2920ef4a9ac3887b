"""`verify_sums`: every raw sum against a full recount; fails when one differs."""

from django.core.management.base import BaseCommand, CommandError

from leads.judging import midnight


class Command(BaseCommand):
    help = "Count every raw sum anew and compare. Changes nothing; fails when a sum differs."

    def handle(self, *args, **options):
        wrong = 0
        for version, low, day, found in midnight.verify():
            wrong += found
            self.stdout.write(f"{version} from lead {low} on, as of {day}: {found or 'no'} sums differ")
        if wrong:
            raise CommandError(f"{wrong} raw sums differ from a recount: `manage.py rebuild` counts them anew.")
