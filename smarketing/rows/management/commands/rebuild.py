from django.core.management.base import BaseCommand

from smarketing.rows import fence, rebuild


class Command(BaseCommand):
    help = "Wipe every derived row and derive it again from facts and acts. Changes no figure and tells nobody."

    def handle(self, *args, **options):
        rebuild.run(fence.cutoff(), lambda key, rows: self.stdout.write(f"{key}: {rows} rows"))
