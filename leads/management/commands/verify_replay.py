"""`verify_replay`: every recorded qualification against the definitions played again; fails when one differs."""

from django.core.management.base import BaseCommand, CommandError

from leads.judging import replay
from personas.models import DefinitionLine
from smarketing.rows import fence

SHOWN = 5


class Command(BaseCommand):
    help = "Play the versions in force again from the facts and compare the qualifications. Changes nothing; fails when one differs."

    def handle(self, *args, **options):
        wrong = 0
        for found in replay.run(fence.cutoff()):
            wrong += found.differences
            name = DefinitionLine.objects.get(pk=found.line_id).name
            self.stdout.write(
                f"{name}: {found.alike} alike, {found.differences or 'none'} different, {found.apart} of leads that cannot be played again"
            )
            for words, some in (("recorded, not played", found.missing), ("played, not recorded", found.extra)):
                for lead, version, cycle, at, grade, cause in some[:SHOWN]:
                    self.stdout.write(
                        f"  {words}: lead {lead}, version {version}, cycle {cycle}, {at}, {grade}, {cause}"
                    )
        if wrong:
            raise CommandError(f"{wrong} qualifications differ from a replay.")
