"""Plays thirty months of a sales desk in every order of the queue: which one keeps most first attempts in time."""

from django.core.management.base import BaseCommand

from leads.handoffs import simulation


class Command(BaseCommand):
    help = "Compare the queue's order with first-in-first-out and grade order on 30 fixed seeds at 80 to 110 % load."
    requires_system_checks: list = []

    def handle(self, *args, **options):
        names = [*simulation.ORDERS, "broken first"]
        self.stdout.write("seed  load  " + "  ".join(f"{name:>12}" for name in names))
        won, worst = 0, 100.0
        for seed in simulation.SEEDS:
            shares = simulation.compare(seed, simulation.ORDERS | {"broken first": simulation.BROKEN_FIRST})
            others = max(shares["arrival"], shares["grade"])
            won, worst = won + (shares["promise"] > others), min(worst, shares["promise"] - others)
            figures = "  ".join(f"{shares[name]:>10.1f} %" for name in names)
            self.stdout.write(f"{seed:>4}  {simulation.load_of(seed):4.2f}  {figures}")
        self.stdout.write(
            f"The default order beats both others in {won} of {len(simulation.SEEDS)} and loses at most {abs(min(worst, 0)):.1f} points."
        )
        for minutes in (simulation.MINUTES, simulation.LONG):
            self.stdout.write(f"Attempts of {minutes[0]} to {minutes[2]} minutes:")
            for lead in simulation.forgotten(minutes=minutes):
                days = (lead.shown - lead.due) / simulation.DAY
                self.stdout.write(
                    f"  a lead of the lowest grade under {lead.load:.0%} of A1: shown {days:+.2f} business days after its due time"
                )
