from datetime import datetime

from django.core.management.base import BaseCommand, CommandError

from reporting.demo import plan, seed
from smarketing.rows import clock
from smarketing.rows.models import Installation


class Command(BaseCommand):
    help = "Make the demo company in an empty database: 18 months of leads, contract and deals from a fixed seed."

    def add_arguments(self, parser):
        parser.add_argument("--demo", action="store_true", help="the usual size (default)")
        parser.add_argument("--leads", type=int, default=24_000)
        parser.add_argument("--events", type=int, help="default: in proportion to the leads")
        parser.add_argument("--months", type=int, default=18)
        parser.add_argument("--seed", type=int, default=20_261)
        parser.add_argument(
            "--at", type=datetime.fromisoformat, help="the company's present, with its zone (default: now)"
        )
        parser.add_argument(
            "--plant",
            default="",
            help="truths to find: a number that draws them, or persona=…,campaign=…,month=YYYY-MM,rep=…,criterion=…",
        )

    def handle(self, *args, leads, events, months, at, plant, **options):
        if Installation.objects.exists():
            raise CommandError("This database holds a company already: seed makes one in an empty database only.")
        try:
            truths = plan.plants(plant)
        except ValueError as problem:
            raise CommandError(str(problem)) from None
        wanted = plan.Plan(
            at=at or clock.now(),
            leads=leads,
            events=events if events is not None else round(leads * plan.EVENTS_PER_LEAD),
            months=months,
            seed=options["seed"],
            plants=truths,
        )
        made = seed.run(wanted, self._say)
        self._say("  " + ", ".join(f"{count} {kind}" for kind, count in made.items()))

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
