"""`verify_papers`: read every signed or proposed paper again and name what was touched; fails when something was."""

from django.core.management.base import BaseCommand, CommandError

from smarketing.agreements.models import Paper
from smarketing.agreements.services import verify


class Command(BaseCommand):
    help = "Recompute the digest of every paper and compare text, digest and signatures."

    def handle(self, *args, **options):
        touched, count = [], 0
        papers = Paper.objects.prefetch_related("signatures").order_by("kind", "line", "number")
        for paper in papers.iterator(chunk_size=500):
            count += 1
            touched += [problems] if (problems := verify(paper)) else []
        if touched:
            lines = "\n".join(line for problems in touched for line in problems)
            raise CommandError(f"{len(touched)} of {count} papers touched:\n{lines}")
        self.stdout.write(f"{count} papers read, nothing touched")
