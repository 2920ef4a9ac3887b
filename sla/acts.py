"""Acts about promises on single handoffs: pauses, waivers asked and answered, escalations. Added once, never edited."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from smarketing.accounts.models import Side
from smarketing.rows.kinds import Act


class OnHandoff(Act):
    """`occurred_at` when it was done or took hold, `recorded_at` from the fence."""

    handoff = models.ForeignKey("leads.Handoff", models.PROTECT, related_name="+")
    by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    class Meta:
        abstract = True


class Pause(OnHandoff):
    """The promises on a handoff stand still from `occurred_at` until `until`. One that names another in `ends` ends that one
    at its own `occurred_at`; ended where it began it never was."""

    class Reason(models.TextChoices):
        PROSPECT = "prospect", _("the prospect asked for a date")
        INCIDENT = "incident", _("system incident")

    reason = models.CharField(max_length=12, choices=Reason)
    until = models.DateTimeField()
    ends = models.OneToOneField("self", models.PROTECT, null=True, related_name="ended")

    class Meta:
        indexes = [
            models.Index(fields=["handoff"], name="pause_handoff"),
            models.Index(fields=["until"], name="pause_until"),
        ]
        constraints = [
            models.CheckConstraint(
                name="pause_ends_after_it_begins", condition=models.Q(until__gte=models.F("occurred_at"))
            )
        ]


class Waiver(OnHandoff):
    """One side asks the other to let the promise of a clause go on one handoff."""

    clause_key = models.CharField(max_length=20)
    side = models.CharField(max_length=10, choices=Side)  # that asked
    reason = models.CharField(max_length=12)  # code of `sla.waiver_reasons`

    class Meta:
        indexes = [models.Index(fields=["handoff", "clause_key"], name="waiver_clock")]


class WaiverAnswer(Act):
    """What became of a waiver: the other side consented or refused, or the side that asked took it back."""

    class Kind(models.TextChoices):
        CONSENT = "consent", _("consented to")
        REFUSE = "refuse", _("refused")
        WITHDRAW = "withdraw", pgettext_lazy("waiver", "taken back")

    waiver = models.OneToOneField(Waiver, models.PROTECT, primary_key=True, related_name="answer")
    kind = models.CharField(max_length=10, choices=Kind)
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()


class Escalation(OnHandoff):
    """A lead whose broken promise nobody took up was given on, by the terms: once for each deadline."""

    clause_key = models.CharField(max_length=20)
    due_at = models.DateTimeField()  # the promise that broke
    rep = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")  # who had it

    class Meta:
        constraints = [models.UniqueConstraint(fields=["handoff", "clause_key", "due_at"], name="escalated_once")]
