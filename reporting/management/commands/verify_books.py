"""`verify_books`: read every closed book again and name what was touched; fails when something was."""

from django.core.management.base import BaseCommand, CommandError

from reporting.books.services import verify
from reporting.models import BookClose


class Command(BaseCommand):
    help = "Verify the digests of all closed books."

    def handle(self, *args, **options):
        touched, count = [], 0
        for book in BookClose.objects.select_related("contract").order_by("pk"):
            count += 1
            touched += verify(book)
        if touched:
            raise CommandError("\n".join([f"{len(touched)} of {count} books were touched:", *touched]))
        self.stdout.write(f"{count} books, none touched")
