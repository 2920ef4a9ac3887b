from django.core.management.base import BaseCommand
from django.db import OperationalError, connection
from kombu.exceptions import OperationalError as BrokerAway

from smarketing.jobs import bell
from smarketing.jobs.tasks import ring


class Command(BaseCommand):
    help = "Listen for new facts and ring the worker."

    def handle(self, *args, **options):
        while True:
            try:
                bell.listen(self._ring)
            except OperationalError:
                self.stderr.write("database away, trying again")
                connection.close()

    def _ring(self) -> None:
        try:
            ring.apply_async(retry=False)
        except (BrokerAway, OSError):
            self.stderr.write("broker away: what waits stays in the database")
