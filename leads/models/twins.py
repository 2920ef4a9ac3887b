"""Pairs of leads that may be one person, found by the night."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from smarketing.rows.kinds import Working


class MergeSuggestion(Working):
    """`first` is the older lead; `reasons` are keys of `leads.twins.likely.REASONS`. Dismissed ones are not found again."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        DISMISSED = "dismissed", _("dismissed")

    first = models.ForeignKey("leads.Lead", models.CASCADE, related_name="+")
    second = models.ForeignKey("leads.Lead", models.CASCADE, related_name="+")
    reasons = ArrayField(models.CharField(max_length=12))
    weight = models.IntegerField()
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["first", "second"], name="suggested_once")]
        indexes = [models.Index(fields=["state", "-weight", "id"], name="suggestion_order")]
