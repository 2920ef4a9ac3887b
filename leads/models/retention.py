"""How long people are kept: the months agreed per purpose, and the erasures that the night proposes."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from smarketing.rows.kinds import Working


class RetentionRule(Working):
    """Months without a contact of the person's own after which their erasure is proposed; 0: never."""

    class Purpose(models.TextChoices):
        PROSPECT = "prospect", _("prospects")
        CUSTOMER = "customer", _("customers")

    purpose = models.CharField(max_length=10, choices=Purpose, unique=True)
    months = models.IntegerField()


class ErasureProposal(Working):
    """Somebody whose time has come; an administrator erases or keeps them, with a reason and for a year."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        KEPT = "kept", _("kept")
        ERASED = "erased", _("erased")

    lead = models.ForeignKey("leads.Lead", models.CASCADE, related_name="+")
    purpose = models.CharField(max_length=10, choices=RetentionRule.Purpose)
    last_contact_at = models.DateTimeField()
    proposed_at = models.DateTimeField()
    state = models.CharField(max_length=6, choices=State, default=State.OPEN)
    reason = models.CharField(max_length=200, default="", blank=True)
    keep_until = models.DateField(null=True)
    decided_at = models.DateTimeField(null=True)
    by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lead"], condition=models.Q(state="open"), name="proposed_once"),
        ]
