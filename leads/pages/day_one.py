"""Steps of day one that belong to leads."""

from django.utils.translation import gettext_lazy as _

from leads.models import Handoff, Lead, PoolMember
from smarketing.start.steps import Step
from smarketing.start.steps import register as add


def register() -> None:
    for step in STEPS:
        add(step)


def _somebody_takes() -> bool:
    return PoolMember.objects.filter(pool__retired_at=None, rep__is_active=True, rep__side="sales").exists()


STEPS = (
    Step("leads", _("Bring your leads"), _("The export of your CRM as it is; undo takes all of it back."),
         _("Import a file"), lambda: Lead.objects.exists(), "leads:import_new", "leads.import", 80),
    Step("routing", _("Say who takes the handoffs"), _("A pool of reps: each handoff goes to the one whose turn it is."),
         _("Make a pool"), _somebody_takes, "leads:pools", "settings.routing", 20),
    Step("handoff", _("Make the first handoff"),
         _("A lead that meets the signed definition is handed over by itself; look at what the others still lack."),
         _("Look at the leads"), lambda: Handoff.objects.exists(), "leads:list", "handoffs.make", 90),
)  # fmt: skip
