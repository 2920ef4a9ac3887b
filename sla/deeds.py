"""What people do to leads and campaigns under a contract, so that undoing an import stops before it."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from leads.intake.importing import deeds
from leads.intake.importing.deeds import Deed

from .models import CampaignPlan, Escalation, Pause, Waiver


def register() -> None:
    """Called once when the app is ready."""
    deeds.register(
        Deed("pause", Pause, "lead", "handoff__lead_id", where=Q(by__isnull=False, ends=None)), _("promises paused")
    )
    asked = ~Q(answer__kind="withdraw")  # what was taken back stands no more
    deeds.register(Deed("waiver", Waiver, "lead", "handoff__lead_id", where=asked), _("waiver asked for"))
    deeds.register(Deed("plan", CampaignPlan, "campaign", "campaign_id", when="at", made=True), _("MQL planned"))
    deeds.no_deed(Escalation, "follows from the terms, not from a person")
