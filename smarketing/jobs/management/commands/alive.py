from django.core.management.base import BaseCommand, CommandError

from smarketing.jobs import heartbeat


class Command(BaseCommand):
    help = "Succeed when these processes have beaten lately (worker, bell): for health checks of containers."
    requires_system_checks: list = []

    def add_arguments(self, parser) -> None:
        parser.add_argument("names", nargs="+")

    def handle(self, *args, names: list[str], **options) -> None:
        if late := heartbeat.late(tuple(names)):
            raise CommandError(f"silent: {', '.join(late)}")
